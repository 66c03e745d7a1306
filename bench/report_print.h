/* report_print.h -- the shapes in which a report is printed. Shared by report_*.c only.
 * SPDX-License-Identifier: MIT */
#pragma once

#include <stdio.h>

#include "machine.h"
#include "report.h"

void report_markdown(FILE *out, const struct report *report, const struct machine *machine);
void report_json(FILE *out, const struct report *report, const struct machine *machine);
