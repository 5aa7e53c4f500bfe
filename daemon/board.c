/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <sys/queue.h>

#include "daemon/board.h"

/* One a source, which the configuration bounds. */
typedef struct Word {
        char *source;
        char *line;
        uint64_t place;
        TAILQ_ENTRY(Word) list;
} Word;

struct Board {
        TAILQ_HEAD(Words, Word) words; /* in order of their places */
        uint64_t newest;
};

int board_new(Board **ret) {
        Board *board;

        board = calloc(1, sizeof(Board));
        if (!board)
                return -ENOMEM;
        TAILQ_INIT(&board->words);
        *ret = board;
        return 0;
}

static Word *word_free(Word *word) {
        if (!word)
                return NULL;
        free(word->source);
        free(word->line);
        free(word);
        return NULL;
}
DEFINE_CLEANUP(Word, word_free);

Board *board_free(Board *board) {
        if (!board)
                return NULL;
        while (!TAILQ_EMPTY(&board->words)) {
                Word *word = TAILQ_FIRST(&board->words);

                TAILQ_REMOVE(&board->words, word, list);
                (void) word_free(word);
        }
        free(board);
        return NULL;
}

int board_put(Board *board, const char *source, const char *line) {
        _cleanup_(word_freep) Word *new = NULL;
        Word *word;

        new = calloc(1, sizeof(Word));
        if (!new)
                return -ENOMEM;
        new->source = strdup(source);
        new->line = strdup(line);
        if (!new->source || !new->line)
                return -ENOMEM;

        TAILQ_FOREACH(word, &board->words, list)
        if (streq(word->source, source)) {
                TAILQ_REMOVE(&board->words, word, list);
                (void) word_free(word);
                break;
        }
        new->place = ++board->newest;
        word = STEAL_POINTER(new);
        TAILQ_INSERT_TAIL(&board->words, word, list);
        return 0;
}

uint64_t board_newest(const Board *board) {
        return board->newest;
}

bool board_next(const Board *board, uint64_t after, const char **ret_source, const char **ret_line,
                uint64_t *ret_place) {
        const Word *found = NULL, *word;

        /* From the newest back: who asks is mostly one word behind. */
        TAILQ_FOREACH_REVERSE(word, &board->words, Words, list) {
                if (word->place <= after)
                        break;
                found = word;
        }
        if (!found)
                return false;
        *ret_source = found->source;
        *ret_line = found->line;
        *ret_place = found->place;
        return true;
}
