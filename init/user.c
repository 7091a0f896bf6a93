/* SPDX-License-Identifier: MIT */
/* Names of users and groups to numbers, from the image's own files. The
 * switch itself is left to caps. */
#include "user.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "environment.h"
#include "names.h"
#include "text.h"

#define ID_MOST 4294967294L /* (uid_t)-1 means "leave it" to setresuid(2) */

/* A file of passwd(5)'s or group(5)'s form: lines of fields, of any length. */
struct database {
	const char *path;
	int fd;
	int failed; /* errno of the first failure */
	bool line_over;
	bool cut; /* a field of the line did not fit */
	size_t next, used;
	char bytes[1024];
};

/* No file is an empty one. */
static void database_open(struct database *database, const char *path)
{
	database->path = path;
	database->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	database->failed = database->fd < 0 && errno != ENOENT ? errno : 0;
	database->line_over = true;
	database->next = database->used = 0;
}

static int database_close(struct database *database, struct error *err)
{
	if (database->fd >= 0)
		close(database->fd);
	errno = database->failed;
	return errno ? error_set_errno(err, "%s", database->path) : 0;
}

/* Returns -1 at the end. */
static int next_byte(struct database *database)
{
	ssize_t n = 0;

	if (database->next < database->used)
		return (unsigned char)database->bytes[database->next++];
	if (database->fd < 0 || database->failed)
		return -1;
	do
		n = read(database->fd, database->bytes,
			 sizeof(database->bytes));
	while (n < 0 && errno == EINTR);
	if (n < 0)
		database->failed = errno;
	if (n <= 0)
		return -1;
	database->used = (size_t)n;
	database->next = 1;
	return (unsigned char)database->bytes[0];
}

/* What stands before end, or before the end of the line; what does not fit
 * makes it empty. Returns whether end was there. */
static bool next_field(struct database *database, char end, char *field,
		       size_t size)
{
	size_t length = 0;
	int byte = '\n';

	while (!database->line_over) {
		byte = next_byte(database);
		database->line_over = byte == '\n' || byte < 0;
		if (database->line_over || byte == end)
			break;
		if (length < size)
			field[length] = (char)byte;
		length++;
	}
	if (size > 0) {
		database->cut |= length >= size;
		field[length < size ? length : 0] = '\0';
	}
	return byte == end;
}

static bool pass_field(struct database *database)
{
	return next_field(database, ':', NULL, 0);
}

static bool next_id(struct database *database, unsigned int *id)
{
	char text[16];
	bool ended = next_field(database, ':', text, sizeof(text));
	long number = number_parse(text, ID_MOST);

	*id = (unsigned int)number;
	return ended && number >= 0;
}

/* Go to the next line and take its first field, the name; false at the end of
 * the file. */
static bool next_line(struct database *database, char *name, size_t size)
{
	while (!database->line_over)
		pass_field(database);
	if (next_byte(database) < 0)
		return false;
	database->next--;
	database->line_over = database->cut = false;
	next_field(database, ':', name, size);
	return true;
}

/* The rest of a line of passwd(5). */
static bool take_account(struct database *passwd, struct user *account)
{
	if (!pass_field(passwd) || !next_id(passwd, &account->uid) ||
	    !next_id(passwd, &account->gid) || !pass_field(passwd))
		return false;
	next_field(passwd, ':', account->home, sizeof(account->home));
	/* Comments, and what is NIS's, are nobody. */
	return !passwd->cut && !strchr("#+-", account->name[0]);
}

/* Look name up, or number when it is not negative. Returns 1, 0 when it is not
 * there, -1 on a failure. */
static int find_account(const char *name, long number, struct user *user,
			struct error *err)
{
	struct database passwd;
	struct user account = {0};
	bool found = false;

	database_open(&passwd, "/etc/passwd");
	while (!found && next_line(&passwd, account.name, sizeof(account.name)))
		found = take_account(&passwd, &account) &&
			(number >= 0 ? account.uid == (uid_t)number
				     : strcmp(account.name, name) == 0);
	if (database_close(&passwd, err) < 0)
		return -1;
	if (found)
		*user = account;
	return found;
}

static int find_group(const char *name, gid_t *gid, struct error *err)
{
	long number = number_parse(name, ID_MOST);
	char found[sizeof(((struct user *)0)->name)];
	struct database groups;
	bool good = false;

	if (number >= 0) {
		*gid = (gid_t)number;
		return 0;
	}
	database_open(&groups, "/etc/group");
	while (!good && next_line(&groups, found, sizeof(found)))
		good = strcmp(found, name) == 0 && pass_field(&groups) &&
		       next_id(&groups, gid);
	if (database_close(&groups, err) < 0)
		return -1;
	return good ? 0
		    : error_set(err,
				"unknown group \"%s\": it is not in /etc/group",
				name);
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

/* The rest of a line of group(5): is the user listed in it? */
static bool lists_user(struct database *groups, gid_t *gid, const char *name)
{
	char member[sizeof(((struct user *)0)->name)];
	bool more = pass_field(groups) && next_id(groups, gid);

	while (more) {
		more = next_field(groups, ',', member, sizeof(member));
		if (strcmp(member, name) == 0)
			return true;
	}
	return false;
}

/* What initgroups(3) would give. */
static int add_memberships(struct user *user, struct error *err)
{
	int result = add_group(user, user->gid, err);
	struct database groups;
	gid_t gid;

	database_open(&groups, "/etc/group");
	while (result == 0 && next_line(&groups, NULL, 0))
		if (lists_user(&groups, &gid, user->name))
			result = add_group(user, gid, err);
	return database_close(&groups, err) < 0 ? -1 : result;
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
	int known;
	long uid;

	text_format(name, sizeof(name), "%.*s",
		    (int)(colon ? colon - spec : (ptrdiff_t)strlen(spec)),
		    spec);
	uid = number_parse(name, ID_MOST);
	known = find_account(name, uid, user, err);
	if (known < 0)
		return -1;
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
	static char home[sizeof("HOME=") + sizeof(user->home)];
	static char name[sizeof("USER=") + sizeof(user->name)];
	static char logname[sizeof("LOGNAME=") + sizeof(user->name)];

	text_format(home, sizeof(home), "HOME=%s", user->home);
	text_format(name, sizeof(name), "USER=%s", user->name);
	text_format(logname, sizeof(logname), "LOGNAME=%s", user->name);
	if (environment_put(home, err) < 0 || environment_put(name, err) < 0)
		return -1;
	return environment_put(logname, err);
}
