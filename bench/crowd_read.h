/* crowd_read.h -- what a member of the crowd is sent: frames, and what they say.
 *
 * Shared by crowd.c and crowd_read.c only.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "crowd.h"

/* Receives once from the member's socket and takes every whole frame. */
void crowd_read(struct crowd *crowd, struct member *member);
