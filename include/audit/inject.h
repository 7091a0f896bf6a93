/* SPDX-License-Identifier: MIT */
#ifndef CAPINI_AUDIT_INJECT_H
#define CAPINI_AUDIT_INJECT_H

#include <stdbool.h>
#include <stdint.h>

#include "audit/thread.h"

/* What became of an attempt to do something in a thread. */
enum injected {
	INJECT_DONE,
	INJECT_REFUSED, /* the kernel or the thread's memory does not let us */
	INJECT_GONE,	/* the thread ended or became another one */
};

/* Make the real effective set of a stopped thread this one, as far as it is
 * permitted; thread->entry has the registers of its last call's entry. Signals
 * and group-stops that come meanwhile are noted in thread. thread->stand tells
 * where it was stopped, and then where it is: at an exit with registers that
 * the caller has to replace, or still at the entry. capset(2). */
enum injected inject_effective(struct thread *thread,
			       uint64_t effective) MUST_CHECK;

/* From an exit: go back and stop at the entry of the thread's own call again,
 * which has not been done. */
enum injected inject_entry(struct thread *thread) MUST_CHECK;

/* From an exit: start the thread's own call once more and do not wait for its
 * end. */
enum injected inject_again(struct thread *thread) MUST_CHECK;

/* From an exit: the thread's own call has ended with this result after all. */
enum injected inject_result(struct thread *thread, long result) MUST_CHECK;

/* Keep the signal, for which the thread has stopped, for later. */
void inject_withhold(struct thread *thread);

/* Send the signals kept again. The thread's registers must be its own. */
void inject_return_signals(struct thread *thread);

/* A signal is about to be delivered: if it is one that was sent again, put
 * back all that came with it. */
void inject_restore_signal(struct thread *thread, int signal);

#endif
