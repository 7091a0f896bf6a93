/* SPDX-License-Identifier: MIT */
/* A unit of systemd, or the lines of one that are about capabilities. */
#include "audit/import.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define LINE_TEXT    8192
#define BLANKS	     " \t"

struct unit {
	struct import *import;
	bool bounding_said;
	char user[POLICY_VALUE_MAX], group[POLICY_VALUE_MAX];
};

/* A line adds to what there is, with "~" it takes away; the first one, and one
 * that is empty, starts over. systemd.exec(5). */
static int merge(const char *value, bool *said, uint64_t *set,
		 struct error *err)
{
	bool invert = *value == '~';
	uint64_t names;

	if (import_names(value + invert, &names, err) < 0)
		return -1;
	if (!*said || !names)
		*set = invert ? CAPABILITY_ALL & ~names : names;
	else if (invert)
		*set &= ~names;
	else
		*set |= names;
	*said = true;
	return 0;
}

static int take_bounding(struct unit *unit, const char *value,
			 struct error *err)
{
	return merge(value, &unit->bounding_said, &unit->import->allow, err);
}

static int take_ambient(struct unit *unit, const char *value, struct error *err)
{
	return merge(value, &unit->import->ambient_said, &unit->import->ambient,
		     err);
}

static int take_account(char field[POLICY_VALUE_MAX], const char *value,
			struct error *err)
{
	if (strlen(value) >= POLICY_VALUE_MAX)
		return error_set(err, "the name of a user or group is too "
				      "long");
	strcpy(field, value);
	return 0;
}

static int take_user(struct unit *unit, const char *value, struct error *err)
{
	return take_account(unit->user, value, err);
}

static int take_group(struct unit *unit, const char *value, struct error *err)
{
	return take_account(unit->group, value, err);
}

static int take_no_new_privs(struct unit *unit, const char *value,
			     struct error *err)
{
	static const char *const yes[] = {"1", "yes", "y", "true", "t", "on"};
	static const char *const no[] = {"0", "no", "n", "false", "f", "off"};

	for (size_t i = 0; i < COUNT(yes); i++) {
		if (strcasecmp(value, yes[i]) == 0)
			unit->import->no_new_privs = SAID_YES;
		else if (strcasecmp(value, no[i]) == 0)
			unit->import->no_new_privs = SAID_NO;
		else
			continue;
		return 0;
	}
	return error_set(err, "NoNewPrivileges= is neither yes nor no");
}

static const struct {
	const char *name;
	int (*take)(struct unit *unit, const char *value, struct error *err);
} keys[] = {
	{"CapabilityBoundingSet", take_bounding},
	{"AmbientCapabilities", take_ambient},
	{"User", take_user},
	{"Group", take_group},
	{"NoNewPrivileges", take_no_new_privs},
};

static void cut_blanks(char *line)
{
	size_t length = strlen(line);

	while (length > 0 && strchr(BLANKS, line[length - 1]))
		line[--length] = '\0';
}

/* Key=value; blanks around the equals sign do not count. */
static int take_line(struct unit *unit, char *line, struct error *err)
{
	char *name = line + strspn(line, BLANKS);
	char *value = strchr(name, '=');

	if (!value)
		return 0;
	*value++ = '\0';
	value += strspn(value, BLANKS);
	cut_blanks(name);
	cut_blanks(value);
	for (size_t i = 0; i < COUNT(keys); i++)
		if (strcmp(name, keys[i].name) == 0)
			return keys[i].take(unit, value, err);
	return 0;
}

/* A line and those that a backslash at its end joins to it. */
static int whole_line(const char **text, char *line, size_t size)
{
	size_t used = 0;

	for (;;) {
		int more = import_line(text, line + used, size - used);

		if (more <= 0)
			return more < 0 ? -1 : used > 0;
		used += strlen(line + used);
		if (used == 0 || line[used - 1] != '\\')
			return 1;
		line[used - 1] = ' ';
	}
}

int import_unit(const char *text, size_t length, struct import *import,
		struct error *err)
{
	struct unit unit = {.import = import};
	char line[LINE_TEXT];
	int more;

	(void)length;
	import->allow = CAPABILITY_ALL;
	while ((more = whole_line(&text, line, sizeof(line))) > 0)
		if (take_line(&unit, line, err) < 0)
			return -1;
	if (more < 0)
		return error_set(err, "a line is longer than %zu bytes",
				 sizeof(line) - 1);
	if (import_user(import, unit.user, unit.group, err) < 0)
		return -1;
	/* Only what systemd makes ambient reaches a user that is not root. */
	if (import->user[0])
		import->ambient_said = true;
	return 0;
}
