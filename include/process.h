/* SPDX-License-Identifier: MIT */
#ifndef CAPINI_PROCESS_H
#define CAPINI_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

#include "error.h"
#include "status.h"

#define CGROUP_TEXT 4096

/* What a process is to the container that we are in. */
enum role {
	ROLE_INIT,  /* its first process: PID 1, but for a shared namespace */
	ROLE_APP,   /* descends from it */
	ROLE_EXEC,  /* does not: docker exec, a health check */
	ROLE_OTHER, /* belongs to another container of the PID namespace */
	ROLE_ENDED, /* is no longer there */
};

/* A directory as it is being read, getdents64(2). */
struct directory {
	int fd;
	size_t next, used; /* of its bytes, the next entry and the last's end */
	_Alignas(8) char entries[4096];
};

/* The processes of a procfs on /proc that is of our own PID namespace. */
struct processes {
	struct directory proc;
	pid_t init;		  /* 0: not to be seen */
	char cgroup[CGROUP_TEXT]; /* of the container, as /proc/PID/cgroup */
};

/* Open /proc and find the container's first process. Returns 0, or -1 with err
 * set when /proc cannot tell the truth about this PID namespace. proc(5). */
int processes_open(struct processes *processes, struct error *err) MUST_CHECK;

/* The next process other than ourselves. Returns 0 when there is none left, -1
 * when that cannot be told. */
pid_t processes_next(struct processes *processes) MUST_CHECK;

/* The status of a process, its sets and no_new_privs those of all its threads
 * together: what any of them has. Returns 0, or -1 with errno as
 * status_of(). */
int process_read(const struct processes *processes, pid_t pid,
		 struct status *status) MUST_CHECK;

/* What the process is. Each process is looked at a bounded number of times,
 * however many and however deep their tree. */
enum role process_role(const struct processes *processes,
		       const struct status *status);

#endif
