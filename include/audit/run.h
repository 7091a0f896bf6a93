/* SPDX-License-Identifier: MIT */
#ifndef CAPINI_AUDIT_RUN_H
#define CAPINI_AUDIT_RUN_H

#include "audit/tracer.h"
#include "error.h"

/* What run and verify end with. */
enum {
	RUN_FOUND = 0,	 /* the report is there, the program ended well */
	RUN_FAILED = 1,	 /* the report is there, the program failed */
	RUN_USAGE = 2,	 /* wrong usage, or a file cannot be written */
	RUN_LACKING = 3, /* verify: the policy lacks a capability */
	RUN_BLIND = 4,	 /* no capability is held, nothing could be tried */
};

/* How a program is to be looked at. */
struct run {
	char **program;
	const char *user; /* USER[:GROUP] or NULL */
	bool fast;
	bool pinned;
	long seconds;	   /* then it is ended; 0: it ends by itself */
	const char *check; /* NULL, or a command: when it passes, that is all */
};

/* What came of it, besides the evidence. */
struct outcome {
	uint64_t held; /* what the program began with, could be tried */
	bool started;
	bool stopped; /* by us: its time was over, or the check passed */
	bool passed;  /* the check */
	bool failed;  /* it ended with another code than 0, or never passed */
	int code;     /* of its end, 128+n for signal n */
	int seccomp;  /* a filter was there before: 2 */
	bool no_new_privs;
	struct tracer tracer; /* its counters */
};

/* Run a program to its end and look at it. Its output is left to it. Returns
 * 0, or -1 with err set. */
int run_program(const struct run *run, struct evidence *evidence,
		struct outcome *outcome, struct error *err) MUST_CHECK;

/* The verbs. argv[0] is the verb. Each returns the exit code. */
int run_main(int argc, char **argv);
int verify_main(int argc, char **argv);

#endif
