-- What staff did. One chain of hashes over the whole table; nothing of it is ever changed or removed.
CREATE TABLE audit_entries (
    id           BIGINT PRIMARY KEY CHECK (id > 0),
    at           BIGINT NOT NULL,
    -- Nobody when it was the command line.
    actor_id     BIGINT REFERENCES users (id),
    address      TEXT   NOT NULL,
    act          TEXT   NOT NULL,
    subject_kind TEXT   NOT NULL,
    subject_id   TEXT   NOT NULL,
    -- The person concerned, where there is one.
    person_id    BIGINT REFERENCES users (id),
    was          TEXT   NOT NULL,
    became       TEXT   NOT NULL,
    reason       TEXT   NOT NULL,
    -- The key of the form that asked for it, so that sending it twice does it once.
    request_key  TEXT   UNIQUE CHECK (length(request_key) BETWEEN 1 AND 64),
    hash         BYTEA  NOT NULL CHECK (octet_length(hash) = 32)
);
CREATE INDEX audit_entries_by_subject ON audit_entries (subject_kind, subject_id, id);
CREATE INDEX audit_entries_by_person ON audit_entries (person_id, id);
CREATE INDEX audit_entries_by_actor ON audit_entries (actor_id, id);

CREATE FUNCTION refuse_change_of_the_record() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an entry of the record is never changed or removed';
END;
$$;
CREATE TRIGGER audit_entries_are_never_changed BEFORE UPDATE OR DELETE ON audit_entries
FOR EACH ROW EXECUTE FUNCTION refuse_change_of_the_record();
CREATE TRIGGER audit_entries_are_never_truncated BEFORE TRUNCATE ON audit_entries
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_the_record();

-- Where the record stands, so that an end that was cut off is missed.
CREATE TABLE audit_head (
    id      BIGINT PRIMARY KEY CHECK (id = 1),
    entries BIGINT NOT NULL CHECK (entries >= 0),
    hash    BYTEA  NOT NULL CHECK (octet_length(hash) = 32)
);
INSERT INTO audit_head (id, entries, hash) VALUES (1, 0, decode(repeat('00', 32), 'hex'));
CREATE TRIGGER audit_head_is_never_removed BEFORE DELETE ON audit_head
FOR EACH ROW EXECUTE FUNCTION refuse_change_of_the_record();

-- Until when this session may use the back office.
ALTER TABLE sessions ADD COLUMN granted_until BIGINT;
-- Since when the person may not sign in, and why.
ALTER TABLE users ADD COLUMN disabled_at BIGINT;
ALTER TABLE users ADD COLUMN disabled_because TEXT;
