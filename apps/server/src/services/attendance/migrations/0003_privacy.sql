-- Tracking that ends although attendance goes on, and what retention and erasure take from a punch.

-- Since when nobody may be told where the member is: consent was withdrawn. It is not taken back in the same session.
ALTER TABLE attendance.tracking_session ADD COLUMN tracking_ended_at timestamptz;

-- At once, also before anybody has heard of a withdrawal.
CREATE OR REPLACE VIEW published.tracking_session AS
  SELECT session.org_id, session.id AS session_id, session.member_id, session.site_id, session.date, session.entered_at,
    session.exited_at,
    least(session.ends_by, session.tracking_ended_at, (
      SELECT greatest(refused.refused_at, session.entered_at) FROM published.refused_purpose refused
      WHERE refused.org_id = session.org_id AND refused.member_id = session.member_id AND refused.purpose = 'attendance'
    )) AS ends_by
  FROM attendance.tracking_session session;

-- A punch stands as it happened. What may go is what was seen around it: all of it, never a part.
CREATE FUNCTION attendance.only_empty() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.evidence <> '{}' OR NEW.findings <> '[]' OR NEW.reason IS NOT NULL THEN
    RAISE EXCEPTION 'a punch is not changed; its evidence may only be removed' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER only_empty BEFORE UPDATE ON attendance.punch FOR EACH ROW EXECUTE FUNCTION attendance.only_empty();
GRANT UPDATE (evidence, findings, reason, device_id) ON attendance.punch TO muster_attendance;
GRANT UPDATE (reason) ON attendance.punch_decision TO muster_attendance;
