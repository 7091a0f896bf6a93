/* SPDX-License-Identifier: MIT */
#ifndef CAPINI_AUDIT_VCAP_H
#define CAPINI_AUDIT_VCAP_H

#include <stdbool.h>
#include <stdint.h>

#include "capstate.h"

/* What a thread believes. Its effective set is kept empty behind its back, and
 * this is the one that it would have; capabilities(7). Pure. */
struct vcap {
	uint64_t believed;
	uid_t euid;
	uint32_t securebits;
	bool unclean;	/* the real effective set may not be empty, or the
			 * memory is closed: to be seen to at the next entry */
	bool hands_off; /* a filter of its own forbids to touch it */
};

/* The thread as it is before anything was taken from it. */
void vcap_begin(struct vcap *vcap, const struct capstate *now,
		uint32_t securebits);

/* execve(2) and capset(2) have succeeded: what the kernel says counts. */
void vcap_told(struct vcap *vcap, const struct capstate *now);

/* A call of the setuid(2) family has succeeded: the effective set that the
 * kernel would have made of the one that is believed in. setfsuid(2) is not
 * followed. */
void vcap_uid(struct vcap *vcap, const struct capstate *now);

/* prctl(2) PR_SET_SECUREBITS has succeeded. */
void vcap_securebits(struct vcap *vcap, uint32_t securebits);

/* Fork, vfork and clone: what the child begins with; raised tells that its
 * creator had something raised at that moment. */
struct vcap vcap_child(const struct vcap *creator, bool raised);

#endif
