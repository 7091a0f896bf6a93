/* SPDX-License-Identifier: MIT */
/* Running processes against the policy, by what /proc tells of them. How
 * processes are found is left to process, how it is told to report. */
#include "verify.h"

#include <errno.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "names.h"
#include "report.h"

enum { HOLDS = 0, DOES_NOT_HOLD = 1, COULD_NOT_TELL = 2 };

#define PID_LAST 4194304L

/* The rule: nothing that is outside of the policy is held, nor can be had by
 * an execve(2): not with it outside of the bounding set, not under
 * no_new_privs. PID 1 may keep KILL, to forward signals. */
static void judge(const struct policy *policy, struct verdict *verdict)
{
	const struct capstate *caps = &verdict->status.caps;
	uint64_t kill =
		verdict->role == ROLE_INIT ? CAPABILITY_BIT(CAP_KILL) : 0;
	const uint64_t has[SETS] = {
		caps->bounding,	   caps->permitted, caps->effective,
		caps->inheritable, caps->ambient,
	};

	verdict->holds = true;
	for (int set = 0; set < SETS; set++) {
		uint64_t may = policy->allow;

		if (set == PERMITTED || set == EFFECTIVE)
			may |= kill;
		verdict->has[set] = has[set];
		verdict->policy[set] = may;
		if ((has[set] & ~may) &&
		    !(set == BOUNDING && caps->no_new_privs))
			verdict->holds = false;
	}
}

/* A process without any capability of ours tries to get all of them. */
static _Noreturn void try_user_namespace(int go)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct none[2] = {{0}};
	char byte;

	while (read(go, &byte, 1) < 0 && errno == EINTR)
		;
	if (syscall(SYS_capset, &header, none) < 0)
		_exit(USERNS_UNKNOWN);
	if (unshare(CLONE_NEWUSER) < 0 ||
	    syscall(SYS_capget, &header, none) < 0 || none[0].effective == 0)
		_exit(USERNS_CLOSED);
	_exit(USERNS_OPEN);
}

/* Ask the kernel by a child of ours, not dumpable as PID 1 is not: is /proc
 * mounted so as to hide such processes (hidepid), can it make a user
 * namespace? Returns 0, or -1 with err set when something is hidden. */
static int look_around(const struct processes *processes,
		       struct surroundings *around, struct error *err)
{
	struct status status;
	int go[2], ended = 0;
	pid_t child;
	bool visible;

	*around = (struct surroundings){0};
	if (status_read(processes->proc.fd, "self/status", &status) == 0)
		around->bounding = status.caps.bounding;
	if (pipe(go) < 0 || prctl(PR_SET_DUMPABLE, 0UL, 0UL, 0UL, 0UL) < 0)
		return error_set_errno(err, "cannot look around");
	child = fork();
	if (child < 0)
		return error_set_errno(err, "cannot look around: fork");
	if (child == 0) {
		close(go[1]);
		try_user_namespace(go[0]);
	}
	visible = process_read(processes, child, &status) == 0;
	close(go[1]);
	while (waitpid(child, &ended, 0) < 0 && errno == EINTR)
		;
	close(go[0]);
	if (WIFEXITED(ended))
		around->user_namespaces = WEXITSTATUS(ended);
	if (!visible)
		return error_set(err, "/proc hides processes from this user "
				      "(hidepid): ask as root");
	return 0;
}

static const char *reason(void)
{
	switch (errno) {
	case ENOENT:
	case ESRCH:
		return "no such process";
	case EXDEV:
		return "what /proc shows is not its own: something is mounted "
		       "over it";
	case EBADMSG:
		return "its status is malformed";
	default:
		return strerror(errno);
	}
}

/* Judge one process. Returns its answer; HOLDS for one that has ended. */
static int verify_one(const struct policy *policy,
		      const struct processes *processes, pid_t pid, bool named,
		      struct report *report)
{
	struct verdict verdict = {.judged = true};
	const struct status *status = &verdict.status;

	if (process_read(processes, pid, &verdict.status) < 0) {
		if (!named && (errno == ENOENT || errno == ESRCH))
			return HOLDS;
		/* hidepid, of which look_around() has told. */
		if (!named && (errno == EPERM || errno == EACCES))
			return COULD_NOT_TELL;
		fault("process %d: %s", (int)pid, reason());
		return COULD_NOT_TELL;
	}
	verdict.role = status->state == 'Z' && status->threads < 2
			       ? ROLE_ENDED
			       : process_role(processes, status);
	if (verdict.role == ROLE_ENDED) {
		if (named)
			fault("process %d has ended", (int)pid);
		return named ? COULD_NOT_TELL : HOLDS;
	}
	/* From outside: the first of another container. */
	if (named && verdict.role == ROLE_OTHER && status->inner_pid == 1)
		verdict.role = ROLE_INIT;
	verdict.judged = named || verdict.role != ROLE_OTHER;
	judge(policy, &verdict);
	report_process(report, &verdict);
	return verdict.holds || !verdict.judged ? HOLDS : DOES_NOT_HOLD;
}

/* A violation is one, whatever else could not be told. */
static int worse(int answer, int other)
{
	if (answer == DOES_NOT_HOLD || other == DOES_NOT_HOLD)
		return DOES_NOT_HOLD;
	return answer > other ? answer : other;
}

static int verify_all(const struct policy *policy, struct processes *processes,
		      struct report *report)
{
	int answer = HOLDS;
	pid_t pid;

	while ((pid = processes_next(processes)) > 0)
		answer = worse(answer, verify_one(policy, processes, pid, false,
						  report));
	if (pid == 0)
		return answer;
	fault("/proc: %s", strerror(errno));
	return worse(answer, COULD_NOT_TELL);
}

/* Whom to judge: a PID, all, or by default the container's first. */
enum { TARGET_ALL = -1, TARGET_INIT = 0 };

static int parse_target(const char *target, pid_t *pid)
{
	long number;

	*pid = TARGET_INIT;
	if (!target)
		return 0;
	*pid = TARGET_ALL;
	if (strcmp(target, "all") == 0)
		return 0;
	number = number_parse(target, PID_LAST);
	*pid = (pid_t)number;
	if (number > 0)
		return 0;
	fault("--verify=%s: neither a PID nor \"all\"", target);
	return -1;
}

static int verify_target(const struct policy *policy,
			 struct processes *processes, pid_t target,
			 struct report *report)
{
	if (target == TARGET_ALL)
		return verify_all(policy, processes, report);
	if (target == TARGET_INIT)
		target = processes->init;
	if (target == 0)
		return COULD_NOT_TELL;
	return verify_one(policy, processes, target, true, report);
}

int verify(const struct policy *policy, const char *target, bool json)
{
	struct surroundings around;
	struct processes processes;
	struct report report;
	struct error err;
	int answer = HOLDS;
	pid_t pid;

	if (parse_target(target, &pid) < 0)
		return COULD_NOT_TELL;
	if (processes_open(&processes, &err) < 0) {
		fault("%s", err.text);
		return COULD_NOT_TELL;
	}
	if (look_around(&processes, &around, &err) < 0 && pid <= 0) {
		fault("%s", err.text);
		answer = COULD_NOT_TELL;
	}
	report_begin(&report, policy, json, pid == TARGET_ALL);
	answer = worse(answer, verify_target(policy, &processes, pid, &report));
	if (report_end(&report, &around, answer) < 0) {
		fault("cannot write to stdout");
		return COULD_NOT_TELL;
	}
	return answer;
}
