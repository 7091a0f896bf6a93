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
#define PID_LIMIT    (4 * 1024 * 1024)	/* the kernel's PID_MAX_LIMIT */
#define INITIAL_PIDS "pid:[4026531836]" /* PROC_PID_INIT_INO */

/* Read /proc/PID/NAME; "" when that cannot be read. */
static const char *read_of(const struct processes *processes, pid_t pid,
			   const char *name, char *text, size_t size)
{
	char path[PATH_TEXT];

	snprintf(path, sizeof(path), "%d/%s", (int)pid, name);
	if (procfs_read(processes->dir, path, text, size) < 0)
		text[0] = '\0';
	return text;
}

static int read_status(const struct processes *processes, pid_t pid,
		       struct status *status)
{
	char path[PATH_TEXT];

	snprintf(path, sizeof(path), "%d/status", (int)pid);
	return status_read(processes->dir, path, status);
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

static bool in_container(const struct processes *processes, pid_t pid)
{
	static char text[CGROUP_TEXT];

	return cgroup_below(
		read_of(processes, pid, "cgroup", text, sizeof(text)),
		processes->cgroup);
}

/* When the process was started: the 22nd field of its stat, the 20th behind
 * the name, which may hold anything. */
static unsigned long long start_time(const struct processes *processes,
				     pid_t pid)
{
	char text[1024];
	const char *at = strrchr(
		read_of(processes, pid, "stat", text, sizeof(text)), ')');

	for (int i = 0; at && i < 20; i++)
		at = strchr(at + 1, ' ');
	return at ? strtoull(at, NULL, 10) : 0;
}

/* In a PID namespace that it shares a container's first process is the one
 * that was started first. */
static void find_oldest(struct processes *processes)
{
	unsigned long long oldest = 0;
	pid_t pid;

	while ((pid = processes_next(processes)) > 0) {
		unsigned long long started = start_time(processes, pid);

		if (started > 0 && in_container(processes, pid) &&
		    (processes->init == 0 || started < oldest)) {
			processes->init = pid;
			oldest = started;
		}
	}
	rewinddir(processes->proc);
}

/* PID 1 is the container's, unless the PID namespace is the host's or that of
 * another container, for example of a Kubernetes pod. */
static void find_init(struct processes *processes)
{
	static char first[CGROUP_TEXT];
	char *own = processes->cgroup;
	struct status status;
	char name[PATH_TEXT];
	ssize_t length =
		readlinkat(processes->dir, "self/ns/pid", name, sizeof(name));
	bool initial = length == (ssize_t)strlen(INITIAL_PIDS) &&
		       memcmp(name, INITIAL_PIDS, (size_t)length) == 0;

	read_of(processes, getpid(), "cgroup", own, CGROUP_TEXT);
	read_of(processes, 1, "cgroup", first, sizeof(first));
	if (!initial && cgroup_below(own, first))
		memcpy(own, first, sizeof(first));
	if (!initial && cgroup_below(first, own))
		processes->init = 1;
	else if (read_status(processes, 1, &status) == 0)
		find_oldest(processes);
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
	find_init(processes);
	return 0;
}

pid_t processes_next(struct processes *processes)
{
	const struct dirent *entry;

	while ((entry = readdir(processes->proc))) {
		long pid = number_parse(entry->d_name, PID_LIMIT);

		if (pid > 0 && pid != getpid())
			return (pid_t)pid;
	}
	return 0;
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

int process_read(const struct processes *processes, pid_t pid,
		 struct status *status)
{
	char path[PATH_TEXT];
	const struct dirent *entry;
	struct status thread;
	DIR *tasks;
	int fd;

	if (read_status(processes, pid, status) < 0)
		return -1;
	if (status->threads < 2)
		return 0;
	snprintf(path, sizeof(path), "%d/task", (int)pid);
	fd = openat(processes->dir, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	tasks = fd < 0 ? NULL : fdopendir(fd);
	if (!tasks)
		return -1;
	while ((entry = readdir(tasks))) {
		snprintf(path, sizeof(path), "%.20s/status", entry->d_name);
		if (entry->d_name[0] != '.' &&
		    status_read(fd, path, &thread) == 0)
			add_thread(&status->caps, &thread.caps);
	}
	return closedir(tasks);
}

/* Whether a process descends from init, remembered so that no path to it is
 * walked twice: a byte for each PID. */
static unsigned char *memo(pid_t pid)
{
	static unsigned char known[PID_LIMIT + 1];

	return &known[pid];
}

enum { UNKNOWN, DESCENDS, STRANGER };

/* The parent, 0 when there is none to be seen. */
static pid_t parent(const struct processes *processes, pid_t pid)
{
	struct status status;

	return read_status(processes, pid, &status) < 0 ? 0 : status.ppid;
}

static bool descends(const struct processes *processes, pid_t pid)
{
	unsigned char answer = STRANGER;
	pid_t at = pid;

	while (at > 0 && at != processes->init && *memo(at) == UNKNOWN)
		at = parent(processes, at);
	if (at > 0)
		answer = at == processes->init ? DESCENDS : *memo(at);
	for (; pid > 0 && pid != at && *memo(pid) == UNKNOWN;
	     pid = parent(processes, pid))
		*memo(pid) = answer;
	return answer == DESCENDS;
}

enum role process_role(const struct processes *processes,
		       const struct status *status)
{
	if (status->pid == processes->init)
		return ROLE_INIT;
	if (descends(processes, status->ppid))
		return ROLE_APP;
	return in_container(processes, status->pid) ? ROLE_EXEC : ROLE_OTHER;
}
