/* SPDX-License-Identifier: MIT */
/* The kernel's own words against a planned state. Asks in its own way and
 * shares no code with caps: a mistake there must not be repeated here. */
#include "witness.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "names.h"

#define STATUS_TEXT 8192 /* NSpid has at most 32 levels, Groups 65536 ids */

static int differ(const char *who, const char *source, const char *what,
		  unsigned long long found, unsigned long long expected,
		  struct error *err)
{
	return error_set(err,
			 "%s: %s tells %s %llx instead of %llx: "
			 "not starting",
			 who, source, what, found, expected);
}

/* Compare all but the securebits, which only one source has. */
static int compare(const char *who, const char *source,
		   const struct capstate *found,
		   const struct capstate *expected, struct error *err)
{
	const struct {
		const char *what;
		uint64_t found, expected;
	} rows[] = {
		{"bounding", found->bounding, expected->bounding},
		{"permitted", found->permitted, expected->permitted},
		{"effective", found->effective, expected->effective},
		{"inheritable", found->inheritable, expected->inheritable},
		{"ambient", found->ambient, expected->ambient},
		{"no_new_privs", found->no_new_privs, expected->no_new_privs},
		{"uid", found->uid, expected->uid},
		{"gid", found->gid, expected->gid},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].found != rows[i].expected)
			return differ(who, source, rows[i].what, rows[i].found,
				      rows[i].expected, err);
	return 0;
}

/* The two sets that prctl(2) tells a capability at a time; EINVAL is its word
 * for one that the kernel does not know. */
static int ask_each(bool ambient, uint64_t *set)
{
	*set = 0;
	for (unsigned long n = 0; n < 64; n++) {
		int present =
			ambient ? prctl(PR_CAP_AMBIENT,
					(unsigned long)PR_CAP_AMBIENT_IS_SET, n,
					0UL, 0UL)
				: prctl(PR_CAPBSET_READ, n, 0UL, 0UL, 0UL);

		if (present < 0 && errno != EINVAL)
			return -1;
		if (present > 0)
			*set |= UINT64_C(1) << n;
	}
	return 0;
}

static int ask_kernel(struct capstate *state, struct error *err)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct low_high[2];
	int securebits = prctl(PR_GET_SECUREBITS, 0UL, 0UL, 0UL, 0UL);
	int no_new_privs = prctl(PR_GET_NO_NEW_PRIVS, 0UL, 0UL, 0UL, 0UL);

	memset(low_high, 0xff, sizeof(low_high));
	if (syscall(SYS_capget, &header, low_high) < 0 || securebits < 0 ||
	    no_new_privs < 0 || ask_each(false, &state->bounding) < 0 ||
	    ask_each(true, &state->ambient) < 0)
		return error_set_errno(err, "cannot read the state back");
	state->permitted =
		(uint64_t)low_high[1].permitted << 32 | low_high[0].permitted;
	state->effective =
		(uint64_t)low_high[1].effective << 32 | low_high[0].effective;
	state->inheritable = (uint64_t)low_high[1].inheritable << 32 |
			     low_high[0].inheritable;
	state->securebits = (uint32_t)securebits;
	state->no_new_privs = no_new_privs;
	state->uid = geteuid();
	state->gid = getegid();
	return 0;
}

/* What stands behind name at the beginning of a line; a process's own name is
 * escaped by the kernel and can begin none. */
static const char *field(const char *text, const char *name)
{
	size_t length = strlen(name);
	const char *line = text;

	while (line) {
		if (strncmp(line, name, length) == 0 && line[length] == ':' &&
		    line[length + 1] == '\t')
			return line + length + 2;
		line = strchr(line, '\n');
		if (line)
			line++;
	}
	return NULL;
}

/* The hexadecimal or decimal number in a field with nothing else. */
static int field_number(const char *text, const char *name, int base,
			uint64_t *number)
{
	const char *value = field(text, name);
	char *end;

	if (!value)
		return -1;
	*number = strtoull(value, &end, base);
	return end != value && *end == '\n' ? 0 : -1;
}

/* "Uid:" and "Gid:" have four numbers: real, effective, saved, filesystem. */
static int field_ids(const char *text, const char *name, unsigned int *id)
{
	const char *value = field(text, name);
	unsigned long first = 0;

	if (!value)
		return -1;
	for (int i = 0; i < 4; i++) {
		char *end;
		unsigned long number = strtoul(value, &end, 10);

		if (end == value || (i > 0 && number != first))
			return -1;
		first = number;
		value = end;
	}
	*id = (unsigned int)first;
	return *value == '\n' ? 0 : -1;
}

/* The last number of "NSpid:", from Linux 4.1 on: the innermost namespace. */
static int field_pid(const char *text, pid_t *pid)
{
	const char *value = field(text, "NSpid");
	char *end;

	if (!value)
		return -1;
	do {
		*pid = (pid_t)strtol(value, &end, 10);
		if (end == value)
			return -1;
		value = end;
	} while (*value == '\t');
	return *value == '\n' ? 0 : -1;
}

int status_parse(const char *text, struct capstate *state, pid_t *pid,
		 struct error *err)
{
	uint64_t no_new_privs;

	*state = (struct capstate){0};
	if (field_pid(text, pid) < 0 ||
	    field_ids(text, "Uid", &state->uid) < 0 ||
	    field_ids(text, "Gid", &state->gid) < 0 ||
	    field_number(text, "CapInh", 16, &state->inheritable) < 0 ||
	    field_number(text, "CapPrm", 16, &state->permitted) < 0 ||
	    field_number(text, "CapEff", 16, &state->effective) < 0 ||
	    field_number(text, "CapBnd", 16, &state->bounding) < 0 ||
	    field_number(text, "CapAmb", 16, &state->ambient) < 0 ||
	    field_number(text, "NoNewPrivs", 10, &no_new_privs) < 0)
		return error_set(err, "/proc/self/status: a line is missing "
				      "or malformed");
	state->no_new_privs = no_new_privs != 0;
	return 0;
}

/* Returns 1 where there is no procfs on /proc at all. */
static int open_status(int *fd, struct error *err)
{
	struct statfs fs;

	*fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (*fd < 0 && errno != ENOENT && errno != ENOTDIR)
		return error_set_errno(err, "/proc/self/status");
	if (*fd < 0) {
		if (statfs("/proc", &fs) == 0 && fs.f_type == PROC_SUPER_MAGIC)
			return error_set(err, "/proc does not show this "
					      "process: it belongs to another "
					      "PID namespace");
		return 1;
	}
	if (fstatfs(*fd, &fs) < 0 || fs.f_type != PROC_SUPER_MAGIC) {
		close(*fd);
		return error_set(err, "/proc/self/status is not the kernel's: "
				      "something is mounted over it");
	}
	return 0;
}

/* Returns 1 when there is nothing to read. */
static int ask_procfs(struct capstate *state, struct error *err)
{
	char text[STATUS_TEXT];
	size_t used = 0;
	ssize_t n;
	pid_t pid;
	int fd;
	int result = open_status(&fd, err);

	if (result != 0)
		return result;
	while ((n = read(fd, text + used, sizeof(text) - 1 - used)) > 0)
		used += (size_t)n;
	if (n < 0)
		error_set_errno(err, "/proc/self/status");
	close(fd);
	if (n < 0)
		return -1;
	text[used] = '\0';
	if (status_parse(text, state, &pid, err) < 0)
		return -1;
	if (pid != getpid())
		return error_set(err,
				 "/proc/self/status shows process %d "
				 "instead of %d",
				 (int)pid, (int)getpid());
	return 0;
}

int witness_check(const struct capstate *expected, const char *who,
		  struct error *err)
{
	struct capstate found;
	int result;

	if (ask_kernel(&found, err) < 0 ||
	    compare(who, "the kernel", &found, expected, err) < 0)
		return -1;
	if (found.securebits != expected->securebits)
		return differ(who, "the kernel", "securebits", found.securebits,
			      expected->securebits, err);
	result = ask_procfs(&found, err);
	if (result < 0)
		return -1;
	if (result > 0) {
		note("%s: no /proc: proven by system calls alone", who);
		return 0;
	}
	return compare(who, "/proc/self/status", &found, expected, err);
}
