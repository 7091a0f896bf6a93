/* SPDX-License-Identifier: MIT */
#ifndef CAPINI_STATUS_H
#define CAPINI_STATUS_H

#include <stdbool.h>
#include <sys/types.h>

#include "capstate.h"
#include "error.h"

#define STATUS_TEXT (1024 * 1024) /* holds 65536 supplementary groups */
#define STATUS_NAME 80		  /* 64 bytes of a kernel thread; a zero */

/* What a /proc/PID/status tells; proc(5). */
struct status {
	char name[STATUS_NAME]; /* newline and backslash as \n and \\ */
	char state;		/* 'Z': a zombie */
	pid_t pid;		/* in the PID namespace of the procfs */
	pid_t ppid;		/* the same; 0: the parent is outside of it */
	pid_t inner_pid;	/* in its own, innermost PID namespace */
	bool nested;		/* and that is another one */
	bool same_ids;		/* real, effective, saved, filesystem */
	int threads;
	int seccomp;	      /* 0 none, 1 strict, 2 filter; -1 not told */
	struct capstate caps; /* effective ids; no securebits in the file */
};

/* Read a status file's text. Returns 0, or -1 when a line is missing or
 * malformed. */
int status_parse(const char *text, struct status *status) MUST_CHECK;

/* Read a file of procfs below the directory dir, whole, with a zero behind it.
 * Returns its length, at most size - 1; or -1 with errno: ENOENT or ESRCH when
 * there is no such process, EXDEV when something is mounted over it. */
ssize_t procfs_read(int dir, const char *path, char *text,
		    size_t size) MUST_CHECK;

/* Read and parse a status file. Returns 0, or -1 with errno as procfs_read(),
 * or EBADMSG. */
int status_read(int dir, const char *path, struct status *status) MUST_CHECK;

/* The same for the process or thread pid, whose directory is below dir; EXDEV
 * also when it is another's, mounted in its place. */
int status_of(int dir, pid_t pid, struct status *status) MUST_CHECK;

#endif
