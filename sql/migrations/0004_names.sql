-- Whose name looks like somebody else's is shown with the handle behind it.

-- What is left of a name when all that looks alike is made equal (person_name_skeleton()). SQL cannot
-- compute it: null until the program has filled it in, which it does when it opens the file.
ALTER TABLE person ADD COLUMN name_key TEXT;
ALTER TABLE person ADD COLUMN shows_handle INTEGER NOT NULL DEFAULT 0;
-- What stands behind the name: the handle, or nothing.
ALTER TABLE person ADD COLUMN shown_handle TEXT
    GENERATED ALWAYS AS (CASE shows_handle WHEN 1 THEN handle ELSE '' END) VIRTUAL;

-- A name without a handle belongs to one person, also when the account is disabled: what they wrote is
-- still read.
CREATE UNIQUE INDEX person_bare_name ON person (name_key) WHERE shows_handle = 0;

-- The door names an admin; without one it would read everybody.
CREATE INDEX person_admin ON person (id) WHERE state = 1 AND role = 2;
