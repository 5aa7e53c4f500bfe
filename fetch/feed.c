/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fetch/feed.h"
#include "common/log.h"
#include "fetch/secret.h"

static Feed *feed_free(Feed *feed) {
        if (!feed)
                return NULL;
        validators_done(&feed->known);
        reply_done(&feed->bad);
        reader_free(feed->reader);
        source_free(feed->source);
        free(feed->name);
        free(feed);
        return NULL;
}
DEFINE_CLEANUP(Feed, feed_free);

void feeds_done(Feeds *feeds) {
        while (feeds->first) {
                Feed *feed = feeds->first;

                feeds->first = feed->next;
                feed_free(feed);
        }
}

int feeds_get(Feeds *feeds, const char *name, Feed **ret) {
        _cleanup_(feed_freep) Feed *feed = NULL;
        int r;

        for (Feed *f = feeds->first; f; f = f->next)
                if (streq(f->name, name)) {
                        *ret = f;
                        return 0;
                }

        feed = calloc(1, sizeof(Feed));
        if (!feed)
                return -ENOMEM;
        feed->name = strdup(name);
        if (!feed->name)
                return -ENOMEM;
        r = config_load_source(feeds->config, name, &feed->source);
        if (r == -ENOENT || r == -ENOMEM)
                return r;
        if (r == -EACCES)
                reply_set(&feed->bad, STATE_BAD_SOURCE, "the source file cannot be read: %s",
                          strerror(-r));
        else if (r < 0)
                reply_set(&feed->bad, STATE_BAD_SOURCE,
                          "the source file has errors; tickerd --check names them");
        else if (secret_load(feeds->config, feed->source, &feed->bad) >= 0)
                (void) reader_new(feed->source, &feed->reader, &feed->bad);

        feed->next = feeds->first;
        feeds->first = feed;
        *ret = STEAL_POINTER(feed);
        return 0;
}

void feed_answer(Feed *feed, const HttpAnswer *answer) {
        Reply *reply = answer->reply;
        bool page = reply->state == STATE_OK, keep = reply->state == STATE_UNCHANGED;

        if (page) {
                reader_read(feed->reader, answer->body, answer->url, answer->charset, reply);
                keep = reader_is_content(feed->reader, reply);
        }
        if (!page && !keep)
                return; /* no page has come: what we know of the last one still holds */
        validators_done(&feed->known);
        if (keep) {
                feed->known = *answer->validators;
                *answer->validators = (Validators){};
        }
}
