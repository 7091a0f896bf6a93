/* SPDX-License-Identifier: MIT */
#ifndef CAPINI_AUDIT_SPAWN_H
#define CAPINI_AUDIT_SPAWN_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "capstate.h"
#include "error.h"
#include "user.h"

/* A program that waits to be released. */
struct spawn {
	char **program;		 /* NULL-terminated */
	const struct user *user; /* or NULL; it keeps all capabilities */
	const sigset_t *signals; /* the mask to start with */
	bool fast;		 /* stop only at the calls of the table */
	pid_t pid;
	int ready;	     /* the descriptor that tells of it */
	int release;	     /* the one that releases it */
	struct capstate now; /* what it has */
	int seccomp;	     /* as in struct status */
};

/* Fork. The child waits to be told to go on: it can only be attached to while
 * it is still what we are; ptrace(2). Returns 0, or -1 with err set. */
int spawn_start(struct spawn *spawn, struct error *err) MUST_CHECK;

/* Have the child become everything but the program, and look at what it has
 * then. Returns 0 when it waits to be released, or -1 with err set. */
int spawn_become(struct spawn *spawn, struct error *err) MUST_CHECK;

/* Let the child execute the program. When that fails it says so and ends with
 * EXIT_NOT_FOUND or EXIT_NOT_RUNNABLE. */
void spawn_release(struct spawn *spawn);

/* Bring this process down to the capabilities in allow, in every set, and to
 * the user, unless NULL: one that is not root gets all of them as ambient, so
 * that it can be asked what it needs. Returns 0, or -1 with err set: the
 * process must then end. */
int spawn_limit(const struct user *user, uint64_t allow,
		struct error *err) MUST_CHECK;

/* Run this process and its children on one processor: the one that is traced
 * and its tracer take turns, and need not wake up another one each time. */
void spawn_pin(void);

#endif
