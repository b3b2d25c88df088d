-- Types: INTEGER where PostgreSQL has BIGINT, BLOB where it has BYTEA, TEXT where it has
-- TEXT COLLATE "C". Times are milliseconds since 1970 in UTC.

-- The number of the newest change. Counted in the transaction of the change (a SEQUENCE is
-- taken before commit, and a lower number could appear after a higher one was read).
CREATE TABLE change_counter (
    id  INTEGER PRIMARY KEY CHECK (id = 1),
    seq INTEGER NOT NULL
) STRICT;
INSERT INTO change_counter (id, seq) VALUES (1, 0);

CREATE TABLE change_log (
    revision  INTEGER PRIMARY KEY,
    kind      TEXT NOT NULL,     -- token | policy | credential
    token     BLOB,
    directory TEXT,
    username  TEXT,
    instance  TEXT
) STRICT;

CREATE TABLE token (
    id              BLOB PRIMARY KEY,
    name            TEXT NOT NULL,
    owner_directory TEXT NOT NULL,
    owner_username  TEXT NOT NULL,  -- as the directory writes it
    owner_key       TEXT NOT NULL,  -- in lower case: what is compared
    creator         TEXT NOT NULL,
    integration     TEXT,
    purpose         TEXT,
    grant_json      TEXT NOT NULL,
    state           TEXT NOT NULL,
    created_at      INTEGER NOT NULL,
    expires_at      INTEGER,
    ended_at        INTEGER,        -- when it was revoked or marked as expired
    secret_key      INTEGER NOT NULL,
    secret_digest   BLOB NOT NULL,
    secret_hint     TEXT NOT NULL,
    former_key      INTEGER,
    former_digest   BLOB,
    former_hint     TEXT,
    former_until    INTEGER,
    mac_key         INTEGER NOT NULL,
    mac             BLOB NOT NULL,
    search          TEXT NOT NULL,  -- in lower case: where the text filter looks
    revision        INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX token_by_digest ON token (secret_digest);
CREATE INDEX token_by_owner ON token (owner_directory, owner_key, id);
CREATE INDEX token_by_integration ON token (integration, id);

-- One row.
CREATE TABLE policy (
    id         INTEGER PRIMARY KEY CHECK (id = 1),
    document   TEXT NOT NULL,
    applied_at INTEGER NOT NULL,
    revision   INTEGER NOT NULL
) STRICT;

CREATE TABLE upstream_credential (
    owner_directory TEXT NOT NULL,
    owner_key       TEXT NOT NULL,
    instance        TEXT NOT NULL,
    owner_username  TEXT NOT NULL,
    kind            TEXT NOT NULL,
    sealed          BLOB NOT NULL,
    native_id       TEXT,
    hint            TEXT,
    created_at      INTEGER NOT NULL,
    created_by      TEXT NOT NULL,
    revision        INTEGER NOT NULL,
    PRIMARY KEY (owner_directory, owner_key, instance)
) STRICT;

CREATE TABLE audit_counter (
    id  INTEGER PRIMARY KEY CHECK (id = 1),
    seq INTEGER NOT NULL
) STRICT;
INSERT INTO audit_counter (id, seq) VALUES (1, 0);

CREATE TABLE audit (
    number  INTEGER PRIMARY KEY,
    at      INTEGER NOT NULL,
    actor   TEXT NOT NULL,
    action  TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail  TEXT NOT NULL,
    chain   BLOB               -- room for the hash chain
) STRICT;
CREATE INDEX audit_by_subject ON audit (subject, number);

CREATE TABLE node (
    id      BLOB PRIMARY KEY,
    name    TEXT NOT NULL,
    applied INTEGER NOT NULL,
    seen_at INTEGER NOT NULL
) STRICT;
