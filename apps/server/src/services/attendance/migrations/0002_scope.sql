-- Rows about members, only of those within reach of whoever acts.
SELECT platform.protect_member_rows('attendance.scan');
SELECT platform.protect_member_rows('attendance.punch');
SELECT platform.protect_member_rows('attendance.tracking_session');
SELECT platform.protect_member_rows('attendance.attendance_day');
