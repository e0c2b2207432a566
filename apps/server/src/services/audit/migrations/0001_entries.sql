-- One row for each fact in the audit log. Every service appends, in the transaction of the change itself; nobody,
-- the owner included, changes or removes.

CREATE TABLE audit.entry (
  -- Both order the log: see docs/adr/0004-outbox.md for why a sequence alone is not enough.
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  seq bigint GENERATED ALWAYS AS IDENTITY,
  id uuid NOT NULL,
  -- The nil UUID: the deployment itself, for acts that belong to no organization.
  org_id uuid NOT NULL,
  recorded_at timestamptz NOT NULL,
  actor_kind text NOT NULL,
  actor_user_id uuid,
  actor_role text,
  action text NOT NULL,
  object_kind text NOT NULL,
  object_id text NOT NULL,
  purpose text,
  request_id text,
  detail jsonb NOT NULL,
  PRIMARY KEY (org_id, xid, seq),
  UNIQUE (org_id, id)
);
CREATE INDEX entry_object ON audit.entry (org_id, object_kind, object_id, recorded_at);
CREATE INDEX entry_recorded_at ON audit.entry (org_id, recorded_at);

SELECT platform.protect('audit.entry', 'audit', 'SELECT');

CREATE POLICY deployment ON audit.entry FOR INSERT
  WITH CHECK ((SELECT platform.org_id()) IS NULL AND org_id = '00000000-0000-0000-0000-000000000000');

GRANT USAGE ON SCHEMA audit TO muster_auth, muster_users, muster_attendance, muster_geo, muster_notifications,
  muster_reports, muster_fraud, muster_gateway, muster_relay;
GRANT INSERT (id, org_id, recorded_at, actor_kind, actor_user_id, actor_role, action, object_kind, object_id, purpose,
    request_id, detail) ON audit.entry
  TO muster_audit, muster_auth, muster_users, muster_attendance, muster_geo, muster_notifications, muster_reports,
     muster_fraud, muster_gateway, muster_relay;

CREATE FUNCTION audit.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the audit log is append-only: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;

-- ALWAYS: session_replication_role does not switch it off.
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit.entry
  FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
ALTER TABLE audit.entry ENABLE ALWAYS TRIGGER append_only;
