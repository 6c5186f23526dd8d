-- What staff did. One chain of hashes over the whole table; nothing of it is ever changed or removed.
CREATE TABLE audit_entries (
    id           INTEGER PRIMARY KEY CHECK (id > 0),
    at           INTEGER NOT NULL,
    -- Nobody when it was the command line.
    actor_id     INTEGER REFERENCES users (id),
    address      TEXT    NOT NULL,
    act          TEXT    NOT NULL,
    subject_kind TEXT    NOT NULL,
    subject_id   TEXT    NOT NULL,
    -- The person concerned, where there is one.
    person_id    INTEGER REFERENCES users (id),
    was          TEXT    NOT NULL,
    became       TEXT    NOT NULL,
    reason       TEXT    NOT NULL,
    -- The key of the form that asked for it, so that sending it twice does it once.
    request_key  TEXT    UNIQUE CHECK (length(request_key) BETWEEN 1 AND 64),
    hash         BLOB    NOT NULL CHECK (length(hash) = 32)
) STRICT;
CREATE INDEX audit_entries_by_subject ON audit_entries (subject_kind, subject_id, id);
CREATE INDEX audit_entries_by_person ON audit_entries (person_id, id);
CREATE INDEX audit_entries_by_actor ON audit_entries (actor_id, id);

CREATE TRIGGER audit_entries_are_never_changed BEFORE UPDATE ON audit_entries
BEGIN
    SELECT RAISE(ABORT, 'an entry of the record is never changed');
END;
CREATE TRIGGER audit_entries_are_never_removed BEFORE DELETE ON audit_entries
BEGIN
    SELECT RAISE(ABORT, 'an entry of the record is never removed');
END;

-- Where the record stands, so that an end that was cut off is missed.
CREATE TABLE audit_head (
    id      INTEGER PRIMARY KEY CHECK (id = 1),
    entries INTEGER NOT NULL CHECK (entries >= 0),
    hash    BLOB    NOT NULL CHECK (length(hash) = 32)
) STRICT;
INSERT INTO audit_head (id, entries, hash) VALUES (1, 0, zeroblob(32));
CREATE TRIGGER audit_head_is_never_removed BEFORE DELETE ON audit_head
BEGIN
    SELECT RAISE(ABORT, 'the head of the record is never removed');
END;

-- Until when this session may use the back office.
ALTER TABLE sessions ADD COLUMN granted_until INTEGER;
-- Since when the person may not sign in, and why.
ALTER TABLE users ADD COLUMN disabled_at INTEGER;
ALTER TABLE users ADD COLUMN disabled_because TEXT;
