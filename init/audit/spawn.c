/* SPDX-License-Identifier: MIT */
/* The program to be traced, up to its execve(2). What is done to it there is
 * left to the tracer. */
#include "audit/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audit/fast.h"
#include "caps.h"
#include "status.h"

int spawn_limit(const struct user *user, uint64_t allow, struct error *err)
{
	struct capstate now, final;

	if (caps_read(&now, err) < 0)
		return -1;
	if ((now.bounding & ~allow) &&
	    caps_narrow(&now, now.bounding & ~allow, err) < 0)
		return -1;
	final = now;
	final.permitted = final.effective = now.permitted & allow;
	final.inheritable = now.inheritable & allow;
	final.ambient = now.ambient & allow;
	if (user) {
		final.uid = user->uid;
		final.gid = user->gid;
	}
	if (final.uid)
		final.ambient = final.inheritable = final.permitted;
	if (caps_become(&now, &final, user, err) < 0)
		return -1;
	return user ? user_environment(user, err) : 0;
}

static _Noreturn void execute(const struct spawn *spawn)
{
	int reason;

	sigprocmask(SIG_SETMASK, spawn->signals, NULL);
	execvp(spawn->program[0], spawn->program);
	reason = errno;
	fault("%s: %s", spawn->program[0], strerror(reason));
	_exit(reason == ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_RUNNABLE);
}

/* From the filter on nothing but read(2) and write(2) works, until there is a
 * tracer. */
static _Noreturn void child(const struct spawn *spawn, int ready, int release)
{
	struct error err;
	char byte = 0;

	if (write(ready, &byte, 1) != 1 || read(release, &byte, 1) != 1)
		_exit(EXIT_REFUSED);
	if ((spawn->user && spawn_limit(spawn->user, UINT64_MAX, &err) < 0) ||
	    (spawn->fast && fast_install(&err) < 0)) {
		fault("%s", err.text);
		_exit(EXIT_REFUSED);
	}
	if (write(ready, &byte, 1) != 1 || read(release, &byte, 1) != 1)
		_exit(EXIT_REFUSED);
	execute(spawn);
}

static int told_ready(const struct spawn *spawn, struct error *err)
{
	char byte;

	if (read(spawn->ready, &byte, 1) == 1)
		return 0;
	return error_set(err, "the program was not started");
}

static int look_at(struct spawn *spawn, struct error *err)
{
	struct status status;
	struct capstate ours;
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d/status", (int)spawn->pid);
	if (status_read(AT_FDCWD, path, &status) < 0)
		return error_set_errno(err, "%s", path);
	if (caps_read(&ours, err) < 0)
		return -1;
	spawn->now = status.caps;
	spawn->now.securebits = ours.securebits;
	spawn->seccomp = status.seccomp;
	return 0;
}

int spawn_start(struct spawn *spawn, struct error *err)
{
	int ready[2], release[2];

	if (pipe2(ready, O_CLOEXEC) < 0 || pipe2(release, O_CLOEXEC) < 0)
		return error_set_errno(err, "pipe2");
	spawn->pid = fork();
	if (spawn->pid < 0)
		return error_set_errno(err, "fork");
	if (spawn->pid == 0) {
		close(ready[0]);
		close(release[1]);
		child(spawn, ready[1], release[0]);
	}
	close(ready[1]);
	close(release[0]);
	spawn->ready = ready[0];
	spawn->release = release[1];
	return told_ready(spawn, err);
}

int spawn_become(struct spawn *spawn, struct error *err)
{
	char byte = 0;

	if (write(spawn->release, &byte, 1) != 1)
		return error_set_errno(err, "write");
	if (told_ready(spawn, err) < 0)
		return -1;
	return look_at(spawn, err);
}

void spawn_release(struct spawn *spawn)
{
	char byte = 0;

	/* Should it be gone already, its end tells. */
	if (write(spawn->release, &byte, 1) != 1)
		warning("the program has ended before it began");
	close(spawn->ready);
	close(spawn->release);
}

void spawn_pin(void)
{
	cpu_set_t allowed, one;

	if (sched_getaffinity(0, sizeof(allowed), &allowed) < 0)
		return;
	CPU_ZERO(&one);
	for (int i = CPU_SETSIZE - 1; i >= 0; i--) {
		if (!CPU_ISSET(i, &allowed))
			continue;
		CPU_SET(i, &one);
		/* It is about speed alone. */
		if (sched_setaffinity(0, sizeof(one), &one) < 0)
			note("sched_setaffinity: %s", strerror(errno));
		return;
	}
}
