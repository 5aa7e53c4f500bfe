/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A page that is made to keep the parser or a selector busy for ever ends the process, by SIGALRM
 * and after a word on stderr; it does not end the service.
 */

/* One at a time; a new one takes the place of the last. what begins the message: a source's name.
 */
void deadline_begin(unsigned seconds, const char *what);
void deadline_end(void);

/* The same, by the processor's time: that others keep the machine busy does not count. */
void deadline_begin_cpu(unsigned seconds, const char *what);
void deadline_end_cpu(void);
