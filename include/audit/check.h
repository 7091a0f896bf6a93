/* SPDX-License-Identifier: MIT */
#ifndef CAPINI_AUDIT_CHECK_H
#define CAPINI_AUDIT_CHECK_H

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

/* A command of the shell that is run again and again until it ends with 0: it
 * tells whether a program does its work. Its output goes nowhere. */
struct check {
	const char *command;
	const sigset_t *signals; /* the mask to run it with */
	pid_t runner;		 /* 0: none is running */
	int verdict;		 /* the descriptor that tells its end */
	time_t next;		 /* not before; seconds, CLOCK_MONOTONIC */
	bool passed;		 /* it has ended with 0 */
	unsigned int failures;
};

/* Start it when it is time to, look whether it has ended. Never waits; wants
 * SIGCHLD to be blocked and to be called at it. Whoever calls waitpid(2) for
 * all of its children may: the command is the child of one that reports by a
 * pipe. Returns whether it has passed. */
bool check_step(struct check *check);

/* End it, if it is running. */
void check_end(struct check *check);

#endif
