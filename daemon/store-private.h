/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <sys/stat.h>

#include "daemon/store.h"

struct Store {
        char *path;
        int lock;
        struct stat file;
        Db *db;
        char id[64];
        int64_t oldest;
        int64_t newest;
        int64_t count;
};

/* Does a statement with one text in it yield a row? 1 or 0. */
int store_exists(Store *store, Sql statement, const char *text);
