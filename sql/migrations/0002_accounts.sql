-- What people say of themselves, and the link that lets others in.

ALTER TABLE person ADD COLUMN bio TEXT NOT NULL DEFAULT '';

-- At most one row: making a new link ends the old one. The code is kept as it is, so that it can be shown
-- again; it opens nothing but the door.
CREATE TABLE invitation (
    code TEXT PRIMARY KEY,
    person_id INTEGER NOT NULL REFERENCES person (id),
    created_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
