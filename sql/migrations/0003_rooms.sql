-- What happens to a room: who came and went, its name, its topic. And who is in it, counted.

-- 0 for what people write. Else it was done to the room by the author (enum change_kind of chat/room.h),
-- and the body holds the new name or topic; post_no and nonce are null.
ALTER TABLE message ADD COLUMN event INTEGER NOT NULL DEFAULT 0;

-- How many are in the room: kept beside it, because every page of the room says it.
ALTER TABLE room ADD COLUMN people INTEGER NOT NULL DEFAULT 0;
UPDATE room SET people = (SELECT count(*) FROM member WHERE member.room_id = room.id AND member.role <> 0);

-- Those who are in a room, without those who left.
DROP INDEX member_by_room;
CREATE INDEX member_in_room ON member (room_id, person_id) WHERE role <> 0;

-- The rooms that everybody may enter.
CREATE INDEX room_open ON room (name, id) WHERE kind = 1;
