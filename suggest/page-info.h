/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a page says about itself, and where else its strip might come from. */

#include "suggest/outline.h"

#define FEEDS_MAX 6U
#define ELSEWHERE_MAX 6U

typedef struct PageInfo {
        char *title;    /* clean; NULL: none */
        char *language; /* a tag that Language= takes, or NULL */
        char *url;      /* the page's own address */
        bool guessed;   /* it says none */

        char *feeds[FEEDS_MAX]; /* addresses */
        unsigned n_feeds;
        char *elsewhere[ELSEWHERE_MAX]; /* clean sentences: what the strip may be filled from */
        unsigned n_elsewhere;
} PageInfo;

/* url may be NULL. */
void page_info_read(const Outline *outline, const char *url, PageInfo *ret);
void page_info_done(PageInfo *info);

/* Adds a sentence to elsewhere, unless it is there already. */
void page_info_add(PageInfo *info, const char *format, ...) _printf_(2, 3);
