/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The inside of http.c, and of request.c, which asks for one hop. */

#include "fetch/http.h"
#include "fetch/verdict.h"

typedef struct Request Request;

struct Http {
        CURLM *multi;
        char *user_agent;
        Request *requests;
        unsigned n_requests;
};

struct Request {
        Request *next;
        Http *http;
        const Source *source;
        const Validators *known;
        http_fn fn;
        void *userdata;

        CURL *easy;
        struct curl_slist *headers;
        char *url; /* of this hop */
        unsigned redirects;
        usec_t begin, deadline;

        /* Of this hop. */
        bool guarded; /* it comes from a public address, so it may not go to another kind */
        Question question;
        size_t header_size;
        size_t discarded;
        char error[CURL_ERROR_SIZE];
        Buffer body;
};

/* Starts the hop to request->url. -ENOMEM. */
int request_begin_hop(Request *request);
