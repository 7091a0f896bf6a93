/* SPDX-License-Identifier: MIT */
/* Read the state of this process; bring it to another one. capset(2) goes
 * through libcap-ng, bounding and ambient through prctl(2): the library's
 * return codes for them prove nothing. What the state shall be is left to the
 * plan, whether it came about to the witness. */
#include "caps.h"

#include <cap-ng.h>
#include <errno.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "names.h"

#define LAST_POSSIBLE 63 /* capget(2) has 64 bits */
#define LAST_AT_LEAST 36 /* BLOCK_SUSPEND, Linux 3.5 */

/* prctl(2) wants longs, and zeroes behind what an option uses. */
static int control(int option, unsigned long a, unsigned long b)
{
	return prctl(option, a, b, 0UL, 0UL);
}

static int read_sets(struct capstate *state, struct error *err)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2] = {{0}};

	/* A filter may let the call succeed and do nothing: no answer of the
	 * kernel's has effective capabilities that are not permitted. */
	data[0].effective = data[1].effective = UINT32_MAX;
	if (syscall(SYS_capget, &header, data) < 0)
		return error_set_errno(err, "capget");
	state->effective = data[0].effective | (uint64_t)data[1].effective
						       << 32;
	state->permitted = data[0].permitted | (uint64_t)data[1].permitted
						       << 32;
	state->inheritable = data[0].inheritable | (uint64_t)data[1].inheritable
							   << 32;
	return 0;
}

/* The kernel answers EINVAL above its last capability, and only there. */
static int read_bounding(uint64_t *bounding, int *last, struct error *err)
{
	*bounding = 0;
	*last = -1;
	for (int n = 0; n <= LAST_POSSIBLE; n++) {
		int present = control(PR_CAPBSET_READ, (unsigned long)n, 0);

		if (present < 0 && errno != EINVAL)
			return error_set_errno(err, "PR_CAPBSET_READ %d", n);
		if (present >= 0 && n != *last + 1)
			return error_set(err,
					 "PR_CAPBSET_READ: a hole below "
					 "capability %d",
					 n);
		if (present >= 0)
			*last = n;
		if (present > 0)
			*bounding |= CAPABILITY_BIT(n);
	}
	if (*last < LAST_AT_LEAST)
		return error_set(err,
				 "PR_CAPBSET_READ: the last capability "
				 "is said to be %d",
				 *last);
	return 0;
}

static int read_ambient(uint64_t *ambient, int last, struct error *err)
{
	*ambient = 0;
	for (int n = 0; n <= last; n++) {
		int present = control(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET,
				      (unsigned long)n);

		/* A kernel without ambient sets (before 4.3, gVisor). */
		if (present < 0 && errno == EINVAL && n == 0)
			return 0;
		if (present < 0)
			return error_set_errno(err, "PR_CAP_AMBIENT_IS_SET %d",
					       n);
		if (present > 0)
			*ambient |= CAPABILITY_BIT(n);
	}
	return 0;
}

static int read_flags(struct capstate *state, struct error *err)
{
	int securebits = control(PR_GET_SECUREBITS, 0, 0);
	int no_new_privs = control(PR_GET_NO_NEW_PRIVS, 0, 0);

	if (securebits < 0)
		return error_set_errno(err, "PR_GET_SECUREBITS");
	if (no_new_privs < 0)
		return error_set_errno(err, "PR_GET_NO_NEW_PRIVS");
	state->securebits = (uint32_t)securebits;
	state->no_new_privs = no_new_privs;
	return 0;
}

static int read_ids(struct capstate *state, struct error *err)
{
	uid_t real, effective, saved;
	gid_t group, effective_group, saved_group;

	if (getresuid(&real, &effective, &saved) < 0 ||
	    getresgid(&group, &effective_group, &saved_group) < 0)
		return error_set_errno(err, "getresuid, getresgid");
	if (real != effective || real != saved || group != effective_group ||
	    group != saved_group)
		return error_set(err, "real, effective and saved ids differ: "
				      "capini must not be set-user-ID or "
				      "set-group-ID");
	state->uid = real;
	state->gid = group;
	return 0;
}

int caps_read(struct capstate *state, struct error *err)
{
	uint64_t existing;
	int last;

	if (read_sets(state, err) < 0 ||
	    read_bounding(&state->bounding, &last, err) < 0 ||
	    read_ambient(&state->ambient, last, err) < 0 ||
	    read_flags(state, err) < 0 || read_ids(state, err) < 0)
		return -1;
	existing = CAPABILITY_BIT(last) | (CAPABILITY_BIT(last) - 1);
	if ((state->effective & ~state->permitted) ||
	    (state->ambient & ~(state->permitted & state->inheritable)) ||
	    ((state->permitted | state->inheritable) & ~existing))
		return error_set(err, "the kernel's answers about this "
				      "process's capabilities contradict "
				      "each other: is a seccomp filter "
				      "answering?");
	return 0;
}

static int add(capng_type_t type, uint64_t set)
{
	for (unsigned int n = 0; n <= LAST_POSSIBLE; n++)
		if ((set & CAPABILITY_BIT(n)) &&
		    capng_update(CAPNG_ADD, type, n) < 0)
			return -1;
	return 0;
}

/* capset(2). The library may remember the process that we were before a
 * fork(2); 0 is whoever asks. */
static int set_sets(uint64_t permitted, uint64_t effective,
		    uint64_t inheritable, struct error *err)
{
	capng_clear(CAPNG_SELECT_CAPS);
	capng_setpid(0);
	errno = 0;
	if (add(CAPNG_PERMITTED, permitted) < 0 ||
	    add(CAPNG_EFFECTIVE, effective) < 0 ||
	    add(CAPNG_INHERITABLE, inheritable) < 0 ||
	    capng_apply(CAPNG_SELECT_CAPS) < 0)
		return error_set_errno(err, "capset");
	return 0;
}

/* Put into effect what is permitted of set: a file's capabilities need not be
 * effective. */
static int make_effective(const struct capstate *now, uint64_t set,
			  struct error *err)
{
	set &= now->permitted & ~now->effective;
	return set ? set_sets(now->permitted, now->effective | set,
			      now->inheritable, err)
		   : 0;
}

/* What the call returns is no proof. */
static int drop_bounding(uint64_t *bounding, int n, struct error *err)
{
	int present;

	if (control(PR_CAPBSET_DROP, (unsigned long)n, 0) < 0)
		note("PR_CAPBSET_DROP %d: %s", n, strerror(errno));
	present = control(PR_CAPBSET_READ, (unsigned long)n, 0);
	if (present < 0)
		return error_set_errno(err, "PR_CAPBSET_READ %d", n);
	if (!present)
		*bounding &= ~CAPABILITY_BIT(n);
	return 0;
}

int caps_narrow(struct capstate *state, uint64_t drop, struct error *err)
{
	const uint64_t setpcap = CAPABILITY_BIT(CAP_SETPCAP);

	if (state->ambient &&
	    control(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0) < 0)
		return error_set_errno(err, "PR_CAP_AMBIENT_CLEAR_ALL");
	state->ambient = 0;
	if (!drop)
		return 0;
	if (make_effective(state, setpcap, err) < 0)
		return -1;
	state->effective |= setpcap & state->permitted;
	for (int n = 0; n <= LAST_POSSIBLE; n++)
		if ((drop & CAPABILITY_BIT(n)) &&
		    drop_bounding(&state->bounding, n, err) < 0)
			return -1;
	return 0;
}

/* Real, effective and saved ids and the groups, or a failure. */
static int user_reached(const struct user *user, struct error *err)
{
	struct capstate ids;
	gid_t groups[USER_GROUPS_MAX];
	int count = getgroups(USER_GROUPS_MAX, groups);

	if (read_ids(&ids, err) < 0)
		return -1;
	if (ids.uid != user->uid || ids.gid != user->gid || count < 0 ||
	    (size_t)count != user->group_count)
		return error_set(err,
				 "the switch to user %s was not carried "
				 "out",
				 user->name);
	for (size_t i = 0; i < user->group_count; i++) {
		bool found = false;

		/* The kernel sorts them. */
		for (int k = 0; k < count; k++)
			found = found || groups[k] == user->groups[i];
		if (!found)
			return error_set(err, "group %u was not set",
					 (unsigned int)user->groups[i]);
	}
	return 0;
}

/* keep: does the permitted set have to survive leaving uid 0? A libc's own
 * functions do the same in each of a program's threads, of which there are
 * none here. */
static int switch_user(const struct user *user, bool keep, struct error *err)
{
	if (keep && control(PR_SET_KEEPCAPS, 1, 0) < 0)
		return error_set_errno(err, "PR_SET_KEEPCAPS");
	if ((user->gid_differs || user->groups_differ) &&
	    syscall(SYS_setgroups, user->group_count, user->groups) < 0)
		return error_set_errno(err, "setgroups");
	if (user->gid_differs &&
	    syscall(SYS_setresgid, user->gid, user->gid, user->gid) < 0)
		return error_set_errno(err, "setresgid %u",
				       (unsigned int)user->gid);
	if (user->uid_differs &&
	    syscall(SYS_setresuid, user->uid, user->uid, user->uid) < 0)
		return error_set_errno(err, "setresuid %u",
				       (unsigned int)user->uid);
	/* At once: once SECBIT_KEEP_CAPS_LOCKED is set it stays. */
	if (keep && control(PR_SET_KEEPCAPS, 0, 0) < 0)
		return error_set_errno(err, "PR_SET_KEEPCAPS");
	return user_reached(user, err);
}

static int raise_ambient(uint64_t ambient, struct error *err)
{
	char name[CAPABILITIES_TEXT];

	for (int n = 0; n <= LAST_POSSIBLE; n++)
		if ((ambient & CAPABILITY_BIT(n)) &&
		    control(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE,
			    (unsigned long)n) < 0)
			return error_set_errno(
				err, "PR_CAP_AMBIENT_RAISE %s",
				capname_format(CAPABILITY_BIT(n), name));
	return 0;
}

int caps_become(const struct capstate *now, const struct capstate *final,
		const struct user *user, struct error *err)
{
	const uint64_t switching =
		CAPABILITY_BIT(CAP_SETUID) | CAPABILITY_BIT(CAP_SETGID);
	bool bits = now->securebits != final->securebits;
	uint64_t setpcap = bits ? CAPABILITY_BIT(CAP_SETPCAP) : 0;
	bool keep = user && user->uid_differs && now->uid == 0 &&
		    (final->permitted | setpcap) &&
		    !(now->securebits & SECBIT_NO_SETUID_FIXUP);

	if (user && (make_effective(now, switching, err) < 0 ||
		     switch_user(user, keep, err) < 0))
		return -1;
	if ((user || now->permitted != final->permitted ||
	     now->effective != final->effective ||
	     now->inheritable != final->inheritable || setpcap) &&
	    set_sets(final->permitted | setpcap, final->effective | setpcap,
		     final->inheritable, err) < 0)
		return -1;
	if (raise_ambient(final->ambient, err) < 0)
		return -1;
	/* Behind the raise, which SECBIT_NO_CAP_AMBIENT_RAISE forbids, and
	 * before SETPCAP goes. */
	if (bits && control(PR_SET_SECUREBITS, final->securebits, 0) < 0)
		return error_set_errno(err, "PR_SET_SECUREBITS");
	if (setpcap && set_sets(final->permitted, final->effective,
				final->inheritable, err) < 0)
		return -1;
	if (final->no_new_privs && !now->no_new_privs &&
	    control(PR_SET_NO_NEW_PRIVS, 1, 0) < 0)
		return error_set_errno(err, "PR_SET_NO_NEW_PRIVS");
	return 0;
}
