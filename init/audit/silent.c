/* SPDX-License-Identifier: MIT */
/* Calls that do not fail when a capability is missing: chmod(2) drops a bit
 * without a word, netlink(7) refuses in the answer. */
#include "audit/silent.h"

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include "audit/decode.h"
#include "audit/hints.h"

#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452
#endif

/* --- mode ------------------------------------------------------------------
 */

/* The mode that the call sets, or 0 when it sets none. */
static unsigned long mode_set(const struct thread *thread)
{
	switch (thread->number) {
#ifdef SYS_chmod
	case SYS_chmod:
#endif
	case SYS_fchmod:
		return registers_argument(&thread->entry, 1);
	case SYS_fchmodat:
	case SYS_fchmodat2:
		return registers_argument(&thread->entry, 2);
	}
	return 0;
}

/* A path by which we can reach the file that the thread means. */
static void reach(const struct thread *thread, char *path, size_t size)
{
	const struct registers *entry = &thread->entry;
	int tid = (int)thread->tid;
	bool at = thread->number == SYS_fchmodat ||
		  thread->number == SYS_fchmodat2;
	int dir = at ? (int)registers_argument(entry, 0) : AT_FDCWD;
	char name[4096];

	if (thread->number == SYS_fchmod) {
		snprintf(path, size, "/proc/%d/fd/%d", tid,
			 (int)registers_argument(entry, 0));
		return;
	}
	memory_string(thread->tid, registers_argument(entry, at ? 1 : 0), name,
		      sizeof(name));
	if (name[0] == '/')
		snprintf(path, size, "/proc/%d/root%s", tid, name);
	else if (dir == AT_FDCWD)
		snprintf(path, size, "/proc/%d/cwd/%s", tid, name);
	else
		snprintf(path, size, "/proc/%d/fd/%d/%s", tid, dir, name);
}

bool silent_mode(const struct thread *thread)
{
	const uint64_t fsetid = CAPABILITY_BIT(CAP_FSETID);
	char path[4160];
	struct stat st;

	if (!(mode_set(thread) & S_ISGID) || thread->vcap.hands_off ||
	    !(thread->vcap.believed & fsetid) || (thread->raised & fsetid))
		return false;
	reach(thread, path, sizeof(path));
	return stat(path, &st) == 0 && !(st.st_mode & S_ISGID);
}

/* --- netlink ---------------------------------------------------------------
 */

void silent_socket(struct tracer *tracer, const struct thread *thread, long fd)
{
	struct netlink *netlink;

	if ((int)registers_argument(&thread->entry, 0) != AF_NETLINK)
		return;
	/* The oldest makes room. */
	netlink = &tracer->netlinks[tracer->netlink_count++ % NETLINKS_MAX];
	netlink->protocol = (int)registers_argument(&thread->entry, 2);
	decode_file(thread->tid, (int)fd, netlink->file, sizeof(netlink->file));
}

static int protocol_of(const struct tracer *tracer, const struct thread *thread)
{
	char file[32];

	decode_file(thread->tid, (int)registers_argument(&thread->entry, 0),
		    file, sizeof(file));
	for (size_t i = 0; i < NETLINKS_MAX; i++)
		if (file[0] && strcmp(tracer->netlinks[i].file, file) == 0)
			return tracer->netlinks[i].protocol;
	return -1;
}

/* Where the message begins, or 0. */
static unsigned long message_of(const struct thread *thread)
{
	unsigned long at = registers_argument(&thread->entry, 1);
	struct msghdr header;
	struct iovec part;

	if (thread->number == SYS_sendto)
		return at;
	if (memory_read(thread->tid, at, &header, sizeof(header)) < 0 ||
	    memory_read(thread->tid, (unsigned long)header.msg_iov, &part,
			sizeof(part)) < 0)
		return 0;
	return (unsigned long)part.iov_base;
}

/* rtnetlink(7): types come in fours, NEW DEL GET SET, and only GET is free.
 * audit: what user programs may log, and the rest. */
static int asked_for(int protocol, unsigned int type)
{
	switch (protocol) {
	case NETLINK_ROUTE:
		if (type < RTM_BASE || (type - RTM_BASE) % 4 == 2)
			return -1;
		return CAP_NET_ADMIN;
	case NETLINK_NETFILTER:
	case NETLINK_XFRM:
		return type < NLMSG_MIN_TYPE ? -1 : CAP_NET_ADMIN;
	case NETLINK_AUDIT:
		if (type == AUDIT_USER ||
		    (type >= AUDIT_FIRST_USER_MSG &&
		     type <= AUDIT_LAST_USER_MSG) ||
		    (type >= AUDIT_FIRST_USER_MSG2 &&
		     type <= AUDIT_LAST_USER_MSG2))
			return CAP_AUDIT_WRITE;
		return type < AUDIT_GET ? -1 : CAP_AUDIT_CONTROL;
	}
	return -1;
}

uint64_t silent_netlink(const struct tracer *tracer, struct thread *thread)
{
	struct nlmsghdr header;
	unsigned long at;
	int protocol, capability;

	if (tracer->netlink_count == 0 ||
	    (thread->number != SYS_sendto && thread->number != SYS_sendmsg))
		return 0;
	protocol = protocol_of(tracer, thread);
	at = message_of(thread);
	if (protocol < 0 || !at ||
	    memory_read(thread->tid, at, &header, sizeof(header)) < 0)
		return 0;
	capability = asked_for(protocol, header.nlmsg_type);
	if (capability < 0)
		return 0;
	snprintf(thread->subject, sizeof(thread->subject),
		 "netlink protocol %d, message type %u", protocol,
		 header.nlmsg_type);
	return CAPABILITY_BIT(capability);
}
