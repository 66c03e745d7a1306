/* metrics.c -- a shard of counters for every few threads, a cache line apart, summed when read.
 * SPDX-License-Identifier: MIT */
#include "base/metrics.h"

#include <stdatomic.h>

enum { SHARDS = 16, CACHE_LINE = 64 };

struct shard {
    _Alignas(CACHE_LINE) _Atomic int64_t values[METRIC_COUNT];
};

static struct shard shards[SHARDS];
static atomic_uint next_shard;
static _Thread_local struct shard *own;

static struct shard *own_shard(void)
{
    if (own == NULL) {
        own = &shards[atomic_fetch_add(&next_shard, 1) % SHARDS];
    }
    return own;
}

void metrics_add_at(enum metric metric, int64_t amount)
{
    (void)atomic_fetch_add_explicit(&own_shard()->values[metric], amount, memory_order_relaxed);
}

int64_t metrics_get_at(enum metric metric)
{
    int64_t sum = 0;
    for (int i = 0; i < SHARDS; i++) {
        sum += atomic_load_explicit(&shards[i].values[metric], memory_order_relaxed);
    }
    return sum;
}

static const struct {
    const char *name;
    const char *kind;
    const char *help;
} table[METRIC_COUNT] = {
#define COUNTER "counter"
#define GAUGE "gauge"
#define X(name, kind, help) {#name, kind, help},
    METRICS(X)
#undef X
#undef GAUGE
#undef COUNTER
};

void metrics_print(struct buf *out)
{
    for (int i = 0; i < METRIC_COUNT; i++) {
        buf_printf(out, "# HELP parlor_%s %s\n# TYPE parlor_%s %s\nparlor_%s %lld\n", table[i].name,
                   table[i].help, table[i].name, table[i].kind, table[i].name,
                   (long long)metrics_get_at((enum metric)i));
    }
}
