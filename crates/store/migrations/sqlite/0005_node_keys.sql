-- The number of the newest key that a node can read with; 0 while it has not said so.
ALTER TABLE node ADD COLUMN keys INTEGER NOT NULL DEFAULT 0;
