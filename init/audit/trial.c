/* SPDX-License-Identifier: MIT */
/* One run of a program with a set of capabilities. Which sets are tried, and
 * what follows, is left to confirm. */
#include "audit/trial.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "audit/check.h"
#include "audit/clock.h"
#include "audit/spawn.h"
#include "names.h"

#define COMMAND_MAX 8192
#define GRACE	    10 /* seconds between SIGTERM and SIGKILL */

/* --- the template ----------------------------------------------------------
 */

static void docker_options(uint64_t set, char *text, size_t size)
{
	char name[CAPABILITIES_TEXT];
	size_t used = 0;

	text[0] = '\0';
	for (int n = 0; n <= CAPABILITY_LAST; n++) {
		if (!(set & CAPABILITY_BIT(n)))
			continue;
		snprintf(text + used, size - used, "%s--cap-add=%s",
			 used ? " " : "",
			 capname_format(CAPABILITY_BIT(n), name));
		used += strlen(text + used);
	}
}

static void name_list(uint64_t set, char text[CAPABILITIES_TEXT])
{
	capname_format(set, text);
	for (; *text; text++)
		if (*text == ' ')
			*text = ',';
}

/* Returns the number of capabilities' placeholders, or -1 when it does not
 * fit. */
static int fill(const char *from, uint64_t set, unsigned int run,
		char command[COMMAND_MAX])
{
	char docker[CAPABILITIES_TEXT + 41 * 12], names[CAPABILITIES_TEXT];
	char mask[24], number[16];
	const struct {
		const char *mark, *value;
	} marks[] = {{"{docker}", docker},
		     {"{names}", names},
		     {"{mask}", mask},
		     {"{n}", number}};
	size_t used = 0;
	int filled = 0;

	docker_options(set, docker, sizeof(docker));
	name_list(set, names);
	snprintf(mask, sizeof(mask), "%016llx", (unsigned long long)set);
	snprintf(number, sizeof(number), "%u", run);
	while (*from) {
		size_t i = 0, length = 0;

		while (i < 4 && strncmp(from, marks[i].mark,
					length = strlen(marks[i].mark)) != 0)
			i++;
		if (i < 4)
			snprintf(command + used, COMMAND_MAX - used, "%s",
				 marks[i].value);
		else
			snprintf(command + used, COMMAND_MAX - used, "%c",
				 *from);
		from += i < 4 ? length : 1;
		filled += i < 3;
		used += strlen(command + used);
		if (used >= COMMAND_MAX - 1)
			return -1;
	}
	command[used] = '\0';
	return filled;
}

static volatile sig_atomic_t told;

static void take_signal(int number)
{
	told = number;
}

int trial_begin(struct error *err)
{
	static const int numbers[] = {SIGHUP, SIGINT, SIGTERM};
	struct sigaction action = {.sa_handler = take_signal};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (sigaction(numbers[i], &action, NULL) < 0)
			return error_set_errno(err, "sigaction");
	if (prctl(PR_SET_CHILD_SUBREAPER, 1UL, 0UL, 0UL, 0UL) < 0)
		return error_set_errno(err, "PR_SET_CHILD_SUBREAPER");
	return 0;
}

int trial_possible(const struct trial *trial, struct error *err)
{
	char command[COMMAND_MAX];
	int filled;

	if (trial->check && fill(trial->check, CAPABILITY_ALL, 0, command) < 0)
		return error_set(err, "--check: more than %d bytes",
				 COMMAND_MAX - 2);
	if (!trial->template)
		return 0;
	filled = fill(trial->template, CAPABILITY_ALL, 0, command);
	if (filled < 0)
		return error_set(err,
				 "--run: more than %d bytes with all "
				 "capabilities in it",
				 COMMAND_MAX - 2);
	if (filled == 0)
		return error_set(err, "--run: no {docker}, {names} or {mask} "
				      "in it, so no run would differ from "
				      "another");
	return 0;
}

/* --- one run ---------------------------------------------------------------
 */

/* stdout has the verdicts. */
static _Noreturn void child(const struct trial *trial, uint64_t set,
			    const sigset_t *signals)
{
	int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
	char command[COMMAND_MAX];
	struct error err;

	setpgid(0, 0);
	sigprocmask(SIG_SETMASK, signals, NULL);
	dup2(nothing, STDIN_FILENO);
	dup2(STDERR_FILENO, STDOUT_FILENO);
	if (trial->template &&
	    fill(trial->template, set, trial->runs, command) > 0)
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	else if (spawn_limit(trial->user, set, &err) < 0)
		fault("%s", err.text);
	else
		execvp(trial->program[0], trial->program);
	_exit(EXIT_NOT_FOUND);
}

/* Its number stays its own until it is waited for. */
static bool ended(pid_t pid, siginfo_t *info)
{
	info->si_pid = 0;
	return waitid(P_PID, (id_t)pid, info, WEXITED | WNOHANG | WNOWAIT) ==
		       0 &&
	       info->si_pid == pid;
}

static void pause_for_child(void)
{
	const struct timespec pause = {.tv_nsec = 200000000};
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGCHLD);
	sigtimedwait(&signals, NULL, &pause);
}

/* A program that ended well may still be judged by the check, from its
 * beginning. */
static bool passes(const struct trial *trial, struct check *check, pid_t pid)
{
	time_t end = clock_seconds() + trial->timeout;
	bool over = false;
	siginfo_t info;

	for (; clock_seconds() < end && !told; pause_for_child()) {
		if (!over && ended(pid, &info)) {
			bool good = info.si_code == CLD_EXITED &&
				    info.si_status == 0;

			if (!good || !check->command)
				return good;
			check_end(check);
			check->next = 0;
			check->failures = 0;
			over = true;
		}
		if (check->command && check_step(check))
			return true;
		if (over && check->failures > 0)
			return false;
	}
	return false;
}

/* Reap what has ended of the group. Returns whether there is more of it, which
 * keeps the number its own. */
static bool some_left(pid_t group)
{
	pid_t found;

	do {
		found = waitpid(-group, NULL, WNOHANG);
	} while (found > 0);
	return found == 0;
}

/* Orphans of the group are our children: the shell of a template may be gone
 * before the engine's client has stopped the container. */
static void finish(pid_t group)
{
	time_t end = clock_seconds() + GRACE;

	kill(-group, SIGTERM);
	while (some_left(group) && clock_seconds() < end)
		pause_for_child();
	while (some_left(group)) {
		kill(-group, SIGKILL);
		pause_for_child();
	}
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
}

bool trial_passes(struct trial *trial, uint64_t set)
{
	char command[COMMAND_MAX];
	struct check check = {0};
	sigset_t blocked, before;
	bool good = false;
	pid_t pid;

	trial->runs++;
	if (trial->check && fill(trial->check, set, trial->runs, command) >= 0)
		check.command = command;
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGCHLD);
	sigprocmask(SIG_BLOCK, &blocked, &before);
	check.signals = &before;
	pid = fork();
	if (pid == 0)
		child(trial, set, &before);
	if (pid > 0) {
		/* As the child does itself: whoever comes first. */
		setpgid(pid, pid);
		good = passes(trial, &check, pid);
		check_end(&check);
		finish(pid);
	} else {
		fault("fork: %s", strerror(errno));
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (told) {
		fflush(stdout);
		signal(told, SIG_DFL);
		raise(told);
	}
	return good;
}
