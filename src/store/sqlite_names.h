/* sqlite_names.h -- who is shown by the name alone, and who with the handle behind it.
 *
 * Of all whose names look alike (chat/person_name.h) one at most is shown by the name alone: who
 * was there first. It is judged when an account is made and when a profile is saved, for that
 * person only. So when the first one takes another name, the next of the others who saves the
 * profile loses the handle; and who comes back to a name finds out whether it is still free.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "chat/ids.h"
#include "store/sqlite_db.h"

/* Inside the transaction that stored the name: sets the person's name_key and shows_handle. */
MUST_USE bool sqlite_names_settle(struct sqlite_db *db, PersonId person, Str name, struct err *err);
/* Judges those who were never judged, in the order in which they came: after the migration to
 * schema 4 everybody, at another opening nobody. A few hundred in a transaction; killed in between,
 * it goes on next time. */
MUST_USE bool sqlite_names_fill(struct sqlite_db *db, struct err *err);
