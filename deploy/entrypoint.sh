#!/bin/sh
# Secrets by file: CCG_DATABASE_FILE, CCG_DAGSTER_DATABASE_FILE and CCG_BROKER_FILE name files that hold the addresses.
set -eu
for name in CCG_DATABASE CCG_DAGSTER_DATABASE CCG_BROKER; do
  eval "file=\${${name}_FILE:-}"
  if [ -n "$file" ]; then
    value=$(cat "$file")
    export "$name=$value"
  fi
done
exec "$@"
