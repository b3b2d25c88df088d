-- What was done, as it came, until it is folded into the other tables: a row for each flush of a
-- thread. `at` is when it was flushed, `events` how many requests are in it, `format` how `body` is
-- written and `crc` its CRC-32.
CREATE TABLE activity_journal (
    id     INTEGER PRIMARY KEY,
    at     INTEGER NOT NULL,
    format INTEGER NOT NULL,
    events INTEGER NOT NULL,
    crc    INTEGER NOT NULL,
    body   BLOB NOT NULL
) STRICT;

-- The log of single requests, in the order of folding: each row has some of one subject, packed,
-- `lines` many. `first_at` is when the first of them came, from which the others' times are counted.
-- It takes the place of a row for each request. `lines` of a token in activity_subject is how many
-- of its requests are there at most, of a caller exactly.
CREATE TABLE activity_sheet (
    id       INTEGER PRIMARY KEY,
    subject  INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    lines    INTEGER NOT NULL,
    body     BLOB NOT NULL
) STRICT;

-- With `lines`, so that cutting a subject's log need not read the sheets.
CREATE INDEX activity_sheet_subject ON activity_sheet (subject, id, lines);

DROP TABLE activity_request;
UPDATE activity_subject SET lines = 0;
UPDATE activity_log SET lines = 0;

-- The numbers are those of sql/prune.rs: a quarter more than is kept.
DROP INDEX activity_subject_overfull_token;
DROP INDEX activity_subject_overfull_caller;
CREATE INDEX activity_subject_overfull_token
    ON activity_subject (lines) WHERE caller = 0 AND lines > 1250;
CREATE INDEX activity_subject_overfull_caller
    ON activity_subject (lines) WHERE caller = 1 AND lines > 12500;

-- By the hour first: what is counted now lies together, however long ago each subject began. By
-- the subject first, each fold wrote a page for each of them.
CREATE TABLE activity_hour_by_hour (
    caller          INTEGER NOT NULL,
    hour            INTEGER NOT NULL,
    subject         INTEGER NOT NULL,
    requests        INTEGER NOT NULL,
    refused         INTEGER NOT NULL,
    bytes_in        INTEGER NOT NULL,
    bytes_out       INTEGER NOT NULL,
    upstream_micros INTEGER NOT NULL,
    PRIMARY KEY (caller, hour, subject)
) STRICT, WITHOUT ROWID;

INSERT INTO activity_hour_by_hour
    SELECT caller, hour, subject, requests, refused, bytes_in, bytes_out, upstream_micros
    FROM activity_hour;
DROP TABLE activity_hour;
ALTER TABLE activity_hour_by_hour RENAME TO activity_hour;
CREATE INDEX activity_hour_subject ON activity_hour (subject, hour);
