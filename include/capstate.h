/* SPDX-License-Identifier: MIT */
#ifndef CAPINI_CAPSTATE_H
#define CAPINI_CAPSTATE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* What a process has, or shall have; capabilities(7). Bit n of a set is
 * capability number n. */
struct capstate {
	uint64_t bounding, permitted, effective, inheritable, ambient;
	uint32_t securebits; /* SECBIT_* */
	bool no_new_privs;   /* prctl(2), PR_SET_NO_NEW_PRIVS */
	uid_t uid;	     /* real, effective and saved */
	gid_t gid;
};

#endif
