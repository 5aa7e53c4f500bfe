/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* relay.conf and its drop-in files; tickerd-relay(8). */

#include "common/settings.h"

typedef struct RelayConfig {
        Values servers;
        Value stream;
        Value subject; /* a template, relay/subject.h */
        unsigned replicas;
        usec_t republish;
        Value credentials; /* these four: a file, or no text */
        Value authority;
        Value certificate;
        Value key;
        Value socket;
        Value place;
} RelayConfig;

/* As config_load(), for the relay's file. */
int relay_config_load(const char *path, RelayConfig **ret);

/* Replaces the servers by these: URLs divided by spaces. -EINVAL, logged; -ENOMEM. */
int relay_config_set_servers(RelayConfig *config, const char *servers);

RelayConfig *relay_config_free(RelayConfig *config);
DEFINE_CLEANUP(RelayConfig, relay_config_free);
