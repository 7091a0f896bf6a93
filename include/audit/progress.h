/* SPDX-License-Identifier: MIT */
#ifndef CAPINI_AUDIT_PROGRESS_H
#define CAPINI_AUDIT_PROGRESS_H

#include <stdbool.h>
#include <time.h>

#include "audit/tracer.h"

/* One line on stderr, written over once a second, where that is a terminal;
 * nothing at all where it is not. */
struct progress {
	bool shown;
	time_t start, last; /* seconds, CLOCK_MONOTONIC */
};

struct progress progress_begin(void);
void progress_step(struct progress *progress, const struct tracer *tracer);

/* Clear the line. */
void progress_end(const struct progress *progress);

#endif
