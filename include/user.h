/* SPDX-License-Identifier: MIT */
#ifndef CAPINI_USER_H
#define CAPINI_USER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "error.h"

#define USER_GROUPS_MAX 64

/* Whom the application shall run as, and what that changes. */
struct user {
	uid_t uid;
	gid_t gid;
	size_t group_count;
	gid_t groups[USER_GROUPS_MAX]; /* supplementary */
	char name[192];
	char home[256];
	bool uid_differs, gid_differs; /* from the process's own */
	bool groups_differ;
};

/* Find "NAME|UID[:GROUP|GID]" in /etc/passwd and /etc/group, without NSS: no
 * code of the image runs in PID 1. groups is "init" (those /etc/group lists
 * the user in, and the primary one), "none" or a list of names and numbers.
 * passwd(5), group(5).
 * Returns 0, or -1 with err set: an unknown user or group is never replaced
 * by another one. */
int user_find(const char *spec, const char *groups, struct user *user,
	      struct error *err) MUST_CHECK;

/* Is there anything to switch? */
bool user_differs(const struct user *user);

/* Set HOME, USER and LOGNAME. Returns 0, or -1 with err set. */
int user_environment(const struct user *user, struct error *err) MUST_CHECK;

#endif
