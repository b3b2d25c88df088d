-- Which credential a caller without a token presented, where that can be told without its secret: the
-- id of a native token, the key of an OAuth consumer. Two of them are two callers.
ALTER TABLE activity_subject ADD COLUMN mark TEXT NOT NULL DEFAULT '';

DROP INDEX activity_subject_caller;

CREATE UNIQUE INDEX activity_subject_caller
    ON activity_subject (instance, credential, mark, standing, username, agent) WHERE caller = 1;
