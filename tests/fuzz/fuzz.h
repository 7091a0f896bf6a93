/* SPDX-License-Identifier: MIT */
/* What the harnesses share: libFuzzer's entry, and a promise that ends the run
 * when it is broken. */
#ifndef CAPINI_FUZZ_H
#define CAPINI_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Broken promises are crashes: the input is kept. */
#define PROMISE(what)                     \
	do {                              \
		if (!(what))              \
			__builtin_trap(); \
	} while (0)

/* A copy of the bytes with a zero behind them, on the heap, where the address
 * sanitizer sees a read beyond it. The caller frees it. */
static inline char *fuzz_text(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	PROMISE(text);
	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	return text;
}

#endif
