-- How often the device had signed when it signed this punch: it only ever counts up. Null: it did not sign.
ALTER TABLE attendance.punch ADD COLUMN device_counter bigint CHECK (device_counter > 0);
CREATE INDEX punch_device_counter ON attendance.punch (org_id, device_id, device_counter DESC) WHERE device_counter IS NOT NULL;
