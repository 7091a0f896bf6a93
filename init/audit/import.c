/* SPDX-License-Identifier: MIT */
/* The verb import: which words these are, whose reader takes them, and the
 * policy they make. Nothing of the input reaches stdout but what the policy's
 * own checks have let through. */
#include "audit/import.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "audit/input.h"
#include "names.h"

#define COUNT(array)	(sizeof(array) / sizeof((array)[0]))
#define IMPORT_TEXT_MAX (4 * 1024 * 1024)
#define LIST_ITEM	48

static const char usage[] = "usage: capini-audit import FILE | - | TEXT... | "
			    "--pid N";

/* --- what the readers share -------------------------------------------------
 */

/* Words of the input are shown in messages only if they are plain ASCII. */
static bool plain(const char *word)
{
	for (; *word; word++)
		if (*word < ' ' || *word > '~')
			return false;
	return true;
}

static int name_take(uint64_t *set, const char *name, struct error *err)
{
	char hint[HINT_TEXT];
	int number;

	if (!plain(name))
		return error_set(err, "no capability has such bytes in its "
				      "name");
	number = capname_parse(name);
	if (number < 0)
		return error_set(err, "unknown capability \"%s\"%s", name,
				 capname_hint(name, hint));
	*set |= CAPABILITY_BIT(number);
	return 0;
}

int import_names(const char *list, uint64_t *set, struct error *err)
{
	char item[LIST_ITEM];

	*set = 0;
	while (list_next(&list, item, sizeof(item)) != 0)
		if (name_take(set, item, err) < 0)
			return -1;
	return 0;
}

int tweak_take(struct tweak *tweak, bool drop, const char *name,
	       struct error *err)
{
	if (strcasecmp(name, "ALL") != 0)
		return name_take(drop ? &tweak->drop : &tweak->add, name, err);
	if (drop)
		tweak->drop_all = true;
	else
		tweak->add_all = true;
	return 0;
}

uint64_t tweak_docker(const struct tweak *tweak)
{
	if (tweak->privileged)
		return CAPABILITY_ALL;
	if (tweak->add_all)
		return CAPABILITY_ALL & ~tweak->drop;
	if (tweak->drop_all)
		return tweak->add;
	return (CAPABILITY_DOCKER_DEFAULT & ~tweak->drop) | tweak->add;
}

uint64_t tweak_kubernetes(const struct tweak *tweak)
{
	uint64_t set = CAPABILITY_DOCKER_DEFAULT;

	if (tweak->privileged)
		return CAPABILITY_ALL;
	if (tweak->add_all)
		set = CAPABILITY_ALL;
	if (tweak->drop_all)
		set = 0;
	return (set | tweak->add) & ~tweak->drop;
}

int import_user(struct import *import, const char *user, const char *group,
		struct error *err)
{
	size_t name = strcspn(user, ":");
	int length;

	import->user[0] = '\0';
	if (name == 0 || strcmp(user, "root") == 0 || strcmp(user, "0") == 0 ||
	    strncmp(user, "root:", 5) == 0 || strncmp(user, "0:", 2) == 0)
		return 0;
	length = snprintf(import->user, sizeof(import->user), "%s%s%s", user,
			  group[0] ? ":" : "", group);
	if ((size_t)length >= sizeof(import->user))
		return error_set(err, "the user's name is too long");
	return 0;
}

void import_security_opt(struct import *import, const char *option)
{
	static const char name[] = "no-new-privileges";
	size_t length = sizeof(name) - 1;

	if (strncmp(option, name, length) != 0)
		return;
	option += length;
	if (!*option || strcmp(option, ":true") == 0 ||
	    strcmp(option, "=true") == 0)
		import->no_new_privs = SAID_YES;
	else if (strcmp(option, ":false") == 0 || strcmp(option, "=false") == 0)
		import->no_new_privs = SAID_NO;
}

int import_line(const char **text, char *line, size_t size)
{
	size_t length = strcspn(*text, "\n");

	if (!**text)
		return 0;
	if (length >= size)
		return -1;
	memcpy(line, *text, length);
	line[length] = '\0';
	*text += length + ((*text)[length] == '\n');
	if (length > 0 && line[length - 1] == '\r')
		line[length - 1] = '\0';
	return 1;
}

/* --- the smallest readers ---------------------------------------------------
 */

/* The effective number of "Uid:" or "Gid:", the second of four. */
static int status_id(const char *status, const char *name, char id[16])
{
	const char *value = input_field(status, name);

	if (!value)
		return -1;
	value += strcspn(value, "\t \n");
	value += strspn(value, "\t ");
	snprintf(id, 16, "%.*s", (int)strcspn(value, "\t \n"), value);
	return number_parse(id, INT32_MAX) < 0 ? -1 : 0;
}

/* A process's status or lines of it: what it holds is what it is allowed. */
static int import_status(const char *text, size_t length, struct import *import,
			 struct error *err)
{
	static const char *const fields[] = {"CapPrm", "CapEff", "CapBnd",
					     "CapAmb", "CapInh"};
	const char *no_new_privs = input_field(text, "NoNewPrivs");
	const char *found = NULL;
	char user[16], group[16];

	(void)length;
	for (size_t i = 0; i < COUNT(fields) && !found; i++)
		if (input_field(text, fields[i]))
			found = fields[i];
	if (!found || input_field_set(text, found, &import->allow) < 0)
		return error_set(err, "%s: not a set of capabilities",
				 found ? found : "CapPrm");
	if (no_new_privs && *no_new_privs == '1')
		import->no_new_privs = SAID_YES;
	if (status_id(text, "Uid", user) < 0 ||
	    status_id(text, "Gid", group) < 0)
		return 0;
	return import_user(import, user, group, err);
}

/* The value of podman's label, in quotes or not. */
static int import_label(const char *text, size_t length, struct import *import,
			struct error *err)
{
	static const char name[] = "io.containers.capabilities";
	char list[CAPABILITIES_TEXT + 256];

	(void)length;
	text = strstr(text, name);
	text += sizeof(name) - 1;
	text += strspn(text, "\"= :\t");
	if (strcspn(text, "\"\n") >= sizeof(list))
		return error_set(err, "the label is too long");
	snprintf(list, sizeof(list), "%.*s", (int)strcspn(text, "\"\n"), text);
	return caplist_parse(list, &import->allow, err);
}

static int import_list(const char *text, size_t length, struct import *import,
		       struct error *err)
{
	char list[4096];

	if (length < sizeof(list))
		memcpy(list, text, length + 1);
	for (char *at = list; length < sizeof(list) && *at; at++)
		if (isspace((unsigned char)*at))
			*at = ' ';
	if (length >= sizeof(list) || !plain(list))
		return error_set(err, "these are no words of any format known "
				      "here; see --help");
	return input_set(list, &import->allow, err);
}

/* --- whose words are these? -------------------------------------------------
 */

#define MARKS 6

static const struct form {
	const char *name;
	import_reader *read;
	const char *marks[MARKS]; /* a word that begins with one of these */
} forms[] = {
	{"the status of a process",
	 import_status,
	 {"CapPrm:", "CapEff:", "CapBnd:", "CapAmb:", "CapInh:"}},
	{"a unit of systemd",
	 import_unit,
	 {"CapabilityBoundingSet=", "AmbientCapabilities=", "[Service]",
	  "[Unit]"}},
	{"podman's label", import_label, {"io.containers.capabilities"}},
	{"the options of docker run",
	 import_docker,
	 {"--cap-add", "--cap-drop", "--privileged", "--security-opt"}},
	{"a service of compose", import_yaml, {"cap_add:", "cap_drop:"}},
	{"a securityContext",
	 import_yaml,
	 {"securityContext:", "capabilities:"}},
};

static const struct form json = {"JSON", import_json, {0}};
static const struct form list = {"a set", import_list, {0}};

/* Is mark at the beginning of a word? */
static bool marked(const char *text, const char *mark)
{
	for (const char *at = text; (at = strstr(at, mark)); at++)
		if (at == text || strchr(" \t\n\"'", at[-1]))
			return true;
	return false;
}

static const struct form *find_form(const char *text)
{
	for (size_t i = 0; i < COUNT(forms); i++)
		for (size_t k = 0; k < MARKS && forms[i].marks[k]; k++)
			if (marked(text, forms[i].marks[k]))
				return &forms[i];
	return &list;
}

static bool is_json(const char *text)
{
	text += strspn(text, " \t\r\n");
	if (*text != '[')
		return *text == '{';
	text++;
	text += strspn(text, " \t\r\n");
	return *text && strchr("{[\"]", *text);
}

/* The first line that is more than blanks and no comment. */
static const char *first_word(const char *text)
{
	for (;;) {
		text += strspn(text, " \t\r\n");
		if (*text != '#' && *text != ';')
			return text;
		text += strcspn(text, "\n");
	}
}

static bool is_policy(const char *text)
{
	static const char *const sections[] = {"[capabilities]", "[process]",
					       "[init]", "[signals]"};

	text = first_word(text);
	for (size_t i = 0; i < COUNT(sections); i++)
		if (strncmp(text, sections[i], strlen(sections[i])) == 0)
			return true;
	return false;
}

/* Comments are nobody's words; the lines stay where they are. */
static void blank_comments(char *text)
{
	bool begins = true, comment = false;

	for (; *text; text++) {
		if (*text == '\n') {
			begins = true;
			comment = false;
			continue;
		}
		comment = comment || (begins && (*text == '#' || *text == ';'));
		begins = begins && isblank((unsigned char)*text);
		if (comment)
			*text = ' ';
	}
}

/* --- the policy -------------------------------------------------------------
 */

static int make_policy(const struct import *import, const char *name,
		       struct policy *policy)
{
	const struct options options = {
		.user = import->user[0] ? import->user : NULL,
		.verbosity = -1,
	};

	policy_default(policy, name);
	policy->allow = import->allow & CAPABILITY_ALL;
	if (import->ambient_said && import->ambient != import->allow) {
		policy->ambient_auto = false;
		policy->ambient = import->ambient & policy->allow;
	}
	if (import->no_new_privs != SAID_NOTHING)
		policy->no_new_privs = import->no_new_privs == SAID_YES;
	return policy_narrow(policy, &options, true);
}

static int import_text(char *text, size_t length, const char *name)
{
	const struct form *form = &json;
	struct import import = {0};
	char names[CAPABILITIES_TEXT];
	struct policy policy;
	struct error err;
	uint64_t nameless;

	if (strlen(text) != length) {
		fault("%s: NUL byte", name);
		return VERB_BAD;
	}
	if (!is_json(text)) {
		blank_comments(text);
		form = find_form(text);
	}
	if (form->read(text, length, &import, &err) < 0) {
		fault("%s: read as %s: %s", name, form->name, err.text);
		return VERB_BAD;
	}
	if (make_policy(&import, name, &policy) < 0)
		return VERB_BAD;
	printf("# Imported from %s.\n", form->name);
	nameless = import.allow & ~CAPABILITY_ALL;
	if (nameless)
		printf("# Left out, numbers without a name here: %s\n",
		       capname_format(nameless, names));
	return policy_print(&policy) < 0 ? VERB_USAGE : input_done();
}

static int import_any(char *text, size_t length, const char *name)
{
	struct policy policy;

	if (!is_policy(text))
		return import_text(text, length, name);
	if (policy_parse(&policy, name, text, length) < 0)
		return VERB_BAD;
	return policy_print(&policy) < 0 ? VERB_USAGE : input_done();
}

/* --- where it comes from ----------------------------------------------------
 */

static int import_file(const char *path, char *text, size_t size)
{
	size_t length;
	int result = input_file(path, text, size, &length);

	return result == VERB_GOOD ? import_any(text, length, path) : result;
}

static int import_operands(char *const *operands, char *text, size_t size)
{
	struct error err;
	size_t length;

	if (!operands[1] && strcmp(operands[0], "-") == 0) {
		if (input_read(STDIN_FILENO, "stdin", text, size, &length,
			       &err) == 0)
			return import_any(text, length, "stdin");
		fault("%s", err.text);
		return VERB_USAGE;
	}
	if (!operands[1] && input_is_path(operands[0]))
		return import_file(operands[0], text, size);
	if (input_join(operands, text, size) < 0) {
		fault("more than %zu bytes of text", size - 1);
		return VERB_USAGE;
	}
	return import_any(text, strlen(text), "operand");
}

static int import_process(const char *pid)
{
	char text[INPUT_STATUS_MAX];
	int result = input_status(pid, text);

	return result == VERB_GOOD ? import_text(text, strlen(text), pid)
				   : result;
}

int import_main(int argc, char **argv)
{
	static const struct option options[] = {
		{"pid", required_argument, NULL, 'p'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	static char text[IMPORT_TEXT_MAX + 1];
	const char *pid = NULL;
	int letter;

	optind = 0;
	while ((letter = input_option(argc, argv, options)) != -1) {
		if (letter == '?')
			return VERB_USAGE;
		if (letter == 'h')
			return puts(usage) < 0 ? VERB_USAGE : input_done();
		pid = optarg;
	}
	if ((pid != NULL) == (optind < argc))
		return input_usage(usage);
	if (pid)
		return import_process(pid);
	return import_operands(argv + optind, text, sizeof(text));
}
