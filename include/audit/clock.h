/* SPDX-License-Identifier: MIT */
#ifndef CAPINI_AUDIT_CLOCK_H
#define CAPINI_AUDIT_CLOCK_H

#include <time.h>

/* Seconds that no change of the date moves. clock_gettime(2),
 * CLOCK_MONOTONIC. */
static inline time_t clock_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

#endif
