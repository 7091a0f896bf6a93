/* SPDX-License-Identifier: MIT */
/* Run one system call in a stopped thread, between two of its own, and nothing
 * of it is to be seen from inside. None of the calls made here can block, so
 * that waiting for their end cannot either. When and why is left to the
 * tracer, registers to inject_ARCH. */
#include "audit/inject.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "status.h"

#define SYSCALL_STOP (SIGTRAP | 0x80) /* PTRACE_O_TRACESYSGOOD */

/* Below the stack pointer is what only this thread may be using. */
#define BELOW_STACK 64

struct capset_arguments {
	struct __user_cap_header_struct header;
	struct __user_cap_data_struct data[2];
};

void inject_withhold(struct thread *thread)
{
	struct withheld *last = &thread->withheld[thread->withheld_count];

	/* More than these at once only a flood brings: it is thinned out, as
	 * the kernel does with signals that are not real-time ones. */
	if (thread->withheld_count == THREAD_SIGNALS_MAX)
		return;
	last->returned = false;
	if (ptrace(PTRACE_GETSIGINFO, thread->tid, NULL, &last->info) == 0)
		thread->withheld_count++;
}

void inject_return_signals(struct thread *thread)
{
	for (size_t i = 0; i < thread->withheld_count; i++) {
		struct withheld *signal = &thread->withheld[i];

		if (signal->returned)
			continue;
		signal->returned = true;
		syscall(SYS_tkill, thread->tid, signal->info.si_signo);
	}
	if (thread->stopped)
		ptrace(PTRACE_INTERRUPT, thread->tid, NULL, NULL);
	thread->stopped = false;
}

void inject_restore_signal(struct thread *thread, int signal)
{
	for (size_t i = 0; i < thread->withheld_count; i++) {
		struct withheld *found = &thread->withheld[i];

		if (!found->returned || found->info.si_signo != signal)
			continue;
		ptrace(PTRACE_SETSIGINFO, thread->tid, NULL, &found->info);
		thread->withheld_count--;
		memmove(found, found + 1,
			(thread->withheld_count - i) * sizeof(*found));
		return;
	}
}

/* Wait for the thread's next stop. Returns 0, or -1 when it is gone or has
 * become another: the tracer then finds the news in thread. */
static int next_stop(struct thread *thread, int *status)
{
	pid_t found;

	do {
		found = waitpid(thread->tid, status, __WALL);
	} while (found < 0 && errno == EINTR);
	if (found < 0)
		return -1;
	if (WIFSTOPPED(*status) && *status >> 16 != PTRACE_EVENT_EXEC)
		return 0;
	thread->has_status = true;
	thread->status = *status;
	return -1;
}

/* Let the thread run to the next stop of this kind, which no user code can
 * come before. */
static enum injected run_to(struct thread *thread, int op)
{
	for (;;) {
		struct __ptrace_syscall_info info;
		int status, event;

		if (ptrace(PTRACE_SYSCALL, thread->tid, NULL, 0) < 0 &&
		    errno != ESRCH)
			return INJECT_REFUSED;
		if (next_stop(thread, &status) < 0)
			return INJECT_GONE;
		event = status >> 16;
		if (event == PTRACE_EVENT_STOP) {
			thread->stopped |= WSTOPSIG(status) != SIGTRAP;
		} else if (WSTOPSIG(status) == SYSCALL_STOP) {
			if (ptrace(PTRACE_GET_SYSCALL_INFO, thread->tid,
				   sizeof(info), &info) > 0 &&
			    info.op == op)
				return INJECT_DONE;
		} else if (event == 0) {
			inject_withhold(thread);
		}
	}
}

/* Another call in place of the one at whose entry we are, or after the one at
 * whose exit. */
static enum injected call(struct thread *thread, long number,
			  const unsigned long arguments[CALL_ARGUMENTS],
			  long *result)
{
	struct registers other = thread->entry;
	struct __ptrace_syscall_info info;
	enum injected done;

	if (thread->stand == AT_EXIT)
		registers_rewind(&other);
	registers_replace(&other, number, arguments);
	if (registers_set(thread->tid, &other) < 0)
		return INJECT_REFUSED;
	thread->stand = AT_EXIT;
	done = run_to(thread, PTRACE_SYSCALL_INFO_EXIT);
	if (done != INJECT_DONE)
		return done;
	if (ptrace(PTRACE_GET_SYSCALL_INFO, thread->tid, sizeof(info), &info) <
	    0)
		return INJECT_REFUSED;
	*result = (long)info.exit.rval;
	return INJECT_DONE;
}

/* The memory of a process that has changed its ids is closed to a tracer
 * without SYS_PTRACE, until it is dumpable; ptrace(2). */
static enum injected open_memory(struct thread *thread, unsigned long at,
				 void *saved, size_t size)
{
	const unsigned long arguments[CALL_ARGUMENTS] = {PR_SET_DUMPABLE, 1};
	enum injected done;
	long result;

	if (memory_read(thread->tid, at, saved, size) == 0)
		return INJECT_DONE;
	done = call(thread, SYS_prctl, arguments, &result);
	if (done != INJECT_DONE)
		return done;
	return memory_read(thread->tid, at, saved, size) == 0 ? INJECT_DONE
							      : INJECT_REFUSED;
}

static void prepare(struct capset_arguments *arguments,
		    const struct capstate *caps, uint64_t effective)
{
	effective &= caps->permitted;
	*arguments = (struct capset_arguments){
		.header.version = _LINUX_CAPABILITY_VERSION_3,
	};
	for (int i = 0; i < 2; i++) {
		struct __user_cap_data_struct *data = &arguments->data[i];

		data->effective = (uint32_t)(effective >> 32 * i);
		data->permitted = (uint32_t)(caps->permitted >> 32 * i);
		data->inheritable = (uint32_t)(caps->inheritable >> 32 * i);
	}
}

enum injected inject_effective(struct thread *thread, uint64_t effective)
{
	unsigned long at =
		(registers_stack(&thread->entry) - BELOW_STACK) & ~15UL;
	struct capset_arguments ours, theirs;
	const unsigned long arguments[CALL_ARGUMENTS] = {
		at,
		at + offsetof(struct capset_arguments, data),
	};
	struct status status;
	enum injected done;
	long result = -1;
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d/status", (int)thread->tid);
	if (status_read(AT_FDCWD, path, &status) < 0)
		return INJECT_REFUSED;
	prepare(&ours, &status.caps, effective);
	done = open_memory(thread, at, &theirs, sizeof(theirs));
	if (done != INJECT_DONE)
		return done;
	if (memory_write(thread->tid, at, &ours, sizeof(ours)) < 0)
		return INJECT_REFUSED;
	done = call(thread, SYS_capset, arguments, &result);
	if (done == INJECT_GONE)
		return done;
	if (memory_write(thread->tid, at, &theirs, sizeof(theirs)) < 0)
		return INJECT_REFUSED;
	return done == INJECT_DONE && result == 0 ? INJECT_DONE
						  : INJECT_REFUSED;
}

static int rewind_call(struct thread *thread)
{
	struct registers before = thread->entry;

	registers_rewind(&before);
	return registers_set(thread->tid, &before);
}

enum injected inject_entry(struct thread *thread)
{
	if (rewind_call(thread) < 0)
		return INJECT_REFUSED;
	thread->stand = AT_ENTRY;
	return run_to(thread, PTRACE_SYSCALL_INFO_ENTRY);
}

enum injected inject_again(struct thread *thread)
{
	if (rewind_call(thread) < 0 ||
	    ptrace(PTRACE_SYSCALL, thread->tid, NULL, 0) < 0)
		return INJECT_REFUSED;
	return INJECT_DONE;
}

enum injected inject_result(struct thread *thread, long result)
{
	struct registers own = thread->entry;

	registers_finish(&own, result);
	return registers_set(thread->tid, &own) < 0 ? INJECT_REFUSED
						    : INJECT_DONE;
}
