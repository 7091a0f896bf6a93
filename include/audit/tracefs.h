/* SPDX-License-Identifier: MIT */
#ifndef CAPINI_AUDIT_TRACEFS_H
#define CAPINI_AUDIT_TRACEFS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "error.h"

#define TRACEFS_TASKS 4096 /* told apart at a time */
#define TRACEFS_CALL  32
#define TRACEFS_COMM  16

/* A question for a capability, as the event capability:cap_capable tells it;
 * Linux 6.14. */
struct question {
	pid_t tid; /* as the initial PID namespace numbers it */
	uint64_t cred;
	int capability;
	bool granted;
	/* Asked by the kernel for its own ends, the answer changes nothing that
	 * a program sees; or not with the program's credentials. */
	bool idle;
	char call[TRACEFS_CALL]; /* the system call, as the stack tells it */
	char comm[TRACEFS_COMM]; /* when it was read: a guess */
};

/* A private instance of tracefs, with this one event. */
struct tracefs {
	char path[128];
	int pipe, marker; /* descriptors of trace_pipe and trace_marker */
	char text[65536];
	size_t start, length; /* of what is left of it */
	unsigned long lost;   /* events, for want of room */
	pid_t marked;	      /* who wrote to the marker last */

	/* The stack that follows an event names its task and no more. */
	struct task {
		pid_t tid;
		uint64_t cred; /* of its last question outside of overlayfs */
		bool open;     /* question waits for its stack */
		struct question question;
	} tasks[TRACEFS_TASKS];
	struct task *stack; /* whose lines are being read */
	bool overlay;
};

/* What is missing for it here? Returns 0 when nothing is, or -1 with err set:
 * the reason, and what would help. */
int tracefs_possible(struct error *err) MUST_CHECK;

/* Make an instance, and remove those whose maker is gone. Nothing is recorded
 * yet. Returns 0, or -1 with err set. */
int tracefs_open(struct tracefs *tracefs, struct error *err) MUST_CHECK;

/* Record this task and all that it makes from now on. Returns 0, or -1 with
 * err set. */
int tracefs_add(const struct tracefs *tracefs, pid_t tid,
		struct error *err) MUST_CHECK;

/* The number of this task in the initial PID namespace, which is the one that
 * tracefs_add() wants. Returns 0, or -1 with err set. */
int tracefs_self(struct tracefs *tracefs, pid_t *tid,
		 struct error *err) MUST_CHECK;

/* Begin to record. Returns 0, or -1 with err set. */
int tracefs_begin(const struct tracefs *tracefs, struct error *err) MUST_CHECK;

/* The next question, if there is one now. */
bool tracefs_next(struct tracefs *tracefs, struct question *question);

/* Remove the instance. */
void tracefs_close(struct tracefs *tracefs);

#endif
