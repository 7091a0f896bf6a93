/* SPDX-License-Identifier: MIT */
/* A program from its start to its end under the tracer: signals, time, exit
 * code. Signals that are for the program are handed on. */
#include "audit/run.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "audit/check.h"
#include "audit/clock.h"
#include "audit/progress.h"
#include "audit/spawn.h"

#define GRACE	   5  /* seconds between SIGTERM and SIGKILL */
#define CHECK_TIME 60 /* seconds for a check to pass */

/* What a terminal sends goes to the program, too; what kill(1) sends is handed
 * on. */
static void hand_on(struct tracer *tracer, const siginfo_t *info)
{
	switch (info->si_signo) {
	case SIGHUP:
	case SIGINT:
	case SIGQUIT:
	case SIGTERM:
	case SIGUSR1:
	case SIGUSR2:
		if (info->si_code <= 0 && !tracer->ended)
			kill(tracer->main, info->si_signo);
	}
}

static void stop(struct tracer *tracer, struct outcome *outcome, time_t *end)
{
	if (outcome->stopped)
		tracer_signal(tracer, SIGKILL);
	else if (tracer->ended)
		tracer_signal(tracer, SIGTERM);
	else
		kill(tracer->main, SIGTERM);
	outcome->stopped = true;
	*end = clock_seconds() + GRACE;
}

static void watch(const struct run *run, struct tracer *tracer,
		  struct outcome *outcome, const sigset_t *signals,
		  const sigset_t *before)
{
	struct check check = {.command = run->check, .signals = before};
	long seconds = run->check && !run->seconds ? CHECK_TIME : run->seconds;
	time_t end = seconds ? clock_seconds() + seconds : 0;
	const struct timespec pause = {.tv_sec = 1};
	struct progress progress = progress_begin();
	siginfo_t info;

	while (tracer_step(tracer)) {
		if (end && clock_seconds() >= end)
			stop(tracer, outcome, &end);
		if (run->check && tracer->begun && !outcome->stopped &&
		    check_step(&check))
			stop(tracer, outcome, &end);
		progress_step(&progress, tracer);
		if (sigtimedwait(signals, &info, &pause) > 0)
			hand_on(tracer, &info);
	}
	progress_end(&progress);
	outcome->passed = check.passed;
	check_end(&check);
}

static int trace(const struct run *run, struct spawn *spawn,
		 struct outcome *outcome, const sigset_t *signals,
		 struct error *err)
{
	struct tracer *tracer = &outcome->tracer;

	tracer->fast = run->fast;
	if (spawn_start(spawn, err) < 0)
		return -1;
	if (tracer_attach(tracer, spawn->pid, err) < 0 ||
	    spawn_become(spawn, err) < 0 ||
	    tracer_begin(tracer, &spawn->now, err) < 0) {
		kill(spawn->pid, SIGKILL);
		waitpid(spawn->pid, NULL, 0);
		tracer_end(tracer);
		return -1;
	}
	spawn_release(spawn);
	watch(run, tracer, outcome, signals, spawn->signals);
	tracer_end(tracer);
	outcome->held = tracer->held;
	outcome->started = tracer->begun;
	outcome->seccomp = spawn->seccomp;
	outcome->no_new_privs = spawn->now.no_new_privs;
	outcome->code = WIFSIGNALED(tracer->status)
				? 128 + WTERMSIG(tracer->status)
				: WEXITSTATUS(tracer->status);
	outcome->failed = run->check ? !outcome->passed
				     : outcome->code && !outcome->stopped;
	return 0;
}

int run_program(const struct run *run, struct evidence *evidence,
		struct outcome *outcome, struct error *err)
{
	struct spawn spawn = {.program = run->program, .fast = run->fast};
	struct user user;
	sigset_t all, before;
	int result;

	memset(outcome, 0, sizeof(*outcome));
	outcome->tracer.evidence = evidence;
	if (run->user) {
		if (user_find(run->user, "init", &user, err) < 0)
			return -1;
		spawn.user = &user;
	}
	if (run->pinned)
		spawn_pin();
	sigfillset(&all);
	if (sigprocmask(SIG_BLOCK, &all, &before) < 0)
		return error_set_errno(err, "sigprocmask");
	spawn.signals = &before;
	result = trace(run, &spawn, outcome, &all, err);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return result;
}
