/* SPDX-License-Identifier: MIT */
#ifndef CAPINI_AUDIT_TRACER_H
#define CAPINI_AUDIT_TRACER_H

#include <stdbool.h>

#include "audit/evidence.h"
#include "audit/thread.h"
#include "capstate.h"

#define NETLINKS_MAX 32

/* A netlink socket that was seen to be made. */
struct netlink {
	char file[32]; /* as /proc/TID/fd names it */
	int protocol;
};

struct tracer {
	struct threads threads;
	struct evidence *evidence;
	bool fast;     /* only the calls of the table are stopped at */
	uint64_t held; /* what the program began with */
	pid_t main;    /* the first process */
	int status;    /* of its end, as waitpid(2) told it */
	bool ended;    /* it has one */
	bool begun;    /* it has become the program */

	struct netlink netlinks[NETLINKS_MAX];
	size_t netlink_count;

	/* What could not be looked at. */
	unsigned int foreign;  /* threads of another architecture */
	unsigned int filtered; /* threads with a filter of their own */
	unsigned int refused;  /* threads that nothing could be done in */
	unsigned int set_id;   /* set-user-ID files whose bit had no effect */
	unsigned int io_uring; /* its operations are no system calls */

	unsigned long stops, trials;
};

/* Attach to the process main, a child of ours. It goes on as it did. Returns
 * 0, or -1 with err set. ptrace(2), PTRACE_SEIZE. */
int tracer_attach(struct tracer *tracer, pid_t main,
		  struct error *err) MUST_CHECK;

/* Begin to look at it: now is what it has. Returns 0, or -1 with err set. */
int tracer_begin(struct tracer *tracer, const struct capstate *now,
		 struct error *err) MUST_CHECK;

/* See to everything that has happened. Returns false when no traced thread is
 * left. Never waits. */
bool tracer_step(struct tracer *tracer);

/* Send a signal to all that is traced. */
void tracer_signal(struct tracer *tracer, int signal);

void tracer_end(struct tracer *tracer);

#endif
