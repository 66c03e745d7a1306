/* machine.c -- see machine.h.
 * SPDX-License-Identifier: MIT */
#include "machine.h"

#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

#include "fail.h"

/* The first line that a command prints, or "unknown". */
static void ask(const char *command, char *ret_line, size_t cap)
{
    FILE *pipe = popen(command, "r");
    if (pipe == NULL || fgets(ret_line, (int)cap, pipe) == NULL) {
        (void)snprintf(ret_line, cap, "unknown");
    }
    ret_line[strcspn(ret_line, "\n")] = '\0';
    if (pipe != NULL) {
        (void)pclose(pipe); /* what it printed is all that counts */
    }
}

static void read_cpu(char *ret_cpu, size_t cap)
{
    char line[256];
    FILE *file = fopen("/proc/cpuinfo", "r");
    (void)snprintf(ret_cpu, cap, "unknown processor");
    while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
        const char *value = strstr(line, ": ");
        if (strncmp(line, "model name", 10) == 0 && value != NULL) {
            (void)snprintf(ret_cpu, cap, "%.*s", (int)strcspn(value + 2, "\n"), value + 2);
            break;
        }
    }
    if (file != NULL) {
        (void)fclose(file);
    }
}

void machine_read(struct machine *ret_machine, const struct cores *cores)
{
    struct utsname names;
    time_t now = time(NULL);
    struct tm parts;
    *ret_machine = (struct machine){.cores = *cores};
    if (uname(&names) == 0) {
        (void)snprintf(ret_machine->kernel, sizeof(ret_machine->kernel), "%.100s", names.release);
    }
    (void)strftime(ret_machine->date, sizeof(ret_machine->date), "%Y-%m-%d %H:%M UTC",
                   gmtime_r(&now, &parts));
    ask("git describe --always --abbrev=10 --dirty=+ 2>/dev/null", ret_machine->commit,
        sizeof(ret_machine->commit));
    read_cpu(ret_machine->cpu, sizeof(ret_machine->cpu));
}
