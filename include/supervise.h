/* SPDX-License-Identifier: MIT */
#ifndef CAPINI_SUPERVISE_H
#define CAPINI_SUPERVISE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "error.h"

/* The signal state that we were started with, and hand on to the app. */
struct signals {
	uint64_t mask;	    /* bit n-1: signal n was blocked */
	bool child_ignored; /* SIGCHLD was */
};

/* Block every signal, so that none is lost while we start, and let SIGCHLD
 * tell us of children that end. The old state goes to *old. Returns 0, or -1
 * with err set. */
int signals_hold(struct signals *old, struct error *err) MUST_CHECK;

/* Give this process the signal state old again, right before execve(2). */
void signals_restore(const struct signals *old);

/* How to start the app. Each side's callback brings its process to its final
 * state and proves it; both get context. */
struct spawn {
	const struct signals *signals;
	int (*become_app)(void *context, struct error *err);
	int (*become_init)(void *context, struct error *err);
	int (*exec_app)(void *context, struct error *err); /* only fails */
	void *context;
};

/* Fork the app, in its own process group, in the foreground if we were there,
 * and release it to its execve(2) only when both sides have proven their
 * state. Afterwards this process holds descriptors 0, 1 and 2 only and sits
 * in /. Returns 0 with the running app in *app; or -1 with err set, and
 * err->text empty when the app's side has said the reason itself. */
int supervise_spawn(const struct spawn *spawn, pid_t *app,
		    struct error *err) MUST_CHECK;

struct supervision {
	pid_t app;
	bool group; /* forward to the app's process group */
	bool warn_on_reap;
	int grace; /* seconds for what is left behind when the app ended */
	const bool *remap;	/* [256] exit codes that become 0 */
	const uint8_t *signals; /* [65] what to forward, 0: nothing */
};

/* Forward signals and reap until the app has ended, and the grace is over.
 * Returns the exit code: the app's, or 128+n if signal n ended it. */
int supervise_loop(const struct supervision *supervision);

#endif
