/* SPDX-License-Identifier: MIT */
/* The kernel's own words against a planned state. Asks in its own way and
 * shares no code with caps: a mistake there must not be repeated here. */
#include "witness.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "status.h"

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
 * for one that the kernel does not know, or for a kernel without ambient sets.
 * None is ambient that is not known. */
static int ask_each(uint64_t *bounding, uint64_t *ambient)
{
	*bounding = *ambient = 0;
	for (unsigned long n = 0; n < 64; n++) {
		int bound = prctl(PR_CAPBSET_READ, n, 0UL, 0UL, 0UL);
		int raised =
			bound < 0 ? 0
				  : prctl(PR_CAP_AMBIENT,
					  (unsigned long)PR_CAP_AMBIENT_IS_SET,
					  n, 0UL, 0UL);

		if ((bound < 0 || raised < 0) && errno != EINVAL)
			return -1;
		if (bound > 0)
			*bounding |= UINT64_C(1) << n;
		if (raised > 0)
			*ambient |= UINT64_C(1) << n;
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
	    no_new_privs < 0 || ask_each(&state->bounding, &state->ambient) < 0)
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

/* Returns 1 when there is nothing to read: no procfs on /proc at all. */
static int ask_procfs(struct capstate *state, struct error *err)
{
	struct status status;
	struct statfs fs;

	if (status_read(AT_FDCWD, "/proc/self/status", &status) < 0) {
		if (errno == EXDEV)
			return error_set(err,
					 "/proc/self/status is not the "
					 "kernel's: something is mounted over "
					 "it");
		if (errno == EBADMSG)
			return error_set(err, "/proc/self/status: a line is "
					      "missing or malformed");
		if (errno != ENOENT && errno != ENOTDIR)
			return error_set_errno(err, "/proc/self/status");
		if (statfs("/proc", &fs) == 0 && fs.f_type == PROC_SUPER_MAGIC)
			return error_set(err, "/proc does not show this "
					      "process: it belongs to another "
					      "PID namespace");
		return 1;
	}
	if (status.inner_pid != getpid())
		return error_set(err,
				 "/proc/self/status shows process %d "
				 "instead of %d",
				 (int)status.inner_pid, (int)getpid());
	if (!status.same_ids)
		return error_set(err, "/proc/self/status: real, effective, "
				      "saved and filesystem ids differ");
	*state = status.caps;
	return 0;
}

int witness_procfs(const struct capstate *expected, const char *who,
		   struct error *err)
{
	struct capstate found;
	int result = ask_procfs(&found, err);

	if (result < 0)
		return -1;
	if (result > 0) {
		note("%s: no /proc: proven by system calls alone", who);
		return 0;
	}
	return compare(who, "/proc/self/status", &found, expected, err);
}

int witness_check(const struct capstate *expected, const char *who,
		  struct error *err)
{
	struct capstate found;

	if (ask_kernel(&found, err) < 0 ||
	    compare(who, "the kernel", &found, expected, err) < 0)
		return -1;
	if (found.securebits != expected->securebits)
		return differ(who, "the kernel", "securebits", found.securebits,
			      expected->securebits, err);
	return witness_procfs(expected, who, err);
}
