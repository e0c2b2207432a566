-- The relay reads the events of all organizations, outside of any. Whoever reads as the relay for one of them, to tell an
-- open socket what it missed or to forget a person, sees that one only, whatever the statement says.
ALTER POLICY relay ON platform.outbox
  USING ((SELECT platform.org_id()) IS NULL) WITH CHECK ((SELECT platform.org_id()) IS NULL);
ALTER POLICY relay ON platform.dead_letter
  USING ((SELECT platform.org_id()) IS NULL) WITH CHECK ((SELECT platform.org_id()) IS NULL);
