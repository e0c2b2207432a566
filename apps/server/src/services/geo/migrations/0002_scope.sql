-- Rows about members, only of those within reach of whoever acts.
SELECT platform.protect_member_rows('geo.position');
SELECT platform.protect_member_rows('geo.last_position');
SELECT platform.protect_member_rows('geo.dropped_counter');
SELECT platform.protect_member_rows('geo.quarantine');
SELECT platform.protect_member_rows('geo.presence_state');
SELECT platform.protect_member_rows('geo.excursion');
SELECT platform.protect_member_rows('geo.look');

-- As before, and: an account of the platform, which has no account here, sees what an administrator sees while it acts
-- inside the organization.
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
  SELECT count(*) > 0 AS tracked, coalesce(bool_or(excursion.excursion_id IS NOT NULL), false) AS away
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
) tie
WHERE viewer.status = 'active' OR reach.user_id = platform.visitor_id();
