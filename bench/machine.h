/* machine.h -- what a result must say about where it comes from.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "usage.h"

struct machine {
    char commit[64]; /* with a plus when the tree was changed */
    char date[32];
    char cpu[128];
    char kernel[128];
    struct cores cores;
};

void machine_read(struct machine *ret_machine, const struct cores *cores);
