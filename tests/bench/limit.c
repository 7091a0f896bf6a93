/* SPDX-License-Identifier: MIT */
/* The least that an init must do, and nothing else: block all signals, spawn,
 * forward, reap, tell the exit code. The benchmark's lower bound; it handles
 * no failure and is nothing to use. */
#include <signal.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static const uint64_t all = UINT64_MAX;

static int reap(pid_t app)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		if (pid == app)
			return WIFSIGNALED(status) ? 128 + WTERMSIG(status)
						   : WEXITSTATUS(status);
	return -1;
}

int main(int argc, char **argv)
{
	uint64_t old;
	pid_t app;
	int code;

	(void)argc;
	syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, &old, sizeof(all));
	app = vfork();
	if (app == 0) {
		setpgid(0, 0);
		syscall(SYS_rt_sigprocmask, SIG_SETMASK, &old, NULL,
			sizeof(old));
		execv(argv[1], argv + 1);
		_exit(127);
	}
	while ((code = reap(app)) < 0) {
		long number = syscall(SYS_rt_sigtimedwait, &all, NULL, NULL,
				      sizeof(all));

		if (number > 0 && number != SIGCHLD)
			kill(app, (int)number);
	}
	return code;
}
