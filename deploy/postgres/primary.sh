# Runs once, when the primary is made: who may follow it, and a slot, so that no change is thrown away unread.
# Not a program of its own: the entrypoint of the image reads it.
psql --set=ON_ERROR_STOP=1 --username=postgres --set=password="$REPLICATION_PASSWORD" <<'SQL'
CREATE ROLE replication LOGIN REPLICATION PASSWORD :'password';
SELECT pg_create_physical_replication_slot('replica');
SQL
echo 'host replication replication samenet scram-sha-256' >>"$PGDATA/pg_hba.conf"
