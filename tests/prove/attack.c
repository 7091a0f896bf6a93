/* SPDX-License-Identifier: MIT */
/* What a hostile application tries on PID 1, its parent. Each line is an
 * attempt and "no" with the errno, or "yes":
 *
 *     attack memory     ptrace, /proc/1/mem, environ, fd, root, pidfd_getfd
 *     attack limits     prlimit(2) on PID 1
 *     attack signals [CMD...]   all 64 to PID 1, by kill(2) and by
 *                       sigqueue(3); then becomes CMD
 *     attack terminal   TIOCSTI on stdin
 *     attack fds        the descriptors that it was left
 *     attack regain     what it holds after all it can do to get more */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

static void told(const char *what, long result)
{
	if (result < 0)
		printf("%s: no, %s\n", what, strerrorname_np(errno));
	else
		printf("%s: yes\n", what);
}

static int opened(const char *path, int flags)
{
	char byte;
	int fd = open(path, flags | O_CLOEXEC);
	int result = fd;

	/* Some say no only when they are read. */
	if (fd >= 0 && !(flags & O_PATH) && (flags & O_ACCMODE) == O_RDONLY)
		result = (int)read(fd, &byte, 1);
	return result;
}

/* And let go again: PID 1 would stay stopped. */
static long attached(void)
{
	long result = ptrace(PTRACE_ATTACH, 1, 0, 0);

	if (result == 0) {
		waitpid(1, NULL, __WALL);
		ptrace(PTRACE_DETACH, 1, 0, 0);
		kill(1, SIGCONT);
	}
	return result;
}

static void memory(void)
{
	char byte;
	struct iovec here = {&byte, 1}, there = {(void *)4096, 1};
	char target[256];
	int pidfd;

	told("ptrace", attached());
	told("process_vm_readv", process_vm_readv(1, &here, 1, &there, 1, 0));
	told("process_vm_writev", process_vm_writev(1, &here, 1, &there, 1, 0));
	told("mem for reading", opened("/proc/1/mem", O_RDONLY));
	told("mem for writing", opened("/proc/1/mem", O_RDWR));
	told("environ", opened("/proc/1/environ", O_RDONLY));
	told("maps", opened("/proc/1/maps", O_RDONLY));
	told("auxv", opened("/proc/1/auxv", O_RDONLY));
	told("syscall", opened("/proc/1/syscall", O_RDONLY));
	told("exe", readlink("/proc/1/exe", target, sizeof(target)));
	told("cwd", readlink("/proc/1/cwd", target, sizeof(target)));
	told("root", readlink("/proc/1/root", target, sizeof(target)));
	told("fd", opendir("/proc/1/fd") ? 0 : -1);
	told("oom_score_adj", opened("/proc/1/oom_score_adj", O_WRONLY));
	told("coredump_filter", opened("/proc/1/coredump_filter", O_WRONLY));
	pidfd = (int)syscall(SYS_pidfd_open, 1, 0);
	told("pidfd_getfd", syscall(SYS_pidfd_getfd, pidfd, 0, 0));
	told("setns", setns(pidfd, CLONE_NEWNS));
}

static void limits(void)
{
	static const struct {
		const char *name;
		int number;
	} all[] = {
		{"NOFILE", RLIMIT_NOFILE}, {"CPU", RLIMIT_CPU},
		{"AS", RLIMIT_AS},	   {"DATA", RLIMIT_DATA},
		{"STACK", RLIMIT_STACK},   {"SIGPENDING", RLIMIT_SIGPENDING},
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct rlimit old;
		int result = prlimit(1, all[i].number, NULL, &old);

		if (result == 0)
			result = prlimit(1, all[i].number, &old, NULL);
		told(all[i].name, result);
	}
}

static void signals(char **next)
{
	const struct timespec patience = {.tv_sec = 10};
	const uint64_t last = 1ULL << 63;
	int all_sent = 1, waited = 0;

	syscall(SYS_rt_sigprocmask, SIG_BLOCK, &last, NULL, 8);
	for (int n = 1; n <= 64; n++) {
		char name[32];
		long result;

		/* What is forwarded would end us. */
		syscall(SYS_rt_sigaction, n, &(uint64_t[4]){1}, NULL, 8);
		snprintf(name, sizeof(name), "kill %d", n);
		result = syscall(SYS_kill, 1, n);
		all_sent &= result == 0;
		told(name, result);
		snprintf(name, sizeof(name), "sigqueue %d", n);
		told(name, sigqueue(1, n, (union sigval){.sival_int = n}));
	}
	/* The highest is forwarded last. */
	while (all_sent && waited++ < 2)
		syscall(SYS_rt_sigtimedwait, &last, NULL, &patience, 8);
	puts("sent");
	if (next)
		execv(next[0], next);
}

static void fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		char path[300], target[256];
		ssize_t length;

		snprintf(path, sizeof(path), "/proc/self/fd/%s", entry->d_name);
		length = readlink(path, target, sizeof(target) - 1);
		if (length > 0 && atoi(entry->d_name) != dirfd(dir))
			printf("%s: %.*s\n", entry->d_name, (int)length,
			       target);
	}
}

static int set_all(int permitted)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2] = {
		{UINT32_MAX, UINT32_MAX, UINT32_MAX},
		{0x1ff, 0x1ff, 0x1ff},
	};

	if (!permitted)
		data[0].effective = data[0].permitted = data[1].effective =
			data[1].permitted = 0;
	return (int)syscall(SYS_capset, &header, data);
}

static void regain(const char *self)
{
	told("capset", set_all(1));
	told("inheritable", set_all(0));
	told("ambient", prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, 21, 0, 0));
	told("securebits", prctl(PR_SET_SECUREBITS, 0, 0, 0, 0));
	told("no_new_privs off", prctl(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0));
	prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0);
	told("setgroups", setgroups(0, NULL));
	told("setuid 0", setresuid(0, 0, 0));
	told("mount", unshare(CLONE_NEWNS));
	told("setns", setns(open("/proc/1/ns/user", O_RDONLY), CLONE_NEWUSER));
	fflush(stdout);
	execl(self, "app", "report", (char *)NULL);
	told("exec", -1);
}

int main(int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "";

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (strcmp(verb, "memory") == 0)
		memory();
	else if (strcmp(verb, "limits") == 0)
		limits();
	else if (strcmp(verb, "signals") == 0)
		signals(argc > 2 ? argv + 2 : NULL);
	else if (strcmp(verb, "terminal") == 0)
		told("TIOCSTI", ioctl(STDIN_FILENO, TIOCSTI, "x"));
	else if (strcmp(verb, "fds") == 0)
		fds();
	else if (strcmp(verb, "regain") == 0 && argc > 2)
		regain(argv[2]);
	else
		return 98;
	return 0;
}
