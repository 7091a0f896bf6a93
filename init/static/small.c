/* SPDX-License-Identifier: MIT */
/* In place of the C library's streams and heap in the static capini.
 *
 * libinih.a is one object: with its ini_parse_stream() comes ini_parse(), which
 * opens a file by itself and which capini never calls. Here no stream can be
 * opened. The heap is for the one line that inih has on it, where it was built
 * so: a single block. */
#include <stdalign.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

FILE *fopen(const char *path, const char *mode)
{
	(void)path;
	(void)mode;
	return NULL;
}

/* The name that a library built for glibc asks for. */
#undef fopen64
FILE *fopen64(const char *path, const char *mode)
	__attribute__((alias("fopen")));

int fclose(FILE *stream)
{
	(void)stream;
	return EOF;
}

char *fgets(char *line, int size, FILE *stream)
{
	(void)line;
	(void)size;
	(void)stream;
	return NULL;
}

static alignas(max_align_t) char block[512];
static bool used;

void *malloc(size_t size)
{
	if (used || size > sizeof(block))
		return NULL;
	used = true;
	return block;
}

void *realloc(void *present, size_t size)
{
	if (!present)
		return malloc(size);
	return size <= sizeof(block) ? present : NULL;
}

void free(void *present)
{
	if (present)
		used = false;
}
