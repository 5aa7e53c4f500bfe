/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <arpa/inet.h>
#include <netinet/in.h>

#include "fetch/address.h"

typedef struct Range {
        uint8_t prefix[6];
        unsigned bits;
} Range;

static bool has_prefix(const uint8_t *address, const uint8_t *prefix, unsigned bits) {
        unsigned bytes = bits / 8, rest = bits % 8;
        uint8_t mask = (uint8_t) (0xff00 >> rest);

        if (memcmp(address, prefix, bytes) != 0)
                return false;
        return rest == 0 || ((address[bytes] ^ prefix[bytes]) & mask) == 0;
}

/* IANA's registry of special-purpose IPv4 addresses. */
static bool is_public4(const uint8_t *address) {
        static const Range ranges[] = {
                { { 0 }, 8 },             /* this network, unspecified */
                { { 10 }, 8 },            /* private */
                { { 100, 64 }, 10 },      /* carrier-grade NAT */
                { { 127 }, 8 },           /* loopback */
                { { 169, 254 }, 16 },     /* link-local */
                { { 172, 16 }, 12 },      /* private */
                { { 192, 0, 0 }, 24 },    /* protocol assignments */
                { { 192, 0, 2 }, 24 },    /* documentation */
                { { 192, 88, 99 }, 24 },  /* relays of 6to4, of the past */
                { { 192, 168 }, 16 },     /* private */
                { { 198, 18 }, 15 },      /* benchmarks */
                { { 198, 51, 100 }, 24 }, /* documentation */
                { { 203, 0, 113 }, 24 },  /* documentation */
                { { 224 }, 3 },           /* multicast, reserved, broadcast */
        };

        for (size_t i = 0; i < ELEMENTSOF(ranges); i++)
                if (has_prefix(address, ranges[i].prefix, ranges[i].bits))
                        return false;
        return true;
}

static bool is_public6(const uint8_t *address) {
        static const uint8_t zero[16], mapped[12] = { [10] = 0xff, [11] = 0xff };
        static const uint8_t nat64[12] = { 0x00, 0x64, 0xff, 0x9b };
        static const Range ranges[] = {
                { { 0x20, 0x01 }, 32 },             /* Teredo: leads to any IPv4 address */
                { { 0x20, 0x01, 0x00, 0x02 }, 48 }, /* benchmarks */
                { { 0x20, 0x01, 0x00, 0x10 }, 28 }, /* ORCHID: identifiers, no places */
                { { 0x20, 0x01, 0x0d, 0xb8 }, 32 }, /* documentation */
                { { 0x3f, 0xff }, 20 },             /* documentation */
        };

        if (has_prefix(address, mapped, 96) || has_prefix(address, nat64, 96))
                return is_public4(address + 12);
        if (has_prefix(address, zero, 96)) /* unspecified, loopback, IPv4-compatible */
                return false;
        if (has_prefix(address, (const uint8_t[]){ 0x20, 0x02 }, 16)) /* 6to4 */
                return is_public4(address + 2);
        if (!has_prefix(address, (const uint8_t[]){ 0x20 }, 3))
                return false; /* nothing else is handed out to the world */
        for (size_t i = 0; i < ELEMENTSOF(ranges); i++)
                if (has_prefix(address, ranges[i].prefix, ranges[i].bits))
                        return false;
        return true;
}

bool address_is_public(const struct sockaddr *address) {
        switch (address->sa_family) {
        case AF_INET:
                return is_public4(
                        (const uint8_t *) &((const struct sockaddr_in *) address)->sin_addr);
        case AF_INET6:
                return is_public6(
                        (const uint8_t *) &((const struct sockaddr_in6 *) address)->sin6_addr);
        default:
                return false;
        }
}

bool address_text_is_public(const char *text) {
        uint8_t bytes[16];

        if (inet_pton(AF_INET, text, bytes) == 1)
                return is_public4(bytes);
        return inet_pton(AF_INET6, text, bytes) == 1 && is_public6(bytes);
}
