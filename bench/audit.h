/* audit.h -- is everything that was acknowledged really stored?
 *
 * Reads the database as it lies there, after the server has ended: a second connection would
 * disturb it.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "crowd.h"

/* Fails unless the database of `folder` holds exactly the crowd's posts beside the history that was
 * there before: each once, with its text, at the number that was acknowledged, and 1..last_seq
 * without a gap in every room. */
void audit_database(const char *folder, const struct crowd *crowd);
/* The same of several crowds, whose nonces begin with letters of their own. */
void audit_databases(const char *folder, const struct crowd *const *crowds, int count);
/* Fails unless the database of `folder` holds so many sessions. */
void audit_sessions(const char *folder, int64_t sessions);
