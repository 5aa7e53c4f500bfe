/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A notification daemon that shows nothing: it takes the name org.freedesktop.Notifications on the
 * session bus, prints "ready", then a line for each Notify: id, replaces_id, summary and body,
 * divided by tabs.
 */

#include <systemd/sd-bus.h>

#include "common/util.h"

#define NAME "org.freedesktop.Notifications"

static uint32_t last_id;

static int on_capabilities(sd_bus_message *m, _unused_ void *userdata,
                           _unused_ sd_bus_error *error) {
        return sd_bus_reply_method_return(m, "as", 2, "body", "body-markup");
}

static int on_notify(sd_bus_message *m, _unused_ void *userdata, _unused_ sd_bus_error *error) {
        const char *program, *icon, *summary, *body;
        uint32_t replaces, id;
        int r;

        r = sd_bus_message_read(m, "susss", &program, &replaces, &icon, &summary, &body);
        if (r >= 0)
                r = sd_bus_message_skip(m, "asa{sv}i");
        if (r < 0)
                return r;
        id = replaces > 0 ? replaces : ++last_id;
        (void) printf("%u\t%u\t%s\t%s\n", id, replaces, summary, body);
        (void) fflush(stdout);
        return sd_bus_reply_method_return(m, "u", id);
}

static const sd_bus_vtable vtable[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_METHOD("GetCapabilities", "", "as", on_capabilities, 0),
        SD_BUS_METHOD("Notify", "susssasa{sv}i", "u", on_notify, 0),
        SD_BUS_VTABLE_END,
};

int main(void) {
        sd_bus *bus;
        int r;

        r = sd_bus_open_user(&bus);
        if (r >= 0)
                r = sd_bus_add_object_vtable(bus, NULL, "/org/freedesktop/Notifications", NAME,
                                             vtable, NULL);
        if (r >= 0)
                r = sd_bus_request_name(bus, NAME, 0);
        if (r >= 0) {
                (void) puts("ready");
                (void) fflush(stdout);
        }
        while (r >= 0) {
                r = sd_bus_process(bus, NULL);
                if (r == 0)
                        r = sd_bus_wait(bus, UINT64_MAX);
        }
        (void) fprintf(stderr, "notification-recorder: %s\n", strerror(-r));
        return EXIT_FAILURE;
}
