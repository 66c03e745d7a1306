/* bus_local.c -- the bus of one node: publishing is a call.
 * SPDX-License-Identifier: MIT */
#include "base/mem.h"
#include "base/metrics.h"
#include "bus/bus.h"

struct bus {
    BusReceiver receiver;
    void *context;
};

struct bus *bus_local_create(BusReceiver receiver, void *context)
{
    struct bus *bus = mem_new(struct bus);
    bus->receiver = receiver;
    bus->context = context;
    return bus;
}

void bus_destroy(struct bus *bus)
{
    mem_free(bus);
}

void bus_publish(struct bus *bus, const struct bus_frame *frame)
{
    metrics_add(publishes_total, 1);
    bus->receiver(bus->context, frame);
}
