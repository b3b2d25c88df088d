-- Whose activity: a token, or a caller without one (per instance, credential, user, user agent).
-- `caller` is 1 when there is no token. `lines` is how many rows of activity_request are his, kept
-- so that pruning need not count.
CREATE TABLE activity_subject (
    id            INTEGER PRIMARY KEY,
    token         BLOB UNIQUE,
    caller        INTEGER NOT NULL,
    instance      TEXT NOT NULL,
    credential    TEXT NOT NULL,
    standing      TEXT NOT NULL,
    username      TEXT NOT NULL,
    agent         TEXT NOT NULL,
    lines         INTEGER NOT NULL,
    last_at       INTEGER NOT NULL,
    last_instance TEXT NOT NULL,
    last_address  TEXT NOT NULL,
    last_agent    TEXT NOT NULL
) STRICT;

CREATE UNIQUE INDEX activity_subject_caller
    ON activity_subject (instance, credential, standing, username, agent) WHERE caller = 1;

-- The few that pruning has to look at. The numbers are those of sql/prune.rs. With a condition on
-- `token` instead, SQLite would rather look at every token.
CREATE INDEX activity_subject_overfull_token
    ON activity_subject (lines) WHERE caller = 0 AND lines > 1100;
CREATE INDEX activity_subject_overfull_caller
    ON activity_subject (lines) WHERE caller = 1 AND lines > 11000;
CREATE INDEX activity_subject_idle_caller
    ON activity_subject (last_at) WHERE caller = 1 AND lines = 0;

-- `caller` as in activity_subject: such rows are kept for a shorter time.
CREATE TABLE activity_hour (
    subject         INTEGER NOT NULL,
    hour            INTEGER NOT NULL,
    caller          INTEGER NOT NULL,
    requests        INTEGER NOT NULL,
    refused         INTEGER NOT NULL,
    bytes_in        INTEGER NOT NULL,
    bytes_out       INTEGER NOT NULL,
    upstream_micros INTEGER NOT NULL,
    PRIMARY KEY (subject, hour)
) STRICT, WITHOUT ROWID;

CREATE INDEX activity_hour_age ON activity_hour (caller, hour);

CREATE TABLE activity_refusal (
    subject INTEGER NOT NULL,
    hour    INTEGER NOT NULL,
    reason  TEXT NOT NULL,
    count   INTEGER NOT NULL,
    PRIMARY KEY (subject, hour, reason)
) STRICT, WITHOUT ROWID;

-- Requests that passed and that a mode of `block` would have refused, by that mode's credential.
CREATE TABLE activity_observed (
    subject    INTEGER NOT NULL,
    hour       INTEGER NOT NULL,
    credential TEXT NOT NULL,
    count      INTEGER NOT NULL,
    PRIMARY KEY (subject, hour, credential)
) STRICT, WITHOUT ROWID;

-- Each operation's name once: as many rows as the catalogue has, times instances and methods.
CREATE TABLE activity_operation (
    id       INTEGER PRIMARY KEY,
    instance TEXT NOT NULL,
    family   TEXT NOT NULL,
    resource TEXT NOT NULL,
    action   TEXT NOT NULL,
    method   TEXT NOT NULL,
    UNIQUE (instance, family, resource, action, method)
) STRICT;

-- Single requests, in the order of writing.
CREATE TABLE activity_request (
    id              INTEGER PRIMARY KEY,
    subject         INTEGER NOT NULL,
    operation       INTEGER NOT NULL,
    at              INTEGER NOT NULL,
    project         TEXT,
    status          INTEGER NOT NULL,
    reason          TEXT,
    bytes_in        INTEGER NOT NULL,
    bytes_out       INTEGER NOT NULL,
    upstream_micros INTEGER NOT NULL,
    duration_micros INTEGER NOT NULL,
    request_id      BLOB NOT NULL
) STRICT;

CREATE INDEX activity_request_subject ON activity_request (subject, id);

-- What was not recorded for want of room.
CREATE TABLE activity_dropped (
    hour     INTEGER PRIMARY KEY,
    requests INTEGER NOT NULL,
    lines    INTEGER NOT NULL
) STRICT;

-- How many rows activity_request has.
CREATE TABLE activity_log (
    one   INTEGER PRIMARY KEY CHECK (one = 1),
    lines INTEGER NOT NULL
) STRICT;

INSERT INTO activity_log (one, lines) VALUES (1, 0);
