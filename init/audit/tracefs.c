/* SPDX-License-Identifier: MIT */
/* The kernel's event capability:cap_capable by way of a tracefs instance of our
 * own. What the questions mean is left to watch.
 *
 * Most questions are the kernel's own. What is asked when memory is accounted
 * for, at each fork(2) and mmap(2), only decides how much may be overcommitted.
 * overlayfs asks with the credentials of who mounted it, so that every program
 * in a container seems to use SYS_ADMIN: such a question has a frame of
 * overlayfs on its stack and other credentials than the task's last question
 * without one. */
#include "audit/tracefs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "names.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define ROOT	     "/sys/kernel/tracing"
#define EVENT	     "events/capability/cap_capable"
#define NAME	     "capini-audit-"
#define MARK	     "capini-audit is here"

/* --- the instance ----------------------------------------------------------
 */

static int put(const struct tracefs *tracefs, const char *file,
	       const char *text, struct error *err)
{
	char path[256];
	int fd, result = 0;

	snprintf(path, sizeof(path), "%s/%s", tracefs->path, file);
	fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
	if (fd < 0)
		return error_set_errno(err, "%s", path);
	if (write(fd, text, strlen(text)) < 0)
		result = error_set_errno(err, "%s", path);
	close(fd);
	return result;
}

int tracefs_possible(struct error *err)
{
	struct stat st;

	if (stat(ROOT "/events", &st) < 0)
		return error_set(err,
				 ROOT ": %s: it takes root, and tracefs "
				      "mounted there: mount -t tracefs "
				      "tracefs " ROOT "; in a container: "
				      "-v " ROOT ":" ROOT,
				 strerror(errno));
	if (stat(ROOT "/" EVENT, &st) < 0)
		return error_set(err, "no event capability:cap_capable: Linux "
				      "has it from 6.14 on");
	if (access(ROOT "/instances", W_OK) < 0)
		return error_set_errno(err, ROOT "/instances: cannot write");
	return 0;
}

/* Of makers that are gone. One in use cannot be removed. */
static void sweep(void)
{
	DIR *directory = opendir(ROOT "/instances");
	struct dirent *entry;

	while (directory && (entry = readdir(directory))) {
		char path[sizeof(ROOT "/instances/") + 256];
		long maker;

		if (strncmp(entry->d_name, NAME, strlen(NAME)) != 0)
			continue;
		maker = number_parse(entry->d_name + strlen(NAME), INT32_MAX);
		if (maker <= 0 || kill((pid_t)maker, 0) == 0 || errno != ESRCH)
			continue;
		snprintf(path, sizeof(path), ROOT "/instances/%s",
			 entry->d_name);
		rmdir(path);
	}
	if (directory)
		closedir(directory);
}

static int open_in(const struct tracefs *tracefs, const char *file, int flags)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", tracefs->path, file);
	return open(path, flags | O_CLOEXEC);
}

int tracefs_open(struct tracefs *tracefs, struct error *err)
{
	memset(tracefs, 0, sizeof(*tracefs));
	if (tracefs_possible(err) < 0)
		return -1;
	sweep();
	snprintf(tracefs->path, sizeof(tracefs->path),
		 ROOT "/instances/" NAME "%d", (int)getpid());
	if (mkdir(tracefs->path, 0700) < 0)
		return error_set_errno(err, "%s", tracefs->path);
	tracefs->pipe = open_in(tracefs, "trace_pipe", O_RDONLY | O_NONBLOCK);
	tracefs->marker = open_in(tracefs, "trace_marker", O_WRONLY);
	if (tracefs->pipe >= 0 && tracefs->marker >= 0 &&
	    put(tracefs, "options/stacktrace", "1", err) == 0 &&
	    put(tracefs, "options/event-fork", "1", err) == 0 &&
	    put(tracefs, "buffer_size_kb", "16384", err) == 0)
		return 0;
	if (tracefs->pipe < 0 || tracefs->marker < 0)
		(void)error_set_errno(err, "%s", tracefs->path);
	tracefs_close(tracefs);
	return -1;
}

int tracefs_add(const struct tracefs *tracefs, pid_t tid, struct error *err)
{
	char number[16];

	snprintf(number, sizeof(number), "%d", (int)tid);
	return put(tracefs, "set_event_pid", number, err);
}

int tracefs_begin(const struct tracefs *tracefs, struct error *err)
{
	return put(tracefs, EVENT "/enable", "1", err);
}

void tracefs_close(struct tracefs *tracefs)
{
	const struct timespec pause = {.tv_nsec = 10000000};
	struct error err;

	if (put(tracefs, EVENT "/enable", "0", &err) < 0)
		note("%s", err.text);
	close(tracefs->pipe);
	close(tracefs->marker);
	/* The kernel may still be about to write a last event. */
	for (int i = 0; rmdir(tracefs->path) < 0; i++) {
		if (errno != EBUSY || i == 100) {
			warning("%s: %s", tracefs->path, strerror(errno));
			return;
		}
		nanosleep(&pause, NULL);
	}
}

/* --- its text --------------------------------------------------------------
 */

/* Behind "comm-123 [001] ..... 1.2: " of a line about what. NULL when it is
 * about something else. */
static const char *line_head(char *line, const char *what, pid_t *tid,
			     char comm[TRACEFS_COMM])
{
	char *rest = strstr(line, what), *at;

	if (!rest)
		return NULL;
	*rest = '\0';
	at = strrchr(line, '[');
	while (at && at > line && at[-1] == ' ')
		at--;
	while (at && at > line && at[-1] >= '0' && at[-1] <= '9')
		at--;
	if (!at || at == line || at[-1] != '-')
		return NULL;
	*tid = (pid_t)strtol(at, NULL, 10);
	at[-1] = '\0';
	line += strspn(line, " ");
	snprintf(comm, TRACEFS_COMM, "%s", line);
	return rest + strlen(what);
}

static struct task *task_of(struct tracefs *tracefs, pid_t tid)
{
	struct task *task = &tracefs->tasks[(unsigned int)tid % TRACEFS_TASKS];

	if (task->tid != tid)
		*task = (struct task){.tid = tid};
	return task;
}

/* "cred C, target_ns T, capable_ns N, cap 21, ret -1" */
static void take_event(struct tracefs *tracefs, pid_t tid, const char *rest,
		       const char *comm)
{
	struct task *task = task_of(tracefs, tid);
	unsigned long long cred;
	int capability, ret;

	if (sscanf(rest,
		   "cred %llx, target_ns %*[^,], capable_ns %*[^,], "
		   "cap %d, ret %d",
		   &cred, &capability, &ret) != 3 ||
	    capability < 0 || capability > CAPABILITY_LAST)
		return;
	task->open = true;
	task->question = (struct question){.tid = tid,
					   .cred = cred,
					   .capability = capability,
					   .granted = ret == 0};
	snprintf(task->question.comm, TRACEFS_COMM, "%s", comm);
}

/* Frames of questions whose answer a program does not see. */
static bool is_idle(const char *frame)
{
	static const char *const frames[] = {
		"security_vm_enough_memory_mm",
		"net_ctl_permissions", /* who may write, on each look */
		"cap_capset",	       /* would SETPCAP be needed? */
		"do_jit",
		"has_capability_noaudit",
		"ovl_can_decode_fh",
	};

	for (size_t i = 0; i < COUNT(frames); i++)
		if (strcmp(frame, frames[i]) == 0)
			return true;
	return false;
}

/* The stack ends in "__x64_sys_openat", "__do_sys_clone" or their like. */
static void take_call(struct question *question, const char *frame)
{
	static const char *const heads[] = {"__x64_sys_", "__arm64_sys_",
					    "__do_sys_",  "__se_sys_",
					    "ksys_",	  "__sys_"};

	for (size_t i = 0; i < COUNT(heads); i++)
		if (strncmp(frame, heads[i], strlen(heads[i])) == 0)
			snprintf(question->call, TRACEFS_CALL, "%s",
				 frame + strlen(heads[i]));
}

static void take_frame(struct tracefs *tracefs, char *frame)
{
	struct question *question = &tracefs->stack->question;

	frame[strcspn(frame, " +")] = '\0';
	tracefs->overlay |= strncmp(frame, "ovl_", 4) == 0;
	question->idle |= is_idle(frame);
	take_call(question, frame);
}

/* The line behind a stack: now it is known what the question was. */
static bool stack_over(struct tracefs *tracefs, struct question *question)
{
	struct task *task = tracefs->stack;

	tracefs->stack = NULL;
	if (!task || !task->open)
		return false;
	task->open = false;
	if (!tracefs->overlay)
		task->cred = task->question.cred;
	else if (task->cred && task->cred != task->question.cred)
		task->question.idle = true;
	*question = task->question;
	return true;
}

/* Returns whether a question is complete with this line. */
static bool take_line(struct tracefs *tracefs, char *line,
		      struct question *question)
{
	char comm[TRACEFS_COMM];
	const char *rest;
	unsigned long lost;
	bool complete;
	pid_t tid;

	if (strncmp(line, " => ", 4) == 0) {
		if (tracefs->stack)
			take_frame(tracefs, line + 4);
		return false;
	}
	complete = stack_over(tracefs, question);
	if (sscanf(line, "CPU:%*d [LOST %lu EVENTS]", &lost) == 1)
		tracefs->lost += lost;
	else if ((rest = line_head(line, ": cap_capable: ", &tid, comm)))
		take_event(tracefs, tid, rest, comm);
	else if (line_head(line, ": <stack trace>", &tid, comm)) {
		tracefs->stack = task_of(tracefs, tid);
		tracefs->overlay = false;
	} else if (line_head(line, ": tracing_mark_write: " MARK, &tid, comm)) {
		tracefs->marked = tid;
	}
	return complete;
}

/* More text behind what is left of it. Returns false when there is none. */
static bool fill(struct tracefs *tracefs)
{
	ssize_t n;

	tracefs->length -= tracefs->start;
	memmove(tracefs->text, tracefs->text + tracefs->start, tracefs->length);
	tracefs->start = 0;
	/* No line is that long. */
	if (tracefs->length == sizeof(tracefs->text))
		tracefs->length = 0;
	n = read(tracefs->pipe, tracefs->text + tracefs->length,
		 sizeof(tracefs->text) - tracefs->length);
	if (n > 0)
		tracefs->length += (size_t)n;
	return n > 0;
}

bool tracefs_next(struct tracefs *tracefs, struct question *question)
{
	for (;;) {
		char *line = tracefs->text + tracefs->start;
		char *end =
			memchr(line, '\n', tracefs->length - tracefs->start);

		if (!end) {
			if (!fill(tracefs))
				return stack_over(tracefs, question);
			continue;
		}
		*end = '\0';
		tracefs->start = (size_t)(end + 1 - tracefs->text);
		if (take_line(tracefs, line, question))
			return true;
	}
}

int tracefs_self(struct tracefs *tracefs, pid_t *tid, struct error *err)
{
	struct question question;

	tracefs->marked = 0;
	if (write(tracefs->marker, MARK, strlen(MARK)) < 0)
		return error_set_errno(err, "trace_marker");
	while (tracefs_next(tracefs, &question))
		;
	*tid = tracefs->marked;
	return *tid ? 0 : error_set(err, "trace_marker: no mark came back");
}
