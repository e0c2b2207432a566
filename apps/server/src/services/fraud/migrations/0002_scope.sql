-- Rows about members, only of those within reach of whoever acts.
SELECT platform.protect_member_rows('fraud.signal');
SELECT platform.protect_member_rows('fraud.recent_track');
SELECT platform.protect_member_rows('fraud.recent_sign_ins');
