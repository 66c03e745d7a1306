-- Every statement that the program runs while it serves, by name. Placeholders are $1 to $n; the text is
-- meant for SQLite and PostgreSQL alike: no engine's own functions, no data-modifying WITH.
--
-- a post runs: post_judge, room_advance, message_insert, member_follow
-- (the first also message_last_id)

-- name: post_judge
-- $1 room, $2 author, $3 nonce: the author's rights, and the message that this post repeats, if any.
-- No row: no such room, or the author was never in it.
SELECT member.role, person.name, person.state, message.seq, message.rev, message.post_no,
    message.created_ms, message.body, message.edited_ms, message.deleted,
    person.shown_handle
FROM member JOIN person ON person.id = member.person_id
LEFT JOIN message ON message.room_id = member.room_id AND message.author_id = member.person_id
    AND message.nonce = $3
WHERE member.person_id = $2 AND member.room_id = $1

-- name: room_advance
-- $1 room, $2 now: one more change, which is a post; the clock never runs backwards in a room.
UPDATE room SET last_seq = last_seq + 1, last_post = last_post + 1,
    last_ms = CASE WHEN last_ms > $2 THEN last_ms ELSE $2 END
WHERE id = $1 RETURNING last_seq, last_post, last_ms

-- name: message_insert
-- $1 id, $2 room, $3 seq, $4 post, $5 author, $6 nonce, $7 created, $8 body
INSERT INTO message (id, room_id, seq, rev, post_no, author_id, nonce, created_ms, body)
VALUES ($1, $2, $3, $3, $4, $5, $6, $7, $8)

-- name: member_follow
-- $1 room, $2 person, $3 post: who had read everything has read their own post too.
UPDATE member SET read_post = $3 WHERE person_id = $2 AND room_id = $1 AND read_post = $3 - 1

-- name: message_change_judge
-- $1 room, $2 seq, $3 actor: the actor's rights, and the message. No row: no such message, or the
-- actor was never in the room.
SELECT member.role, actor.role, actor.state, message.rev, message.post_no, message.author_id,
    author.name, message.nonce, message.created_ms, message.body, message.edited_ms, message.deleted,
    message.event, author.shown_handle
FROM member JOIN person AS actor ON actor.id = member.person_id
JOIN message ON message.room_id = member.room_id AND message.seq = $2
LEFT JOIN person AS author ON author.id = message.author_id
WHERE member.person_id = $3 AND member.room_id = $1

-- name: room_change
-- $1 room, $2 now: one more change, which is not a post.
UPDATE room SET last_seq = last_seq + 1,
    last_ms = CASE WHEN last_ms > $2 THEN last_ms ELSE $2 END
WHERE id = $1 RETURNING last_seq, last_post, last_ms

-- name: change_insert
-- $1 room, $2 seq, $3 kind, $4 seq of the message that it changes, $5 actor, $6 when
INSERT INTO change (room_id, seq, kind, ref_seq, actor_id, at_ms) VALUES ($1, $2, $3, $4, $5, $6)

-- name: message_change
-- $1 room, $2 seq, $3 rev, $4 body, $5 edited, $6 deleted
UPDATE message SET rev = $3, body = $4, edited_ms = $5, deleted = $6
WHERE room_id = $1 AND seq = $2

-- name: message_last_id
SELECT id FROM message ORDER BY id DESC LIMIT 1

-- name: counter_next
UPDATE counter SET last = last + 1 WHERE name = $1 RETURNING last

-- name: person_insert
-- $1 id, $2 handle, $3 name, $4 role, $5 password hash, $6 now; state 1 is active
INSERT INTO person (id, handle, name, role, password_hash, state, created_ms)
VALUES ($1, $2, $3, $4, $5, 1, $6)

-- name: person_with_bare_name
-- $1 name key, $2 who asks: who else is shown by such a name alone
SELECT 1 FROM person WHERE name_key = $1 AND shows_handle = 0 AND id <> $2

-- name: person_without_key
-- $1 limit
SELECT id, name FROM person WHERE name_key IS NULL AND shows_handle = 0 ORDER BY id LIMIT $1

-- name: person_set_name_key
-- $1 person, $2 name key, $3 shows handle
UPDATE person SET name_key = $2, shows_handle = $3 WHERE id = $1

-- name: person_join_open_rooms
-- $1 person, $2 now; kind 1 is open, role 1 plain
INSERT INTO member (person_id, room_id, role, read_post, joined_ms)
SELECT $1, id, 1, last_post, $2 FROM room WHERE kind = 1

-- name: person_by_handle
SELECT id, handle, name, role, state, password_hash FROM person WHERE handle = $1

-- name: room_insert
-- $1 id, $2 name, $3 now; kind 1 is open
INSERT INTO room (id, kind, name, created_ms) VALUES ($1, 1, $2, $3)

-- name: room_join_everybody
-- $1 room, $2 now; state 1 is active
INSERT INTO member (person_id, room_id, role, joined_ms)
SELECT id, $1, 1, $2 FROM person WHERE state = 1

-- name: room_count_people
UPDATE room SET people = (
    SELECT count(*) FROM member WHERE member.room_id = room.id AND member.role <> 0)
WHERE id = $1

-- name: open_rooms_grow
-- somebody new is in each of them
UPDATE room SET people = people + 1 WHERE kind = 1

-- name: open_rooms_count
SELECT count(*) FROM room WHERE kind = 1

-- name: room_for_person
-- $1 room, $2 person: the room as they see it, and what their rights in it are made of; the role is
-- null for who was never in it.
SELECT room.id, room.kind, room.name, room.topic, room.people, member.role, room.last_post,
    member.read_post, person.name, person.role, person.state, person.shown_handle
FROM room JOIN person ON person.id = $2
LEFT JOIN member ON member.room_id = room.id AND member.person_id = person.id
WHERE room.id = $1

-- name: room_rename
UPDATE room SET name = $2 WHERE id = $1

-- name: room_set_topic
UPDATE room SET topic = $2 WHERE id = $1

-- name: member_join
-- $1 room, $2 person, $3 now; role 1 is plain. Who comes has read what was said before.
INSERT INTO member (person_id, room_id, role, read_post, joined_ms)
SELECT $2, id, 1, last_post, $3 FROM room WHERE id = $1
ON CONFLICT (person_id, room_id) DO UPDATE
SET role = 1, read_post = excluded.read_post, joined_ms = excluded.joined_ms

-- name: member_set_role
-- $1 room, $2 person, $3 role
UPDATE member SET role = $3 WHERE person_id = $2 AND room_id = $1

-- name: event_insert
-- $1 id, $2 room, $3 seq, $4 who did it, $5 when, $6 new name or topic, $7 kind
INSERT INTO message (id, room_id, seq, rev, author_id, created_ms, body, event)
VALUES ($1, $2, $3, $3, $4, $5, $6, $7)

-- name: room_browse
-- $1 person, $2 limit: the open rooms that they are not in
SELECT room.id, room.kind, room.name, room.topic, room.people, 0, room.last_post, 0
FROM room LEFT JOIN member ON member.room_id = room.id AND member.person_id = $1
WHERE room.kind = 1 AND (member.role IS NULL OR member.role = 0)
ORDER BY room.name, room.id LIMIT $2

-- name: room_members
-- $1 room, $2 limit
SELECT person.id, person.name, member.role, person.role, person.shown_handle
FROM member JOIN person ON person.id = member.person_id
WHERE member.room_id = $1 AND member.role <> 0
ORDER BY person.name, person.id LIMIT $2

-- name: room_list
-- $1 person, $2 limit
SELECT room.id, room.kind, room.name, room.topic, room.people, member.role, room.last_post,
    member.read_post
FROM member JOIN room ON room.id = member.room_id
WHERE member.person_id = $1 AND member.role <> 0
ORDER BY room.name, room.id LIMIT $2

-- name: room_head
SELECT last_seq, last_post FROM room WHERE id = $1

-- name: person_is_active
SELECT 1 FROM person WHERE id = $1 AND state = 1

-- name: session_insert
-- $1 token hash, $2 person, $3 now, $4 user agent, $5 address
INSERT INTO session (token_hash, person_id, created_ms, seen_ms, user_agent, address)
VALUES ($1, $2, $3, $3, $4, $5)

-- name: session_trim
-- $1 person, $2 the new session, $3 how many others stay: the newest. The new one stays whatever the
-- clock did.
DELETE FROM session WHERE person_id = $1 AND token_hash IN (
    SELECT token_hash FROM session WHERE person_id = $1 AND token_hash <> $2
    ORDER BY created_ms DESC, token_hash LIMIT 1000 OFFSET $3)
RETURNING person_id, token_hash

-- name: session_touch
UPDATE session SET seen_ms = $2 WHERE token_hash = $1 AND seen_ms < $2

-- name: session_delete
DELETE FROM session WHERE token_hash = $1 RETURNING person_id, token_hash

-- name: session_find
SELECT session.created_ms, session.seen_ms, person.id, person.handle, person.name, person.role,
    person.state, person.shown_handle
FROM session JOIN person ON person.id = session.person_id
WHERE session.token_hash = $1

-- name: read_mark
-- $1 room, $2 person, $3 post
UPDATE member SET read_post = $3
WHERE person_id = $2 AND room_id = $1 AND read_post < $3
    AND $3 <= (SELECT last_post FROM room WHERE id = $1)

-- name: page_before
-- $1 room, $2 seq, $3 limit: newest first
SELECT message.seq, message.rev, message.post_no, message.author_id, person.name, message.nonce,
    message.created_ms, message.body, message.edited_ms, message.deleted, message.event,
    person.shown_handle
FROM message LEFT JOIN person ON person.id = message.author_id
WHERE message.room_id = $1 AND message.seq < $2 AND message.deleted = 0
ORDER BY message.seq DESC LIMIT $3

-- name: page_after
-- $1 room, $2 seq, $3 limit: oldest first
SELECT message.seq, message.rev, message.post_no, message.author_id, person.name, message.nonce,
    message.created_ms, message.body, message.edited_ms, message.deleted, message.event,
    person.shown_handle
FROM message LEFT JOIN person ON person.id = message.author_id
WHERE message.room_id = $1 AND message.seq > $2 AND message.deleted = 0
ORDER BY message.seq LIMIT $3

-- name: message_get
-- $1 room, $2 seq
SELECT message.seq, message.rev, message.post_no, message.author_id, person.name, message.nonce,
    message.created_ms, message.body, message.edited_ms, message.deleted, message.event,
    person.shown_handle
FROM message LEFT JOIN person ON person.id = message.author_id
WHERE message.room_id = $1 AND message.seq = $2

-- name: replay
-- $1 room, $2 after: new messages, and the current state of those that a change names, by rev. Named
-- first and fetched then: with OR instead of UNION, SQLite walks the whole room.
SELECT message.seq, message.rev, message.post_no, message.author_id, person.name, message.nonce,
    message.created_ms, message.body, message.edited_ms, message.deleted, message.event,
    person.shown_handle
FROM message LEFT JOIN person ON person.id = message.author_id
WHERE message.room_id = $1 AND message.seq IN (
    SELECT added.seq FROM message AS added WHERE added.room_id = $1 AND added.seq > $2
    UNION
    SELECT ref_seq FROM change WHERE room_id = $1 AND change.seq > $2 AND ref_seq IS NOT NULL)
ORDER BY message.rev

-- name: meta_get
SELECT value FROM meta WHERE key = $1

-- name: meta_put
INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = $2

-- name: person_any
SELECT 1 FROM person WHERE id > 0 LIMIT 1

-- name: person_get
-- $1 person, $2 sessions begun before this are over, $3 and so are those last used before this
SELECT id, handle, name, role, state, bio, created_ms,
    (SELECT count(*) FROM session
        WHERE session.person_id = person.id AND session.created_ms > $2 AND session.seen_ms > $3)
FROM person WHERE id = $1

-- name: person_set_profile
-- $1 person, $2 name, $3 bio
UPDATE person SET name = $2, bio = $3 WHERE id = $1 AND state = 1

-- name: person_set_password
-- $1 person, $2 the hash that was checked, $3 the new one
UPDATE person SET password_hash = $3 WHERE id = $1 AND password_hash = $2 AND state = 1

-- name: person_is_admin
-- role 2 is admin
SELECT 1 FROM person WHERE id = $1 AND state = 1 AND role = 2

-- name: person_first_admin
SELECT name FROM person WHERE state = 1 AND role = 2 ORDER BY id LIMIT 1

-- name: session_delete_all
DELETE FROM session WHERE person_id = $1 RETURNING person_id, token_hash

-- name: member_first_room
SELECT room_id FROM member WHERE person_id = $1 AND role <> 0 ORDER BY room_id LIMIT 1

-- name: invitation_get
SELECT invitation.code, person.name
FROM invitation JOIN person ON person.id = invitation.person_id LIMIT 1

-- name: invitation_holds
SELECT 1 FROM invitation WHERE code = $1

-- name: invitation_clear
DELETE FROM invitation

-- name: invitation_insert
-- $1 code, $2 who asks people in, $3 now
INSERT INTO invitation (code, person_id, created_ms) VALUES ($1, $2, $3)
