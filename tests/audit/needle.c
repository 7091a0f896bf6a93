/* SPDX-License-Identifier: MIT */
/* One system call that asks for one capability, or a known pair of them:
 * `needle NAME [PID]` in a directory that `needle prepare` has made, as root.
 * Ends with 0 when the call did what it was made for. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/bpf.h>
#include <linux/fs.h>
#include <linux/netlink.h>
#include <linux/perf_event.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/klog.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#define OTHER 12345 /* a user that is nobody here */
#define KEY   0x6e65

static pid_t other; /* a process of that user */

static int audit_read(void)
{
	struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = 1};
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_AUDIT);

	return bind(fd, (struct sockaddr *)&address, sizeof(address));
}

/* Its memory is closed to a tracer that does not hold SYS_PTRACE. */
static int undumpable(void)
{
	return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 ? -1 : chroot("mount");
}

static int bpf_map(void)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.map_type = BPF_MAP_TYPE_LPM_TRIE;
	attr.key_size = 8;
	attr.value_size = 8;
	attr.max_entries = 1;
	attr.map_flags = BPF_F_NO_PREALLOC;
	return (int)syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof(attr));
}

static int bind_port(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET};

	address.sin_port = htons(81);
	return bind(socket(AF_INET, SOCK_STREAM, 0),
		    (struct sockaddr *)&address, sizeof(address));
}

static int checkpoint(void)
{
	int fd = open("/proc/sys/kernel/ns_last_pid", O_WRONLY);

	return write(fd, "300", 3) == 3 ? 0 : -1;
}

static int append_only(void)
{
	int fd = open("plain", O_RDONLY);
	int flags = 0;

	if (ioctl(fd, FS_IOC_GETFLAGS, &flags) < 0)
		return -1;
	flags |= FS_APPEND_FL;
	if (ioctl(fd, FS_IOC_SETFLAGS, &flags) < 0)
		return -1;
	flags &= ~FS_APPEND_FL;
	return ioctl(fd, FS_IOC_SETFLAGS, &flags);
}

static int debug_option(void)
{
	int on = 1;

	return setsockopt(socket(AF_INET, SOCK_DGRAM, 0), SOL_SOCKET, SO_DEBUG,
			  &on, sizeof(on));
}

static int lock_memory(void)
{
	const struct rlimit none = {0, 0};
	static char page[8192];

	setrlimit(RLIMIT_MEMLOCK, &none);
	return mlock(page, sizeof(page));
}

static int file_capability(void)
{
	const unsigned int data[5] = {0x02000001, 1 << 13};

	return setxattr("plain", "security.capability", data, sizeof(data), 0);
}

static int count_events(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_SW_CPU_CLOCK,
	};

	return (int)syscall(SYS_perf_event_open, &attr, -1, 0, -1, 0UL);
}

static int realtime(void)
{
	const struct sched_param param = {.sched_priority = 1};

	return sched_setscheduler(0, SCHED_FIFO, &param);
}

static int read_log(void)
{
	char text[100];

	return klogctl(3, text, sizeof(text));
}

static int share(void)
{
	return shmat(shmget(KEY, 0, 0), NULL, 0) == (void *)-1 ? -1 : 0;
}

static int set_gid_bit(void)
{
	struct stat st;

	if (chmod("foreign-group", 02755) < 0 || stat("foreign-group", &st) < 0)
		return -1;
	errno = EPERM;
	return st.st_mode & S_ISGID ? 0 : -1;
}

static int set_time(void)
{
	struct timeval now;

	return gettimeofday(&now, NULL) < 0 ? -1 : settimeofday(&now, NULL);
}

static int groups(void)
{
	const gid_t one = 1;

	return setgroups(1, &one);
}

static int needle(const char *name)
{
	static const struct {
		const char *name;
		int (*run)(void);
	} functions[] = {
		{"AUDIT_READ", audit_read},
		{"BPF", bpf_map},
		{"CHECKPOINT_RESTORE", checkpoint},
		{"FSETID", set_gid_bit},
		{"IPC_LOCK", lock_memory},
		{"IPC_OWNER", share},
		{"LINUX_IMMUTABLE", append_only},
		{"NET_ADMIN", debug_option},
		{"NET_BIND_SERVICE", bind_port},
		{"PERFMON", count_events},
		{"SETFCAP", file_capability},
		{"SETGID-groups", groups},
		{"SYSLOG", read_log},
		{"SYS_NICE-realtime", realtime},
		{"SYS_TIME", set_time},
	};

	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++)
		if (strcmp(name, functions[i].name) == 0)
			return functions[i].run();
#define NEEDLE(text, call)           \
	if (strcmp(name, text) == 0) \
	return (call) < 0 ? -1 : 0
	NEEDLE("CHOWN", chown("plain", OTHER, OTHER));
	NEEDLE("CHOWN+FOWNER", chown("set-uid", OTHER + 1, OTHER + 1));
	NEEDLE("DAC_OVERRIDE", open("closed/file", O_WRONLY));
	NEEDLE("DAC_OVERRIDE-create", creat("closed/new", 0600));
	NEEDLE("DAC_READ_SEARCH", open("closed/file", O_RDONLY));
	NEEDLE("DAC_READ_SEARCH-chdir", chdir("closed"));
	NEEDLE("FOWNER", chmod("foreign", 0640));
	NEEDLE("FOWNER-link", link("set-uid", "linked"));
	NEEDLE("FOWNER-noatime", open("foreign", O_RDONLY | O_NOATIME));
	NEEDLE("FOWNER-sticky", unlink("sticky/file"));
	NEEDLE("KILL", kill(other, 0));
	NEEDLE("LEASE", fcntl(open("foreign", O_RDONLY), F_SETLEASE, F_RDLCK));
	NEEDLE("MKNOD", mknod("node", S_IFCHR | 0600, 0x103));
	NEEDLE("NET_RAW", socket(AF_INET, SOCK_RAW, 1));
	NEEDLE("NET_RAW-packet", socket(AF_PACKET, SOCK_RAW, 0));
	NEEDLE("SETGID", setgid(OTHER));
	NEEDLE("SETPCAP", prctl(PR_CAPBSET_DROP, 0));
	NEEDLE("SETUID", setuid(OTHER));
	NEEDLE("SYS_ADMIN", mount("none", "mount", "tmpfs", 0, NULL));
	NEEDLE("SYS_ADMIN-hostname", sethostname("needle", 6));
	NEEDLE("SYS_ADMIN-trusted",
	       setxattr("plain", "trusted.needle", "1", 1, 0));
	NEEDLE("SYS_ADMIN-unshare", unshare(CLONE_NEWNS));
	NEEDLE("SYS_CHROOT", chroot("mount"));
	NEEDLE("SYS_CHROOT-undumpable", undumpable());
	NEEDLE("SYS_NICE", setpriority(PRIO_PROCESS, 0, -5));
	NEEDLE("SYS_PTRACE", ptrace(PTRACE_ATTACH, other, NULL, NULL));
	NEEDLE("WAKE_ALARM", timerfd_create(CLOCK_BOOTTIME_ALARM, 0));
	fprintf(stderr, "needle: no %s\n", name);
	exit(2);
}

static int make(const char *path, mode_t mode, uid_t owner, gid_t group)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	return fd < 0 || fchown(fd, owner, group) < 0 || fchmod(fd, mode) < 0
		       ? -1
		       : close(fd);
}

static int make_directory(const char *path, mode_t mode, uid_t owner)
{
	return mkdir(path, 0700) < 0 || chown(path, owner, owner) < 0
		       ? -1
		       : chmod(path, mode);
}

static int prepare(void)
{
	if (make_directory("closed", 0700, OTHER) < 0 ||
	    make_directory("mount", 0755, 0) < 0 ||
	    make_directory("sticky", 01777, OTHER) < 0 ||
	    make("closed/file", 0600, OTHER, OTHER) < 0 ||
	    make("sticky/file", 0644, OTHER, OTHER) < 0 ||
	    make("plain", 0700, 0, 0) < 0 ||
	    make("foreign", 0644, OTHER, OTHER) < 0 ||
	    make("foreign-group", 0644, 0, OTHER) < 0 ||
	    make("set-uid", 04755, OTHER, OTHER) < 0)
		return -1;
	/* The creator of shared memory may always use it. */
	if (fork() == 0) {
		if (setgid(OTHER) < 0 || setuid(OTHER) < 0)
			_exit(1);
		_exit(shmget(KEY, 4096, IPC_CREAT | 0600) < 0);
	}
	wait(NULL);
	return 0;
}

int main(int argc, char **argv)
{
	int result;

	if (argc < 2)
		return 2;
	if (argc > 2)
		other = atoi(argv[2]);
	if (strcmp(argv[1], "prepare") == 0)
		result = prepare();
	else
		result = needle(argv[1]);
	if (result < 0)
		fprintf(stderr, "needle: %s: %s\n", argv[1], strerror(errno));
	return result < 0;
}
