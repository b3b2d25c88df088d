-- People as products said last, who is signed in to the console, and what is good once.

CREATE TABLE person (
    directory    TEXT NOT NULL,
    key          TEXT NOT NULL,     -- the username in lower case: what is compared
    username     TEXT NOT NULL,     -- as the directory writes it
    display_name TEXT NOT NULL,
    email        TEXT,
    groups_json  TEXT NOT NULL,
    is_active    INTEGER NOT NULL,
    native_key   TEXT,
    rank         TEXT NOT NULL,
    confirmed_at INTEGER NOT NULL,
    asked_at     INTEGER NOT NULL,
    problem      TEXT,
    search       TEXT NOT NULL,     -- in lower case: where the text filter looks
    revision     INTEGER NOT NULL,
    PRIMARY KEY (directory, key)
) STRICT;
CREATE INDEX person_by_asked ON person (directory, asked_at);
CREATE INDEX person_by_native_key ON person (directory, native_key);
CREATE INDEX person_by_revision ON person (directory, revision);

CREATE TABLE session (
    digest     BLOB PRIMARY KEY,    -- of what the browser presents
    id         BLOB NOT NULL UNIQUE,
    directory  TEXT NOT NULL,
    key        TEXT NOT NULL,
    username   TEXT NOT NULL,
    instance   TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    seen_at    INTEGER NOT NULL,
    ends_at    INTEGER NOT NULL,
    proved_at  INTEGER NOT NULL,
    address    TEXT NOT NULL,
    agent      TEXT NOT NULL
) STRICT;
CREATE INDEX session_by_person ON session (directory, key);

-- What is good once, or for a short time: codes of a sign-in, forms that were sent, secrets that
-- are still to be shown. What stands in it is sealed where it is secret.
CREATE TABLE ticket (
    kind       TEXT NOT NULL,
    digest     BLOB NOT NULL,
    content    BLOB NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (kind, digest)
) STRICT;
CREATE INDEX ticket_by_end ON ticket (expires_at);

-- Which node does what only one of them should.
CREATE TABLE lease (
    name   TEXT PRIMARY KEY,
    holder BLOB NOT NULL,
    until  INTEGER NOT NULL
) STRICT;

ALTER TABLE upstream_credential ADD COLUMN expires_at INTEGER;
ALTER TABLE upstream_credential ADD COLUMN problem TEXT;
ALTER TABLE upstream_credential ADD COLUMN former_native_id TEXT;
ALTER TABLE upstream_credential ADD COLUMN former_until INTEGER;

-- What lists of tokens are sorted and narrowed by.
ALTER TABLE token ADD COLUMN name_key TEXT NOT NULL DEFAULT '';     -- in lower case
ALTER TABLE token ADD COLUMN access TEXT NOT NULL DEFAULT '';       -- read-only | read-write
ALTER TABLE token ADD COLUMN instances TEXT NOT NULL DEFAULT '';    -- ,jira,wiki, or empty: all
CREATE INDEX token_by_name ON token (name_key, id);
CREATE INDEX token_by_owner_key ON token (owner_key, id);
CREATE INDEX token_by_end ON token (expires_at, id);
