-- Erasure and retention.
GRANT DELETE ON notifications.alert, notifications.inbox_item TO muster_notifications;
