#!/usr/bin/env bash
# Puts the key of the replica set where mongod wants it, in memory, and goes on as the image would.
set -euo pipefail
umask 077
printf '%s' "$MONGO_KEY" >/tmp/key
unset MONGO_KEY
exec docker-entrypoint.sh "$@"
