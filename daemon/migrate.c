/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <sys/stat.h>

#include "common/log.h"
#include "daemon/migrate.h"

/* Step i brings a database of version i to version i + 1. Steps are only ever added. */
static const Sql steps[] = { SQL_SCHEMA };

static int read_version(Db *db, int64_t *ret_id, int64_t *ret_version, int64_t *ret_tables) {
        int r;

        r = db_number(db, "PRAGMA application_id", ret_id);
        if (r >= 0)
                r = db_number(db, "PRAGMA user_version", ret_version);
        if (r >= 0)
                r = db_number(db, "SELECT count(*) FROM sqlite_schema", ret_tables);
        return r;
}

/* The same for a database that is there: opened for reading only, so that nothing of it can change.
 */
static int check_file(const char *path) {
        _cleanup_(db_freep) Db *db = NULL;
        int64_t id, version, tables;
        int r;

        r = db_open(path, true, &db);
        if (r >= 0)
                r = read_version(db, &id, &version, &tables);
        if (r == -EUCLEAN) {
                log_error("%s is not a database, or is damaged: %s. It was left as it is.", path,
                          db_message(db));
                return -EMEDIUMTYPE;
        }
        if (r < 0) {
                log_error("cannot open the database %s: %s", path,
                          db ? db_message(db) : strerror(-r));
                return r;
        }
        if (id == 0 && version == 0 && tables == 0)
                return 0;
        if (id != MIGRATE_APPLICATION_ID) {
                log_error(
                        "%s is the database of another program. It was left as it is; name another "
                        "file with Database=.",
                        path);
                return -EMEDIUMTYPE;
        }
        if (version < 0) {
                log_error("%s has version %lld, which no tickerd gives. It was left as it is.",
                          path, (long long) version);
                return -EPROTONOSUPPORT;
        }
        if (version > (int64_t) ELEMENTSOF(steps)) {
                log_error(
                        "%s has version %lld, made by a newer tickerd; this one knows %zu. It was left "
                        "as it is.",
                        path, (long long) version, ELEMENTSOF(steps));
                return -EPROTONOSUPPORT;
        }
        return 0;
}

int migrate_check(const char *path) {
        struct stat st;

        if (stat(path, &st) < 0) {
                int r = -errno;

                if (r == -ENOENT)
                        return 0;
                log_error("cannot open the database %s: %s", path, strerror(-r));
                return r;
        }
        return check_file(path);
}

static int take_step(Db *db, int64_t version) {
        int r;

        r = db_begin(db);
        if (r < 0)
                return r;
        r = db_script(db, sql_texts[steps[version]]);
        if (r >= 0)
                return db_commit(db);
        db_rollback(db);
        return r;
}

int migrate_run(Db *db, const char *path, void (*progress)(void *), void *userdata) {
        int64_t version;
        int r;

        r = db_number(db, "PRAGMA user_version", &version);
        for (; r >= 0 && version < (int64_t) ELEMENTSOF(steps); version++) {
                if (progress)
                        progress(userdata);
                if (version > 0)
                        log_notice("bringing %s from version %lld to %lld", path,
                                   (long long) version, (long long) version + 1);
                r = take_step(db, version);
        }
        return r;
}
