#!/bin/bash
# Makes the replica out of the primary, the first time; then follows it. To make it anew, remove its volume.
set -euo pipefail
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  # Half a copy of an interrupted start is of no use.
  rm -rf "${PGDATA:?}"
  mkdir -p "$PGDATA"
  chmod 700 "$PGDATA"
  PGPASSWORD="$REPLICATION_PASSWORD" pg_basebackup --pgdata="$PGDATA" --wal-method=stream --checkpoint=fast \
    --write-recovery-conf --slot=replica --dbname="host=postgres user=replication application_name=replica"
fi
exec "$@"
