/* SPDX-License-Identifier: MIT */
/* One table: what each capability allows, why that may be as good as root, and
 * what does the same work without it. Pure. */
#include "audit/advice.h"

#include <linux/capability.h>
#include <stddef.h>
#include <string.h>

#include "names.h"

static const struct advice {
	const char *allows, *danger, *instead;
} table[CAPABILITY_LAST + 1] = {
	[CAP_CHOWN] =
		{"give any file any owner and any group",
		 "makes itself the owner of every file it reaches, "
		 "/etc/shadow included",
		 "create the files with the right owner in the image "
		 "(COPY --chown) or run as their owner; Kubernetes volumes: "
		 "fsGroup"},
	[CAP_DAC_OVERRIDE] =
		{"read, write and search whatever owner and mode forbid; "
		 "execute any file that has an x bit",
		 "writes every file it reaches, /etc/shadow and root's "
		 "programs included",
		 "look at owner and mode of the file first: let the "
		 "container's user own it; chown in the image; fsGroup"},
	[CAP_DAC_READ_SEARCH] =
		{"read any file and search any directory whatever its mode; "
		 "open files by handle (open_by_handle_at(2))",
		 "reads every file it reaches, keys and password hashes "
		 "included; by handle also outside of its mounts",
		 "make the file readable to the container's user or to a "
		 "group of it"},
	[CAP_FOWNER] =
		{"act as the owner of any file: chmod, times, ACLs, O_NOATIME, "
		 "delete from sticky directories",
		 "changes the mode of every file it reaches, those of root's "
		 "programs included",
		 "set modes and times when the image is built; own the "
		 "directory"},
	[CAP_FSETID] =
		{"keep set-user-ID and set-group-ID when a file changes; give "
		 "set-group-ID to a file of a group that is not one's own",
		 NULL, "set such modes when the image is built"},
	[CAP_KILL] = {"signal processes of any user", NULL,
		      "run both sides as the same user"},
	[CAP_SETGID] =
		{"take any group ID and any list of groups; claim any of them "
		 "over a socket; write group ID maps",
		 "becomes any group, those that own disks, logs or the "
		 "engine's socket included",
		 "start the container as that user and group (USER, user:, "
		 "runAsGroup): no su, gosu or setpriv"},
	[CAP_SETUID] =
		{"take any user ID; claim any of them over a socket; write "
		 "user ID maps",
		 "becomes any user, root included",
		 "start the container as that user (USER, user:, runAsUser): "
		 "no su, gosu or setpriv"},
	[CAP_SETPCAP] =
		{"drop from the bounding set, take inheritable what the "
		 "bounding set has, change securebits",
		 NULL,
		 "leave the dropping to capini, before the application "
		 "starts"},
	[CAP_LINUX_IMMUTABLE] =
		{"set and clear the immutable and append-only flags of files",
		 NULL, "set the flag from outside of the container"},
	[CAP_NET_BIND_SERVICE] =
		{"bind to Internet ports below "
		 "net.ipv4.ip_unprivileged_port_start, 1024 unless changed",
		 NULL,
		 "listen on a port >= 1024 and publish it as the low one, or "
		 "set that sysctl; Docker >= 20.10 sets it to 0"},
	[CAP_NET_BROADCAST] = {"nothing: the kernel never asks for it", NULL,
			       "leave it out"},
	[CAP_NET_ADMIN] =
		{"configure the network: interfaces, addresses, routes, "
		 "firewall, promiscuous mode, queues, privileged socket "
		 "options",
		 "rewires the network it lives in, the host's own with "
		 "--network host",
		 "configure the network from outside: engine, CNI plugin, "
		 "--sysctl"},
	[CAP_NET_RAW] =
		{"open raw and packet sockets: read and forge packets; bind "
		 "to foreign addresses (transparent proxy)",
		 NULL,
		 "ping: datagram ICMP sockets and the sysctl "
		 "net.ipv4.ping_group_range, and setcap -r on its file"},
	[CAP_IPC_LOCK] =
		{"lock memory beyond RLIMIT_MEMLOCK; use huge pages in shared "
		 "memory",
		 NULL, "raise the limit instead: --ulimit memlock="},
	[CAP_IPC_OWNER] =
		{"use System V shared memory, semaphores and queues whatever "
		 "their mode",
		 NULL, "run both sides as the same user"},
	[CAP_SYS_MODULE] =
		{"load and unload kernel modules",
		 "runs its own code inside of the host's kernel",
		 "load the module on the host before the container starts"},
	[CAP_SYS_RAWIO] =
		{"use I/O ports, /dev/mem, /proc/kcore and raw commands of "
		 "devices",
		 "reaches the machine's memory and devices past the kernel",
		 "hand in the one device that is needed: --device"},
	[CAP_SYS_CHROOT] =
		{"chroot(2); enter other mount namespaces with setns(2)", NULL,
		 "switch the program's own chroot off: the container is one"},
	[CAP_SYS_PTRACE] =
		{"trace any process; read and write its memory; look into its "
		 "/proc/PID",
		 "takes over every process that it can see",
		 "trace processes of the same user only, or switch the "
		 "debugging feature off"},
	[CAP_SYS_PACCT] = {"switch process accounting on and off (acct(2))",
			   NULL, "belongs on the host"},
	[CAP_SYS_ADMIN] =
		{"mount, set the host name, quotas, swap, enter namespaces, "
		 "trusted attributes, driver commands, and much more",
		 "is root by another name: mounts file systems and enters "
		 "namespaces",
		 "mount from the engine; look for a narrower one first (BPF, "
		 "PERFMON, SYSLOG, CHECKPOINT_RESTORE)"},
	[CAP_SYS_BOOT] =
		{"reboot(2) and load another kernel with kexec_load(2)",
		 "restarts the machine or boots a kernel of its own",
		 "belongs on the host; a container ends when its first "
		 "process does"},
	[CAP_SYS_NICE] =
		{"raise priorities, real-time scheduling, CPU affinity and "
		 "memory placement of any process",
		 NULL,
		 "--cpu-shares, --cpuset-cpus, --ulimit nice= or rtprio=; "
		 "most programs go on without"},
	[CAP_SYS_RESOURCE] =
		{"exceed hard limits, quotas, reserved disk blocks and pipe "
		 "and queue sizes; lower oom_score_adj",
		 NULL,
		 "--ulimit, --oom-score-adj; most programs go on "
		 "without"},
	[CAP_SYS_TIME] =
		{"set the system clock, which is the host's, and the hardware "
		 "clock",
		 NULL, "keep time on the host: chrony or the like"},
	[CAP_SYS_TTY_CONFIG] =
		{"hang up a terminal (vhangup(2)); configure virtual consoles",
		 NULL, "switch the feature off: only a getty needs it"},
	[CAP_MKNOD] =
		{"make device files (mknod(2))",
		 "makes the device file of any disk; only the device cgroup "
		 "keeps it from opening it",
		 "hand in devices from outside (--device), or make the files "
		 "when the image is built"},
	[CAP_LEASE] =
		{"take leases on files of other users (fcntl(2), F_SETLEASE)",
		 NULL, "run as the owner of the files, or switch leases off"},
	[CAP_AUDIT_WRITE] =
		{"write records to the kernel's audit log", NULL,
		 "usually optional: login, sshd, sudo and cron go on without"},
	[CAP_AUDIT_CONTROL] =
		{"switch auditing on and off and change its rules", NULL,
		 "belongs on the host"},
	[CAP_SETFCAP] =
		{"set capabilities on files; map user 0 into a new user "
		 "namespace",
		 "gives itself, through a file, all that the bounding set has",
		 "setcap when the image is built"},
	[CAP_MAC_OVERRIDE] = {"pass over mandatory access control (Smack)",
			      "overrules the host's access control",
			      "write a rule for the application"},
	[CAP_MAC_ADMIN] =
		{"configure mandatory access control (Smack, AppArmor)",
		 "rewrites the host's access control",
		 "load profiles on the host"},
	[CAP_SYSLOG] =
		{"read and clear the kernel's log; see kernel addresses where "
		 "kptr_restrict is 1",
		 NULL,
		 "read the kernel's log on the host, or set "
		 "kernel.dmesg_restrict=0 there"},
	[CAP_WAKE_ALARM] = {"set timers that wake the machine up", NULL,
			    "use ordinary timers"},
	[CAP_BLOCK_SUSPEND] = {"keep the machine from going to sleep", NULL,
			       "belongs on the host"},
	[CAP_AUDIT_READ] = {"read the kernel's audit log over a netlink socket",
			    NULL, "read the log from the host's audit daemon"},
	[CAP_PERFMON] =
		{"observe the whole system: perf_event_open(2), BPF programs "
		 "for tracing",
		 "reads kernel memory and other processes through tracing",
		 "profile from the host, own processes without it "
		 "(kernel.perf_event_paranoid)"},
	[CAP_BPF] = {"load BPF programs and make BPF maps",
		     "loads programs into the host's kernel",
		     "leave it to an agent of the host"},
	[CAP_CHECKPOINT_RESTORE] =
		{"choose process IDs (clone3(2), ns_last_pid); follow "
		 "/proc/PID/map_files of other processes",
		 "opens files that other processes have mapped and rebuilds "
		 "processes at will",
		 "checkpoint from the engine"},
};

static const struct advice nameless = {
	"unknown: no name for this number is known here",
	NULL,
	"leave it out, capini always drops it",
};

static const struct advice *row(unsigned int capability)
{
	return capability <= CAPABILITY_LAST ? &table[capability] : &nameless;
}

const char *allows_of(unsigned int capability)
{
	return row(capability)->allows;
}

const char *danger_of(unsigned int capability)
{
	return row(capability)->danger;
}

const char *advice_for(unsigned int capability)
{
	return row(capability)->instead;
}

const char *advice_denied(const char *call, const char *subject)
{
	static const char ping[] =
		"put the program's group into the sysctl "
		"net.ipv4.ping_group_range: it pings without NET_RAW";
	static const struct {
		const char *call, *subject; /* the beginning of it */
		const char *advice;
	} rows[] = {
		{"socket", "inet type 2, protocol 1", ping},
		{"socket", "inet6 type 2, protocol 58", ping},
		{"epoll_ctl", "",
		 "not every file can be waited for; programs go on without"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(call, rows[i].call) == 0 &&
		    strncmp(subject, rows[i].subject,
			    strlen(rows[i].subject)) == 0)
			return rows[i].advice;
	return NULL;
}
