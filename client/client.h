/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A subscriber of the daemon's socket (tickerd-protocol(7)): connects, asks, waits for the hello,
 * takes lines apart, and remembers its cursor, so that the next connection goes on where the last
 * one ended.
 *
 * It never waits unless it is told to, so it fits any loop:
 *
 *     client_connect(client, 0);
 *     for (;;) {
 *             … wait until client_fd() is readable, or let client_read() wait …
 *             r = client_read(client, 0);
 *             while (r >= 0 && (r = client_next(client, &event)) > 0)
 *                     …
 *             if (r < 0)
 *                     … client_disconnect(client), and client_connect() after a second
 *     }
 *
 * The cursor moves when an item is handed on: from then on the item is the caller's. Whoever needs
 * it again after a crash saves the cursor only when the item is dealt with (cursor-file.h).
 */

#include "client/item.h"
#include "common/timespan.h"

#define CLIENT_LINE_MAX (64U * 1024U)       /* four times what the protocol allows */
#define CLIENT_PATIENCE (10 * USEC_PER_SEC) /* enough for a daemon that is well */
#define CLIENT_RETRY (1 * USEC_PER_SEC)     /* between two attempts to connect */

typedef struct Client Client;

/* What is asked for with each connection. */
typedef struct ClientRequest {
        const char *sources; /* a JSON list of names; NULL: all */
        int64_t last;        /* where no cursor is known: the newest so many items first; -1: all */
        bool states; /* the state of each source, first in a status report, then as it changes */
        bool status; /* nothing but a status report */
        ItemParts parts; /* of an item that are looked for: each costs time */
} ClientRequest;

/* path, request and what they point to must outlive it, and so must json: any database connection
 * of the same thread, which several clients may share. Does not connect. -ENOMEM. */
int client_new(const char *path, const ClientRequest *request, Db *json, Client **ret);
Client *client_free(Client *client);
DEFINE_CLEANUP(Client, client_free);

/* After which item the next connection begins; "": as the request says. */
void client_set_cursor(Client *client, const char *cursor);
const char *client_cursor(const Client *client);

/* Ends a connection, begins another and asks. Waits at most so long for a daemon that is busy.
 * Errors are those of connect(). */
int client_connect(Client *client, usec_t patience);
void client_disconnect(Client *client);

/* -1: not connected. */
int client_fd(const Client *client);

/*
 * Reads once, after waiting for it at most so long. 1: something came, see client_next(); 0:
 * nothing did; -ENOTCONN: the stream has ended, or there is no connection; errors of recv().
 */
int client_read(Client *client, usec_t patience);

typedef enum ClientEventType {
        CLIENT_ITEM,           /* an item that was asked for */
        CLIENT_HELLO,          /* the stream begins */
        CLIENT_GAP,            /* it goes on after items that were removed */
        CLIENT_UNKNOWN_CURSOR, /* the cursor is of another database, or of a later state of this
                                  one. It is forgotten, the stream has ended */
        CLIENT_ERROR,          /* the daemon refuses; the stream has ended */
        CLIENT_LINE,           /* any other line: status, source, bye, … */
} ClientEventType;

typedef struct ClientEvent {
        ClientEventType type;
        const char *line; /* as it came, of so many bytes; a NUL instead of the newline */
        size_t size;
        const Item *item;    /* CLIENT_ITEM */
        const char *store;   /* CLIENT_HELLO: whose cursors these are */
        int64_t newest;      /* CLIENT_HELLO: id of the newest item there is */
        int64_t after;       /* CLIENT_HELLO, CLIENT_GAP: the id after which the stream goes on */
        bool missed;         /* CLIENT_HELLO, CLIENT_GAP: items before that were not handed on */
        const char *name;    /* CLIENT_LINE: its "type" */
        const char *code;    /* CLIENT_ERROR, CLIENT_UNKNOWN_CURSOR: as the protocol has it */
        const char *message; /* likewise */
} ClientEvent;

/*
 * The next event of what was read; valid until the next call for this client. 1: there is one; 0:
 * read again; -EBADMSG: a line is not the protocol's; -EMSGSIZE: it is too long; -ENOTCONN: nothing
 * follows what ended the stream; -ENOMEM.
 */
int client_next(Client *client, ClientEvent *ret);

/* Says in a sentence why there is no connection, and what to do. */
void client_explain(int error, const char *path);
