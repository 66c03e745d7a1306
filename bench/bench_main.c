/* bench_main.c -- `script/bench`: which rows there are, and the options.
 * SPDX-License-Identifier: MIT */
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "fail.h"
#include "rows.h"

/* In this order, since latency needs what fanout found. */
static const struct row {
    const char *name;
    void (*run)(struct bench *bench);
    void (*run_peer)(struct bench *bench); /* null: it asks too much of any server but Parlor */
    const char *help;
} rows[] = {
    {"fanout", row_fanout, peer_fanout, "one room, several posts in flight: deliveries a second"},
    {"single", row_single, peer_single, "one room, one post in flight: server CPU a delivery"},
    {"memory", row_memory, peer_memory, "memory of an idle signed-in socket"},
    {"posts", row_posts, peer_posts, "durable posts a second, each person alone in a room"},
    {"page", row_page, NULL, "the room page while the room is posted to; its floor needs nginx"},
    {"latency", row_latency, NULL, "post to the last member at a third of the limit; needs fanout"},
    {"idle", row_idle, NULL, "memory of a server that nobody uses"},
    {"cold", row_cold, NULL, "start with a million messages in a room, and any page of it"},
    {"checkpoint", row_checkpoint, NULL, "longest stall of posting while the store checkpoints"},
    {"reconnect", row_reconnect, NULL, "many sockets cut at once come back and resume"},
    {"stalled", row_stalled, NULL, "readers that stop reading: what the others and memory feel"},
    {"rooms", row_rooms, NULL, "a large busy room: what the other rooms feel"},
    {"signins", row_signins, NULL, "200 sign-ins at once: what chat feels"},
    {"scale", row_scale, NULL, "what a unit costs at 1, 10 and 100 times the size"},
};

enum { ROW_COUNT = sizeof(rows) / sizeof(rows[0]), SPARE_DESCRIPTORS = 256 };

struct options {
    bool is_wanted[ROW_COUNT];
    int people;
    const char *write; /* null: the results go to the folder only */
};

static void print_help(void)
{
    (void)printf(
        "usage: script/bench [OPTION…] [ROW…]\n\n"
        "Measures Parlor against floors that are measured in the same run. Without a ROW: all.\n\n"
        "rows:\n");
    for (size_t i = 0; i < ROW_COUNT; i++) {
        (void)printf("  %-10s %s%s\n", rows[i].name, rows[i].help,
                     rows[i].run_peer != NULL ? " [peer]" : "");
    }
    (void)printf(
        "\noptions:\n"
        "  --seconds S   of each measurement (3)\n"
        "  --repeats N   of each figure, in turn with its floor (3)\n"
        "  --members N   of the one room in fanout, single and latency (1000)\n"
        "  --sockets N   idle ones in memory (10000)\n"
        "  --storm N     sockets in reconnect, and members of the large room (5000)\n"
        "  --people N    accounts, each with one session; sockets share them (1000)\n"
        "  --folder F    where data and results go; on a real disk (build/bench)\n"
        "  --write F     the same tables into F too, with their charts beside it\n"
        "  --help        this\n\n"
        "for the rows marked [peer], against another WebSocket server that runs already:\n"
        "  --peer URL         ws://ADDRESS:PORT/PATH\n"
        "  --payload TEXT     a text frame that makes it send something to everybody; {n}\n"
        "                     in it becomes the number of the post\n"
        "  --expect TEXT      what is found in what arrives, with {n} (the payload)\n"
        "  --hello TEXT       sent once by each socket when it has come\n"
        "  --peer-header H    a header of the handshake, \"Name: value\"; repeatable\n"
        "  --peer-pid N       its process: is pinned, and its CPU and memory are measured\n"
        "  {room} in URL, payload, expect and hello is the number of a member's room.\n\n"
        "PARLOR_BIN names another program than build/release/parlor.\n");
}

static double number_option(const char *name, double least, double most)
{
    char *end;
    double value = strtod(optarg, &end);
    if (end == optarg || *end != '\0' || !(value >= least && value <= most)) {
        fail("--%s: \"%s\" is not a number from %.3g to %.3g", name, optarg, least, most);
    }
    return value;
}

static void choose_row(struct options *options, const char *name)
{
    for (size_t i = 0; i < ROW_COUNT; i++) {
        if (strcmp(name, rows[i].name) == 0) {
            options->is_wanted[i] = true;
            return;
        }
    }
    fail("there is no row \"%s\"; --help lists them", name);
}

/* Minutes of measuring should not end at a folder that is not there. */
static const char *writable_file(const char *path)
{
    FILE *file = fopen(path, "a");
    if (file == NULL || fclose(file) != 0) {
        fail_sys("%s", path);
    }
    return path;
}

static void take_option(struct bench *bench, struct options *options, int option, const char *name)
{
    switch (option) {
    case 's':
        bench->seconds = number_option(name, 0.1, 600);
        break;
    case 'r':
        bench->repeats = (int)number_option(name, 1, REPEATS_MAX);
        break;
    case 'm':
        bench->members = (int)number_option(name, 4, 100000);
        break;
    case 'i':
        bench->sockets = (int)number_option(name, 2, 1000000);
        break;
    case 'c':
        bench->storm = (int)number_option(name, 4, 100000);
        break;
    case 'p':
        options->people = (int)number_option(name, 64, 100000);
        break;
    case 'f':
        bench->folder = optarg;
        break;
    case 'w':
        options->write = writable_file(optarg);
        break;
    case 'h':
        print_help();
        exit(0);
    default:
        fail("--help lists the options");
    }
}

/* False: it is none of the peer's. */
static bool take_peer_option(struct peer *peer, int option, const char *name)
{
    switch (option) {
    case 'P':
        peer->url = optarg;
        return true;
    case 'L':
        peer->payload = optarg;
        return true;
    case 'E':
        peer->expect = optarg;
        return true;
    case 'O':
        peer->hello = optarg;
        return true;
    case 'H':
        if (peer->header_count == PEER_HEADERS_MAX) {
            fail("more than %d headers", PEER_HEADERS_MAX);
        }
        peer->headers[peer->header_count++] = optarg;
        return true;
    case 'I':
        peer->pid = (pid_t)number_option(name, 1, 1e9);
        return true;
    default:
        return false;
    }
}

/* Rows that were not asked for by name are left out where a peer cannot be asked for them. */
static void choose_rows(const struct bench *bench, struct options *options, int count, char **names)
{
    for (int i = 0; i < count; i++) {
        choose_row(options, names[i]);
    }
    for (size_t i = 0; i < ROW_COUNT; i++) {
        bool can_run = bench->peer == NULL || rows[i].run_peer != NULL;
        if (count > 0 && options->is_wanted[i] && !can_run) {
            fail("%s cannot be run against a peer", rows[i].name);
        }
        options->is_wanted[i] = count > 0 ? options->is_wanted[i] : can_run;
    }
}

static void parse(struct bench *bench, struct options *options, int argc, char **argv)
{
    static struct peer peer;
    static const struct option known[] = {{"seconds", required_argument, NULL, 's'},
                                          {"repeats", required_argument, NULL, 'r'},
                                          {"members", required_argument, NULL, 'm'},
                                          {"sockets", required_argument, NULL, 'i'},
                                          {"storm", required_argument, NULL, 'c'},
                                          {"people", required_argument, NULL, 'p'},
                                          {"folder", required_argument, NULL, 'f'},
                                          {"write", required_argument, NULL, 'w'},
                                          {"peer", required_argument, NULL, 'P'},
                                          {"payload", required_argument, NULL, 'L'},
                                          {"expect", required_argument, NULL, 'E'},
                                          {"hello", required_argument, NULL, 'O'},
                                          {"peer-header", required_argument, NULL, 'H'},
                                          {"peer-pid", required_argument, NULL, 'I'},
                                          {"help", no_argument, NULL, 'h'},
                                          {0}};
    int option;
    int index = 0;
    while ((option = getopt_long(argc, argv, "", known, &index)) != -1) {
        if (!take_peer_option(&peer, option, known[index].name)) {
            take_option(bench, options, option, known[index].name);
        }
    }
    if (peer.url != NULL) {
        peer_prepare(&peer);
        bench->peer = &peer;
    }
    choose_rows(bench, options, argc - optind, argv + optind);
}

/* Server and load each hold all sockets; children inherit the limit. */
static void raise_descriptors(const struct bench *bench)
{
    int most = bench->sockets > bench->members ? bench->sockets : bench->members;
    most = most > bench->storm ? most : bench->storm;
    struct rlimit limit;
    (void)getrlimit(RLIMIT_NOFILE, &limit); /* cannot fail with a valid resource */
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0 ||
        limit.rlim_cur < (rlim_t)most + SPARE_DESCRIPTORS) {
        fail("a process may hold %llu descriptors, which is too few for %d sockets",
             (unsigned long long)limit.rlim_cur, most);
    }
}

/* As a shell would take it; a cookie is nobody's business. */
static const char *join_words(int argc, char **argv)
{
    static char text[4096] = "script/bench";
    for (int i = 1; i < argc; i++) {
        size_t len = strlen(text);
        bool is_secret = strncasecmp(argv[i], "Cookie:", 7) == 0;
        const char *quote = strpbrk(argv[i], " {}\"$?&*") != NULL ? "'" : "";
        (void)snprintf(text + len, sizeof(text) - len, " %s%s%s", quote,
                       is_secret ? "Cookie: …" : argv[i], quote);
    }
    return text;
}

/* Processor time of a peer, which is no other program; 0 without one that is known. */
static Nanos peer_cpu(const struct bench *bench)
{
    return bench->peer != NULL && bench->peer->pid != 0 ? usage_of(bench->peer->pid).cpu : 0;
}

static void run_rows(struct bench *bench, const struct options *options)
{
    struct machine_use before = machine_use_now();
    Nanos peer_before = peer_cpu(bench);
    Nanos start = usage_now();
    for (size_t i = 0; i < ROW_COUNT; i++) {
        if (options->is_wanted[i]) {
            say("measuring %s", rows[i].name);
            (bench->peer != NULL ? rows[i].run_peer : rows[i].run)(bench);
        }
    }
    struct machine_use after = machine_use_now();
    double seconds = (double)(usage_now() - start) / NANOS_PER_S;
    double others_s = (double)((after.all - before.all) - (after.own - before.own)) /
                          (double)sysconf(_SC_CLK_TCK) -
                      (double)(peer_cpu(bench) - peer_before) / NANOS_PER_S;
    bool is_known = bench->peer == NULL || bench->peer->pid != 0;
    bench->report.others = is_known ? fmax(0, others_s / seconds) : NAN;
}

int main(int argc, char **argv)
{
    static struct bench bench = {.seconds = 3,
                                 .repeats = 3,
                                 .members = 1000,
                                 .sockets = 10000,
                                 .storm = 5000,
                                 .folder = "build/bench"};
    struct options options = {.people = 1000};
    bench.report.command = join_words(argc, argv); /* before getopt moves them about */
    parse(&bench, &options, argc, argv);
    bench.report.seconds = bench.seconds;
    bench.report.repeats = bench.repeats;
    bench.cores = cores_find();
    raise_descriptors(&bench);
    if (bench.peer == NULL) {
        place_create(&bench.place, bench.folder, options.people);
    } else if (bench.peer->pid != 0) {
        cores_pin_process(bench.peer->pid, bench.cores.server);
    }
    cores_pin(&bench.cores, bench.cores.client);
    run_rows(&bench, &options);
    report_print(&bench.report, &bench.cores, bench.folder, options.write);
    if (bench.peer == NULL) {
        place_remove(&bench.place);
    }
    return 0;
}
