/* SPDX-License-Identifier: MIT */
#ifndef CAPINI_AUDIT_HINTS_H
#define CAPINI_AUDIT_HINTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audit/search.h"

/* How the text that tells one use of a call from another is made of its
 * arguments. `argument` is the number of the one meant. */
enum subject {
	SUBJECT_NUMBERS, /* the first two, as numbers */
	SUBJECT_PATH,	 /* a path, relative to the working directory */
	SUBJECT_AT,	 /* a path, relative to the descriptor before it */
	SUBJECT_FILE,	 /* a descriptor */
	SUBJECT_ADDRESS, /* a socket address; its length behind it */
	SUBJECT_SOCKET,	 /* family, type, protocol */
	SUBJECT_OPTION,	 /* level, option behind the descriptor */
	SUBJECT_COMMAND, /* an ioctl */
	SUBJECT_ID,	 /* the first, as a number */
};

/* What is known of a system call that capabilities can cure. */
struct call {
	long number;
	const char *name;
	enum subject subject;
	int argument;
	bool busy; /* too frequent to stop at, in fast mode */
	uint8_t hints[SEARCH_HINTS_MAX]; /* upon EPERM, best first */
	size_t hint_count;
};

/* The row of the table, or NULL. calls() is the whole table. */
const struct call *call_find(long number);
const struct call *calls(size_t *count);

/* Is this result of the call a denial that a capability may cure? Returns its
 * errno, or 0. */
int call_denied(long number, long result);

/* What to try first on a call that was denied with errno denial: subject is
 * its text. Returns how many are in hints. */
size_t hints_for(long number, const char *subject, int denial,
		 uint8_t hints[SEARCH_HINTS_MAX]);

#endif
