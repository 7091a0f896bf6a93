/* SPDX-License-Identifier: MIT */
/* The processes of our container, by /proc: which there are, what they have,
 * where they came from. Whether that is as it should be is left to verify. */
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "names.h"
#include "text.h"

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

	text_format(path, sizeof(path), "%d/%s", (int)pid, name);
	return procfs_read(processes->proc.fd, path, text, size) < 0 ? -1 : 0;
}

/* What getdents64(2) tells; a libc's DIR needs a heap. */
struct entry {
	uint64_t inode;
	int64_t offset;
	unsigned short length; /* of all of it */
	unsigned char type;
	char name[];
};

static int directory_open(struct directory *directory, int at, const char *path)
{
	directory->next = directory->used = 0;
	directory->fd = openat(at, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return directory->fd < 0 ? -1 : 0;
}

static int directory_rewind(struct directory *directory)
{
	directory->next = directory->used = 0;
	return lseek(directory->fd, 0, SEEK_SET) < 0 ? -1 : 0;
}

/* The next number in a directory of procfs: 0 at the end, -1 when that cannot
 * be told. */
static pid_t next_number(struct directory *directory)
{
	for (;;) {
		const struct entry *entry;
		long number;

		if (directory->next == directory->used) {
			long n = syscall(SYS_getdents64, directory->fd,
					 directory->entries,
					 sizeof(directory->entries));

			if (n <= 0)
				return (pid_t)n;
			directory->next = 0;
			directory->used = (size_t)n;
		}
		entry = (const void *)(directory->entries + directory->next);
		directory->next += entry->length;
		number = number_parse(entry->name, PID_LIMIT);
		if (number > 0)
			return (pid_t)number;
	}
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
static uint64_t start_time(const struct processes *processes, pid_t pid)
{
	uint64_t ticks = 0;
	char text[1024];
	const char *at;

	if (read_of(processes, pid, "stat", text, sizeof(text)) < 0)
		return 0;
	at = strrchr(text, ')');
	for (int i = 0; at && i < 20; i++)
		at = strchr(at + 1, ' ');
	if (at++ && text_number(&at, 10, &ticks) == 0)
		return 0;
	return ticks;
}

/* In a PID namespace that it shares a container's first process is the one
 * that was started first. */
static int find_oldest(struct processes *processes)
{
	uint64_t oldest = 0;
	pid_t pid;

	while ((pid = processes_next(processes)) > 0) {
		uint64_t started = start_time(processes, pid);

		if (started > 0 && in_container(processes, pid) > 0 &&
		    (processes->init == 0 || started < oldest)) {
			processes->init = pid;
			oldest = started;
		}
	}
	return pid < 0 ? -1 : directory_rewind(&processes->proc);
}

/* PID 1 is the container's, unless the PID namespace is the host's or that of
 * another container, for example of a Kubernetes pod. */
static int find_init(struct processes *processes)
{
	static char first[CGROUP_TEXT];
	char *own = processes->cgroup;
	char name[PATH_TEXT];
	ssize_t length = readlinkat(processes->proc.fd, "self/ns/pid", name,
				    sizeof(name));
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

	processes->init = 0;
	if (directory_open(&processes->proc, AT_FDCWD, "/proc") < 0)
		return error_set_errno(err, "/proc");
	if (status_read(processes->proc.fd, "self/status", &self) < 0)
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
		pid = next_number(&processes->proc);
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

static int add_threads(const struct processes *processes, pid_t pid,
		       struct capstate *all)
{
	struct directory tasks;
	struct status thread;
	char path[PATH_TEXT];
	int reason;
	pid_t tid;

	text_format(path, sizeof(path), "%d/task", (int)pid);
	if (directory_open(&tasks, processes->proc.fd, path) < 0)
		return -1;
	while ((tid = next_number(&tasks)) > 0) {
		if (status_of(tasks.fd, tid, &thread) == 0)
			add_thread(all, &thread.caps);
		else if (!gone())
			break;
	}
	reason = errno;
	close(tasks.fd);
	errno = reason;
	return tid == 0 ? 0 : -1;
}

int process_read(const struct processes *processes, pid_t pid,
		 struct status *status)
{
	if (status_of(processes->proc.fd, pid, status) < 0)
		return -1;
	if (status->threads < 2)
		return 0;
	return add_threads(processes, pid, &status->caps);
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

	if (status_of(processes->proc.fd, pid, &status) == 0)
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
