/* bare_sql.c -- see bare_sql.h.
 * SPDX-License-Identifier: MIT */
#include "bare_sql.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "crowd.h"
#include "fail.h"
#include "server.h"

enum { CATALOGUE_MAX = 256 * 1024, ID_BITS = 20, FILL_BATCH = 10000 };

enum query { JUDGE, ADVANCE, INSERT, FOLLOW, QUERY_COUNT };

static const char *const query_names[] = {"post_judge", "room_advance", "message_insert",
                                          "member_follow"};

struct lane {
    sqlite3 *database;
    sqlite3_stmt *queries[QUERY_COUNT];
    int64_t last_id;
    char letter; /* of the nonces */
};

static void must(const struct lane *lane, bool is_good, const char *what)
{
    if (!is_good) {
        fail("the SQL floor: %s: %s", what, sqlite3_errmsg(lane->database));
    }
}

/* --- opening
 * ------------------------------------------------------------------------------------------ */

static char *read_catalogue(void)
{
    char *text = make(CATALOGUE_MAX, 1);
    FILE *file = fopen("sql/queries.sql", "r");
    if (file == NULL || fread(text, 1, CATALOGUE_MAX - 1, file) == 0) {
        fail_sys("sql/queries.sql");
    }
    (void)fclose(file);
    return text;
}

/* A statement stands between its `-- name:` line and the next. */
static void prepare(struct lane *lane, const char *catalogue, enum query query)
{
    char start[64];
    int len = snprintf(start, sizeof(start), "-- name: %s\n", query_names[query]);
    const char *text = strstr(catalogue, start);
    if (text == NULL) {
        fail("sql/queries.sql has no %s", query_names[query]);
    }
    text += len;
    const char *end = strstr(text, "-- name: ");
    must(lane,
         sqlite3_prepare_v3(lane->database, text, end != NULL ? (int)(end - text) : -1,
                            SQLITE_PREPARE_PERSISTENT, &lane->queries[query], NULL) == SQLITE_OK,
         query_names[query]);
}

static void lane_open(struct lane *lane, const char *folder)
{
    static const char pragmas[] =
        "PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON; "
        "PRAGMA mmap_size=0; PRAGMA cache_size=-8192; PRAGMA temp_store=MEMORY; "
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=1000;";
    char path[FOLDER_LEN];
    (void)snprintf(path, sizeof(path), "%s/parlor.db", folder);
    must(lane,
         sqlite3_open_v2(path, &lane->database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
                         NULL) == SQLITE_OK,
         path);
    must(lane, sqlite3_exec(lane->database, pragmas, NULL, NULL, NULL) == SQLITE_OK, "pragmas");
    char *catalogue = read_catalogue();
    for (enum query query = 0; query < QUERY_COUNT; query++) {
        prepare(lane, catalogue, query);
    }
    free(catalogue);
}

static void lane_close(struct lane *lane)
{
    for (enum query query = 0; query < QUERY_COUNT; query++) {
        (void)sqlite3_finalize(lane->queries[query]); /* its errors were seen */
    }
    must(lane, sqlite3_close(lane->database) == SQLITE_OK, "closing");
}

/* --- a post
 * ------------------------------------------------------------------------------------------- */

static sqlite3_stmt *bind(struct lane *lane, enum query query, const char *parameter, int64_t value)
{
    sqlite3_stmt *statement = lane->queries[query];
    (void)sqlite3_bind_int64(statement, sqlite3_bind_parameter_index(statement, parameter), value);
    return statement;
}

static void bind_text(sqlite3_stmt *statement, const char *parameter, const char *text, int len)
{
    (void)sqlite3_bind_text(statement, sqlite3_bind_parameter_index(statement, parameter), text,
                            len, SQLITE_STATIC);
}

static void step(struct lane *lane, enum query query, int expected)
{
    must(lane, sqlite3_step(lane->queries[query]) == expected, query_names[query]);
}

static void post(struct lane *lane, int64_t room, int64_t number)
{
    char nonce[32];
    char body[POST_BODY_MAX + 1];
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now); /* this clock always works */
    int64_t now_ms = now.tv_sec * 1000 + now.tv_nsec / 1000000;
    int nonce_len = snprintf(nonce, sizeof(nonce), "%c%lld", lane->letter, (long long)number);
    crowd_body(number, POST_BODY_LEN, body);

    (void)bind(lane, JUDGE, "$1", room);
    bind_text(bind(lane, JUDGE, "$2", room), "$3", nonce, nonce_len);
    step(lane, JUDGE, SQLITE_ROW);
    (void)sqlite3_reset(lane->queries[JUDGE]);

    (void)bind(lane, ADVANCE, "$1", room);
    sqlite3_stmt *advance = bind(lane, ADVANCE, "$2", now_ms);
    step(lane, ADVANCE, SQLITE_ROW);
    int64_t seq = sqlite3_column_int64(advance, 0);
    int64_t post_no = sqlite3_column_int64(advance, 1);
    int64_t created_ms = sqlite3_column_int64(advance, 2);
    (void)sqlite3_reset(advance);

    int64_t id = created_ms << ID_BITS;
    lane->last_id = id > lane->last_id ? id : lane->last_id + 1;
    (void)bind(lane, INSERT, "$1", lane->last_id);
    (void)bind(lane, INSERT, "$2", room);
    (void)bind(lane, INSERT, "$3", seq);
    (void)bind(lane, INSERT, "$4", post_no);
    (void)bind(lane, INSERT, "$5", room);
    sqlite3_stmt *insert = bind(lane, INSERT, "$7", created_ms);
    bind_text(insert, "$6", nonce, nonce_len);
    bind_text(insert, "$8", body, POST_BODY_LEN);
    step(lane, INSERT, SQLITE_DONE);
    (void)sqlite3_reset(insert);

    (void)bind(lane, FOLLOW, "$1", room);
    (void)bind(lane, FOLLOW, "$2", room);
    (void)bind(lane, FOLLOW, "$3", post_no);
    step(lane, FOLLOW, SQLITE_DONE);
    (void)sqlite3_reset(lane->queries[FOLLOW]);
}

/* --- the run
 * ------------------------------------------------------------------------------------------ */

static void run(struct lane *lane, int rooms, int64_t posts, double batch)
{
    int64_t done = 0;
    for (int64_t transaction = 1; done < posts; transaction++) {
        int64_t until = (int64_t)((double)transaction * batch + 0.5);
        must(lane, sqlite3_exec(lane->database, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_OK,
             "BEGIN");
        for (; done < until && done < posts; done++) {
            post(lane, 1 + done % rooms, done);
        }
        must(lane, sqlite3_exec(lane->database, "COMMIT", NULL, NULL, NULL) == SQLITE_OK, "COMMIT");
    }
}

static Nanos own_cpu(void)
{
    struct timespec spent;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent); /* this clock always works */
    return spent.tv_sec * (Nanos)NANOS_PER_S + spent.tv_nsec;
}

/* In the child: the database is closed before the answer, so that the copy can be looked at. */
static struct bare_sql work(const char *folder, int rooms, int64_t posts, double batch)
{
    struct lane lane = {.letter = 'b'};
    struct bare_sql result;
    lane_open(&lane, folder);
    Nanos cpu = own_cpu();
    Nanos start = usage_now();
    run(&lane, rooms, posts, batch);
    result.seconds = (double)(usage_now() - start) / NANOS_PER_S;
    result.cpu_s = (double)(own_cpu() - cpu) / NANOS_PER_S;
    lane_close(&lane);
    return result;
}

struct bare_sql bare_sql_run(const struct cores *cores, const char *folder, int rooms,
                             int64_t posts, double batch)
{
    struct bare_sql result;
    int ends[2];
    int status;
    if (pipe(ends) != 0) {
        fail_sys("pipe");
    }
    pid_t pid = fork();
    if (pid < 0) {
        fail_sys("fork");
    }
    if (pid == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* cannot fail with a valid signal */
        cores_pin(cores, cores->server);
        result = work(folder, rooms, posts, batch);
        _exit(write(ends[1], &result, sizeof(result)) == sizeof(result) ? 0 : 1);
    }
    (void)close(ends[1]);
    if (read(ends[0], &result, sizeof(result)) != sizeof(result) ||
        waitpid(pid, &status, 0) != pid || status != 0) {
        fail("the SQL floor did not finish");
    }
    (void)close(ends[0]);
    return result;
}

void bare_sql_fill(const char *folder, int64_t messages)
{
    struct lane lane = {.letter = 'h'};
    lane_open(&lane, folder);
    must(&lane,
         sqlite3_exec(lane.database, "PRAGMA synchronous=OFF", NULL, NULL, NULL) == SQLITE_OK,
         "pragmas");
    run(&lane, 1, messages, FILL_BATCH);
    lane_close(&lane);
}
