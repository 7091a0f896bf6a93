/* SPDX-License-Identifier: MIT */
#ifndef CAPINI_AUDIT_DECODE_H
#define CAPINI_AUDIT_DECODE_H

#include <stddef.h>

#include "audit/thread.h"

/* What a thread's call, whose entry registers are known, is about: a path, a
 * port, numbers. Into text. */
void decode_subject(const struct thread *thread, char text[SUBJECT_TEXT]);

/* The name of a thread, /proc/TID/comm, into text. */
void decode_program(pid_t tid, char *text, size_t size);

/* The path of the file behind a thread's descriptor, as /proc/TID/fd tells it;
 * empty when it does not. */
void decode_file(pid_t tid, int fd, char *text, size_t size);

#endif
