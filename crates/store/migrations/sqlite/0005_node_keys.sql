-- By what the keys that a node has are told from others; 0 while it has not said so.
ALTER TABLE node ADD COLUMN keys INTEGER NOT NULL DEFAULT 0;
