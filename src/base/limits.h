/* limits.h -- every bound in the program, each with its reason.
 *
 * A queue, buffer or retry without a line here is a defect. Sizes are bytes, times milliseconds,
 * unless the name says otherwise. Limits that an operator may lift are settings (settings.h).
 * SPDX-License-Identifier: MIT */
#pragma once

enum {
    /* HTTP: what a browser needs, with room; more is refused before it is parsed. */
    LIMIT_HTTP_LINE = 8 * 1024,        /* request line; longer: 414 */
    LIMIT_HTTP_HEAD = 16 * 1024,       /* whole head; longer: 431 */
    LIMIT_HTTP_FIELDS = 64,            /* header fields; more: 431 */
    LIMIT_HTTP_BODY = 64 * 1024,       /* form bodies; longer: 413 */
    LIMIT_NEXT = 2 * 1024,             /* where to go after signing in, percent-encoded; longer: forgotten */
    LIMIT_FORM_PARAMS = 32,            /* parameters of a form or query; more: 400 */
    LIMIT_COOKIES = 32,                /* cookies looked at in one request */
    LIMIT_HTTP_IOV = 64,               /* pieces a sendmsg */

    LIMIT_HTTP_HEAD_MS = 10 * 1000,    /* a request head from its first byte; slower is an attack */
    LIMIT_HTTP_BODY_MS = 30 * 1000,    /* a form body: 64 KiB at 2 KiB/s */
    LIMIT_HTTP_IDLE_MS = 30 * 1000,    /* keep-alive without a request */
    LIMIT_HTTP_WRITE_MS = 10 * 1000,   /* a response without progress */
    LIMIT_REFUSAL_LOG_MS = 1000,       /* a loop logs refusals with one status once in this time */
    LIMIT_HTTP_DRAIN_MS = 2 * 1000,    /* reading on after an early error, so that it is readable */

    /* WebSocket. */
    LIMIT_WS_MESSAGE = 64 * 1024,      /* one message from a client; longer: 1009 */
    LIMIT_WS_FRAGMENTS = 32,           /* fragments of one message; more: 1008 */
    LIMIT_WS_PARTIAL_MS = 10 * 1000,   /* an unfinished frame or message; older: 1008 */
    LIMIT_WS_CLOSE_MS = 2 * 1000,      /* from our close frame to the end of TCP */
    LIMIT_WS_HEARTBEAT_MS = 25 * 1000, /* quiet socket; the page's watchdog waits 55 s */
    LIMIT_TCP_USER_TIMEOUT_MS = 30 * 1000, /* unacknowledged data; then the kernel drops the peer */

    /* Product rules (CASES.md section 3). */
    LIMIT_MESSAGE = 16 * 1024,         /* a message's text */
    LIMIT_FRAGMENT = 64 * 1024,        /* a rendered message; longer is shown cut, with a link */
    LIMIT_FRAGMENT_PLAIN = 32 * 1024,  /* escaped text shown of a message that rendered too long */
    LIMIT_MARKUP = 256 * 1024,         /* a message on its own page; longer: plain text */
    LIMIT_MARKUP_DEPTH = 16,           /* elements inside one another; more: plain text */
    LIMIT_MARKUP_AUTOLINKS = 256,      /* bare addresses made links; more: none is */
    LIMIT_NONCE = 64,
    LIMIT_HANDLE = 32,
    LIMIT_PERSON_NAME = 64,
    LIMIT_ROOM_NAME = 64,
    LIMIT_TOPIC = 250,
    LIMIT_BIO = 250,                   /* characters that people say of themselves */
    LIMIT_PASSWORD = 1024,
    LIMIT_PAGE = 40,                   /* messages a page */
    LIMIT_SESSIONS_PER_PERSON = 50,    /* the oldest goes */
    LIMIT_ROOMS_PER_PERSON = 500,      /* rooms listed in a sidebar */
    LIMIT_OPEN_ROOMS = 400,            /* everybody is in them: leaves place in each sidebar for others */
    LIMIT_MEMBERS_LISTED = 1000,       /* people on the page of who is in a room */
    LIMIT_SESSION_IDLE_DAYS = 30,
    LIMIT_SESSION_DAYS = 90,
    LIMIT_DEVICE_DAYS = 365,           /* a browser is known so long after it was last let in */
    LIMIT_SESSION_TOUCH_MS = 60 * 60 * 1000, /* use of a session is noted this often */

    /* Live. */
    LIMIT_LOG_SEGMENT = 16 * 1024,     /* one piece of a room log */
    LIMIT_LOG = 256 * 1024,            /* a room log; older frames are trimmed */
    LIMIT_LOG_HARD = 4 * LIMIT_LOG,    /* what one turn may bring before anybody was written to */
    LIMIT_LOG_MS = 60 * 1000,          /* age of the oldest frame kept */
    LIMIT_SEND_IOV = 18,               /* pieces a sendmsg to a member: 256 KiB and private bytes */
    LIMIT_HINTED_A_TURN = 32,          /* people told of unread rooms: the others are told in the next turns */
    LIMIT_SENDS_A_TURN = 128,          /* some 1 ms; then the loop looks at its inbox and listener */
    LIMIT_PRIVATE = 64 * 1024,         /* private bytes of one socket, a shared replay not counted */
    LIMIT_STALL_MS = 30 * 1000,        /* a reader without progress; then 1013 */
    LIMIT_WINDOW = 50,                 /* newest visible messages kept rendered */
    LIMIT_INTEREST_MS = 60 * 1000,     /* a room is kept after its last use */
    LIMIT_REPLAY_CHANGES = 500,        /* changes replayed; more: reset */
    LIMIT_REPLAY = 256 * 1024,         /* bytes replayed; more: reset */
    LIMIT_REPLAY_SHARED_MS = 1000,     /* a replay serves everybody who asks within this time */
    LIMIT_REPLAY_PER_FRAME = 20,       /* articles in one frame of a replay */
    LIMIT_HINT_MS = 1000,              /* unread hints are sent at most this often */
    LIMIT_READ_MARK_MS = 2000,         /* read marks are coalesced for this long */
    LIMIT_IN_FLIGHT = 64,              /* operations of one socket at the store; then it is not read */
    LIMIT_ROOMS_AT_ONCE = 10,          /* rooms that somebody makes one after the other … */
    LIMIT_ROOM_EVERY_MS = 60 * 1000,   /* … and then one in this time: each goes to everybody's list */
    LIMIT_PERSON_MS = LIMIT_ROOMS_AT_ONCE * LIMIT_ROOM_EVERY_MS, /* somebody's rates are full again */
    LIMIT_EXCESS_MS = 10 * 1000,       /* continuous excess over the rate; then 1008 */
    LIMIT_DIRECTORY = 20000,           /* entries a loop and kind */
    LIMIT_DIRECTORY_MS = 60 * 1000,    /* age of an entry */
    LIMIT_INTEREST_SLOTS = 16384,      /* shared table of interest bits; rooms hash onto it */

    /* Store. */
    LIMIT_BATCH_OPS = 1024,            /* operations a transaction */
    LIMIT_BATCH_BYTES = 1024 * 1024,   /* their payload */
    LIMIT_STORE_QUEUE = 10000,         /* operations waiting for a lane; more: BUSY */
    LIMIT_STORE_READERS = 2,           /* reader threads on SQLite */
    LIMIT_READ_MS = 1000,              /* one read, by progress handler */
    LIMIT_STORE_STALL_MS = 5 * 1000,   /* a batch or read under way; longer: not ready */
    LIMIT_FILES_CHECK_MS = 5 * 1000,   /* until it is noticed that the database's files were taken away */
    LIMIT_CHECKPOINT_PAGES = 1000,     /* a PASSIVE checkpoint after so many pages */
    LIMIT_WAL = 16 * 1024 * 1024,      /* then the read gate is closed for a RESTART checkpoint */

    /* Process. */
    LIMIT_LOOPS = 64,                  /* width of the interest bits */
    LIMIT_ACCEPTS_A_TURN = 64,         /* connections accepted before other work is looked at */
    LIMIT_RECV = 64 * 1024,            /* one read of a socket, into the loop's scratch buffer */
    LIMIT_HASHES = 2,                  /* argon2id at once */
    LIMIT_HASH_QUEUE = 32,             /* waiting; more: 503 */
    LIMIT_THROTTLE = 4096,             /* keys that a throttle remembers: 128 KiB */
    LIMIT_DRAIN_MS = 10 * 1000,        /* graceful shutdown */
    LIMIT_CONTROL_MS = 5 * 1000,       /* a command waiting for the running server */
    LIMIT_CONTROL_RETRY_MS = 50,       /* between a command's tries to get lock or server */
    LIMIT_CONTROL_LINE = 64 * 1024,    /* one request on the control socket */
    LIMIT_CONTROL_BACKLOG = 8,         /* commands waiting for the one that is served */
    LIMIT_SETTINGS_FILE = 1024 * 1024, /* a configuration file; nobody writes a longer one */
    LIMIT_LISTEN_BACKLOG = 4096,       /* connections the kernel holds before accept */
    LIMIT_NOTSENT = 32 * 1024,         /* bytes the kernel queues unsent for one socket */
    LIMIT_EMFILE_PAUSE_MS = 100,       /* no accept after running out of descriptors */
};
