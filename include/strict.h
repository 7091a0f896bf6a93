/* SPDX-License-Identifier: MIT */
#ifndef CAPINI_STRICT_H
#define CAPINI_STRICT_H

#include <stdbool.h>
#include <stddef.h>

#include "error.h"

#define STRICT_LINE_MAX 190 /* bytes, newline not counted; inih cuts at 199 */
#define STRICT_NAME_MAX 40  /* of a section or key; inih cuts at 49 */

/* What the reader of one kind of file makes of its parts. Both report their
 * own mistakes with fault_at(). */
struct strict_handler {
	void *context;
	/* Is there such a section? If not, its keys are passed over. */
	bool (*section)(void *context, const char *section, int line);
	void (*key)(void *context, const char *section, const char *key,
		    const char *value, int line);
};

/* Read length bytes of INI text (a zero behind them) by way of inih, which
 * gets only lines that it cannot misread: at most STRICT_LINE_MAX bytes of
 * printable ASCII, no leading blanks, comments (in UTF-8) on lines of their
 * own, "[section]", or "key = value" with a value. Each mistake is reported
 * with fault_at(file, line) and the reading goes on, to report them all.
 *
 * Returns 0, or -1 when a line broke these rules. */
int strict_parse(const char *file, const char *text, size_t length,
		 const struct strict_handler *handler) MUST_CHECK;

/* The length of the UTF-8 sequence at text, of which left bytes are there; 0
 * when it is none: RFC 3629, no overlong forms, no surrogates. */
size_t utf8_length(const char *text, size_t left);

#endif
