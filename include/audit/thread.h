/* SPDX-License-Identifier: MIT */
#ifndef CAPINI_AUDIT_THREAD_H
#define CAPINI_AUDIT_THREAD_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "audit/registers.h"
#include "audit/search.h"
#include "audit/vcap.h"

#define THREAD_SIGNALS_MAX 16
#define SUBJECT_TEXT	   128

/* A signal that was taken off a thread while its registers were not its own,
 * and is given back afterwards with all that came with it. */
struct withheld {
	siginfo_t info;
	bool returned; /* sent again, its info not yet put back */
};

/* Instead of a descriptor. */
#define ASKING_NONE (-1)
#define ASKING_MANY (-2)

enum phase {
	PHASE_USER,  /* between two calls */
	PHASE_CALL,  /* in a call of its own */
	PHASE_TRIAL, /* in the same call again, with something raised */
};

/* A traced thread. */
struct thread {
	struct thread *next;
	pid_t tid;
	bool parked; /* stopped before its creator's event told of it */
	int asking;  /* a file that asks at each read and write: until it is
		      * closed all calls are stopped at, in fast mode too */
	struct vcap vcap;

	enum phase phase;
	enum { AT_ENTRY, AT_EXIT } stand; /* of a call, where it is stopped */
	struct registers entry;		  /* of the call */
	long number;			  /* of the call */
	uint64_t raised;		  /* for the time of the call */

	struct search search;
	int denial;  /* the errno it was all about */
	bool silent; /* it was not denied, but done by half */
	char subject[SUBJECT_TEXT];

	struct withheld withheld[THREAD_SIGNALS_MAX];
	size_t withheld_count;
	bool stopped;	 /* a group-stop began while we were at it */
	bool has_status; /* waitpid(2) told this and it is still to be seen to
			  */
	int status;
};

/* All traced threads. */
struct threads {
	struct thread *buckets[256];
	size_t count, parked;
};

/* Find, make, forget a thread. thread_add() returns NULL without memory. */
struct thread *thread_find(struct threads *threads, pid_t tid);
struct thread *thread_add(struct threads *threads, pid_t tid) MUST_CHECK;
void thread_remove(struct threads *threads, struct thread *thread);

/* Walk: the one behind thread, the first behind NULL, NULL at the end. */
struct thread *thread_after(struct threads *threads, struct thread *thread);

/* Copy from and to the memory of a stopped thread. Return 0, or -1 with errno:
 * EIO where it may not be reached. ptrace(2), PTRACE_PEEKDATA. */
int memory_read(pid_t tid, unsigned long from, void *to,
		size_t size) MUST_CHECK;
int memory_write(pid_t tid, unsigned long to, const void *from,
		 size_t size) MUST_CHECK;

/* A string of a stopped thread, cut to fit; "?" when it cannot be read. */
void memory_string(pid_t tid, unsigned long from, char *text, size_t size);

#endif
