/* refusal.c -- see refusal.h.
 * SPDX-License-Identifier: MIT */
#include "http/refusal.h"

#include "base/log.h"

enum { FIRST = 400, COUNT = 200 };

bool refusal_may_log(int status, Millis now, int64_t *ret_unsaid)
{
    static _Thread_local struct {
        Millis next_ms; /* no line before */
        int64_t unsaid;
    } kinds[COUNT];
    CHECK(status >= FIRST && status < FIRST + COUNT);
    int kind = status - FIRST;
    if (now < kinds[kind].next_ms) {
        kinds[kind].unsaid++;
        return false;
    }
    *ret_unsaid = kinds[kind].unsaid;
    kinds[kind].unsaid = 0;
    kinds[kind].next_ms = now + LIMIT_REFUSAL_LOG_MS;
    return true;
}

void refusal_log(const struct http_exchange *exchange)
{
    int64_t unsaid;
    char address[46] = "";
    if (!refusal_may_log(exchange->status, clock_mono_ms(), &unsaid)) {
        return;
    }
    if (exchange->conn != NULL) {
        conn_address_text(conn_peer(exchange->conn), address);
    }
    log_info("http.refused", log_i64("status", exchange->status),
             log_str("address", str_from_z(address)), log_i64("unsaid", unsaid));
}
