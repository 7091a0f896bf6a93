/* SPDX-License-Identifier: MIT */
#ifndef CAPINI_WITNESS_H
#define CAPINI_WITNESS_H

#include "capstate.h"
#include "error.h"

/* Ask the kernel twice whether this process is in the state expected: by
 * system calls, and by /proc/self/status where a procfs is mounted on /proc.
 * Without one the first is enough; a procfs that does not show this process,
 * or a file that is no procfs's, is a failure. who names the process in the
 * message. Returns 0, or -1 with the first difference in err.
 * capabilities(7), proc(5). */
int witness_check(const struct capstate *expected, const char *who,
		  struct error *err) MUST_CHECK;

/* The second half of it, for a state that was just read by system calls. */
int witness_procfs(const struct capstate *expected, const char *who,
		   struct error *err) MUST_CHECK;

#endif
