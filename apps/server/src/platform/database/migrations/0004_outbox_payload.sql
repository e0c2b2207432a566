-- A payload is written once and read whole, by every consumer. As json its text is checked and kept; jsonb would take it
-- apart and put it together again each time, which for a batch of positions costs more than storing the positions.
ALTER TABLE platform.outbox ALTER COLUMN payload TYPE json USING payload::json;
