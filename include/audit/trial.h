/* SPDX-License-Identifier: MIT */
#ifndef CAPINI_AUDIT_TRIAL_H
#define CAPINI_AUDIT_TRIAL_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"
#include "user.h"

/* How a program is run with a set of capabilities, again and again. */
struct trial {
	/* A command of the shell that starts a fresh environment each time, or
	 * NULL: program is run right here. In it are replaced
	 *   {docker}  by --cap-add=NAME for each capability
	 *   {names}   by NAME,NAME or NONE
	 *   {mask}    by sixteen hexadecimal digits
	 *   {n}       by the number of this run, from 1 on */
	const char *template;
	char **program;		 /* NULL-terminated */
	const struct user *user; /* of program, or NULL */
	const char *check;	 /* or NULL; the same is replaced in it */
	long timeout;		 /* seconds */
	unsigned int runs;	 /* so far */
};

/* Once, before the first run: what a run leaves becomes our child, and a
 * SIGHUP, SIGINT or SIGTERM ends the run before it ends us. Returns 0, or -1
 * with err set. */
int trial_begin(struct error *err) MUST_CHECK;

/* Is there a placeholder for capabilities in the template, and does it fit
 * with all of them? Returns 0, or -1 with err set. */
int trial_possible(const struct trial *trial, struct error *err) MUST_CHECK;

/* One run with this set. Returns whether it was good: the check passed, or
 * without one the program ended with 0, and in time. What is left of it is
 * ended, politely first. */
bool trial_passes(struct trial *trial, uint64_t set);

#endif
