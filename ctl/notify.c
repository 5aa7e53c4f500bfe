/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <systemd/sd-bus.h>

#include "common/log.h"
#include "ctl/notify.h"
#include "ctl/when.h"

#define BUS_NAME "org.freedesktop.Notifications"
#define BUS_PATH "/org/freedesktop/Notifications"
#define TIMEOUT (5 * USEC_PER_SEC)
#define AGE_MAX (60 * 60) /* seconds */
#define BUBBLES 256U      /* that an edit can replace */

typedef struct Bubble {
        int64_t item;
        uint32_t id;
} Bubble;

struct Notifier {
        sd_bus *bus;
        bool markup; /* the body is markup */
        Bubble bubbles[BUBBLES];
        unsigned next;
};

#define _cleanup_message_ _cleanup_(sd_bus_message_unrefp)
#define _cleanup_error_ _cleanup_(sd_bus_error_free)

Notifier *notifier_free(Notifier *notifier) {
        if (!notifier)
                return NULL;
        (void) sd_bus_flush_close_unref(notifier->bus);
        free(notifier);
        return NULL;
}

/* The question also starts the program that shows notifications, if the bus knows how. */
static int ask_capabilities(Notifier *notifier) {
        _cleanup_message_ sd_bus_message *reply = NULL;
        _cleanup_error_ sd_bus_error error = SD_BUS_ERROR_NULL;
        const char *name;
        int r;

        r = sd_bus_call_method(notifier->bus, BUS_NAME, BUS_PATH, BUS_NAME, "GetCapabilities",
                               &error, &reply, NULL);
        if (r >= 0)
                r = sd_bus_message_enter_container(reply, 'a', "s");
        while (r >= 0 && (r = sd_bus_message_read(reply, "s", &name)) > 0)
                if (streq(name, "body-markup"))
                        notifier->markup = true;
        if (r < 0)
                log_error(
                        "no program shows notifications on this session bus (%s); start one, such as dunst",
                        error.message ? error.message : strerror(-r));
        return r;
}

int notifier_new(sd_event *event, Notifier **ret) {
        _cleanup_(notifier_freep) Notifier *notifier = NULL;
        int r;

        notifier = calloc(1, sizeof(Notifier));
        if (!notifier)
                return log_oom();
        r = sd_bus_open_user(&notifier->bus);
        if (r < 0) {
                log_error("there is no session bus (%s); run this in a desktop session",
                          strerror(-r));
                return r;
        }
        r = sd_bus_set_method_call_timeout(notifier->bus, TIMEOUT);
        if (r >= 0)
                r = sd_bus_set_exit_on_disconnect(notifier->bus, true);
        if (r >= 0)
                r = sd_bus_attach_event(notifier->bus, event, SD_EVENT_PRIORITY_NORMAL);
        if (r < 0) {
                log_error("the session bus cannot be used: %s", strerror(-r));
                return r;
        }
        r = ask_capabilities(notifier);
        if (r < 0)
                return r;
        *ret = STEAL_POINTER(notifier);
        return 0;
}

/* Where the program understands markup, <, > and & must be escaped. */
static void put_body(const Notifier *notifier, const char *text, Buffer *b) {
        for (; *text; text++)
                if (notifier->markup && strchr("<>&", *text))
                        buffer_printf(b, "&#%d;", *text);
                else
                        buffer_append(b, text, 1);
}

static uint32_t bubble_of(const Notifier *notifier, int64_t item) {
        for (unsigned i = 0; item > 0 && i < BUBBLES; i++)
                if (notifier->bubbles[i].item == item)
                        return notifier->bubbles[i].id;
        return 0;
}

/* Of an item and its edits only the last is remembered: it is the one in the bubble. */
static void remember(Notifier *notifier, const Item *item, uint32_t id) {
        for (unsigned i = 0; item->revises > 0 && i < BUBBLES; i++)
                if (notifier->bubbles[i].item == item->revises) {
                        notifier->bubbles[i] = (Bubble){ item->id, id };
                        return;
                }
        notifier->bubbles[notifier->next] = (Bubble){ item->id, id };
        notifier->next = (notifier->next + 1) % BUBBLES;
}

int notifier_show(Notifier *notifier, const Item *item) {
        _cleanup_message_ sd_bus_message *reply = NULL;
        _cleanup_error_ sd_bus_error error = SD_BUS_ERROR_NULL;
        _cleanup_buffer_ Buffer body = BUFFER(8 * HEADLINE_MAX);
        uint32_t id;
        int r;

        if (when_seconds(item->first_seen) + AGE_MAX < (time_t) (time_now() / USEC_PER_SEC))
                return 0;
        put_body(notifier, item->headline, &body);
        r = buffer_error(&body);
        if (r < 0)
                return r;
        r = sd_bus_call_method(notifier->bus, BUS_NAME, BUS_PATH, BUS_NAME, "Notify", &error,
                               &reply, "susssasa{sv}i", "tickerd",
                               bubble_of(notifier, item->revises), "", item->source, body.data, 0,
                               2, "urgency", "y", 1, "category", "s", "x-tickerd.item", -1);
        if (r >= 0)
                r = sd_bus_message_read(reply, "u", &id);
        if (r < 0) {
                log_warning("item %lld could not be shown: %s", (long long) item->id,
                            error.message ? error.message : strerror(-r));
                return 0;
        }
        remember(notifier, item, id);
        return 0;
}
