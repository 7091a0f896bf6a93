/* SPDX-License-Identifier: MIT */
/* A command of the shell as the judge of a program. What follows from its
 * verdict is left to the callers. */
#include "audit/check.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "audit/clock.h"
#include "error.h"

#define PAUSE 1 /* seconds between two of them */

static _Noreturn void command(const struct check *check)
{
	int null = open("/dev/null", O_RDWR);

	sigprocmask(SIG_SETMASK, check->signals, NULL);
	for (int fd = 0; fd <= STDERR_FILENO; fd++)
		dup2(null, fd);
	execl("/bin/sh", "sh", "-c", check->command, (char *)NULL);
	_exit(EXIT_NOT_FOUND);
}

/* A byte for a command that ended with 0, the end of the pipe for any. */
static _Noreturn void runner(const struct check *check, int verdict)
{
	int status = -1;
	pid_t pid;

	setpgid(0, 0);
	pid = fork();
	if (pid == 0)
		command(check);
	if (pid > 0 && waitpid(pid, &status, 0) == pid && status == 0)
		(void)!write(verdict, "", 1);
	_exit(0);
}

static void start(struct check *check)
{
	int ends[2];

	check->next = clock_seconds() + PAUSE;
	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
		return;
	check->runner = fork();
	if (check->runner == 0)
		runner(check, ends[1]);
	close(ends[1]);
	check->verdict = ends[0];
	if (check->runner > 0)
		return;
	close(ends[0]);
	check->runner = 0;
}

/* The runner has told all that it has to tell. */
static void over(struct check *check)
{
	close(check->verdict);
	waitpid(check->runner, NULL, 0);
	check->runner = 0;
}

bool check_step(struct check *check)
{
	char byte;
	ssize_t n;

	if (check->passed)
		return true;
	if (check->runner == 0) {
		if (clock_seconds() >= check->next)
			start(check);
		return false;
	}
	n = read(check->verdict, &byte, 1);
	if (n < 0)
		return false;
	check->passed = n == 1;
	check->failures += n != 1;
	over(check);
	return check->passed;
}

void check_end(struct check *check)
{
	char byte;

	if (check->runner == 0)
		return;
	/* Its number is its own as long as it has told nothing. */
	if (read(check->verdict, &byte, 1) < 0) {
		kill(-check->runner, SIGKILL);
		kill(check->runner, SIGKILL);
	}
	over(check);
}
