-- Erasure, retention of one organization that keeps less than the others, and purposes that were refused.

GRANT DELETE ON geo.position, geo.look, geo.dropped_counter TO muster_geo;
-- A member's rows of all days, by the sessions they are filed under.
CREATE INDEX look_age ON geo.look (org_id, looked_at);

-- As before, and: where the member (or whoever decides for them) has refused the purpose "safety", an excursion shows
-- staff no more than usual; refused "attendance" ends the session (published.tracking_session), and so what staff see;
-- refused "guardian-live" ends what guardians see.
CREATE OR REPLACE VIEW published.location_access AS
SELECT
  reach.org_id, reach.user_id AS viewer_id, reach.member_id, reach.via,
  CASE
    WHEN reach.via = 'self' THEN 'full'
    WHEN reach.via = 'linked' THEN CASE WHEN tie.agreed THEN 'full' ELSE 'attendance' END
    WHEN NOT now_on.tracked THEN 'attendance'
    WHEN staff.level = 'presence' AND now_on.away THEN 'full'
    ELSE staff.level
  END AS live_level,
  CASE
    WHEN reach.via = 'self' THEN 'full'
    WHEN reach.via <> 'linked' AND staff.level = 'full' THEN 'full'
    ELSE 'attendance'
  END AS history_level,
  CASE
    WHEN reach.via = 'linked' THEN 'guardian-live'
    WHEN reach.via <> 'self' AND staff.level = 'presence' AND now_on.away THEN 'safety'
    ELSE 'attendance'
  END AS purpose
FROM published.reach reach
LEFT JOIN published.account viewer USING (org_id, user_id)
JOIN published.organization organization USING (org_id)
CROSS JOIN LATERAL (
  SELECT CASE
    WHEN viewer.role = 'org_admin' OR reach.user_id = platform.visitor_id() THEN 'full'
    WHEN viewer.role = 'org_office' THEN organization.office_location
    WHEN viewer.role = 'supervisor' THEN organization.supervisor_location
    ELSE 'attendance'
  END AS level
) staff
CROSS JOIN LATERAL (
  SELECT count(*) > 0 AS tracked, coalesce(bool_or(excursion.excursion_id IS NOT NULL), false) AND NOT EXISTS (
    SELECT FROM published.refused_purpose refused
    WHERE refused.org_id = reach.org_id AND refused.member_id = reach.member_id AND refused.purpose = 'safety') AS away
  FROM published.tracking_session session
  LEFT JOIN geo.excursion excursion
    ON excursion.org_id = session.org_id AND excursion.session_id = session.session_id AND excursion.ended_at IS NULL
  WHERE session.org_id = reach.org_id AND session.member_id = reach.member_id
    AND session.exited_at IS NULL AND session.ends_by > now()
) now_on
CROSS JOIN LATERAL (
  SELECT count(*) > 0 AS agreed
  FROM published.guardianship link
  WHERE reach.via = 'linked' AND link.org_id = reach.org_id AND link.guardian_id = reach.user_id
    AND link.member_id = reach.member_id AND link.may_see AND link.live_agreed_at IS NOT NULL
    AND NOT EXISTS (
      SELECT FROM published.refused_purpose refused
      WHERE refused.org_id = reach.org_id AND refused.member_id = reach.member_id AND refused.purpose = 'guardian-live')
) tie
WHERE viewer.status = 'active' OR reach.user_id = platform.visitor_id();
