/* SPDX-License-Identifier: MIT */
/* The verb watch: each question for a capability that the kernel asks about a
 * program or a process and all that they make. It is a witness and no judge: a
 * capability that was granted need not have been needed. */
#include "audit/watch.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "audit/clock.h"
#include "audit/evidence.h"
#include "audit/input.h"
#include "audit/run.h"
#include "audit/spawn.h"
#include "audit/tracefs.h"
#include "names.h"

#define ROWS_MAX  1024
#define TASKS_MAX 65536
#define GRACE	  5 /* seconds between SIGTERM and SIGKILL */

static const char usage[] =
	"watch [--for SECONDS] --pid PID, or watch [--for SECONDS] -- PROGRAM "
	"[ARGUMENT...]; --container-pid is --pid: all that descends from it";

struct row {
	int capability;
	bool granted;
	char call[TRACEFS_CALL], comm[TRACEFS_COMM];
	unsigned long count;
};

struct watch {
	struct tracefs tracefs;
	char **program;
	const char *pid;
	long seconds;
	pid_t self; /* of ours, in the initial PID namespace */
	struct row rows[ROWS_MAX];
	size_t count;
	unsigned long idle, lost;
	int code; /* of the program's end */
};

/* --- what was asked --------------------------------------------------------
 */

static void take(struct watch *watch, struct question *question)
{
	struct row *row = watch->rows;

	if (question->tid == watch->self)
		return;
	if (question->idle) {
		watch->idle++;
		return;
	}
	evidence_printable(question->comm);
	for (size_t i = 0; i < watch->count; i++, row++)
		if (row->capability == question->capability &&
		    row->granted == question->granted &&
		    strcmp(row->call, question->call) == 0 &&
		    strcmp(row->comm, question->comm) == 0) {
			row->count++;
			return;
		}
	if (watch->count == ROWS_MAX) {
		watch->lost++;
		return;
	}
	watch->count++;
	*row = (struct row){.capability = question->capability,
			    .granted = question->granted,
			    .count = 1};
	strcpy(row->call, question->call);
	strcpy(row->comm, question->comm);
}

static void take_all(struct watch *watch)
{
	struct question question;

	while (tracefs_next(&watch->tracefs, &question))
		take(watch, &question);
}

static void put_rows(const struct watch *watch, int capability, bool granted)
{
	char name[CAPABILITIES_TEXT];

	for (size_t i = 0; i < watch->count; i++) {
		const struct row *row = &watch->rows[i];

		if (row->capability != capability || row->granted != granted)
			continue;
		fprintf(stderr, "%-18s %-8s %s, %s (%lu times)\n",
			capname_format(CAPABILITY_BIT(capability), name),
			granted ? "granted" : "denied",
			row->call[0] ? row->call : "?", row->comm, row->count);
	}
}

static void report(const struct watch *watch)
{
	unsigned long lost = watch->lost + watch->tracefs.lost;
	char names[CAPABILITIES_TEXT];
	uint64_t granted = 0;

	for (int n = 0; n <= CAPABILITY_LAST; n++) {
		put_rows(watch, n, true);
		put_rows(watch, n, false);
	}
	for (size_t i = 0; i < watch->count; i++)
		if (watch->rows[i].granted)
			granted |= CAPABILITY_BIT(watch->rows[i].capability);
	fprintf(stderr, "granted: %s\n", capname_format(granted, names));
	fprintf(stderr, "not shown: %lu questions of the kernel's own\n",
		watch->idle);
	if (lost)
		fprintf(stderr, "lost: %lu events, there may be more\n", lost);
	fputs("A witness, not a verdict: what was granted may not have been "
	      "needed.\n",
	      stderr);
}

/* --- how long --------------------------------------------------------------
 */

/* Until the time is over, a signal comes, or the program has ended: pid is 0
 * for none. */
static void wait_for_end(struct watch *watch, const sigset_t *signals,
			 pid_t pid)
{
	const struct timespec pause = {.tv_nsec = 100000000};
	time_t end = watch->seconds ? clock_seconds() + watch->seconds : 0;
	bool asked = false;
	int status, signal;

	for (;;) {
		signal = sigtimedwait(signals, NULL, &pause);
		take_all(watch);
		if (pid && waitpid(pid, &status, WNOHANG) == pid) {
			watch->code = WIFSIGNALED(status)
					      ? 128 + WTERMSIG(status)
					      : WEXITSTATUS(status);
			return;
		}
		if (signal != SIGINT && signal != SIGTERM && signal != SIGHUP &&
		    (!end || clock_seconds() < end))
			continue;
		if (!pid)
			return;
		kill(pid, asked ? SIGKILL : SIGTERM);
		asked = true;
		end = clock_seconds() + GRACE;
	}
}

/* --- whom ------------------------------------------------------------------
 */

/* Every thread of a process, and every process that descends from it. */
static int add_tree(struct watch *watch, pid_t pid, int *left,
		    struct error *err)
{
	char path[64], children[96];
	struct dirent *entry;
	DIR *tasks;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	tasks = opendir(path);
	while (tasks && (entry = readdir(tasks))) {
		pid_t tid = (pid_t)number_parse(entry->d_name, INT32_MAX);
		FILE *list;
		int child;

		if (tid <= 0)
			continue;
		if (--*left < 0 || tracefs_add(&watch->tracefs, tid, err) < 0)
			break;
		snprintf(children, sizeof(children), "%s/%d/children", path,
			 (int)tid);
		list = fopen(children, "re");
		while (list && fscanf(list, "%d", &child) == 1)
			if (add_tree(watch, (pid_t)child, left, err) < 0)
				break;
		if (list)
			fclose(list);
	}
	if (tasks)
		closedir(tasks);
	return *left < 0 ? error_set(err, "more than %d threads", TASKS_MAX)
			 : 0;
}

static int watch_process(struct watch *watch, const sigset_t *signals,
			 struct error *err)
{
	long pid = number_parse(watch->pid, INT32_MAX);
	int left = TASKS_MAX;

	if (watch->self != getpid())
		return error_set(err, "--pid: tracefs wants the numbers of the "
				      "initial PID namespace: run it on the "
				      "host");
	if (pid <= 0 || kill((pid_t)pid, 0) < 0)
		return error_set(err, "--pid %s: no such process", watch->pid);
	if (add_tree(watch, (pid_t)pid, &left, err) < 0 ||
	    tracefs_begin(&watch->tracefs, err) < 0)
		return -1;
	wait_for_end(watch, signals, 0);
	return 0;
}

/* The program descends from us, and so do its events. */
static int watch_program(struct watch *watch, const sigset_t *signals,
			 const sigset_t *before, struct error *err)
{
	struct spawn spawn = {.program = watch->program, .signals = before};
	struct question question;

	if (tracefs_add(&watch->tracefs, watch->self, err) < 0 ||
	    tracefs_begin(&watch->tracefs, err) < 0 ||
	    spawn_start(&spawn, err) < 0)
		return -1;
	if (spawn_become(&spawn, err) < 0) {
		kill(spawn.pid, SIGKILL);
		waitpid(spawn.pid, NULL, 0);
		return -1;
	}
	while (tracefs_next(&watch->tracefs, &question))
		;
	spawn_release(&spawn);
	wait_for_end(watch, signals, spawn.pid);
	return 0;
}

static int read_options(int argc, char **argv, struct watch *watch)
{
	static const struct option options[] = {
		{"pid", required_argument, NULL, 'p'},
		{"container-pid", required_argument, NULL, 'p'},
		{"for", required_argument, NULL, 't'},
		{NULL, 0, NULL, 0},
	};
	int option;

	optind = 0;
	while ((option = getopt_long(argc, argv, "+", options, NULL)) != -1) {
		if (option == 'p' && input_once(&watch->pid, "--pid") == 0)
			continue;
		if (option == 't' &&
		    (watch->seconds = input_seconds("--for")) > 0)
			continue;
		return -1;
	}
	if (optind < argc)
		watch->program = argv + optind;
	return !watch->pid == !watch->program ? -1 : 0;
}

int watch_main(int argc, char **argv)
{
	static struct watch watch;
	sigset_t signals, before;
	struct error err;
	int result;

	if (read_options(argc, argv, &watch) < 0)
		return input_usage(usage);
	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGHUP);
	sigaddset(&signals, SIGCHLD);
	sigprocmask(SIG_BLOCK, &signals, &before);
	if (tracefs_open(&watch.tracefs, &err) < 0) {
		fault("%s", err.text);
		return RUN_BLIND;
	}
	result = tracefs_self(&watch.tracefs, &watch.self, &err);
	if (result == 0)
		result = watch.pid ? watch_process(&watch, &signals, &err)
				   : watch_program(&watch, &signals, &before,
						   &err);
	if (result == 0) {
		take_all(&watch);
		report(&watch);
	} else {
		fault("%s", err.text);
	}
	tracefs_close(&watch.tracefs);
	if (result < 0)
		return EXIT_REFUSED;
	return watch.code ? RUN_FAILED : RUN_FOUND;
}
