-- As the tables of SQLite, in PostgreSQL's types. COLLATE "C" sorts and compares bytes, as SQLite
-- does. Times are milliseconds since 1970 in UTC.

-- The number of the newest change. Counted in the transaction of the change (a SEQUENCE is
-- taken before commit, and a lower number could appear after a higher one was read).
CREATE TABLE change_counter (
    id  BIGINT PRIMARY KEY CHECK (id = 1),
    seq BIGINT NOT NULL
);
INSERT INTO change_counter (id, seq) VALUES (1, 0);

CREATE TABLE change_log (
    revision  BIGINT PRIMARY KEY,
    kind      TEXT COLLATE "C" NOT NULL,     -- token | policy | credential
    token     BYTEA,
    directory TEXT COLLATE "C",
    username  TEXT COLLATE "C",
    instance  TEXT COLLATE "C"
);

CREATE TABLE token (
    id              BYTEA PRIMARY KEY,
    name            TEXT COLLATE "C" NOT NULL,
    owner_directory TEXT COLLATE "C" NOT NULL,
    owner_username  TEXT COLLATE "C" NOT NULL,  -- as the directory writes it
    owner_key       TEXT COLLATE "C" NOT NULL,  -- in lower case: what is compared
    creator         TEXT COLLATE "C" NOT NULL,
    integration     TEXT COLLATE "C",
    purpose         TEXT COLLATE "C",
    grant_json      TEXT COLLATE "C" NOT NULL,
    state           TEXT COLLATE "C" NOT NULL,
    created_at      BIGINT NOT NULL,
    expires_at      BIGINT,
    ended_at        BIGINT,        -- when it was revoked or marked as expired
    secret_key      BIGINT NOT NULL,
    secret_digest   BYTEA NOT NULL,
    secret_hint     TEXT COLLATE "C" NOT NULL,
    former_key      BIGINT,
    former_digest   BYTEA,
    former_hint     TEXT COLLATE "C",
    former_until    BIGINT,
    mac_key         BIGINT NOT NULL,
    mac             BYTEA NOT NULL,
    search          TEXT COLLATE "C" NOT NULL,  -- in lower case: where the text filter looks
    revision        BIGINT NOT NULL
);
CREATE UNIQUE INDEX token_by_digest ON token (secret_digest);
CREATE INDEX token_by_owner ON token (owner_directory, owner_key, id);
-- A hash: names of any length have room in it.
CREATE INDEX token_by_integration ON token USING HASH (integration);

-- One row.
CREATE TABLE policy (
    id         BIGINT PRIMARY KEY CHECK (id = 1),
    document   TEXT COLLATE "C" NOT NULL,
    applied_at BIGINT NOT NULL,
    revision   BIGINT NOT NULL
);

CREATE TABLE upstream_credential (
    owner_directory TEXT COLLATE "C" NOT NULL,
    owner_key       TEXT COLLATE "C" NOT NULL,
    instance        TEXT COLLATE "C" NOT NULL,
    owner_username  TEXT COLLATE "C" NOT NULL,
    kind            TEXT COLLATE "C" NOT NULL,
    sealed          BYTEA NOT NULL,
    native_id       TEXT COLLATE "C",
    hint            TEXT COLLATE "C",
    created_at      BIGINT NOT NULL,
    created_by      TEXT COLLATE "C" NOT NULL,
    revision        BIGINT NOT NULL,
    PRIMARY KEY (owner_directory, owner_key, instance)
);

CREATE TABLE audit_counter (
    id  BIGINT PRIMARY KEY CHECK (id = 1),
    seq BIGINT NOT NULL
);
INSERT INTO audit_counter (id, seq) VALUES (1, 0);

CREATE TABLE audit (
    number  BIGINT PRIMARY KEY,
    at      BIGINT NOT NULL,
    actor   TEXT COLLATE "C" NOT NULL,
    action  TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    detail  TEXT COLLATE "C" NOT NULL,
    chain   BYTEA               -- room for the hash chain
);
CREATE INDEX audit_by_subject ON audit (subject, number);

CREATE TABLE node (
    id      BYTEA PRIMARY KEY,
    name    TEXT COLLATE "C" NOT NULL,
    applied BIGINT NOT NULL,
    seen_at BIGINT NOT NULL
);
