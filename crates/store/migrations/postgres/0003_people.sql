-- People as products said last, who is signed in to the console, and what is good once.

CREATE TABLE person (
    directory    TEXT COLLATE "C" NOT NULL,
    key          TEXT COLLATE "C" NOT NULL,     -- the username in lower case: what is compared
    username     TEXT COLLATE "C" NOT NULL,     -- as the directory writes it
    display_name TEXT COLLATE "C" NOT NULL,
    email        TEXT COLLATE "C",
    groups_json  TEXT COLLATE "C" NOT NULL,
    is_active    BIGINT NOT NULL,
    native_key   TEXT COLLATE "C",
    rank         TEXT COLLATE "C" NOT NULL,
    confirmed_at BIGINT NOT NULL,
    asked_at     BIGINT NOT NULL,
    problem      TEXT COLLATE "C",
    search       TEXT COLLATE "C" NOT NULL,     -- in lower case: where the text filter looks
    revision     BIGINT NOT NULL,
    PRIMARY KEY (directory, key)
);
CREATE INDEX person_by_asked ON person (directory, asked_at);
CREATE INDEX person_by_native_key ON person (directory, native_key);
CREATE INDEX person_by_revision ON person (directory, revision);

CREATE TABLE session (
    digest     BYTEA PRIMARY KEY,    -- of what the browser presents
    id         BYTEA NOT NULL UNIQUE,
    directory  TEXT COLLATE "C" NOT NULL,
    key        TEXT COLLATE "C" NOT NULL,
    username   TEXT COLLATE "C" NOT NULL,
    instance   TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at    BIGINT NOT NULL,
    ends_at    BIGINT NOT NULL,
    proved_at  BIGINT NOT NULL,
    address    TEXT COLLATE "C" NOT NULL,
    agent      TEXT COLLATE "C" NOT NULL
);
CREATE INDEX session_by_person ON session (directory, key);

-- What is good once, or for a short time: codes of a sign-in, forms that were sent, secrets that
-- are still to be shown. What stands in it is sealed where it is secret.
CREATE TABLE ticket (
    kind       TEXT COLLATE "C" NOT NULL,
    digest     BYTEA NOT NULL,
    content    BYTEA NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (kind, digest)
);
CREATE INDEX ticket_by_end ON ticket (expires_at);

-- Which node does what only one of them should.
CREATE TABLE lease (
    name   TEXT COLLATE "C" PRIMARY KEY,
    holder BYTEA NOT NULL,
    until  BIGINT NOT NULL
);

ALTER TABLE upstream_credential ADD COLUMN expires_at BIGINT;
ALTER TABLE upstream_credential ADD COLUMN problem TEXT COLLATE "C";
ALTER TABLE upstream_credential ADD COLUMN former_native_id TEXT COLLATE "C";
ALTER TABLE upstream_credential ADD COLUMN former_until BIGINT;

-- What lists of tokens are sorted and narrowed by.
ALTER TABLE token ADD COLUMN name_key TEXT COLLATE "C" NOT NULL DEFAULT '';     -- in lower case
ALTER TABLE token ADD COLUMN access TEXT COLLATE "C" NOT NULL DEFAULT '';       -- read-only | read-write
ALTER TABLE token ADD COLUMN instances TEXT COLLATE "C" NOT NULL DEFAULT '';    -- ,jira,wiki, or empty: all
CREATE INDEX token_by_name ON token (name_key, id);
CREATE INDEX token_by_owner_key ON token (owner_key, id);
CREATE INDEX token_by_end ON token (expires_at, id);
