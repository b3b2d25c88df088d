-- Lists that are sorted by owner. What they are narrowed and counted by is read from the table: an
-- entry of an index has no room for long texts, and reading the table is quick enough.
CREATE INDEX token_by_person ON token (owner_key, owner_directory, id);

-- The one above begins with the same.
DROP INDEX token_by_owner_key;
