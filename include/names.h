/* SPDX-License-Identifier: MIT */
#ifndef CAPINI_NAMES_H
#define CAPINI_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"

#define CAPABILITY_LAST		  40 /* CHECKPOINT_RESTORE, Linux 5.9 */
#define CAPABILITY_ALL		  ((UINT64_C(1) << (CAPABILITY_LAST + 1)) - 1)
#define CAPABILITY_DOCKER_DEFAULT UINT64_C(0xa80425fb)
#define CAPABILITY_BIT(number)	  (UINT64_C(1) << (number))
#define CAPABILITIES_TEXT \
	640 /* holds every name, a blank between, and a zero */

#define SIGNAL_LAST 64 /* the kernel's _NSIG; signal(7) */

/* The number of the capability called name, with or without "CAP_", in any
 * case; -1 when nobody knows it. capabilities(7). */
int capname_parse(const char *name) MUST_CHECK;

/* The names of the bits in set, upper case, without "CAP_", lowest first, with
 * a blank between them, into text; "NONE" for no bit. Bits without a name
 * become their number. Returns text. */
char *capname_format(uint64_t set, char text[CAPABILITIES_TEXT]);

/* A list of capabilities, separated by commas or blanks: names, ALL,
 * DOCKER_DEFAULT, or NONE alone. On a mistake err has the reason. Returns 0
 * with the bits in *set, or -1. */
int caplist_parse(const char *list, uint64_t *set,
		  struct error *err) MUST_CHECK;

/* The number of a signal: a name with or without "SIG", in any case, a number
 * 1..64, RTMIN+n or RTMAX-n, counted from 34 and 64 as kill(1) and Docker do
 * with every libc. -1 when it is none. signal(7). */
int signame_parse(const char *name) MUST_CHECK;

/* The name of signal 1..64 without "SIG" into text. Returns text. */
#define SIGNAL_TEXT 24
const char *signame_format(int number, char text[SIGNAL_TEXT]);

/* Take the next item off a list separated by commas or blanks: *list moves
 * behind it. Returns 1 with the item in item, 0 at the end of the list, -1
 * when it is longer than size - 1 bytes (item then has its beginning). */
int list_next(const char **list, char *item, size_t size) MUST_CHECK;

/* The decimal number text, at most most. Returns -1 when it is not exactly
 * that. */
long number_parse(const char *text, long most) MUST_CHECK;

/* The best match for a misspelt word among the candidates offered so far. */
struct nearest {
	const char *word;
	size_t distance;
	char best[40];
};

void nearest_begin(struct nearest *nearest, const char *word);
void nearest_offer(struct nearest *nearest, const char *candidate);

/* " (did you mean X?)" into hint, or nothing when no candidate comes close.
 * Returns hint. */
#define HINT_TEXT 64
const char *nearest_hint(const struct nearest *nearest, char hint[HINT_TEXT]);

/* The same against all capabilities and all signals. */
const char *capname_hint(const char *name, char hint[HINT_TEXT]);
const char *signame_hint(const char *name, char hint[HINT_TEXT]);

#endif
