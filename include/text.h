/* SPDX-License-Identifier: MIT */
#ifndef CAPINI_TEXT_H
#define CAPINI_TEXT_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"

/* As snprintf(3), for %d %u %x %s %c %%: with a width, '-' and, before %u and
 * %x, '0'; with l, ll or z before %d, %u and %x; with a precision before %s.
 * Always puts a zero behind what fits into size bytes. Returns the length of
 * the whole text, without the zero. */
size_t text_format(char *text, size_t size, const char *format, ...)
	PRINTF_LIKE(3, 4);
size_t text_vformat(char *text, size_t size, const char *format, va_list args)
	PRINTF_LIKE(3, 0);

/* The same behind what text holds already. */
void text_append(char *text, size_t size, const char *format, ...)
	PRINTF_LIKE(3, 4);

/* Take up to 16 digits of base 10 or 16, in any case, off the text: *text moves
 * behind them. Returns how many there were, with their value in *number. */
size_t text_number(const char **text, unsigned int base,
		   uint64_t *number) MUST_CHECK;

/* To stdout, when print_end() is called or a few kB have come together. */
void print(const char *format, ...) PRINTF_LIKE(1, 2);

/* Returns 0, or -1 with errno when something could not be written. */
int print_end(void) MUST_CHECK;

#endif
