/* person_name.h -- which names look alike.
 *
 * Two people may have the same name, but nobody may pass for somebody else: of those whose names
 * have the same skeleton one is shown by the name alone, the others with their handle behind it.
 * Who that is, is decided in the store, where the names are. Pure, like person.h.
 *
 * A skeleton is compared and never shown. It errs towards "alike", because that costs no more than
 * a handle that is shown without need. SPDX-License-Identifier: MIT */
#pragma once

#include "chat/ids.h"

/* The skeleton of a name, into the arena. Equal: a reader may take one for the other. What counts:
 *   - compatibility forms are made plain (fullwidth, mathematical, circled letters), capitals
 * small;
 *   - accents are dropped: Änna is another name than Anna, but the dot under an Ạ is easily
 *     overlooked, so both are alike here. Vowel signs and voicing marks, of India, Thailand or
 *     Japan, stay: without them other names would be left;
 *   - only letters and digits count, so that no space, dot, invisible character or flower makes a
 *     name somebody else's. A name that has none is its own skeleton;
 *   - letters that look like Latin ones become those: Cyrillic, Greek, small capitals, a few Latin
 *     ones with strokes. I, i, l, 1 and | are one, 0 is o, rn is m, vv is w, as in UTS #39.
 * Not covered: other alphabets that look like Latin (Armenian, Cherokee), alphabets that look like
 * one another but not like Latin, other digits, other pairs ("cl" and "d"), and capital and small
 * letters of Greek that look like different Latin ones: Η is h, but η is n. */
Str person_name_skeleton(struct arena *arena, Str name);

/* Whether the name has an "@" in it, of any kind, as though there were a handle behind it already.
 */
bool person_name_has_at(struct arena *arena, Str name);
