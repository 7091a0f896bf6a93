/* SPDX-License-Identifier: MIT */
/* The processes of our container, by /proc: which there are, what they have,
 * where they came from. Whether that is as it should be is left to verify. */
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "names.h"

#define PATH_TEXT    64
#define PID_LIMIT    4194304L		/* the kernel's PID_MAX_LIMIT */
#define INITIAL_PIDS "pid:[4026531836]" /* PROC_PID_INIT_INO */

/* A process or thread that ended meanwhile is no reason for alarm. */
static bool gone(void)
{
	return errno == ENOENT || errno == ESRCH;
}

static int read_of(const struct processes *processes, pid_t pid,
		   const char *name, char *text, size_t size)
{
	char path[PATH_TEXT];

	snprintf(path, sizeof(path), "%d/%s", (int)pid, name);
	return procfs_read(processes->dir, path, text, size) < 0 ? -1 : 0;
}

/* The next number in a directory of procfs: 0 at the end, -1 when that cannot
 * be told. */
static pid_t next_number(DIR *dir)
{
	const struct dirent *entry;

	errno = 0;
	while ((entry = readdir(dir))) {
		long number = number_parse(entry->d_name, PID_LIMIT);

		if (number > 0)
			return (pid_t)number;
	}
	return errno ? -1 : 0;
}

/* Is each cgroup of text the same as, or below, the one in the same line of
 * top? Seen from its own cgroup namespace a container's is "/", and what is
 * outside begins with "/..". cgroup_namespaces(7). */
static bool cgroup_below(const char *text, const char *top)
{
	while (*top) {
		size_t length = strcspn(top, "\n");
		size_t own = strcspn(text, "\n");
		bool root = length > 0 && top[length - 1] == '/';

		if (own < length || strncmp(text, top, length) != 0)
			return false;
		if (root ? strncmp(text + length, "..", 2) == 0
			 : own > length && text[length] != '/')
			return false;
		top += length + (top[length] == '\n');
		text += own + (text[own] == '\n');
	}
	return *text == '\0';
}

/* 1 or 0, and -1 when the process has ended. What cannot be read is no excuse:
 * then it is ours to judge. */
static int in_container(const struct processes *processes, pid_t pid)
{
	static char text[CGROUP_TEXT];

	if (read_of(processes, pid, "cgroup", text, sizeof(text)) < 0)
		return gone() ? -1 : 1;
	return cgroup_below(text, processes->cgroup);
}

/* When the process was started: the 22nd field of its stat, the 20th behind
 * the name, which may hold anything. 0 when it has ended. */
static unsigned long long start_time(const struct processes *processes,
				     pid_t pid)
{
	char text[1024];
	const char *at;

	if (read_of(processes, pid, "stat", text, sizeof(text)) < 0)
		return 0;
	at = strrchr(text, ')');
	for (int i = 0; at && i < 20; i++)
		at = strchr(at + 1, ' ');
	return at ? strtoull(at, NULL, 10) : 0;
}

/* In a PID namespace that it shares a container's first process is the one
 * that was started first. */
static int find_oldest(struct processes *processes)
{
	unsigned long long oldest = 0;
	pid_t pid;

	while ((pid = processes_next(processes)) > 0) {
		unsigned long long started = start_time(processes, pid);

		if (started > 0 && in_container(processes, pid) > 0 &&
		    (processes->init == 0 || started < oldest)) {
			processes->init = pid;
			oldest = started;
		}
	}
	rewinddir(processes->proc);
	return pid;
}

/* PID 1 is the container's, unless the PID namespace is the host's or that of
 * another container, for example of a Kubernetes pod. */
static int find_init(struct processes *processes)
{
	static char first[CGROUP_TEXT];
	char *own = processes->cgroup;
	char name[PATH_TEXT];
	ssize_t length =
		readlinkat(processes->dir, "self/ns/pid", name, sizeof(name));
	bool initial = length == (ssize_t)strlen(INITIAL_PIDS) &&
		       memcmp(name, INITIAL_PIDS, (size_t)length) == 0;

	if (read_of(processes, getpid(), "cgroup", own, CGROUP_TEXT) < 0)
		return -1;
	/* Hidden: then verify says so. */
	if (read_of(processes, 1, "cgroup", first, sizeof(first)) < 0)
		return 0;
	if (!initial && cgroup_below(own, first))
		memcpy(own, first, sizeof(first));
	if (initial || !cgroup_below(first, own))
		return find_oldest(processes);
	processes->init = 1;
	return 0;
}

int processes_open(struct processes *processes, struct error *err)
{
	struct status self;

	*processes = (struct processes){.proc = opendir("/proc")};
	if (!processes->proc)
		return error_set_errno(err, "/proc");
	processes->dir = dirfd(processes->proc);
	if (status_read(processes->dir, "self/status", &self) < 0)
		return errno == ENOENT || errno == EXDEV
			       ? error_set(err, "/proc is no procfs that shows "
						"this process: mount one")
			       : error_set_errno(err, "/proc/self/status");
	if (self.nested || self.inner_pid != getpid())
		return error_set(err, "/proc is of another PID namespace: "
				      "mount one of this");
	if (find_init(processes) < 0)
		return error_set_errno(err, "/proc");
	return 0;
}

pid_t processes_next(struct processes *processes)
{
	pid_t pid;

	do
		pid = next_number(processes->proc);
	while (pid == getpid());
	return pid;
}

/* What any thread has, the process has. */
static void add_thread(struct capstate *all, const struct capstate *one)
{
	all->bounding |= one->bounding;
	all->permitted |= one->permitted;
	all->effective |= one->effective;
	all->inheritable |= one->inheritable;
	all->ambient |= one->ambient;
	all->no_new_privs &= one->no_new_privs;
}

static int add_threads(DIR *tasks, struct capstate *all)
{
	struct status thread;
	pid_t tid;

	while ((tid = next_number(tasks)) > 0) {
		if (status_of(dirfd(tasks), tid, &thread) == 0)
			add_thread(all, &thread.caps);
		else if (!gone())
			return -1;
	}
	return tid;
}

int process_read(const struct processes *processes, pid_t pid,
		 struct status *status)
{
	char path[PATH_TEXT];
	DIR *tasks;
	int fd, result, reason;

	if (status_of(processes->dir, pid, status) < 0)
		return -1;
	if (status->threads < 2)
		return 0;
	snprintf(path, sizeof(path), "%d/task", (int)pid);
	fd = openat(processes->dir, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	tasks = fd < 0 ? NULL : fdopendir(fd);
	if (!tasks)
		return -1;
	result = add_threads(tasks, &status->caps);
	reason = errno;
	closedir(tasks);
	errno = reason;
	return result;
}

/* Whether a process descends from init, remembered so that no path to it is
 * walked twice: a byte for each PID. */
static unsigned char *memo(pid_t pid)
{
	static unsigned char known[PID_LIMIT + 1];

	return &known[pid];
}

enum { UNKNOWN, DESCENDS, STRANGER };

/* 0 when there is none to be seen, -1 when the process has ended. */
static pid_t parent(const struct processes *processes, pid_t pid)
{
	struct status status;

	if (status_of(processes->dir, pid, &status) == 0)
		return status.ppid;
	return gone() ? -1 : 0;
}

/* Who is above pid on the way to init: init itself, one of whom that is known,
 * 0 when the way ends elsewhere; -1 when pid has ended. */
static pid_t settled(const struct processes *processes, pid_t pid)
{
	pid_t at = pid;
	int tries = 16;

	while (at > 0 && at != processes->init && *memo(at) == UNKNOWN) {
		pid_t up = parent(processes, at);

		if (up < 0 && at == pid)
			return -1;
		/* Its children have another parent by now, unless it is
		 * only hidden. */
		if (up < 0 && --tries == 0)
			return 0;
		at = up < 0 ? pid : up;
	}
	return at;
}

enum role process_role(const struct processes *processes,
		       const struct status *status)
{
	unsigned char answer = STRANGER;
	pid_t pid = status->pid;
	pid_t at = settled(processes, pid);
	int inside;

	if (pid == processes->init)
		return ROLE_INIT;
	if (at < 0)
		return ROLE_ENDED;
	if (at > 0)
		answer = at == processes->init ? DESCENDS : *memo(at);
	for (; pid > 0 && pid != at && *memo(pid) == UNKNOWN;
	     pid = parent(processes, pid))
		*memo(pid) = answer;
	if (answer == DESCENDS)
		return ROLE_APP;
	inside = in_container(processes, status->pid);
	if (inside < 0)
		return ROLE_ENDED;
	return inside ? ROLE_EXEC : ROLE_OTHER;
}
