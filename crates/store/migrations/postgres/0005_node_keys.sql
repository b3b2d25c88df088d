-- The number of the newest key that a node can read with; 0 while it has not said so.
ALTER TABLE node ADD COLUMN keys BIGINT NOT NULL DEFAULT 0;
