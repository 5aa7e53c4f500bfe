/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A body may be coded more than once: each coding is a stage that hands on to the next, the last
 * one to the page. What follows a stream is read if it is a stream of the same kind (gzip has
 * members, zstd frames: all of them are one page), and left aside if not, as browsers do.
 */

#include <brotli/decode.h>
#include <strings.h>
#include <zlib.h>
#include <zstd.h>

#include "fetch/decode.h"

#define STAGES_MAX 5U
#define CHUNK_SIZE (16U * 1024U)
/* 8 MiB, all that RFC 8878 asks for; a larger window would be the page's way to our memory. */
#define ZSTD_WINDOW_LOG 23
#define MAGIC_MAX 4U
/* So much a body may be larger than its page: codings of what cannot be packed. */
#define TAKEN_MORE (64U * 1024U)

typedef enum Coding {
        CODING_GZIP,
        CODING_DEFLATE,
        CODING_BROTLI,
        CODING_ZSTD
} Coding;

typedef struct Stage {
        Coding coding;
        /* The bytes that tell what comes are kept until they are all there. */
        uint8_t magic[MAGIC_MAX];
        size_t n_magic;
        bool open;      /* a stream has begun and not ended */
        bool ended;     /* one has */
        bool aside;     /* and what comes now is no other */
        uint64_t given; /* bytes */

        z_stream zlib;
        BrotliDecoderState *brotli;
        ZSTD_DStream *zstd;
} Stage;

struct Decoder {
        Stage stages[STAGES_MAX]; /* in the order in which they are undone */
        size_t n;
        uint64_t taken; /* bytes */
};

static int parse_coding(const char *name, size_t n, Coding *ret) {
        static const struct {
                const char *name;
                Coding coding;
        } table[] = {
                { "gzip", CODING_GZIP }, { "x-gzip", CODING_GZIP }, { "deflate", CODING_DEFLATE },
                { "br", CODING_BROTLI }, { "zstd", CODING_ZSTD },
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++)
                if (strlen(table[i].name) == n && strncasecmp(table[i].name, name, n) == 0) {
                        *ret = table[i].coding;
                        return 0;
                }
        return -EPROTONOSUPPORT;
}

static bool is_identity(const char *name, size_t n) {
        return n == 0 || (n == 8 && strncasecmp(name, "identity", n) == 0) ||
               (n == 4 && strncasecmp(name, "none", n) == 0) ||
               (n == 7 && strncasecmp(name, "chunked", n) == 0);
}

int decoder_new(const char *codings, Decoder **ret) {
        _cleanup_(decoder_freep) Decoder *decoder = calloc(1, sizeof(Decoder));
        size_t end = strlen(codings);

        if (!decoder)
                return -ENOMEM;
        /* The last one that was applied is the first to be undone. */
        while (end > 0) {
                size_t begin, n;
                Coding coding;

                for (begin = end; begin > 0 && codings[begin - 1] != ',';)
                        begin--;
                n = end - begin;
                end = begin > 0 ? begin - 1 : 0;
                for (; n > 0 && strchr(" \t\r\n", codings[begin]); n--)
                        begin++;
                while (n > 0 && strchr(" \t\r\n", codings[begin + n - 1]))
                        n--;
                if (is_identity(codings + begin, n))
                        continue;
                if (decoder->n == STAGES_MAX || parse_coding(codings + begin, n, &coding) < 0)
                        return -EPROTONOSUPPORT;
                decoder->stages[decoder->n++].coding = coding;
        }
        *ret = STEAL_POINTER(decoder);
        return 0;
}

static void close_stage(Stage *stage) {
        if (stage->zlib.state)
                (void) inflateEnd(&stage->zlib);
        BrotliDecoderDestroyInstance(stage->brotli);
        ZSTD_freeDStream(stage->zstd);
        stage->zlib = (z_stream){};
        stage->brotli = NULL;
        stage->zstd = NULL;
        stage->open = false;
}

Decoder *decoder_free(Decoder *decoder) {
        if (!decoder)
                return NULL;
        for (size_t i = 0; i < decoder->n; i++)
                close_stage(decoder->stages + i);
        free(decoder);
        return NULL;
}

/* How many bytes tell what comes. */
static size_t magic_size(const Stage *stage) {
        switch (stage->coding) {
        case CODING_GZIP:
        case CODING_DEFLATE:
                return 2;
        case CODING_ZSTD:
                return 4;
        default:
                return 0;
        }
}

/* Are the first n of them those of another stream after the first? */
static bool magic_fits(const Stage *stage, size_t n) {
        const uint8_t *m = stage->magic;

        switch (stage->coding) {
        case CODING_GZIP:
                return memcmp(m, "\x1f\x8b", MIN(n, 2U)) == 0;
        case CODING_ZSTD: /* a frame, or one to be skipped */
                return memcmp(m, "\x28\xb5\x2f\xfd", n) == 0 ||
                       ((m[0] & 0xf0) == 0x50 && memcmp(m + 1, "\x2a\x4d\x18", n - 1) == 0);
        default: /* have one only */
                return false;
        }
}

static int open_stage(Stage *stage) {
        int window = MAX_WBITS;

        stage->open = true;
        switch (stage->coding) {
        case CODING_DEFLATE:
                /* zlib's format, as it should be, or without its header, as some send it. */
                if ((stage->magic[0] & 0x0f) != Z_DEFLATED ||
                    (stage->magic[0] * 256U + stage->magic[1]) % 31 != 0)
                        window = -window;
                return inflateInit2(&stage->zlib, window) == Z_OK ? 0 : -ENOMEM;
        case CODING_GZIP:
                return inflateInit2(&stage->zlib, 16 + window) == Z_OK ? 0 : -ENOMEM;
        case CODING_BROTLI:
                stage->brotli = BrotliDecoderCreateInstance(NULL, NULL, NULL);
                return stage->brotli ? 0 : -ENOMEM;
        case CODING_ZSTD:
                stage->zstd = ZSTD_createDStream();
                if (!stage->zstd)
                        return -ENOMEM;
                (void) ZSTD_DCtx_setParameter(stage->zstd, ZSTD_d_windowLogMax, ZSTD_WINDOW_LOG);
                return 0;
        }
        return -EINVAL;
}

/* Of *data takes what fits, and gives what room has place for. 1: the stream has ended. */
static int step_zlib(Stage *stage, const uint8_t **data, size_t *n, uint8_t *room, size_t *given) {
        int r;

        stage->zlib.next_in = (Bytef *) *data;
        stage->zlib.avail_in = (uInt) MIN(*n, (size_t) CHUNK_SIZE);
        *n -= stage->zlib.avail_in;
        stage->zlib.next_out = room;
        stage->zlib.avail_out = CHUNK_SIZE;
        r = inflate(&stage->zlib, Z_NO_FLUSH);
        *data = stage->zlib.next_in;
        *n += stage->zlib.avail_in;
        *given = CHUNK_SIZE - stage->zlib.avail_out;
        if (r == Z_STREAM_END)
                return 1;
        if (r == Z_MEM_ERROR)
                return -ENOMEM;
        return r == Z_OK || r == Z_BUF_ERROR ? 0 : -EBADMSG;
}

static int step_brotli(Stage *stage, const uint8_t **data, size_t *n, uint8_t *room,
                       size_t *given) {
        size_t left = CHUNK_SIZE;
        BrotliDecoderResult result;

        result = BrotliDecoderDecompressStream(stage->brotli, n, data, &left, &room, NULL);
        *given = CHUNK_SIZE - left;
        if (result == BROTLI_DECODER_RESULT_ERROR)
                return -EBADMSG;
        return result == BROTLI_DECODER_RESULT_SUCCESS;
}

static int step_zstd(Stage *stage, const uint8_t **data, size_t *n, uint8_t *room, size_t *given) {
        ZSTD_inBuffer in = { *data, *n, 0 };
        ZSTD_outBuffer out = { room, CHUNK_SIZE, 0 };
        size_t left = ZSTD_decompressStream(stage->zstd, &out, &in);

        *data += in.pos;
        *n -= in.pos;
        *given = out.pos;
        return ZSTD_isError(left) ? -EBADMSG : left == 0;
}

static int step(Stage *stage, const uint8_t **data, size_t *n, uint8_t *room, size_t *given) {
        switch (stage->coding) {
        case CODING_BROTLI:
                return step_brotli(stage, data, n, room, given);
        case CODING_ZSTD:
                return step_zstd(stage, data, n, room, given);
        default:
                return step_zlib(stage, data, n, room, given);
        }
}

static int add(Decoder *decoder, size_t i, const uint8_t *data, size_t n, Buffer *page);

/* Runs what is there through an open stream and its end. */
static int run(Decoder *decoder, size_t i, const uint8_t **data, size_t *n, Buffer *page) {
        Stage *stage = decoder->stages + i;
        uint8_t room[CHUNK_SIZE];
        size_t given, before;
        int r, ended;

        do {
                before = *n;
                ended = step(stage, data, n, room, &given);
                if (ended < 0)
                        return ended;
                stage->given += given;
                if (stage->given > page->max)
                        return -ENOBUFS;
                r = add(decoder, i + 1, room, given, page);
                if (r < 0)
                        return r;
        } while (!ended && (given > 0 || *n < before));
        if (ended) {
                close_stage(stage);
                stage->ended = true;
                stage->n_magic = 0;
        } else if (*n > 0)
                return -EBADMSG; /* it wants no more and has not ended */
        return 0;
}

/* Takes the bytes that tell what comes. 1: a stream has been opened, and has had them. */
static int begin(Decoder *decoder, size_t i, const uint8_t **data, size_t *n, Buffer *page) {
        Stage *stage = decoder->stages + i;
        const uint8_t *magic = stage->magic;
        size_t n_magic;
        int r;

        while (*n > 0 && stage->n_magic < magic_size(stage)) {
                stage->magic[stage->n_magic++] = *(*data)++;
                --*n;
                if (stage->ended && !magic_fits(stage, stage->n_magic))
                        stage->aside = true;
        }
        if (stage->ended && magic_size(stage) == 0)
                stage->aside = true;
        if (stage->aside || stage->n_magic < magic_size(stage))
                return 0;
        r = open_stage(stage);
        if (r < 0)
                return r;
        n_magic = stage->n_magic;
        return run(decoder, i, &magic, &n_magic, page);
}

static int add(Decoder *decoder, size_t i, const uint8_t *data, size_t n, Buffer *page) {
        Stage *stage = decoder->stages + i;
        int r = 0;

        if (i == decoder->n) {
                buffer_append(page, data, n);
                return buffer_error(page);
        }
        while (r >= 0 && n > 0 && !stage->aside)
                r = stage->open ? run(decoder, i, &data, &n, page)
                                : begin(decoder, i, &data, &n, page);
        return r;
}

int decoder_add(Decoder *decoder, const void *data, size_t n, Buffer *page) {
        decoder->taken += n;
        if (decoder->taken > page->max + TAKEN_MORE)
                return -ENOBUFS;
        return add(decoder, 0, data, n, page);
}

bool decoder_is_whole(const Decoder *decoder) {
        for (size_t i = 0; i < decoder->n; i++) {
                const Stage *stage = decoder->stages + i;

                if (stage->open || (stage->n_magic > 0 && !stage->aside))
                        return false;
        }
        return true;
}

bool decoder_tells_end(const Decoder *decoder) {
        for (size_t i = 0; i < decoder->n; i++)
                if (decoder->stages[i].coding == CODING_DEFLATE ||
                    decoder->stages[i].coding == CODING_BROTLI)
                        return true;
        return false;
}
