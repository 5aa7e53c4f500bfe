/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A connection to the daemon's socket. */

#include "common/buffer.h"

#define CLIENT_LINE_MAX (64U * 1024U) /* four times what the protocol allows */

typedef struct Client Client;

/* Errors are those of connect(), without a message. */
int client_new(const char *path, Client **ret);
Client *client_free(Client *client);
DEFINE_CLEANUP(Client, client_free);

int client_fd(const Client *client);

/* Sends one line; a newline is added. */
int client_send(Client *client, const char *request);

/* A line without its newline, which ends in a NUL instead. Negative: no more of them, and
 * client_read() returns that. */
typedef int (*client_fn)(char *line, size_t n, void *userdata);

/*
 * Reads once, and hands on each line that is whole. 1: there may be more; 0: the stream has ended;
 * -EAGAIN: nothing is there, or, if it was to wait, was not in 10 s; -EMSGSIZE: a line that is too
 * long.
 */
int client_read(Client *client, bool wait, client_fn fn, void *userdata);

/* Says in a sentence why there is no connection, and what to do. */
void client_explain(int error, const char *path);
