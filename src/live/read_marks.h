/* read_marks.h -- read marks on their way to the store, coalesced.
 *
 * A page sends its mark often; the newest of a person and room is written LIMIT_READ_MARK_MS after the
 * first, or at once when the person changes room or goes. Marks only move forward, so that the store
 * and this table may meet in any order. Owned by a hub; thread: its loop's.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "base/clock.h"
#include "base/map.h"
#include "chat/ids.h"

struct hub;

struct read_marks {
    struct map pending; /* person and room → struct read_mark */
};

void read_marks_note(struct hub *hub, PersonId person, RoomId room, PostNo post);
/* Writes the pending mark of one person and room now, if there is one. */
void read_marks_flush(struct hub *hub, PersonId person, RoomId room);
/* Writes those that are due; all of them when `all`. */
void read_marks_tick(struct hub *hub, bool all);
void read_marks_finish(struct read_marks *marks);
