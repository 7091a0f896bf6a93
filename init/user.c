/* SPDX-License-Identifier: MIT */
/* Names of users and groups to numbers, from the image's own files. The
 * switch itself is left to caps. */
#include "user.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "names.h"

#define ID_MOST 4294967294L /* (uid_t)-1 means "leave it" to setresuid(2) */

static void take_account(struct user *user, const struct passwd *account)
{
	user->uid = account->pw_uid;
	user->gid = account->pw_gid;
	snprintf(user->name, sizeof(user->name), "%s", account->pw_name);
	snprintf(user->home, sizeof(user->home), "%s", account->pw_dir);
}

/* Look name up, or number when it is not negative. */
static bool find_account(const char *name, long number, struct user *user)
{
	FILE *file = fopen("/etc/passwd", "re");
	const struct passwd *account;
	bool found = false;

	if (!file)
		return false;
	while (!found && (account = fgetpwent(file)) != NULL) {
		found = number >= 0 ? account->pw_uid == (uid_t)number
				    : strcmp(account->pw_name, name) == 0;
		if (found)
			take_account(user, account);
	}
	fclose(file);
	return found;
}

static int find_group(const char *name, gid_t *gid, struct error *err)
{
	long number = number_parse(name, ID_MOST);
	const struct group *group;
	bool found = false;
	FILE *file;

	if (number >= 0) {
		*gid = (gid_t)number;
		return 0;
	}
	file = fopen("/etc/group", "re");
	if (!file)
		return error_set_errno(err, "group \"%s\": /etc/group", name);
	while (!found && (group = fgetgrent(file)) != NULL) {
		found = strcmp(group->gr_name, name) == 0;
		if (found)
			*gid = group->gr_gid;
	}
	fclose(file);
	if (!found)
		return error_set(err, "unknown group \"%s\"", name);
	return 0;
}

static int add_group(struct user *user, gid_t gid, struct error *err)
{
	for (size_t i = 0; i < user->group_count; i++)
		if (user->groups[i] == gid)
			return 0;
	if (user->group_count == USER_GROUPS_MAX)
		return error_set(err, "user %s is in more than %d groups",
				 user->name, USER_GROUPS_MAX);
	user->groups[user->group_count++] = gid;
	return 0;
}

/* What initgroups(3) would give. */
static int add_memberships(struct user *user, struct error *err)
{
	FILE *file = fopen("/etc/group", "re");
	const struct group *group;
	int result = add_group(user, user->gid, err);

	if (!file)
		return result;
	while (result == 0 && (group = fgetgrent(file)) != NULL)
		for (char **member = group->gr_mem; *member; member++)
			if (result == 0 && strcmp(*member, user->name) == 0)
				result = add_group(user, group->gr_gid, err);
	fclose(file);
	return result;
}

static int add_list(struct user *user, const char *list, struct error *err)
{
	char item[64];

	while (list_next(&list, item, sizeof(item)) != 0) {
		gid_t gid;

		if (find_group(item, &gid, err) < 0 ||
		    add_group(user, gid, err) < 0)
			return -1;
	}
	return 0;
}

static int find_ids(const char *spec, struct user *user, struct error *err)
{
	const char *colon = strchr(spec, ':');
	char name[sizeof(user->name)];
	bool known;
	long uid;

	snprintf(name, sizeof(name), "%.*s",
		 (int)(colon ? colon - spec : (ptrdiff_t)strlen(spec)), spec);
	uid = number_parse(name, ID_MOST);
	known = find_account(name, uid, user);
	if (!known && uid < 0)
		return error_set(err,
				 "unknown user \"%s\": it is not in "
				 "/etc/passwd",
				 name);
	if (!known) {
		if (!colon)
			return error_set(err,
					 "uid %ld is not in /etc/passwd: name "
					 "its group, too: %ld:GROUP",
					 uid, uid);
		user->uid = (uid_t)uid;
		strcpy(user->name, name);
		strcpy(user->home, "/");
	}
	return colon ? find_group(colon + 1, &user->gid, err) : 0;
}

static bool has_group(const gid_t *groups, size_t count, gid_t gid)
{
	for (size_t i = 0; i < count; i++)
		if (groups[i] == gid)
			return true;
	return false;
}

/* The same supplementary groups? To a process that has the ids already it is
 * the same whether its primary group is repeated among them. */
static bool same_groups(const struct user *user, const gid_t *own, size_t count)
{
	bool repeats = user->uid_differs || user->gid_differs;

	for (size_t i = 0; i < user->group_count; i++)
		if ((repeats || user->groups[i] != user->gid) &&
		    !has_group(own, count, user->groups[i]))
			return false;
	for (size_t i = 0; i < count; i++)
		if ((repeats || own[i] != user->gid) &&
		    !has_group(user->groups, user->group_count, own[i]))
			return false;
	return true;
}

static void compare(struct user *user)
{
	gid_t own[USER_GROUPS_MAX];
	int count = getgroups(USER_GROUPS_MAX, own);

	user->uid_differs = user->uid != getuid();
	user->gid_differs = user->gid != getgid();
	user->groups_differ =
		count < 0 || !same_groups(user, own, (size_t)count);
}

int user_find(const char *spec, const char *groups, struct user *user,
	      struct error *err)
{
	int result = 0;

	*user = (struct user){0};
	if (find_ids(spec, user, err) < 0)
		return -1;
	if (strcmp(groups, "init") == 0)
		result = add_memberships(user, err);
	else if (strcmp(groups, "none") != 0)
		result = add_list(user, groups, err);
	if (result == 0)
		compare(user);
	return result;
}

bool user_differs(const struct user *user)
{
	return user->uid_differs || user->gid_differs || user->groups_differ;
}

int user_environment(const struct user *user, struct error *err)
{
	if (setenv("HOME", user->home, 1) < 0 ||
	    setenv("USER", user->name, 1) < 0 ||
	    setenv("LOGNAME", user->name, 1) < 0)
		return error_set_errno(err, "cannot set HOME, USER, LOGNAME");
	return 0;
}
