-- Who answers for its being listed: the file or tape that the settings name, or the back office.
ALTER TABLE instruments ADD COLUMN origin TEXT NOT NULL DEFAULT 'file' CHECK (origin IN ('file', 'office'));
-- Since when its name and sector are the back office's, so that no file changes them.
ALTER TABLE instruments ADD COLUMN edited_at INTEGER;
-- Since when the back office has taken it off the list.
ALTER TABLE instruments ADD COLUMN delisted_at INTEGER;
-- Since when trading in it is halted, and why, in words that traders see.
ALTER TABLE instruments ADD COLUMN halted_at INTEGER;
ALTER TABLE instruments ADD COLUMN halted_because TEXT
    CHECK ((halted_at IS NULL) = (halted_because IS NULL) AND length(halted_because) <= 500);
