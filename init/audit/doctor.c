/* SPDX-License-Identifier: MIT */
/* The verb doctor: each thing is tried or read here and now, and told with what
 * follows from it. */
#include "audit/doctor.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "audit/input.h"
#include "audit/out.h"
#include "audit/run.h"
#include "audit/tracefs.h"
#include "names.h"
#include "status.h"

static const char usage[] = "doctor: what works here and what does not";

static void put(const char *what, const char *answer, const char *means)
{
	printf("%-27s %s%s%s\n", what, answer, *means ? ": " : "", means);
}

/* 0, or the errno with which a child of ours cannot be traced. */
static int try_ptrace(void)
{
	pid_t pid = fork();
	int result = 0;

	if (pid < 0)
		return errno;
	if (pid == 0)
		for (;;)
			pause();
	if (ptrace(PTRACE_SEIZE, pid, NULL, 0) < 0)
		result = errno;
	kill(pid, SIGKILL);
	waitpid(pid, NULL, __WALL);
	return result;
}

static bool try_user_namespace(void)
{
	pid_t pid = fork();
	int status;

	if (pid == 0)
		_exit(unshare(CLONE_NEWUSER) < 0);
	return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

/* Of a set with most of them, those that are not in it. */
#define SET_TEXT (CAPABILITIES_TEXT + 8)
static const char *set_text(uint64_t set, char text[SET_TEXT])
{
	uint64_t others = CAPABILITY_ALL & ~set;
	char names[CAPABILITIES_TEXT];
	int missing = __builtin_popcountll(others);

	set &= CAPABILITY_ALL;
	if (missing == 0)
		return strcpy(text, "ALL");
	snprintf(text, SET_TEXT, "%s%s", missing < 20 ? "ALL but " : "",
		 capname_format(missing < 20 ? others : set, names));
	return text;
}

static void put_held(const struct status *status)
{
	uint64_t never = CAPABILITY_ALL & ~status->caps.bounding;
	char text[SET_TEXT];

	put("held", set_text(status->caps.effective, text),
	    status->caps.effective
		    ? "these can be tried"
		    : "nothing can be tried: run it as root in the container, "
		      "or in unshare -Ur");
	if (never)
		put("outside of the bounding set", set_text(never, text),
		    "whether a program needs these is a guess; start the "
		    "container with them to know");
	if (!(status->caps.effective & CAPABILITY_BIT(CAP_SYS_PTRACE)))
		put("SYS_PTRACE", "not held",
		    "set-user-ID programs (sudo, su, ping) fail under run; "
		    "--cap-add SYS_PTRACE helps");
}

static void put_process(const struct status *status, int ptrace_errno)
{
	char scope[INPUT_LINE];

	put("ptrace", ptrace_errno ? strerror(ptrace_errno) : "works",
	    ptrace_errno
		    ? "run and verify need it: a seccomp profile, Yama or an "
		      "engine of before 2020 forbids it"
		    : "");
	input_line("/proc/sys/kernel/yama/ptrace_scope", scope);
	put("Yama's ptrace_scope", scope,
	    *scope == '2'   ? "2 wants SYS_PTRACE"
	    : *scope == '3' ? "3 forbids it to all"
			    : "");
	put("no_new_privs", status->caps.no_new_privs ? "set" : "not set",
	    status->caps.no_new_privs ? "set-user-ID bits and file "
					"capabilities have no effect"
				      : "");
	put("seccomp", status->seccomp == 2 ? "filtered" : "no filter",
	    status->seccomp == 2 ? "what it denies is denied-anyway, whatever "
				   "capability is held"
				 : "");
}

static void put_kernel(void)
{
	struct place place;
	struct error err;

	out_place(&place);
	put("kernel", place.kernel, "");
	if (tracefs_possible(&err) < 0)
		put("watch", "does not work", err.text);
	else
		put("watch", "works", "");
	put("user namespaces", try_user_namespace() ? "work" : "do not work",
	    "without privileges: unshare -Urn capini-audit run ...");
	put("ip_unprivileged_port_start", place.low_ports,
	    "lower ports ask for NET_BIND_SERVICE");
	put("ping_group_range", place.ping_groups,
	    "groups from the first to the second ping without NET_RAW");
	put("io_uring", "not looked into",
	    "its operations are no system calls; kernel.io_uring_disabled=2 "
	    "makes programs do without");
}

int doctor_main(int argc, char **argv)
{
	int code, ptrace_errno;
	struct status status;
	bool works;

	(void)argv;
	if (argc != 1)
		return input_usage(usage);
	if (status_read(AT_FDCWD, "/proc/self/status", &status) < 0) {
		fault("/proc/self/status: %s", strerror(errno));
		return RUN_BLIND;
	}
	ptrace_errno = try_ptrace();
	put_held(&status);
	put_process(&status, ptrace_errno);
	put_kernel();
	works = status.caps.effective != 0 && ptrace_errno == 0;
	put("run", works ? "works" : "does not work", "");
	code = input_done();
	return code != VERB_GOOD ? code : works ? RUN_FOUND : RUN_BLIND;
}
