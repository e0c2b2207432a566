-- Who is near a place is found in an index outside the database, which is complete up to a transaction. What later ones
-- changed is found here. A number, because under row-level security only comparisons that leak nothing use an index, and
-- those of xid8 are not said to be such.
ALTER TABLE geo.last_position ADD COLUMN changed_in bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint;
CREATE INDEX last_position_changed_in ON geo.last_position (org_id, changed_in);

-- Whoever writes, of whatever version.
CREATE FUNCTION geo.note_change() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
  NEW.changed_in := pg_catalog.pg_current_xact_id()::text::bigint;
  RETURN NEW;
END $$;
CREATE TRIGGER note_change BEFORE UPDATE ON geo.last_position FOR EACH ROW EXECUTE FUNCTION geo.note_change();
