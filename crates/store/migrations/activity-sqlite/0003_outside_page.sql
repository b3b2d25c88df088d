-- activity_observed also counts requests with a session that passed without what a page sends, and
-- that a mode of `browser` would have refused: `credential` is then `session_outside_page`. Settings
-- sums up these alone, which are few, of all instances.
CREATE INDEX activity_observed_outside_page
    ON activity_observed (subject, hour, count) WHERE credential = 'session_outside_page';
