-- What the other services may know. A contract: columns are only ever added, at the end.

CREATE VIEW published.organization AS
SELECT id AS org_id, name, slug, vocabulary, supervisor_location, office_location FROM users.organization;
SELECT platform.publish_view('published.organization');

CREATE VIEW published.site AS
SELECT org_id, id AS site_id, name, address, time_zone, latitude, longitude FROM users.site;
SELECT platform.publish_view('published.site');

CREATE VIEW published.geofence AS
SELECT org_id, site_id, id AS geofence_id, name, shape FROM users.geofence;
SELECT platform.publish_view('published.geofence');

CREATE VIEW published.gate AS
SELECT org_id, id AS gate_id, site_id, name, latitude, longitude FROM users.gate;
SELECT platform.publish_view('published.gate');

CREATE VIEW published.member_group AS
SELECT org_id, id AS group_id, site_id, name FROM users.member_group;
SELECT platform.publish_view('published.member_group');

CREATE VIEW published.account AS
SELECT org_id, id AS user_id, role, display_name, number, email, status, language, email_key FROM users.account;
SELECT platform.publish_view('published.account');

CREATE VIEW published.member AS
SELECT account.org_id, account.id AS member_id, account.display_name, account.number,
  membership.group_id, member_group.name AS group_name, membership.site_id, site.time_zone,
  account.status, account.joined_on
FROM users.account
JOIN users.membership ON membership.org_id = account.org_id AND membership.member_id = account.id
JOIN users.site ON site.org_id = membership.org_id AND site.id = membership.site_id
LEFT JOIN users.member_group ON member_group.org_id = membership.org_id AND member_group.id = membership.group_id
WHERE account.role = 'member';
SELECT platform.publish_view('published.member');

CREATE VIEW published.supervision AS
SELECT org_id, supervisor_id, group_id FROM users.assignment;
SELECT platform.publish_view('published.supervision');

CREATE VIEW published.guardianship AS
SELECT org_id, guardian_id, member_id, may_see, is_told, may_collect, live_agreed_at FROM users.guardianship;
SELECT platform.publish_view('published.guardianship');

-- Which user can reach which member, and through which tie. Each arm starts from an index on the user, so a
-- condition on user_id costs what that user's own members cost. A suspended user reaches nobody.
CREATE VIEW published.reach AS
SELECT viewer.org_id, viewer.id AS user_id, member.id AS member_id, 'organization' AS via
FROM users.account viewer
JOIN users.account member ON member.org_id = viewer.org_id AND member.role = 'member'
WHERE viewer.role IN ('org_admin', 'org_office') AND viewer.status = 'active'
UNION ALL
SELECT viewer.org_id, viewer.id, membership.member_id, 'assigned'
FROM users.account viewer
JOIN users.assignment ON assignment.org_id = viewer.org_id AND assignment.supervisor_id = viewer.id
JOIN users.membership ON membership.org_id = assignment.org_id AND membership.group_id = assignment.group_id
WHERE viewer.role = 'supervisor' AND viewer.status = 'active'
UNION ALL
SELECT viewer.org_id, viewer.id, guardianship.member_id, 'linked'
FROM users.account viewer
JOIN users.guardianship ON guardianship.org_id = viewer.org_id AND guardianship.guardian_id = viewer.id
WHERE viewer.role = 'guardian' AND viewer.status = 'active' AND guardianship.may_see
UNION ALL
SELECT viewer.org_id, viewer.id, viewer.id, 'self'
FROM users.account viewer
WHERE viewer.role = 'member' AND viewer.status = 'active';
SELECT platform.publish_view('published.reach');

-- After a whole organization was written at once: until PostgreSQL looks at the new rows by itself, which takes it a
-- minute, it takes the tables for empty and joins the views above in the slowest of all ways.
CREATE FUNCTION users.refresh_statistics() RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
  ANALYZE users.organization, users.site, users.member_group, users.account, users.membership, users.assignment,
    users.guardianship;
END $$;
GRANT EXECUTE ON FUNCTION users.refresh_statistics() TO muster_users;
