/* SPDX-License-Identifier: MIT */
/* The ptrace event loop, and the method. A thread keeps its permitted set, but
 * its effective set is kept empty. When one of its calls is denied, it is done
 * again with one of the capabilities raised that the thread believes to have,
 * until it succeeds: the kernel itself tells which one it asks for. The thread
 * only ever sees the last result, the one that it would have had anyway.
 *
 * A trial may block, as the call itself may: so it is a state of the thread
 * (PHASE_TRIAL) and never waited for. The effective set is emptied at the
 * entry of the next call, before which the kernel asks for no capability. */
#include "audit/tracer.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "audit/decode.h"
#include "audit/filecap.h"
#include "audit/hints.h"
#include "audit/inject.h"
#include "audit/silent.h"
#include "status.h"

#define SYSCALL_STOP	       (SIGTRAP | 0x80) /* PTRACE_O_TRACESYSGOOD */
#define RESTART_FIRST	       512		/* ERESTARTSYS and its like */
#define RESTART_LAST	       516
#define SYSCALL_IO_URING_SETUP 425

#define OPTIONS                                                            \
	(PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC | PTRACE_O_TRACEFORK | \
	 PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_EXITKILL |   \
	 PTRACE_O_TRACESECCOMP)

static void resume(struct tracer *tracer, struct thread *thread, int signal)
{
	bool all = !tracer->fast || thread->asking != ASKING_NONE ||
		   thread->phase != PHASE_USER ||
		   (thread->vcap.unclean && !thread->vcap.hands_off);

	ptrace(all ? PTRACE_SYSCALL : PTRACE_CONT, thread->tid, NULL,
	       (long)signal);
}

static int caps_of(pid_t tid, struct capstate *caps)
{
	struct status status;
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d/status", (int)tid);
	if (status_read(AT_FDCWD, path, &status) < 0)
		return -1;
	*caps = status.caps;
	return 0;
}

static void leave_alone(struct thread *thread, unsigned int *why)
{
	if (!thread->vcap.hands_off)
		(*why)++;
	thread->vcap.hands_off = true;
}

/* --- findings --------------------------------------------------------------
 */

static void found(struct tracer *tracer, const struct thread *thread,
		  enum verdict verdict, uint64_t set, int outcome)
{
	struct finding finding = {
		.verdict = verdict,
		.set = set,
		.number = thread->number,
		.denial = thread->denial,
		.outcome = outcome,
	};

	snprintf(finding.subject, sizeof(finding.subject), "%s",
		 thread->subject);
	decode_program(thread->tid, finding.program, sizeof(finding.program));
	evidence_add(tracer->evidence, &finding);
}

static uint64_t hinted(const struct thread *thread)
{
	uint8_t hints[SEARCH_HINTS_MAX];
	size_t count = hints_for(thread->number, thread->subject,
				 thread->denial, hints);
	uint64_t set = 0;

	while (count > 0)
		set |= CAPABILITY_BIT(hints[--count]);
	return set;
}

/* Has this very denial been in vain before? */
static bool hopeless(const struct tracer *tracer, const struct thread *thread)
{
	const struct evidence *evidence = tracer->evidence;

	for (size_t i = 0; i < evidence->count; i++) {
		const struct finding *finding = &evidence->findings[i];

		if (finding->verdict == VERDICT_DENIED &&
		    finding->number == thread->number &&
		    finding->denial == thread->denial &&
		    strcmp(finding->subject, thread->subject) == 0)
			return true;
	}
	return false;
}

/* --- after a call ----------------------------------------------------------
 */

static void after_exec(struct tracer *tracer, struct thread *thread,
		       const struct capstate *caps)
{
	struct filecap file;

	vcap_told(&thread->vcap, caps);
	tracer->begun = true;
	filecap_read(thread->tid, &file);
	if (file.demands) {
		thread->denial = 0;
		snprintf(thread->subject, sizeof(thread->subject), "%s",
			 file.path);
		found(tracer, thread, VERDICT_FILECAP, file.permitted, 0);
	}
	if (file.set_id && caps->uid != file.owner)
		tracer->set_id++;
}

/* A program that leaves its effective set as it was, or takes back all there
 * is, as setpriv(1) does both, asks for nothing in particular. */
static void after_capset(struct tracer *tracer, struct thread *thread,
			 const struct capstate *caps)
{
	uint64_t before = thread->vcap.believed;

	vcap_told(&thread->vcap, caps);
	thread->denial = 0;
	thread->subject[0] = '\0';
	if (caps->effective && caps->effective != before &&
	    caps->effective != tracer->held)
		found(tracer, thread, VERDICT_REQUESTED, caps->effective, 0);
}

/* What capget(2) has told of a traced thread is true and not what it shall
 * believe. */
static void after_capget(struct tracer *tracer, struct thread *thread)
{
	struct __user_cap_header_struct header;
	unsigned long at = registers_argument(&thread->entry, 1);
	const struct thread *other = thread;
	uint32_t part;

	if (!at ||
	    memory_read(thread->tid, registers_argument(&thread->entry, 0),
			&header, sizeof(header)) < 0)
		return;
	if (header.pid != 0)
		other = thread_find(&tracer->threads, header.pid);
	if (!other || other->vcap.hands_off)
		return;
	for (int i = 0; i < 2; i++) {
		part = (uint32_t)(other->vcap.believed >> 32 * i);
		if (memory_write(thread->tid, at, &part, sizeof(part)) < 0 ||
		    header.version == _LINUX_CAPABILITY_VERSION_1)
			return;
		at += sizeof(struct __user_cap_data_struct);
	}
}

/* A process whose ids changed is not dumpable: its memory is closed to a tracer
 * without SYS_PTRACE. The next entry opens it, before a trial needs it. */
static void memory_closed(struct thread *thread)
{
	thread->vcap.unclean |= thread->vcap.believed != 0;
}

static void after_prctl(struct tracer *tracer, struct thread *thread)
{
	unsigned long option = registers_argument(&thread->entry, 0);

	if (option == PR_SET_SECUREBITS)
		vcap_securebits(&thread->vcap, (uint32_t)registers_argument(
						       &thread->entry, 1));
	else if (option == PR_SET_SECCOMP)
		leave_alone(thread, &tracer->filtered);
	else if (option == PR_SET_DUMPABLE)
		memory_closed(thread);
}

/* Files that ask again when they are read or written, which the fast mode
 * would not see. */
static bool asks_again(const char *path)
{
	return strncmp(path, "/proc/sys/", 10) == 0 ||
	       (strncmp(path, "/proc/", 6) == 0 &&
		(strstr(path, "_map") || strstr(path, "oom_"))) ||
	       strncmp(path, "/sys/", 5) == 0 || strcmp(path, "/dev/kmsg") == 0;
}

static void after_open(struct tracer *tracer, struct thread *thread, long fd)
{
	char path[SUBJECT_TEXT];

	if (!tracer->fast)
		return;
	decode_file(thread->tid, (int)fd, path, sizeof(path));
	if (asks_again(path))
		thread->asking =
			thread->asking == ASKING_NONE ? (int)fd : ASKING_MANY;
}

/* Of a file that asks again there is another descriptor now, or none. */
static void after_descriptor(struct thread *thread)
{
	unsigned long command = registers_argument(&thread->entry, 1);

	if (thread->asking != (int)registers_argument(&thread->entry, 0))
		return;
	if (thread->number == SYS_close)
		thread->asking = ASKING_NONE;
	else if (thread->number != SYS_fcntl || command == F_DUPFD ||
		 command == F_DUPFD_CLOEXEC)
		thread->asking = ASKING_MANY;
}

/* The thread's call has succeeded: what that changes for us. */
static void after_success(struct tracer *tracer, struct thread *thread,
			  long result)
{
	struct capstate caps;

	switch (thread->number) {
	case SYS_execve:
	case SYS_execveat:
		if (caps_of(thread->tid, &caps) == 0)
			after_exec(tracer, thread, &caps);
		break;
	case SYS_capset:
		if (caps_of(thread->tid, &caps) == 0)
			after_capset(tracer, thread, &caps);
		break;
	case SYS_setuid:
	case SYS_setreuid:
	case SYS_setresuid:
		if (caps_of(thread->tid, &caps) == 0)
			vcap_uid(&thread->vcap, &caps);
		memory_closed(thread);
		break;
	case SYS_setgid:
	case SYS_setregid:
	case SYS_setresgid:
		memory_closed(thread);
		break;
	case SYS_capget:
		after_capget(tracer, thread);
		break;
	case SYS_prctl:
		after_prctl(tracer, thread);
		break;
	case SYS_seccomp:
		if (registers_argument(&thread->entry, 0) < 2)
			leave_alone(thread, &tracer->filtered);
		break;
#ifdef SYS_open
	case SYS_open:
#endif
	case SYS_openat:
		after_open(tracer, thread, result);
		break;
#ifdef SYS_dup2
	case SYS_dup2:
#endif
	case SYS_dup:
	case SYS_dup3:
	case SYS_fcntl:
	case SYS_close:
		after_descriptor(thread);
		break;
	case SYS_socket:
		silent_socket(tracer, thread, result);
		break;
	case SYSCALL_IO_URING_SETUP:
		tracer->io_uring++;
		break;
	}
}

/* --- trials ----------------------------------------------------------------
 */

/* The call is over, with what the thread has in its registers. */
static void call_over(struct tracer *tracer, struct thread *thread)
{
	thread->vcap.unclean |= thread->raised != 0;
	thread->raised = 0;
	thread->phase = PHASE_USER;
	inject_return_signals(thread);
	resume(tracer, thread, 0);
}

/* Do the call once more with this set. Returns false when that cannot be done
 * and the call is over. */
static bool trial_with(struct tracer *tracer, struct thread *thread,
		       uint64_t set, long result)
{
	enum injected done = inject_effective(thread, set);

	tracer->trials++;
	thread->raised = set;
	thread->phase = PHASE_TRIAL;
	if (done == INJECT_DONE)
		done = inject_again(thread);
	if (done == INJECT_REFUSED) {
		leave_alone(thread, &tracer->refused);
		if (inject_result(thread, result) == INJECT_DONE)
			call_over(tracer, thread);
		return false;
	}
	return done == INJECT_DONE;
}

static void trial_next(struct tracer *tracer, struct thread *thread, int denial)
{
	uint64_t set;

	if (search_next(&thread->search, &set)) {
		trial_with(tracer, thread, set, -denial);
		return;
	}
	if (tracer->begun)
		found(tracer, thread, VERDICT_DENIED,
		      hinted(thread) & ~thread->vcap.believed, 0);
	call_over(tracer, thread);
}

/* The call was denied: begin to look for what cures it, if anything may. */
static void denied(struct tracer *tracer, struct thread *thread, int denial)
{
	uint8_t hints[SEARCH_HINTS_MAX];
	size_t count;

	thread->denial = denial;
	thread->silent = false;
	decode_subject(thread, thread->subject);
	count = hints_for(thread->number, thread->subject, denial, hints);
	if (!thread->vcap.believed || thread->vcap.hands_off) {
		/* A thread that gave its capabilities away does without. */
		if ((!tracer->held || thread->vcap.hands_off) &&
		    tracer->begun && count > 0)
			found(tracer, thread, VERDICT_CANDIDATE,
			      CAPABILITY_BIT(hints[0]), 0);
		call_over(tracer, thread);
		return;
	}
	if (hopeless(tracer, thread)) {
		found(tracer, thread, VERDICT_DENIED,
		      hinted(thread) & ~thread->vcap.believed, 0);
		call_over(tracer, thread);
		return;
	}
	if (!registers_rewindable(thread->tid, &thread->entry)) {
		leave_alone(thread, &tracer->refused);
		call_over(tracer, thread);
		return;
	}
	search_begin(&thread->search, thread->vcap.believed, denial, hints,
		     count);
	trial_next(tracer, thread, denial);
}

static int outcome_of(long result)
{
	if (result >= 0 || result < -4095 ||
	    (result <= -RESTART_FIRST && result >= -RESTART_LAST))
		return 0;
	return (int)-result;
}

/* A file that is not there is no reason to be let in: should it matter, then a
 * later call is denied that would have made one. */
static bool in_vain(long result)
{
	return result == -ENOENT || result == -ENOTDIR;
}

static void cured(struct tracer *tracer, struct thread *thread, long result)
{
	/* Our own search for the program. */
	if (!tracer->begun && result < 0)
		return;
	if (!thread->silent && in_vain(result))
		found(tracer, thread, VERDICT_CANDIDATE, thread->raised,
		      outcome_of(result));
	else if (thread->silent)
		found(tracer, thread, VERDICT_SILENT,
		      CAPABILITY_BIT(CAP_FSETID), 0);
	else if (search_vague(&thread->search))
		found(tracer, thread, VERDICT_CANDIDATE,
		      hinted(thread) & thread->vcap.believed, 0);
	else
		found(tracer, thread, VERDICT_PROVEN, thread->raised,
		      outcome_of(result));
}

/* --- stops -----------------------------------------------------------------
 */

/* What is to be raised for the call at whose entry the thread is, because a
 * denial of it would not be seen. */
static uint64_t wanted(struct tracer *tracer, struct thread *thread)
{
	unsigned long first = registers_argument(&thread->entry, 0);
	uint64_t set;

	/* Behind a filter of its own nothing can be injected any more: the
	 * thread gets back what it believes to have. */
	if ((thread->number == SYS_seccomp && first < 2) ||
	    (thread->number == SYS_prctl && first == PR_SET_SECCOMP))
		return thread->vcap.believed;
	set = silent_netlink(tracer, thread) & thread->vcap.believed;
	if (set) {
		thread->denial = 0;
		found(tracer, thread, VERDICT_NETLINK, set, 0);
	}
	return set;
}

/* Make the real effective set this one before the call is done. Returns false
 * when the thread is gone. */
static bool at_entry(struct tracer *tracer, struct thread *thread, uint64_t set)
{
	enum injected done = inject_effective(thread, set);

	if (done == INJECT_REFUSED)
		leave_alone(thread, &tracer->refused);
	if (done == INJECT_DONE) {
		thread->vcap.unclean = false;
		thread->raised = set;
	}
	if (done != INJECT_GONE && thread->stand == AT_EXIT)
		done = inject_entry(thread);
	if (done == INJECT_GONE)
		return false;
	inject_return_signals(thread);
	return true;
}

static void on_entry(struct tracer *tracer, struct thread *thread)
{
	uint64_t set = 0;

	if (thread->phase != PHASE_USER ||
	    registers_get(thread->tid, &thread->entry) < 0) {
		resume(tracer, thread, 0);
		return;
	}
	thread->phase = PHASE_CALL;
	thread->stand = AT_ENTRY;
	thread->number = registers_number(&thread->entry);
	if (!thread->vcap.hands_off) {
		if (thread->vcap.believed)
			set = wanted(tracer, thread);
		if ((thread->vcap.unclean || set) &&
		    !at_entry(tracer, thread, set))
			return;
	}
	resume(tracer, thread, 0);
}

static void on_exit(struct tracer *tracer, struct thread *thread, long result)
{
	int denial = call_denied(thread->number, result);
	uint8_t hints[SEARCH_HINTS_MAX];

	thread->stand = AT_EXIT;
	if (thread->phase == PHASE_USER) {
		resume(tracer, thread, 0);
		return;
	}
	if (denial && thread->phase == PHASE_CALL) {
		denied(tracer, thread, denial);
		return;
	}
	if (denial) {
		search_denied(&thread->search, denial, hints,
			      hints_for(thread->number, thread->subject, denial,
					hints));
		trial_next(tracer, thread, denial);
		return;
	}
	if (thread->phase == PHASE_TRIAL)
		cured(tracer, thread, result);
	if (result >= 0)
		after_success(tracer, thread, result);
	if (result >= 0 && silent_mode(thread)) {
		thread->denial = 0;
		thread->silent = true;
		decode_subject(thread, thread->subject);
		trial_with(tracer, thread,
			   thread->raised | CAPABILITY_BIT(CAP_FSETID), result);
		return;
	}
	call_over(tracer, thread);
}

static void on_call(struct tracer *tracer, struct thread *thread)
{
	struct __ptrace_syscall_info info;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, thread->tid, sizeof(info), &info) <
	    0)
		return;
	if (info.arch != registers_arch) {
		leave_alone(thread, &tracer->foreign);
		resume(tracer, thread, 0);
	} else if (info.op == PTRACE_SYSCALL_INFO_EXIT) {
		on_exit(tracer, thread, (long)info.exit.rval);
	} else {
		on_entry(tracer, thread);
	}
}

static void on_child(struct tracer *tracer, struct thread *thread)
{
	unsigned long tid;
	struct thread *child;

	if (ptrace(PTRACE_GETEVENTMSG, thread->tid, NULL, &tid) < 0)
		return;
	child = thread_find(&tracer->threads, (pid_t)tid);
	if (!child)
		child = thread_add(&tracer->threads, (pid_t)tid);
	if (child) {
		child->vcap = vcap_child(&thread->vcap, thread->raised != 0);
		child->asking = thread->asking;
		tracer->threads.parked -= child->parked;
		if (child->parked)
			resume(tracer, child, 0);
		child->parked = false;
	}
	resume(tracer, thread, 0);
}

/* A thread other than the first has done execve(2): the first one is gone and
 * its number is now that of the other. */
static void on_exec(struct tracer *tracer, struct thread *thread)
{
	unsigned long former = 0;
	struct thread *other;

	ptrace(PTRACE_GETEVENTMSG, thread->tid, NULL, &former);
	other = thread_find(&tracer->threads, (pid_t)former);
	if (other && other != thread) {
		struct thread *next = thread->next;
		pid_t tid = thread->tid;

		*thread = *other;
		thread->next = next;
		thread->tid = tid;
		thread_remove(&tracer->threads, other);
	}
	resume(tracer, thread, 0);
}

static void on_signal(struct tracer *tracer, struct thread *thread, int signal)
{
	if (thread->phase == PHASE_TRIAL) {
		inject_withhold(thread);
		resume(tracer, thread, 0);
		return;
	}
	inject_restore_signal(thread, signal);
	resume(tracer, thread, signal);
}

static void on_stop(struct tracer *tracer, struct thread *thread, int status)
{
	int signal = WSTOPSIG(status);

	tracer->stops++;
	switch (status >> 16) {
	case 0:
		if (signal == SYSCALL_STOP)
			on_call(tracer, thread);
		else
			on_signal(tracer, thread, signal);
		break;
	case PTRACE_EVENT_SECCOMP:
		on_call(tracer, thread);
		break;
	case PTRACE_EVENT_FORK:
	case PTRACE_EVENT_VFORK:
	case PTRACE_EVENT_CLONE:
		on_child(tracer, thread);
		break;
	case PTRACE_EVENT_EXEC:
		on_exec(tracer, thread);
		break;
	case PTRACE_EVENT_STOP:
		/* A group-stop lasts until SIGCONT; anything else is the first
		 * stop of a thread, or one that we asked for. */
		if (signal == SIGTRAP)
			resume(tracer, thread, 0);
		else
			ptrace(PTRACE_LISTEN, thread->tid, NULL, 0);
		break;
	default:
		resume(tracer, thread, 0);
	}
}

static void on_status(struct tracer *tracer, pid_t tid, int status)
{
	struct thread *thread = thread_find(&tracer->threads, tid);

	if (!WIFSTOPPED(status)) {
		if (tid == tracer->main) {
			tracer->ended = true;
			tracer->status = status;
		}
		if (thread)
			thread_remove(&tracer->threads, thread);
		return;
	}
	if (thread) {
		on_stop(tracer, thread, status);
		return;
	}
	/* It was faster than the event that tells who made it. */
	thread = thread_add(&tracer->threads, tid);
	if (thread) {
		thread->parked = true;
		tracer->threads.parked++;
	}
}

/* Nobody is left who could tell where the parked ones come from: their creator
 * was killed. They go on as they are. */
static void release_parked(struct tracer *tracer)
{
	struct thread *thread = NULL;

	while ((thread = thread_after(&tracer->threads, thread))) {
		thread->vcap.hands_off = true;
		thread->parked = false;
		resume(tracer, thread, 0);
	}
	tracer->threads.parked = 0;
}

/* News that came while something was done in a thread. */
static bool see_to_news(struct tracer *tracer)
{
	struct thread *thread = NULL;

	while ((thread = thread_after(&tracer->threads, thread))) {
		int status = thread->status;

		if (!thread->has_status)
			continue;
		thread->has_status = false;
		on_status(tracer, thread->tid, status);
		return true;
	}
	return false;
}

bool tracer_step(struct tracer *tracer)
{
	int status;
	pid_t tid;

	while ((tid = waitpid(-1, &status, __WALL | WNOHANG)) > 0) {
		on_status(tracer, tid, status);
		while (tracer->threads.count && see_to_news(tracer))
			;
	}
	if (tracer->threads.parked &&
	    tracer->threads.parked == tracer->threads.count)
		release_parked(tracer);
	return tracer->threads.count > 0;
}

void tracer_signal(struct tracer *tracer, int signal)
{
	struct thread *thread = NULL;

	while ((thread = thread_after(&tracer->threads, thread)))
		kill(thread->tid, signal);
}

int tracer_attach(struct tracer *tracer, pid_t main, struct error *err)
{
	tracer->main = main;
	if (!thread_add(&tracer->threads, main))
		return error_set(err, "no memory");
	if (ptrace(PTRACE_SEIZE, main, NULL, OPTIONS) < 0)
		return error_set_errno(err, "PTRACE_SEIZE: a seccomp profile, "
					    "kernel.yama.ptrace_scope or "
					    "another tracer may forbid it");
	return 0;
}

int tracer_begin(struct tracer *tracer, const struct capstate *now,
		 struct error *err)
{
	struct thread *thread = thread_find(&tracer->threads, tracer->main);

	vcap_begin(&thread->vcap, now, now->securebits);
	tracer->held = now->effective;
	if (ptrace(PTRACE_INTERRUPT, tracer->main, NULL, 0) < 0)
		return error_set_errno(err, "PTRACE_INTERRUPT");
	return 0;
}

void tracer_end(struct tracer *tracer)
{
	struct thread *thread;

	while ((thread = thread_after(&tracer->threads, NULL)))
		thread_remove(&tracer->threads, thread);
}
