/* SPDX-License-Identifier: MIT */
#ifndef CAPINI_FILE_H
#define CAPINI_FILE_H

#include <stddef.h>

#include "error.h"

enum file_result {
	FILE_GOOD,
	FILE_ABSENT,	 /* nothing exists at the path; err is not set */
	FILE_REFUSED,	 /* it is there and is not to be trusted */
	FILE_UNREADABLE, /* the system did not let us read it, or not all */
};

/* Read the whole regular file at path into buffer. Symbolic links are
 * followed (Kubernetes mounts ConfigMaps through them) and the file they lead
 * to is checked: regular, owned by root or the caller, not writable by group
 * or others, at most size - 1 bytes, and as long as fstat(2) said. A zero
 * byte is put behind the last one.
 *
 * Returns FILE_GOOD with the number of bytes in *length, FILE_ABSENT (a
 * dangling symbolic link is not absent), or another result with err set.
 * open(2), fstat(2), read(2). */
enum file_result file_read(const char *path, char *buffer, size_t size,
			   size_t *length, struct error *err) MUST_CHECK;

#endif
