/* SPDX-License-Identifier: MIT */
/* A service of compose, or a container's securityContext: the YAML that people
 * write for these. It is read line by line, and what could mean something else
 * to a whole reader of YAML is refused: tabs, anchors, merges, maps in braces,
 * a second service or container. */
#include "audit/import.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "names.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define LINE_TEXT    4096
#define KEY_TEXT     64
#define NOWHERE	     (-1)

/* Where a key has to be to mean this. */
enum place { ANYWHERE, IN_CAPABILITIES, IN_SERVICE };

struct yaml {
	struct import *import;
	struct tweak tweak;
	int line;
	char user[32], group[32]; /* runAs... */
	unsigned int seen;	  /* bit n: row n of the table */
	bool kubernetes;

	/* Indents, or NOWHERE. */
	int service;	  /* of the keys cap_add and cap_drop */
	int capabilities; /* of that key, while inside of it */
	int many;	  /* of the key whose children must be one */
	int child;	  /* of that one */
	int scalar;	  /* of the key of a block scalar, while inside */
	int list;	  /* of the key of a list, while inside */
	const struct key *list_key;
};

struct key {
	const char *name;
	enum place place;
	/* One value, of a list or alone. */
	int (*take)(struct yaml *yaml, const char *value, struct error *err);
	bool list;
	bool kubernetes;
};

/* --- values ----------------------------------------------------------------
 */

static int take_add(struct yaml *yaml, const char *value, struct error *err)
{
	return tweak_take(&yaml->tweak, false, value, err);
}

static int take_drop(struct yaml *yaml, const char *value, struct error *err)
{
	return tweak_take(&yaml->tweak, true, value, err);
}

static int take_opt(struct yaml *yaml, const char *value, struct error *err)
{
	(void)err;
	import_security_opt(yaml->import, value);
	return 0;
}

static int take_bool(const char *value, bool *yes, struct error *err)
{
	*yes = strcmp(value, "true") == 0;
	if (*yes || strcmp(value, "false") == 0)
		return 0;
	return error_set(err, "neither true nor false");
}

static int take_privileged(struct yaml *yaml, const char *value,
			   struct error *err)
{
	return take_bool(value, &yaml->tweak.privileged, err);
}

static int take_escalation(struct yaml *yaml, const char *value,
			   struct error *err)
{
	bool yes;

	if (take_bool(value, &yes, err) < 0)
		return -1;
	yaml->import->no_new_privs = yes ? SAID_NO : SAID_YES;
	return 0;
}

static int take_user(struct yaml *yaml, const char *value, struct error *err)
{
	return import_user(yaml->import, value, "", err);
}

static int take_id(char id[32], const char *value, struct error *err)
{
	if (number_parse(value, INT32_MAX) < 0)
		return error_set(err, "no number of a user or group");
	snprintf(id, 32, "%s", value);
	return 0;
}

static int take_run_as_user(struct yaml *yaml, const char *value,
			    struct error *err)
{
	return take_id(yaml->user, value, err);
}

static int take_run_as_group(struct yaml *yaml, const char *value,
			     struct error *err)
{
	return take_id(yaml->group, value, err);
}

static const struct key keys[] = {
	{"cap_add", IN_SERVICE, take_add, true, false},
	{"cap_drop", IN_SERVICE, take_drop, true, false},
	{"security_opt", IN_SERVICE, take_opt, true, false},
	{"user", IN_SERVICE, take_user, false, false},
	{"privileged", IN_SERVICE, take_privileged, false, false},
	{"add", IN_CAPABILITIES, take_add, true, true},
	{"drop", IN_CAPABILITIES, take_drop, true, true},
	{"privileged", ANYWHERE, take_privileged, false, true},
	{"allowPrivilegeEscalation", ANYWHERE, take_escalation, false, true},
	{"runAsUser", ANYWHERE, take_run_as_user, false, true},
	{"runAsGroup", ANYWHERE, take_run_as_group, false, true},
};

/* --- lines -----------------------------------------------------------------
 */

/* A scalar without its quotation marks, in place. */
static int take_scalar(struct yaml *yaml, const struct key *key, char *value,
		       struct error *err)
{
	size_t length = strlen(value);

	if (length > 1 && strchr("\"'", *value) &&
	    value[length - 1] == *value) {
		value[length - 1] = '\0';
		value++;
	} else if (length == 0 || strchr("&*!|>{[%@`\"'", *value)) {
		return error_set(err,
				 "%s: this value is not understood: write "
				 "it plainly",
				 key->name);
	}
	if (strpbrk(value, "\"'\\"))
		return error_set(err, "%s: quotation marks inside of a value",
				 key->name);
	return key->take(yaml, value, err);
}

/* [A, B] on one line. */
static int take_flow(struct yaml *yaml, const struct key *key, char *value,
		     struct error *err)
{
	size_t length = strlen(value);
	char *rest = value + 1, *item;

	if (value[length - 1] != ']')
		return error_set(err, "%s: the list does not end on its line",
				 key->name);
	value[length - 1] = '\0';
	while ((item = strsep(&rest, ","))) {
		item += strspn(item, " ");
		length = strlen(item);
		while (length > 0 && item[length - 1] == ' ')
			item[--length] = '\0';
		if (length == 0 && !rest)
			break;
		if (take_scalar(yaml, key, item, err) < 0)
			return -1;
	}
	return 0;
}

static const struct key *find_key(const struct yaml *yaml, const char *name,
				  int indent)
{
	for (size_t i = 0; i < COUNT(keys); i++) {
		const struct key *key = &keys[i];

		if (strcmp(name, key->name) == 0 &&
		    key->kubernetes == yaml->kubernetes &&
		    (key->place == ANYWHERE ||
		     (key->place == IN_SERVICE && indent == yaml->service) ||
		     (key->place == IN_CAPABILITIES &&
		      yaml->capabilities != NOWHERE)))
			return key;
	}
	return NULL;
}

static int take_key(struct yaml *yaml, const struct key *key, int indent,
		    char *value, struct error *err)
{
	unsigned int bit = 1U << (key - keys);

	if (yaml->seen & bit)
		return error_set(err,
				 "%s is there twice: give one service, or "
				 "the securityContext of one container",
				 key->name);
	yaml->seen |= bit;
	if (!key->list)
		return take_scalar(yaml, key, value, err);
	if (*value == '[')
		return take_flow(yaml, key, value, err);
	if (*value)
		return error_set(err, "%s is no list", key->name);
	yaml->list = indent;
	yaml->list_key = key;
	return 0;
}

/* Which keys are above this line? */
static void leave(struct yaml *yaml, int indent)
{
	if (indent <= yaml->capabilities)
		yaml->capabilities = NOWHERE;
	if (indent <= yaml->many)
		yaml->many = yaml->child = NOWHERE;
}

/* The second service, or the second container? */
static int count_children(struct yaml *yaml, int indent, struct error *err)
{
	if (yaml->many == NOWHERE)
		return 0;
	if (indent == yaml->child)
		return error_set(err, "a second service or container: give one "
				      "alone");
	if (yaml->child == NOWHERE)
		yaml->child = indent;
	return 0;
}

static int take_map(struct yaml *yaml, const char *name, int indent,
		    const char *value, struct error *err)
{
	static const char *const maps[] = {"capabilities", "securityContext",
					   "services", "containers"};

	if (strcmp(name, "<<") == 0 || strcmp(name, "initContainers") == 0 ||
	    strcmp(name, "extends") == 0)
		return error_set(err,
				 "%s: what it brings in is not looked "
				 "at: give one service, or the "
				 "securityContext of one container",
				 name);
	for (size_t i = 0; i < COUNT(maps); i++)
		if (strcmp(name, maps[i]) == 0 && *value)
			return error_set(err,
					 "%s: write what is in it on "
					 "lines of its own",
					 name);
	if (strcmp(name, "capabilities") == 0)
		yaml->capabilities = indent;
	if (strcmp(name, "services") == 0 || strcmp(name, "containers") == 0)
		yaml->many = indent;
	return 0;
}

/* NAME: VALUE, the blanks around them gone. Returns whether it is that. */
static bool split(char *line, char **name, char **value)
{
	size_t length;

	*name = line;
	if (*line == '"' || *line == '\'') {
		length = strcspn(line + 1, "\"'") + 1;
		if (!line[length] || line[length + 1] != ':')
			return false;
		*name = line + 1;
		line[length] = '\0';
		line += length + 1;
	} else {
		line += strcspn(line, ":");
	}
	if (*line != ':' || (line[1] && line[1] != ' '))
		return false;
	*line++ = '\0';
	*value = line + strspn(line, " ");
	return true;
}

static bool is_item(const char *line)
{
	return *line == '-' && (!line[1] || line[1] == ' ');
}

/* The pair on a line, behind the dash of an item, where *indent is then.
 * Returns whether there is one. */
static bool read_pair(struct yaml *yaml, char *line, int *indent, char **name,
		      char **value)
{
	if (is_item(line)) {
		size_t dash = 1 + strspn(line + 1, " ");

		*indent += (int)dash;
		line += dash;
	}
	if (!split(line, name, value))
		return false;
	if (**value == '|' || **value == '>')
		yaml->scalar = *indent;
	return true;
}

static int take_line(struct yaml *yaml, char *line, int indent,
		     struct error *err)
{
	char *name, *value;
	const struct key *key;
	bool item = is_item(line);

	if (item && yaml->list != NOWHERE && indent >= yaml->list)
		return take_scalar(yaml, yaml->list_key,
				   line + 1 + strspn(line + 1, " "), err);
	yaml->list = NOWHERE;
	leave(yaml, item ? indent + 1 : indent);
	if (count_children(yaml, indent, err) < 0)
		return -1;
	if (!read_pair(yaml, line, &indent, &name, &value))
		return 0;
	key = find_key(yaml, name, indent);
	return key ? take_key(yaml, key, indent, value, err)
		   : take_map(yaml, name, indent, value, err);
}

/* The comment behind a value, and the blanks at the end. */
static void cut(char *line)
{
	char quote = 0;
	char *end = line;

	for (char *at = line; *at; at++) {
		if (quote ? *at == quote : *at == '"' || *at == '\'')
			quote = quote ? 0 : *at;
		if (*at == '#' && !quote && at > line && at[-1] == ' ')
			break;
		if (*at != ' ')
			end = at + 1;
	}
	*end = '\0';
}

static int each_line(struct yaml *yaml, const char *text,
		     int (*take)(struct yaml *yaml, char *line, int indent,
				 struct error *err),
		     struct error *err)
{
	char line[LINE_TEXT];
	int more;

	yaml->line = 0;
	yaml->scalar = NOWHERE;
	while ((more = import_line(&text, line, sizeof(line))) > 0) {
		int indent = (int)strspn(line, " ");

		yaml->line++;
		cut(line);
		if (!line[indent])
			continue;
		if (yaml->scalar != NOWHERE && indent > yaml->scalar)
			continue;
		yaml->scalar = NOWHERE;
		if (line[indent] == '\t')
			return error_set(err, "a tab at the beginning");
		if (strcmp(line, "---") == 0 && yaml->line > 1)
			return error_set(err, "a second document: give one");
		if (take(yaml, line + indent, indent, err) < 0)
			return -1;
	}
	return more < 0 ? error_set(err, "longer than %d bytes", LINE_TEXT - 1)
			: 0;
}

/* What is it, and where are the keys of the service? */
static int look(struct yaml *yaml, char *line, int indent, struct error *err)
{
	char *name, *value;

	(void)err;
	if (!read_pair(yaml, line, &indent, &name, &value))
		return 0;
	if (strcmp(name, "cap_add") == 0 || strcmp(name, "cap_drop") == 0)
		yaml->service = indent;
	if (strcmp(name, "securityContext") == 0 ||
	    strcmp(name, "capabilities") == 0)
		yaml->kubernetes = true;
	return 0;
}

int import_yaml(const char *text, size_t length, struct import *import,
		struct error *err)
{
	struct yaml yaml = {.import = import,
			    .service = NOWHERE,
			    .capabilities = NOWHERE,
			    .many = NOWHERE,
			    .child = NOWHERE,
			    .list = NOWHERE};
	struct error why;

	(void)length;
	if (each_line(&yaml, text, look, &why) < 0 ||
	    each_line(&yaml, text, take_line, &why) < 0)
		return error_set(err, "line %d: %s", yaml.line, why.text);
	import->allow = yaml.kubernetes ? tweak_kubernetes(&yaml.tweak)
					: tweak_docker(&yaml.tweak);
	return yaml.user[0] || yaml.group[0]
		       ? import_user(import, yaml.user[0] ? yaml.user : "0",
				     yaml.group, err)
		       : 0;
}
