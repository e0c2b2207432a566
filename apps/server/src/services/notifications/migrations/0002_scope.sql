-- Alerts, only about those within reach of whoever acts; of inboxes the own one, whoever it is about.
SELECT platform.protect_member_rows('notifications.alert');
SELECT platform.protect_own_rows('notifications.inbox_item');
