/* SPDX-License-Identifier: MIT */
#ifndef CAPINI_PLAN_H
#define CAPINI_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "capstate.h"
#include "error.h"
#include "policy.h"
#include "user.h"

/* The two final states, and what leads to them. */
struct plan {
	uint64_t drop;			  /* from the bounding set */
	bool app_switches, init_switches; /* to the policy's user */
	struct capstate init;		  /* PID 1, for good */
	struct capstate app; /* the application, right before execve(2) */
};

/* Compute the plan from what the process has and the policy asks for, user
 * being NULL where it names none; or say why there is none. Pure: nothing is
 * changed or asked. Returns 0, or -1 with err set. */
int plan_make(const struct capstate *now, const struct policy *policy,
	      const struct user *user, struct plan *plan,
	      struct error *err) MUST_CHECK;

/* Go on from what caps_narrow() has left: the kernel may have refused to drop
 * what it should have. Tells what stays outside of the policy where
 * no_new_privs or `enforce = warn` make up for it. Returns 0, or -1 with err
 * set. */
int plan_settle(struct plan *plan, const struct capstate *narrowed,
		const struct policy *policy, struct error *err) MUST_CHECK;

#endif
