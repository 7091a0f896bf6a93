/* SPDX-License-Identifier: MIT */
#ifndef CAPINI_VERIFY_H
#define CAPINI_VERIFY_H

#include <stdbool.h>
#include <stdint.h>

#include "policy.h"
#include "process.h"
#include "status.h"

/* The five sets in the order of the manual. */
enum set { BOUNDING, PERMITTED, EFFECTIVE, INHERITABLE, AMBIENT, SETS };

/* A process against the policy. */
struct verdict {
	struct status status;
	enum role role;
	bool judged; /* false: another container's */
	bool holds;
	uint64_t has[SETS];
	uint64_t policy[SETS]; /* what it may have */
};

/* What no policy reaches. */
struct surroundings {
	enum { USERNS_UNKNOWN, USERNS_CLOSED, USERNS_OPEN } user_namespaces;
	uint64_t bounding; /* ours: what the runtime gives a docker exec */
};

/* Judge the process target: NULL for the container's first, a PID, or "all",
 * and print the verdict on stdout, as JSON or for people. Returns 0 when it
 * holds, 1 when it does not, 2 when that could not be told. */
int verify(const struct policy *policy, const char *target, bool json);

#endif
