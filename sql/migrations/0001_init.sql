-- People, rooms, and the numbered log of each room.
--
-- message.seq and change.seq of a room are together 1..room.last_seq without a gap. Times are int64
-- milliseconds since 1970 (UTC). Enumerations are those of src/chat/.

CREATE TABLE counter (
    name TEXT PRIMARY KEY,
    last INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO counter (name, last) VALUES ('person', 0), ('room', 0);

CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE person (
    id INTEGER PRIMARY KEY,
    handle TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    role INTEGER NOT NULL,
    password_hash TEXT NOT NULL,
    state INTEGER NOT NULL,
    created_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE session (
    token_hash BLOB PRIMARY KEY,
    person_id INTEGER NOT NULL REFERENCES person (id),
    created_ms INTEGER NOT NULL,
    seen_ms INTEGER NOT NULL,
    user_agent TEXT NOT NULL,
    address TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX session_by_person ON session (person_id, created_ms);

CREATE TABLE room (
    id INTEGER PRIMARY KEY,
    kind INTEGER NOT NULL,
    name TEXT NOT NULL,
    topic TEXT NOT NULL DEFAULT '',
    parent_room INTEGER REFERENCES room (id),
    parent_seq INTEGER,
    people_key TEXT UNIQUE,
    last_seq INTEGER NOT NULL DEFAULT 0,
    last_post INTEGER NOT NULL DEFAULT 0,
    last_ms INTEGER NOT NULL DEFAULT 0,
    created_ms INTEGER NOT NULL
) STRICT;

-- A row stays when somebody leaves (role 0), so that joining by itself never undoes it.
CREATE TABLE member (
    person_id INTEGER NOT NULL REFERENCES person (id),
    room_id INTEGER NOT NULL REFERENCES room (id),
    role INTEGER NOT NULL,
    read_post INTEGER NOT NULL DEFAULT 0,
    joined_ms INTEGER NOT NULL,
    PRIMARY KEY (person_id, room_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX member_by_room ON member (room_id, person_id);

-- id: created_ms * 2^20 and 20 bits that keep it increasing; never shown.
CREATE TABLE message (
    id INTEGER PRIMARY KEY,
    room_id INTEGER NOT NULL REFERENCES room (id),
    seq INTEGER NOT NULL,
    rev INTEGER NOT NULL,
    post_no INTEGER,
    author_id INTEGER REFERENCES person (id),
    nonce TEXT,
    created_ms INTEGER NOT NULL,
    body TEXT NOT NULL,
    edited_ms INTEGER NOT NULL DEFAULT 0,
    deleted INTEGER NOT NULL DEFAULT 0,
    UNIQUE (room_id, seq),
    UNIQUE (room_id, author_id, nonce)
) STRICT;
-- Pages skip deleted messages without walking long runs of them.
CREATE INDEX message_visible ON message (room_id, seq) WHERE deleted = 0;

CREATE TABLE change (
    room_id INTEGER NOT NULL REFERENCES room (id),
    seq INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    ref_seq INTEGER,
    actor_id INTEGER REFERENCES person (id),
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (room_id, seq)
) STRICT, WITHOUT ROWID;
