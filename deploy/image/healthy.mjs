// Whether the service of this container is ready, for the container's health check: exits with 0 or 1.
const url = `http://127.0.0.1:${process.env.PORT ?? 8080}/health/ready`;
const answer = await fetch(url, { signal: AbortSignal.timeout(2_500) }).catch(() => undefined);
process.exit(answer?.ok ? 0 : 1);
