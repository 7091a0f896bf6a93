/* SPDX-License-Identifier: MIT */
/* The table: which capabilities to try first on a system call that was denied,
 * and which argument tells what it was about. A hint only saves time, the
 * kernel decides; a call that is not here is tried with everything held. In
 * fast mode only the calls that are here are stopped at. */
#include "audit/hints.h"

#include <ctype.h>
#include <errno.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/syscall.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define HINTS(...) \
	.hints = {__VA_ARGS__}, .hint_count = COUNT(((uint8_t[]){__VA_ARGS__}))
#define CALL(NAME, SUBJECT, ARGUMENT, ...)                          \
	{                                                           \
		.number = SYS_##NAME, .name = #NAME,                \
		.subject = SUBJECT_##SUBJECT, .argument = ARGUMENT, \
		__VA_ARGS__                                         \
	}

/* Calls younger than the libc's headers; the same on all architectures. */
#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424
#endif
#ifndef SYS_open_tree
#define SYS_open_tree  428
#define SYS_move_mount 429
#define SYS_fsopen     430
#define SYS_fsconfig   431
#define SYS_fsmount    432
#define SYS_fspick     433
#endif
#ifndef SYS_clone3
#define SYS_clone3 435
#endif
#ifndef SYS_openat2
#define SYS_openat2	437
#define SYS_pidfd_getfd 438
#endif
#ifndef SYS_faccessat2
#define SYS_faccessat2 439
#endif
#ifndef SYS_mount_setattr
#define SYS_mount_setattr 442
#endif
#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452
#endif

#define OPENING HINTS(CAP_FOWNER, CAP_SYSLOG, CAP_SYS_RAWIO, CAP_SYS_ADMIN)
#define MODE	HINTS(CAP_FOWNER, CAP_DAC_OVERRIDE, CAP_LINUX_IMMUTABLE)
#define OWNER	HINTS(CAP_CHOWN, CAP_FOWNER, CAP_LINUX_IMMUTABLE)
#define NAMING	HINTS(CAP_FOWNER, CAP_DAC_OVERRIDE, CAP_LINUX_IMMUTABLE)
#define LINKING HINTS(CAP_FOWNER, CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE)
#define XATTR	HINTS(CAP_SETFCAP, CAP_FOWNER, CAP_MAC_ADMIN, CAP_SYS_ADMIN)
#define NODE	HINTS(CAP_MKNOD)
#define SIGNAL	HINTS(CAP_KILL)
#define UID	HINTS(CAP_SETUID)
#define GID	HINTS(CAP_SETGID)
#define SYSTEM	HINTS(CAP_SYS_ADMIN)
#define NICE	HINTS(CAP_SYS_NICE, CAP_SYS_ADMIN)
#define LOCKING HINTS(CAP_IPC_LOCK)
#define SYSV	HINTS(CAP_IPC_OWNER, CAP_IPC_LOCK, CAP_SYS_RESOURCE, CAP_SYS_ADMIN)
#define OTHERS	HINTS(CAP_SYS_PTRACE)
#define CLOCK	HINTS(CAP_SYS_TIME)
#define ALARM	HINTS(CAP_WAKE_ALARM)
#define LIMIT	HINTS(CAP_SYS_RESOURCE)
#define NET	HINTS(CAP_NET_ADMIN, CAP_NET_RAW, CAP_SYS_ADMIN)
#define BOOTING HINTS(CAP_SYS_BOOT)
#define MODULE	HINTS(CAP_SYS_MODULE)

static const struct call table[] = {
#ifdef SYS_open /* what x86-64 has and younger architectures do not */
	CALL(open, PATH, 0, OPENING),
	CALL(creat, PATH, 0, OPENING),
	CALL(chmod, PATH, 0, MODE),
	CALL(chown, PATH, 0, OWNER),
	CALL(lchown, PATH, 0, OWNER),
	CALL(unlink, PATH, 0, NAMING),
	CALL(rmdir, PATH, 0, NAMING),
	CALL(rename, PATH, 0, NAMING),
	CALL(mkdir, PATH, 0, NAMING),
	CALL(link, PATH, 0, LINKING),
	CALL(symlink, PATH, 1, LINKING),
	CALL(mknod, PATH, 0, NODE),
	CALL(utime, PATH, 0, MODE),
	CALL(utimes, PATH, 0, MODE),
	CALL(futimesat, AT, 1, MODE),
	CALL(stat, PATH, 0),
	CALL(lstat, PATH, 0),
	CALL(access, PATH, 0),
	CALL(readlink, PATH, 0),
	CALL(fork, NUMBERS, 0, LIMIT),
	CALL(vfork, NUMBERS, 0, LIMIT),
	CALL(iopl, ID, 0, HINTS(CAP_SYS_RAWIO)),
	CALL(ioperm, ID, 0, HINTS(CAP_SYS_RAWIO)),
#endif
	CALL(openat, AT, 1, OPENING),
	CALL(openat2, AT, 1, OPENING),
	CALL(fchmod, FILE, 0, MODE),
	CALL(fchmodat, AT, 1, MODE),
	CALL(fchmodat2, AT, 1, MODE),
	CALL(fchown, FILE, 0, OWNER),
	CALL(fchownat, AT, 1, OWNER),
	CALL(unlinkat, AT, 1, NAMING),
#ifdef SYS_renameat
	CALL(renameat, AT, 1, NAMING),
#endif
	CALL(renameat2, AT, 1, NAMING),
	CALL(mkdirat, AT, 1, NAMING),
	CALL(linkat, AT, 1, LINKING),
	CALL(symlinkat, AT, 2, LINKING),
	CALL(mknodat, AT, 1, NODE),
	CALL(utimensat, AT, 1, MODE),
	CALL(newfstatat, AT, 1),
	CALL(statx, AT, 1),
	CALL(faccessat, AT, 1),
	CALL(faccessat2, AT, 1),
	CALL(readlinkat, AT, 1),
	CALL(statfs, PATH, 0),
	CALL(truncate, PATH, 0),
	CALL(chdir, PATH, 0),
	CALL(fchdir, FILE, 0),
	CALL(execve, PATH, 0),
	CALL(execveat, AT, 1),
	CALL(setxattr, PATH, 0, XATTR),
	CALL(lsetxattr, PATH, 0, XATTR),
	CALL(fsetxattr, FILE, 0, XATTR),
	CALL(removexattr, PATH, 0, XATTR),
	CALL(lremovexattr, PATH, 0, XATTR),
	CALL(fremovexattr, FILE, 0, XATTR),
	CALL(getxattr, PATH, 0, XATTR),
	CALL(fcntl, FILE, 0, .busy = true,
	     HINTS(CAP_LEASE, CAP_FOWNER, CAP_SYS_RESOURCE)),
	CALL(open_by_handle_at, ID, 0, HINTS(CAP_DAC_READ_SEARCH)),
	CALL(read, FILE, 0, .busy = true,
	     HINTS(CAP_SYSLOG, CAP_SYS_PTRACE, CAP_SYS_ADMIN)),
	CALL(write, FILE, 0, .busy = true,
	     HINTS(CAP_SYS_RESOURCE, CAP_NET_ADMIN, CAP_CHECKPOINT_RESTORE,
		   CAP_SETUID, CAP_SETGID, CAP_SYS_ADMIN)),
	CALL(pwrite64, FILE, 0, .busy = true,
	     HINTS(CAP_SYS_RESOURCE, CAP_NET_ADMIN, CAP_CHECKPOINT_RESTORE,
		   CAP_SYS_ADMIN)),
	CALL(epoll_ctl, FILE, 2, .busy = true), /* has no cure, but a name */
	CALL(kill, NUMBERS, 0, SIGNAL),
	CALL(tkill, NUMBERS, 0, SIGNAL),
	CALL(tgkill, NUMBERS, 0, SIGNAL),
	CALL(rt_sigqueueinfo, NUMBERS, 0, SIGNAL),
	CALL(rt_tgsigqueueinfo, NUMBERS, 0, SIGNAL),
	CALL(pidfd_send_signal, FILE, 0, SIGNAL),
	CALL(setuid, ID, 0, UID),
	CALL(setreuid, NUMBERS, 0, UID),
	CALL(setresuid, NUMBERS, 0, UID),
	CALL(setfsuid, ID, 0, UID),
	CALL(setgid, ID, 0, GID),
	CALL(setregid, NUMBERS, 0, GID),
	CALL(setresgid, NUMBERS, 0, GID),
	CALL(setfsgid, ID, 0, GID),
	CALL(setgroups, ID, 0, GID),
	CALL(capset, NUMBERS, 0, HINTS(CAP_SETPCAP)),
	CALL(capget, NUMBERS, 0),
	CALL(prctl, NUMBERS, 0,
	     HINTS(CAP_SETPCAP, CAP_SYS_RESOURCE, CAP_CHECKPOINT_RESTORE,
		   CAP_SYS_ADMIN)),
	CALL(seccomp, NUMBERS, 0, SYSTEM),
	CALL(bind, ADDRESS, 1,
	     HINTS(CAP_NET_BIND_SERVICE, CAP_AUDIT_READ, CAP_NET_ADMIN)),
	CALL(connect, ADDRESS, 1, HINTS(CAP_NET_BIND_SERVICE, CAP_NET_ADMIN)),
	CALL(socket, SOCKET, 0, HINTS(CAP_NET_RAW, CAP_NET_ADMIN)),
	CALL(setsockopt, OPTION, 0, NET),
	CALL(getsockopt, OPTION, 0, NET),
	CALL(ioctl, COMMAND, 0,
	     HINTS(CAP_NET_ADMIN, CAP_LINUX_IMMUTABLE, CAP_FOWNER,
		   CAP_SYS_TTY_CONFIG, CAP_SYS_RAWIO, CAP_SYS_ADMIN)),
	CALL(sendto, FILE, 0, NET),
	CALL(sendmsg, FILE, 0, NET),
	CALL(chroot, PATH, 0, HINTS(CAP_SYS_CHROOT)),
	CALL(setns, FILE, 0, HINTS(CAP_SYS_ADMIN, CAP_SYS_CHROOT)),
	CALL(unshare, ID, 0, SYSTEM),
	CALL(clone, ID, 0, HINTS(CAP_SYS_ADMIN, CAP_SYS_RESOURCE)),
	CALL(clone3, NUMBERS, 0,
	     HINTS(CAP_CHECKPOINT_RESTORE, CAP_SYS_ADMIN, CAP_SYS_RESOURCE)),
	CALL(mount, PATH, 1, SYSTEM),
	CALL(umount2, PATH, 0, SYSTEM),
	CALL(pivot_root, PATH, 1, SYSTEM),
	CALL(open_tree, AT, 1, SYSTEM),
	CALL(move_mount, AT, 1, SYSTEM),
	CALL(fsopen, PATH, 0, SYSTEM),
	CALL(fsconfig, FILE, 0, SYSTEM),
	CALL(fsmount, FILE, 0, SYSTEM),
	CALL(fspick, AT, 1, SYSTEM),
	CALL(mount_setattr, AT, 1, SYSTEM),
	CALL(sethostname, PATH, 0, SYSTEM),
	CALL(setdomainname, PATH, 0, SYSTEM),
	CALL(swapon, PATH, 0, SYSTEM),
	CALL(swapoff, PATH, 0, SYSTEM),
	CALL(quotactl, PATH, 1, SYSTEM),
	CALL(fanotify_init, NUMBERS, 0, SYSTEM),
	CALL(setpriority, NUMBERS, 0, NICE),
	CALL(sched_setscheduler, NUMBERS, 0, NICE),
	CALL(sched_setparam, NUMBERS, 0, NICE),
	CALL(sched_setattr, NUMBERS, 0, NICE),
	CALL(sched_setaffinity, NUMBERS, 0, NICE),
	CALL(ioprio_set, NUMBERS, 0, NICE),
	CALL(mbind, NUMBERS, 0, NICE),
	CALL(migrate_pages, NUMBERS, 0, NICE),
	CALL(move_pages, NUMBERS, 0, NICE),
	CALL(setrlimit, ID, 0, LIMIT),
	CALL(prlimit64, NUMBERS, 0, HINTS(CAP_SYS_RESOURCE, CAP_SYS_PTRACE)),
	CALL(mq_open, PATH, 0, LIMIT),
	CALL(mlock, NUMBERS, 0, LOCKING),
	CALL(mlock2, NUMBERS, 0, LOCKING),
	CALL(mlockall, ID, 0, LOCKING),
	CALL(mmap, NUMBERS, 0, .busy = true, LOCKING),
	CALL(memfd_create, PATH, 0, .busy = true, LOCKING),
	CALL(shmget, NUMBERS, 0, SYSV),
	CALL(shmat, NUMBERS, 0, SYSV),
	CALL(shmctl, NUMBERS, 0, SYSV),
	CALL(semget, NUMBERS, 0, SYSV),
	CALL(semctl, NUMBERS, 0, SYSV),
	CALL(semtimedop, NUMBERS, 0, SYSV),
	CALL(semop, NUMBERS, 0, SYSV),
	CALL(msgget, NUMBERS, 0, SYSV),
	CALL(msgctl, NUMBERS, 0, SYSV),
	CALL(msgsnd, NUMBERS, 0, SYSV),
	CALL(msgrcv, NUMBERS, 0, SYSV),
	CALL(ptrace, NUMBERS, 0, OTHERS),
	CALL(process_vm_readv, ID, 0, OTHERS),
	CALL(process_vm_writev, ID, 0, OTHERS),
	CALL(kcmp, NUMBERS, 0, OTHERS),
	CALL(pidfd_getfd, NUMBERS, 0, OTHERS),
	CALL(userfaultfd, ID, 0, OTHERS),
	CALL(get_robust_list, ID, 0, OTHERS),
	CALL(timerfd_create, ID, 0, ALARM),
	CALL(timer_create, ID, 0, ALARM),
	CALL(settimeofday, NUMBERS, 0, CLOCK),
	CALL(clock_settime, ID, 0, CLOCK),
	CALL(adjtimex, NUMBERS, 0, CLOCK),
	CALL(clock_adjtime, ID, 0, CLOCK),
	CALL(syslog, ID, 0, HINTS(CAP_SYSLOG, CAP_SYS_ADMIN)),
	CALL(acct, PATH, 0, HINTS(CAP_SYS_PACCT)),
	CALL(vhangup, NUMBERS, 0, HINTS(CAP_SYS_TTY_CONFIG)),
	CALL(bpf, ID, 0,
	     HINTS(CAP_BPF, CAP_NET_ADMIN, CAP_PERFMON, CAP_SYS_ADMIN)),
	CALL(perf_event_open, NUMBERS, 0,
	     HINTS(CAP_PERFMON, CAP_SYS_PTRACE, CAP_SYS_ADMIN)),
	CALL(keyctl, NUMBERS, 0, HINTS(CAP_SETUID, CAP_SYS_ADMIN)),
	CALL(pkey_alloc, NUMBERS, 0), /* by seccomp alone: it has a name */
	CALL(add_key, PATH, 0, SYSTEM),
	CALL(init_module, NUMBERS, 0, MODULE),
	CALL(finit_module, FILE, 0, MODULE),
	CALL(delete_module, PATH, 0, MODULE),
	CALL(reboot, NUMBERS, 0, BOOTING),
	CALL(kexec_load, NUMBERS, 0, BOOTING),
};

const struct call *calls(size_t *count)
{
	*count = COUNT(table);
	return table;
}

const struct call *call_find(long number)
{
	for (size_t i = 0; i < COUNT(table); i++)
		if (table[i].number == number)
			return &table[i];
	return NULL;
}

int call_denied(long number, long result)
{
	bool locks = number == SYS_mlock || number == SYS_mlock2 ||
		     number == SYS_mlockall;

	if (result == -EPERM || result == -EACCES)
		return (int)-result;
	/* RLIMIT_MEMLOCK, which IPC_LOCK lifts. */
	if (result == -ENOMEM && locks)
		return ENOMEM;
	return 0;
}

static bool takes_path(const struct call *call)
{
	return call &&
	       (call->subject == SUBJECT_PATH || call->subject == SUBJECT_AT);
}

/* /proc/PID of any process, for which ptrace access may be asked. */
static bool of_process(const char *path)
{
	return strncmp(path, "/proc/", 6) == 0 &&
	       (isdigit((unsigned char)path[6]) ||
		strncmp(path + 6, "self", 4) == 0);
}

size_t hints_for(long number, const char *subject, int denial,
		 uint8_t hints[SEARCH_HINTS_MAX])
{
	const struct call *call = call_find(number);
	size_t count = 0;

	if (denial == EACCES && of_process(subject))
		hints[count++] = CAP_SYS_PTRACE;
	/* A unix socket is a path, too. */
	if (denial == EACCES &&
	    (takes_path(call) || strncmp(subject, "unix ", 5) == 0)) {
		hints[count++] = CAP_DAC_READ_SEARCH;
		hints[count++] = CAP_DAC_OVERRIDE;
	}
	for (size_t i = 0;
	     call && i < call->hint_count && count < SEARCH_HINTS_MAX; i++)
		if (!memchr(hints, call->hints[i], count))
			hints[count++] = call->hints[i];
	return count;
}
