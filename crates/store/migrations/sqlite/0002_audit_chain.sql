-- The key under which `chain` was made. Both are NULL in lines from before there was a chain; a
-- store that was ever released has none.
ALTER TABLE audit ADD COLUMN chain_key INTEGER;
