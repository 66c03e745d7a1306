/* metrics.h -- the program's counters and gauges, and their Prometheus text.
 *
 * Every metric of the program is a row of the one table below. Values are relaxed atomics in
 * per-thread shards (summed when read), so that counting on the hot path costs an uncontended add.
 * Tests read them through /metrics. Thread: any.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "base/buf.h"

/* name, kind, help. Units are the last word of a name, as Prometheus wants it. */
#define METRICS(X)                                                                                 \
    X(renders_total, COUNTER, "message fragments rendered for publication, one a change")          \
    X(replay_renders_total, COUNTER, "fragments rendered for windows, replays and older pages")    \
    X(publishes_total, COUNTER, "changes published to the bus")                                    \
    X(log_appends_total, COUNTER, "frames copied into a room log, one a change and loop")          \
    X(sends_total, COUNTER, "sendmsg calls on live sockets")                                       \
    X(send_turns_total, COUNTER, "member turns: a member with something to send at a turn's end")  \
    X(sends_blocked_total, COUNTER, "sendmsg calls that the kernel took only in part or not")      \
    X(sent_bytes_total, COUNTER, "bytes sent on live sockets")                                     \
    X(deliveries_total, COUNTER, "room log frames delivered to members")                           \
    X(fanout_allocs_total, COUNTER, "heap allocations made while writing to members")              \
    X(joins_total, COUNTER, "members that entered a room log")                                     \
    X(rejoins_total, COUNTER, "members that fell off a room log and joined again")                 \
    X(replays_total, COUNTER, "replays read from the store")                                       \
    X(replays_shared_total, COUNTER, "replays answered with one that another had asked for")       \
    X(resets_total, COUNTER, "clients told to reload their room")                                  \
    X(sockets, GAUGE, "live sockets")                                                              \
    X(accept_pauses_total, COUNTER, "times that accepting waited for descriptors or memory")       \
    X(http_connections, GAUGE, "connections speaking HTTP")                                        \
    X(http_exchanges, GAUGE, "HTTP requests being answered, those included whose peer has gone")   \
    X(http_requests_total, COUNTER, "HTTP requests answered")                                      \
    X(http_refusals_total, COUNTER, "HTTP requests answered with a status of 400 or more")         \
    X(http_rejects_total, COUNTER, "HTTP requests refused as malformed")                           \
    X(ws_frames_in_total, COUNTER, "WebSocket frames received")                                    \
    X(ws_closes_total, COUNTER, "WebSocket closes begun by the server")                            \
    X(rooms_watched, GAUGE, "rooms with a log or window, summed over loops")                       \
    X(window_hits_total, COUNTER, "room pages composed from a window")                             \
    X(window_misses_total, COUNTER, "room pages that read the store")                              \
    X(directory_hits_total, COUNTER, "directory look-ups answered from memory")                    \
    X(directory_misses_total, COUNTER, "directory look-ups that read the store")                   \
    X(store_batches_total, COUNTER, "transactions committed by the writer lane")                   \
    X(store_writes_total, COUNTER, "operations committed by the writer lane")                      \
    X(store_batch_retries_total, COUNTER, "batches run again one operation at a time")             \
    X(store_reads_total, COUNTER, "operations run by readers")                                     \
    X(store_checkpoints_total, COUNTER, "WAL checkpoints")                                         \
    X(store_queue, GAUGE, "operations waiting for a lane")                                         \
    X(posts_total, COUNTER, "messages stored")                                                     \
    X(posts_repeated_total, COUNTER, "posts that found their nonce stored already")                \
    X(password_hashes_total, COUNTER, "argon2id computations")                                     \
    X(log_lines_dropped_total, COUNTER, "log lines that stderr did not take")

enum metric {
#define X(name, kind, help) METRIC_##name,
    METRICS(X)
#undef X
        METRIC_COUNT
};

void metrics_add_at(enum metric metric, int64_t amount);
int64_t metrics_get_at(enum metric metric);
#define metrics_add(name, amount) metrics_add_at(METRIC_##name, (amount))
#define metrics_get(name) metrics_get_at(METRIC_##name)

/* Prometheus text exposition format 0.0.4, every name prefixed with "parlor_". */
void metrics_print(struct buf *out);
