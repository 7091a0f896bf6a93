/* SPDX-License-Identifier: MIT */
/* A system call's arguments as a short text, for people and to tell one use of
 * a call from another. Which arguments matter is left to the table in hints. */
#include "audit/decode.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "audit/hints.h"

void decode_program(pid_t tid, char *text, size_t size)
{
	char path[32];
	ssize_t n = -1;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/comm", (int)tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		n = read(fd, text, size - 1);
		close(fd);
	}
	text[n > 0 ? n : 0] = '\0';
	text[strcspn(text, "\n")] = '\0';
}

void decode_file(pid_t tid, int fd, char *text, size_t size)
{
	char path[48];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)tid, fd);
	n = readlink(path, text, size - 1);
	text[n > 0 ? n : 0] = '\0';
}

/* A path; what it is relative to goes before it. */
static void decode_at(pid_t tid, int dir, unsigned long at, char *text)
{
	char path[SUBJECT_TEXT], base[SUBJECT_TEXT];

	memory_string(tid, at, path, sizeof(path));
	base[0] = '\0';
	if (path[0] != '/' && dir != AT_FDCWD)
		decode_file(tid, dir, base, sizeof(base));
	if (base[0] && path[0])
		snprintf(text, SUBJECT_TEXT, "%.*s/%.*s", SUBJECT_TEXT / 2,
			 base, SUBJECT_TEXT / 2 - 2, path);
	else
		snprintf(text, SUBJECT_TEXT, "%s", path[0] ? path : base);
}

static void decode_address(pid_t tid, unsigned long at, unsigned long length,
			   char *text)
{
	union {
		struct sockaddr any;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
		struct sockaddr_un un;
		char bytes[sizeof(struct sockaddr_un) + 1];
	} address;
	const char *path;

	memset(&address, 0, sizeof(address));
	if (length > sizeof(struct sockaddr_un))
		length = sizeof(struct sockaddr_un);
	if (memory_read(tid, at, &address, length) < 0)
		return;
	switch (address.any.sa_family) {
	case AF_INET:
		snprintf(text, SUBJECT_TEXT, "port %u",
			 ntohs(address.in.sin_port));
		break;
	case AF_INET6:
		snprintf(text, SUBJECT_TEXT, "port %u (v6)",
			 ntohs(address.in6.sin6_port));
		break;
	case AF_UNIX:
		path = address.un.sun_path;
		snprintf(text, SUBJECT_TEXT, "unix %s%s", *path ? "" : "@",
			 *path ? path : path + 1);
		break;
	case AF_NETLINK:
		snprintf(text, SUBJECT_TEXT, "netlink");
		break;
	default:
		snprintf(text, SUBJECT_TEXT, "family %u",
			 address.any.sa_family);
	}
}

static void decode_socket(const struct registers *entry, char *text)
{
	static const struct {
		int family;
		const char *name;
	} families[] = {
		{AF_UNIX, "unix"},	 {AF_INET, "inet"},
		{AF_INET6, "inet6"},	 {AF_PACKET, "packet"},
		{AF_NETLINK, "netlink"},
	};
	int family = (int)registers_argument(entry, 0);
	int type = (int)registers_argument(entry, 1) & 0xf;
	char number[16];
	const char *name = number;

	snprintf(number, sizeof(number), "family %d", family);
	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
		if (families[i].family == family)
			name = families[i].name;
	snprintf(text, SUBJECT_TEXT, "%s %s %d, protocol %d", name,
		 type == SOCK_RAW ? "raw" : "type", type,
		 (int)registers_argument(entry, 2));
}

/* Most numbers are int or uid_t, and of those -1 is the frequent one. */
static long number(unsigned long argument)
{
	return argument <= UINT32_MAX ? (long)(int32_t)argument
				      : (long)argument;
}

void decode_subject(const struct thread *thread, char text[SUBJECT_TEXT])
{
	const struct registers *entry = &thread->entry;
	const struct call *call = call_find(thread->number);
	enum subject subject = call ? call->subject : SUBJECT_NUMBERS;
	int n = call ? call->argument : 0;
	unsigned long value = registers_argument(entry, n);
	unsigned long second = registers_argument(entry, 1);

	text[0] = '\0';
	switch (subject) {
	case SUBJECT_PATH:
		decode_at(thread->tid, AT_FDCWD, value, text);
		break;
	case SUBJECT_AT:
		decode_at(thread->tid, (int)registers_argument(entry, n - 1),
			  value, text);
		break;
	case SUBJECT_FILE:
		decode_file(thread->tid, (int)value, text, SUBJECT_TEXT);
		break;
	case SUBJECT_ADDRESS:
		decode_address(thread->tid, value,
			       registers_argument(entry, n + 1), text);
		break;
	case SUBJECT_SOCKET:
		decode_socket(entry, text);
		break;
	case SUBJECT_OPTION:
		snprintf(text, SUBJECT_TEXT, "level %d, option %d", (int)second,
			 (int)registers_argument(entry, 2));
		break;
	case SUBJECT_COMMAND:
		snprintf(text, SUBJECT_TEXT, "request 0x%lx", second);
		break;
	case SUBJECT_ID:
		snprintf(text, SUBJECT_TEXT, "%d", (int)value);
		break;
	case SUBJECT_NUMBERS:
		snprintf(text, SUBJECT_TEXT, "%ld, %ld", number(value),
			 number(second));
	}
}
