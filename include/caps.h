/* SPDX-License-Identifier: MIT */
#ifndef CAPINI_CAPS_H
#define CAPINI_CAPS_H

#include "capstate.h"
#include "error.h"
#include "user.h"

/* Read what this process has, by system calls alone. An error, a hole in the
 * kernel's list of capabilities or an answer that cannot be is a failure.
 * Returns 0, or -1 with err set. capget(2), prctl(2). */
int caps_read(struct capstate *state, struct error *err) MUST_CHECK;

/* Clear the ambient set and drop the capabilities in drop from the bounding
 * set. state is what the process has and becomes what it has then, with the
 * bounding set as the kernel tells it afterwards. A capability that the
 * kernel does not let go is no failure here: it is still in
 * state->bounding. Returns 0, or -1 with err set. */
int caps_narrow(struct capstate *state, uint64_t drop,
		struct error *err) MUST_CHECK;

/* Bring this process from state now to state final: the user, unless NULL,
 * the sets, securebits, no_new_privs, in the order in which the kernel allows
 * it. What already is as it shall be is not written again. Whether it came
 * out so is left to the witness; the ids and groups are read back here.
 * Returns 0, or -1 with err set: the process must then end. */
int caps_become(const struct capstate *now, const struct capstate *final,
		const struct user *user, struct error *err) MUST_CHECK;

#endif
