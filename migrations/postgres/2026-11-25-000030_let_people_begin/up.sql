-- What people sign in with before they have a password of their own. One code a person, and only as a hash.
CREATE TABLE sign_in_codes (
    user_id    BIGINT PRIMARY KEY REFERENCES users (id),
    -- SHA-256 of the code, in hexadecimal.
    code_hash  TEXT   NOT NULL CHECK (length(code_hash) = 64),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL CHECK (expires_at > created_at)
);

-- Whom this session looks at the site as, and until when.
ALTER TABLE sessions ADD COLUMN acting_as BIGINT REFERENCES users (id);
ALTER TABLE sessions ADD COLUMN acting_until BIGINT;
CREATE INDEX sessions_by_acting_end ON sessions (acting_until) WHERE acting_until IS NOT NULL;
