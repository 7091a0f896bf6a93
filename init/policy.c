/* SPDX-License-Identifier: MIT */
/* The policy: one table of keys, from which it is read and printed, the
 * command line on top, and what is doubtful about it. Pure: what the process
 * holds or may do is left to the plan. */
#include "policy.h"

#include <linux/capability.h>
#include <linux/securebits.h>
#include <string.h>
#include <strings.h>

#include "strict.h"
#include "text.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The words that a key takes; the last has no name. */
struct choice {
	const char *name;
	int value;
};

static const struct choice yes_no[] = {{"yes", true}, {"no", false}, {0}};
static const struct choice auto_no[] = {{"auto", true}, {"no", false}, {0}};
static const struct choice enforces[] = {
	{"guarantee", ENFORCE_GUARANTEE},
	{"bounding", ENFORCE_BOUNDING},
	{"warn", ENFORCE_WARN},
	{0},
};
static const struct choice subreapers[] = {
	{"auto", SUBREAPER_AUTO},
	{"yes", SUBREAPER_YES},
	{"no", SUBREAPER_NO},
	{0},
};
static const struct choice securebit_names[] = {
	{"noroot", SECBIT_NOROOT | SECBIT_NOROOT_LOCKED},
	{"no_setuid_fixup",
	 SECBIT_NO_SETUID_FIXUP | SECBIT_NO_SETUID_FIXUP_LOCKED},
	{"no_cap_ambient_raise",
	 SECBIT_NO_CAP_AMBIENT_RAISE | SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED},
	{0},
};

/* The kinds of values. Where more than one key has a kind, field says which
 * member of struct policy is meant. */
enum kind {
	KIND_CAPABILITIES, /* uint64_t; the lines of a key add up */
	KIND_AMBIENT,
	KIND_CHOICE, /* unsigned int, one of choices */
	KIND_FLAG,   /* bool, one of choices */
	KIND_NUMBER, /* int, 0 to most */
	KIND_SIGNAL,
	KIND_USER,
	KIND_GROUPS,
	KIND_SECUREBITS,
	KIND_CODES,
};

static const struct key {
	const char *section, *name;
	enum kind kind;
	size_t field;
	const struct choice *choices;
	int most;
} keys[] = {
#define FIELD(member) offsetof(struct policy, member)
	{"capabilities", "allow", KIND_CAPABILITIES, FIELD(allow), NULL, 0},
	{"capabilities", "drop", KIND_CAPABILITIES, FIELD(drop), NULL, 0},
	{"capabilities", "ambient", KIND_AMBIENT, 0, NULL, 0},
	{"capabilities", "require", KIND_CAPABILITIES, FIELD(require), NULL, 0},
	{"capabilities", "enforce", KIND_CHOICE, FIELD(enforce), enforces, 0},
	{"process", "user", KIND_USER, 0, NULL, 0},
	{"process", "groups", KIND_GROUPS, 0, NULL, 0},
	{"process", "no_new_privs", KIND_FLAG, FIELD(no_new_privs), yes_no, 0},
	{"process", "securebits", KIND_SECUREBITS, 0, securebit_names, 0},
	{"init", "subreaper", KIND_CHOICE, FIELD(subreaper), subreapers, 0},
	{"init", "kill_process_group", KIND_FLAG, FIELD(kill_process_group),
	 yes_no, 0},
	{"init", "pdeathsig", KIND_SIGNAL, 0, NULL, 0},
	{"init", "remap_exit", KIND_CODES, 0, NULL, 0},
	{"init", "warn_on_reap", KIND_FLAG, FIELD(warn_on_reap), yes_no, 0},
	{"init", "verbosity", KIND_NUMBER, FIELD(verbosity), NULL, 4},
	{"init", "grace", KIND_NUMBER, FIELD(grace), NULL, 3600},
	{"init", "keep_kill", KIND_FLAG, FIELD(keep_kill), auto_no, 0},
#undef FIELD
};

static const char *const sections[] = {"capabilities", "process", "init",
				       "signals"};

/* The value of the choice called name, or -1 and the choices in err. */
static int choose(const struct choice *choices, const char *name,
		  struct error *err)
{
	char list[128] = "";

	for (; choices->name; choices++) {
		if (strcmp(name, choices->name) == 0)
			return choices->value;
		text_append(list, sizeof(list), "%s%s", *list ? ", " : "",
			    choices->name);
	}
	return error_set(err, "unknown value \"%s\": one of %s", name, list);
}

static const char *chosen(const struct choice *choices, int value)
{
	while (choices->value != value)
		choices++;
	return choices->name;
}

/* The setters: 0, or -1 with the reason in err. */

static int set_signal(int *field, const char *value, struct error *err)
{
	char hint[HINT_TEXT];

	*field = signame_parse(value);
	if (*field < 0)
		return error_set(err, "unknown signal \"%s\"%s", value,
				 signame_hint(value, hint));
	return 0;
}

static int add_capabilities(uint64_t *field, const char *value,
			    struct error *err)
{
	uint64_t set;

	if (caplist_parse(value, &set, err) < 0)
		return -1;
	*field |= set;
	return 0;
}

static int set_ambient(struct policy *policy, const char *value,
		       struct error *err)
{
	policy->ambient_auto = strcmp(value, "auto") == 0;
	if (policy->ambient_auto)
		return 0;
	return add_capabilities(&policy->ambient, value, err);
}

static int set_securebits(struct policy *policy, const char *value,
			  struct error *err)
{
	char item[32];

	while (list_next(&value, item, sizeof(item)) != 0) {
		int bits = choose(securebit_names, item, err);

		if (bits < 0)
			return -1;
		policy->securebits |= (uint32_t)bits;
	}
	if (!policy->securebits)
		return error_set(err, "the list names nothing");
	return 0;
}

static int set_remap(struct policy *policy, const char *value,
		     struct error *err)
{
	const char *list = value;
	char item[16];
	int more;

	if (list_next(&list, item, sizeof(item)) == 0)
		return error_set(err, "the list names nothing");
	while ((more = list_next(&value, item, sizeof(item))) != 0) {
		long code = more > 0 ? number_parse(item, 255) : -1;

		if (code < 0)
			return error_set(err, "\"%s\" is no exit code 0..255",
					 item);
		policy->remap[code] = true;
	}
	return 0;
}

#define ACCOUNT_BYTES                \
	"abcdefghijklmnopqrstuvwxyz" \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZ" \
	"0123456789_.-"

/* USER[:GROUP], each a name or a number. */
static int set_user(struct policy *policy, const char *value, struct error *err)
{
	size_t user = strspn(value, ACCOUNT_BYTES);
	const char *rest = value + user;
	size_t group = *rest == ':' ? strspn(rest + 1, ACCOUNT_BYTES) : 0;

	if (user == 0 || value[0] == '-' ||
	    (*rest == ':' && (group == 0 || rest[1] == '-')) ||
	    rest[group > 0 ? 1 + group : 0] != '\0' ||
	    strlen(value) >= sizeof(policy->user))
		return error_set(err, "\"%s\" is not USER or USER:GROUP",
				 value);
	strcpy(policy->user, value);
	return 0;
}

static int set_groups(struct policy *policy, const char *value,
		      struct error *err)
{
	const char *list = value;
	char item[64];
	int more;

	while ((more = list_next(&list, item, sizeof(item))) != 0) {
		bool word =
			strcmp(item, "init") == 0 || strcmp(item, "none") == 0;

		if (more < 0 || item[0] == '-' ||
		    item[strspn(item, ACCOUNT_BYTES)] != '\0')
			return error_set(err, "\"%s\" is no group", item);
		if (word && strcmp(value, item) != 0)
			return error_set(err, "%s must stand alone", item);
	}
	if (strlen(value) >= sizeof(policy->groups) ||
	    value[strspn(value, ", \t")] == '\0')
		return error_set(err, "the list names nothing");
	strcpy(policy->groups, value);
	return 0;
}

/* NAME = SIGNAL, or NAME = ignore. */
static int set_rewrite(struct policy *policy, int from, const char *value,
		       struct error *err)
{
	int to = 0;

	if (strcmp(value, "ignore") != 0 && set_signal(&to, value, err) < 0)
		return -1;
	policy->signals[from] = (uint8_t)to;
	return 0;
}

static int set_key(struct policy *policy, const struct key *key,
		   const char *value, struct error *err)
{
	void *field = (char *)policy + key->field;
	long number = 0;

	switch (key->kind) {
	case KIND_CAPABILITIES:
		return add_capabilities(field, value, err);
	case KIND_AMBIENT:
		return set_ambient(policy, value, err);
	case KIND_CHOICE:
		number = choose(key->choices, value, err);
		*(unsigned int *)field = (unsigned int)number;
		break;
	case KIND_FLAG:
		number = choose(key->choices, value, err);
		*(bool *)field = number == true;
		break;
	case KIND_NUMBER:
		number = number_parse(value, key->most);
		*(int *)field = (int)number;
		if (number < 0)
			error_set(err, "\"%s\" is no number 0..%d", value,
				  key->most);
		break;
	case KIND_SIGNAL:
		return set_signal(&policy->pdeathsig, value, err);
	case KIND_USER:
		return set_user(policy, value, err);
	case KIND_GROUPS:
		return set_groups(policy, value, err);
	case KIND_SECUREBITS:
		return set_securebits(policy, value, err);
	case KIND_CODES:
		return set_remap(policy, value, err);
	}
	return number < 0 ? -1 : 0;
}

/* The state of one reading. */
struct reading {
	struct policy *policy;
	const char *file;
	int key_lines[COUNT(keys)]; /* where each stood first; 0: nowhere */
	int signal_lines[SIGNAL_LAST + 1];
	bool none[COUNT(keys)]; /* a list of capabilities said NONE */
	bool failed;
};

#define mistake(reading, line, ...) \
	((reading)->failed = true,  \
	 fault_at((reading)->file, (line), __VA_ARGS__))

static bool take_section(void *context, const char *section, int line)
{
	struct reading *reading = context;
	struct nearest nearest;
	char hint[HINT_TEXT];

	for (size_t i = 0; i < COUNT(sections); i++)
		if (strcmp(section, sections[i]) == 0)
			return true;
	nearest_begin(&nearest, section);
	for (size_t i = 0; i < COUNT(sections); i++)
		nearest_offer(&nearest, sections[i]);
	mistake(reading, line, "unknown section [%s]%s", section,
		nearest_hint(&nearest, hint));
	return false;
}

/* NONE in one line and a name in another contradict each other. */
static void check_none(struct reading *reading, size_t key, const char *value,
		       int line)
{
	bool none = strcasecmp(value, "NONE") == 0;

	if (reading->key_lines[key] && none != reading->none[key])
		mistake(reading, line,
			"NONE must stand alone, %s is also on line %d",
			keys[key].name, reading->key_lines[key]);
	reading->none[key] = none;
}

static void take_known_key(struct reading *reading, size_t key,
			   const char *value, int line)
{
	struct error err;

	if (keys[key].kind == KIND_CAPABILITIES) {
		check_none(reading, key, value, line);
	} else if (reading->key_lines[key]) {
		mistake(reading, line, "%s is set again, first on line %d",
			keys[key].name, reading->key_lines[key]);
		return;
	}
	if (!reading->key_lines[key])
		reading->key_lines[key] = line;
	if (set_key(reading->policy, &keys[key], value, &err) < 0)
		mistake(reading, line, "%s: %s", keys[key].name, err.text);
}

/* Signals that no process can catch, or that PID 1 keeps to itself. */
static bool never_forwarded(int signal)
{
	static const char *const names[] = {"KILL", "STOP", "CHLD", "TTIN",
					    "TTOU"};

	for (size_t i = 0; i < COUNT(names); i++)
		if (signal == signame_parse(names[i]))
			return true;
	return false;
}

static void take_signal(struct reading *reading, const char *name,
			const char *value, int line)
{
	char hint[HINT_TEXT];
	struct error err;
	int signal = signame_parse(name);

	if (signal < 0) {
		mistake(reading, line, "unknown signal \"%s\"%s", name,
			signame_hint(name, hint));
		return;
	}
	if (never_forwarded(signal)) {
		mistake(reading, line, "%s is never forwarded", name);
		return;
	}
	if (reading->signal_lines[signal]) {
		mistake(reading, line, "%s is set again, first on line %d",
			name, reading->signal_lines[signal]);
		return;
	}
	reading->signal_lines[signal] = line;
	if (set_rewrite(reading->policy, signal, value, &err) < 0)
		mistake(reading, line, "%s: %s", name, err.text);
}

static void take_key(void *context, const char *section, const char *name,
		     const char *value, int line)
{
	struct reading *reading = context;
	struct nearest nearest;
	char hint[HINT_TEXT];

	if (strcmp(section, "signals") == 0) {
		take_signal(reading, name, value, line);
		return;
	}
	for (size_t key = 0; key < COUNT(keys); key++)
		if (strcmp(section, keys[key].section) == 0 &&
		    strcmp(name, keys[key].name) == 0) {
			take_known_key(reading, key, value, line);
			return;
		}
	nearest_begin(&nearest, name);
	for (size_t key = 0; key < COUNT(keys); key++)
		if (strcmp(section, keys[key].section) == 0)
			nearest_offer(&nearest, keys[key].name);
	mistake(reading, line, "unknown key \"%s\" in [%s]%s", name, section,
		nearest_hint(&nearest, hint));
}

/* What no line can tell alone: every named list is within allow. */
static void check_within_allow(struct reading *reading, const char *name,
			       uint64_t set)
{
	uint64_t outside = set & ~reading->policy->allow;
	char names[CAPABILITIES_TEXT];
	size_t key = 0;

	while (strcmp(keys[key].name, name) != 0)
		key++;
	if (outside)
		mistake(reading, reading->key_lines[key],
			"%s: %s is not allowed", name,
			capname_format(outside, names));
}

void policy_default(struct policy *policy, const char *file)
{
	*policy = (struct policy){
		.file = file,
		.ambient_auto = true,
		.groups = "init",
		.no_new_privs = true,
		.verbosity = VERBOSITY_WARN,
		.keep_kill = true,
	};
	for (int signal = 1; signal <= SIGNAL_LAST; signal++)
		policy->signals[signal] = (uint8_t)signal;
}

int policy_parse(struct policy *policy, const char *file, const char *text,
		 size_t length)
{
	struct reading reading = {.policy = policy, .file = file};
	const struct strict_handler handler = {
		.context = &reading,
		.section = take_section,
		.key = take_key,
	};

	policy_default(policy, file);
	if (strict_parse(file, text, length, &handler) < 0)
		reading.failed = true;
	policy->allow &= ~policy->drop;
	policy->drop = 0;
	/* A list that could not be read says nothing about the others. */
	if (!reading.failed) {
		check_within_allow(&reading, "ambient", policy->ambient);
		check_within_allow(&reading, "require", policy->require);
	}
	return reading.failed ? -1 : 0;
}

/* A list of the command line or the environment; absent: everything. */
static int read_list(const char *where, const char *list, uint64_t *set)
{
	struct error err;

	if (!list || caplist_parse(list, set, &err) == 0)
		return 0;
	fault("%s: %s", where, err.text);
	return -1;
}

static int narrow_capabilities(struct policy *policy,
			       const struct options *options, bool from_file)
{
	uint64_t allow = CAPABILITY_ALL, drop = 0, dropped = 0;
	int result = 0;

	if (read_list("--allow", options->allow, &allow) < 0)
		result = -1;
	if (read_list("--drop", options->drop, &drop) < 0)
		result = -1;
	if (read_list("CAPINI_DROP", options->drop_environment, &dropped) < 0)
		result = -1;
	if (from_file)
		policy->allow &= allow;
	else if (options->allow)
		policy->allow = allow;
	policy->allow &= ~(drop | dropped);
	policy->ambient &= policy->allow;
	return result;
}

static int narrow_user(struct policy *policy, const struct options *options)
{
	struct error err;

	if (!options->user)
		return 0;
	if (policy->user[0]) {
		fault("--user: %s names the user already", policy->file);
		return -1;
	}
	if (set_user(policy, options->user, &err) < 0) {
		fault("--user: %s", err.text);
		return -1;
	}
	return 0;
}

int policy_narrow(struct policy *policy, const struct options *options,
		  bool from_file)
{
	int result = narrow_capabilities(policy, options, from_file);

	if (narrow_user(policy, options) < 0)
		result = -1;
	if (options->subreaper)
		policy->subreaper = SUBREAPER_YES;
	if (options->kill_process_group)
		policy->kill_process_group = true;
	if (options->pdeathsig)
		policy->pdeathsig = options->pdeathsig;
	if (options->remap_given)
		memcpy(policy->remap, options->remap, sizeof(policy->remap));
	if (options->warn_on_reap)
		policy->warn_on_reap = true;
	if (options->verbosity >= 0)
		policy->verbosity = options->verbosity;
	return result;
}

/* Capabilities that are root's power, or one step away from it. */
static const struct choice dangerous[] = {
	{"reads and writes every file", CAP_DAC_OVERRIDE},
	{"reads every file", CAP_DAC_READ_SEARCH},
	{"gives capabilities to files", CAP_SETFCAP},
	{"loads code into the kernel", CAP_SYS_MODULE},
	{"reaches memory and devices", CAP_SYS_RAWIO},
	{"takes over other processes", CAP_SYS_PTRACE},
	{"is root by another name", CAP_SYS_ADMIN},
	{"restarts the host or loads a kernel", CAP_SYS_BOOT},
	{"makes device files", CAP_MKNOD},
	{"overrules the host's access control", CAP_MAC_OVERRIDE},
	{"rewrites the host's access control", CAP_MAC_ADMIN},
	{"reads kernel memory", CAP_PERFMON},
	{"loads programs into the kernel", CAP_BPF},
	{"restores any process state", CAP_CHECKPOINT_RESTORE},
};

void policy_warn(const struct policy *policy)
{
	char name[CAPABILITIES_TEXT];
	bool noroot = policy->securebits & SECBIT_NOROOT;

	for (size_t i = 0; i < COUNT(dangerous); i++) {
		uint64_t bit = CAPABILITY_BIT(dangerous[i].value);

		if (policy->allow & bit)
			warning("%s: warning: %s is allowed: it %s",
				policy->file, capname_format(bit, name),
				dangerous[i].name);
	}
	if ((policy->allow & CAPABILITY_BIT(CAP_SETUID)) &&
	    !(policy->allow & CAPABILITY_BIT(CAP_KILL)))
		warning("%s: warning: SETUID is allowed without KILL: the "
			"application may be unable to signal its own processes",
			policy->file);
	if (noroot && policy->allow && !policy->ambient_auto &&
	    !policy->ambient)
		warning("%s: warning: noroot with nothing ambient: the "
			"application holds none of what is allowed",
			policy->file);
}
static void print_capabilities(const char *name, uint64_t set)
{
	char names[CAPABILITIES_TEXT];

	for (int n = 0; n <= CAPABILITY_LAST; n++)
		if (set & CAPABILITY_BIT(n))
			print("%s = %s\n", name,
			      capname_format(CAPABILITY_BIT(n), names));
}

/* On one line, which has room for what a line can say: the lists by name. */
static void print_ambient(const struct policy *policy)
{
	uint64_t docker = CAPABILITY_DOCKER_DEFAULT;
	uint64_t rest = policy->ambient & ~docker;
	char names[CAPABILITIES_TEXT];

	if (policy->ambient_auto)
		print("ambient = auto\n");
	else if (policy->ambient == CAPABILITY_ALL)
		print("ambient = ALL\n");
	else if ((policy->ambient & docker) == docker)
		print("ambient = DOCKER_DEFAULT %s\n",
		      rest ? capname_format(rest, names) : "");
	else
		print("ambient = %s\n", capname_format(policy->ambient, names));
}

static void print_securebits(uint32_t securebits)
{
	const char *lead = "securebits =";

	for (const struct choice *bit = securebit_names; bit->name; bit++) {
		if (!(securebits & (uint32_t)bit->value))
			continue;
		print("%s %s", lead, bit->name);
		lead = "";
	}
	if (!*lead)
		print("\n");
}

static void print_codes(const bool codes[256])
{
	const char *lead = "remap_exit =";

	for (int code = 0; code < 256; code++) {
		if (!codes[code])
			continue;
		print("%s %d", lead, code);
		lead = "";
	}
	if (!*lead)
		print("\n");
}

/* A key at its default that no value stands for is left out. */
static void print_key(const struct policy *policy, const struct key *key)
{
	const void *field = (const char *)policy + key->field;
	char name[SIGNAL_TEXT];

	switch (key->kind) {
	case KIND_CAPABILITIES:
		print_capabilities(key->name, *(const uint64_t *)field);
		break;
	case KIND_AMBIENT:
		print_ambient(policy);
		break;
	case KIND_CHOICE:
		print("%s = %s\n", key->name,
		      chosen(key->choices, *(const int *)field));
		break;
	case KIND_FLAG:
		print("%s = %s\n", key->name,
		      chosen(key->choices, *(const bool *)field));
		break;
	case KIND_NUMBER:
		print("%s = %d\n", key->name, *(const int *)field);
		break;
	case KIND_SIGNAL:
		if (policy->pdeathsig)
			print("%s = %s\n", key->name,
			      signame_format(policy->pdeathsig, name));
		break;
	case KIND_USER:
		if (policy->user[0])
			print("%s = %s\n", key->name, policy->user);
		break;
	case KIND_GROUPS:
		print("%s = %s\n", key->name, policy->groups);
		break;
	case KIND_SECUREBITS:
		print_securebits(policy->securebits);
		break;
	case KIND_CODES:
		print_codes(policy->remap);
		break;
	}
}

static void print_signals(const struct policy *policy)
{
	char from[SIGNAL_TEXT], to[SIGNAL_TEXT];
	const char *head = "\n[signals]\n";

	for (int signal = 1; signal <= SIGNAL_LAST; signal++) {
		int target = policy->signals[signal];

		if (target == signal)
			continue;
		print("%s%s = %s\n", head, signame_format(signal, from),
		      target ? signame_format(target, to) : "ignore");
		head = "";
	}
}

int policy_print(const struct policy *policy)
{
	const char *section = "";

	for (size_t i = 0; i < COUNT(keys); i++) {
		if (strcmp(section, keys[i].section) != 0)
			print("%s[%s]\n", *section ? "\n" : "",
			      keys[i].section);
		section = keys[i].section;
		if (i == 0 && !policy->allow)
			print("allow = NONE\n");
		print_key(policy, &keys[i]);
	}
	print_signals(policy);
	return print_end();
}
