/* SPDX-License-Identifier: MIT */
/* The policy: a table of keys, what the strict reader finds for them, the
 * command line on top, and the same printed again. Pure: what the process
 * holds or may do is left to the plan. */
#include "policy.h"

#include <linux/capability.h>
#include <linux/securebits.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "strict.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct choice {
	const char *name;
	int value;
};

static const struct choice yes_no[] = {{"yes", true}, {"no", false}};
static const struct choice auto_no[] = {{"auto", true}, {"no", false}};
static const struct choice enforces[] = {
	{"guarantee", ENFORCE_GUARANTEE},
	{"bounding", ENFORCE_BOUNDING},
	{"warn", ENFORCE_WARN},
};
static const struct choice subreapers[] = {
	{"auto", SUBREAPER_AUTO},
	{"yes", SUBREAPER_YES},
	{"no", SUBREAPER_NO},
};
static const struct choice securebit_names[] = {
	{"noroot", SECBIT_NOROOT | SECBIT_NOROOT_LOCKED},
	{"no_setuid_fixup",
	 SECBIT_NO_SETUID_FIXUP | SECBIT_NO_SETUID_FIXUP_LOCKED},
	{"no_cap_ambient_raise",
	 SECBIT_NO_CAP_AMBIENT_RAISE | SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED},
};

/* The value of the choice called name, or -1 and the choices in err. */
static int choose(const struct choice *choices, size_t count, const char *name,
		  struct error *err)
{
	char list[128] = "";

	for (size_t i = 0; i < count; i++) {
		size_t used = strlen(list);

		if (strcmp(name, choices[i].name) == 0)
			return choices[i].value;
		snprintf(list + used, sizeof(list) - used, "%s%s",
			 i ? ", " : "", choices[i].name);
	}
	return error_set(err, "unknown value \"%s\": one of %s", name, list);
}

static const char *chosen(const struct choice *choices, int value)
{
	while (choices->value != value)
		choices++;
	return choices->name;
}

/* One setter a kind of value: 0, or -1 with the reason in err. */

static int set_choice(int *field, const struct choice *choices, size_t count,
		      const char *value, struct error *err)
{
	*field = choose(choices, count, value, err);
	return *field < 0 ? -1 : 0;
}

static int set_flag(bool *field, const struct choice choices[2],
		    const char *value, struct error *err)
{
	int chosen_value = choose(choices, 2, value, err);

	if (chosen_value < 0)
		return -1;
	*field = chosen_value;
	return 0;
}

static int set_number(int *field, long most, const char *value,
		      struct error *err)
{
	*field = (int)number_parse(value, most);
	if (*field < 0)
		return error_set(err, "\"%s\" is no number 0..%ld", value,
				 most);
	return 0;
}

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
		int bits = choose(securebit_names, COUNT(securebit_names), item,
				  err);

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

enum key {
	KEY_ALLOW,
	KEY_DROP,
	KEY_AMBIENT,
	KEY_REQUIRE,
	KEY_ENFORCE,
	KEY_USER,
	KEY_GROUPS,
	KEY_NO_NEW_PRIVS,
	KEY_SECUREBITS,
	KEY_SUBREAPER,
	KEY_KILL_PROCESS_GROUP,
	KEY_PDEATHSIG,
	KEY_REMAP_EXIT,
	KEY_WARN_ON_REAP,
	KEY_VERBOSITY,
	KEY_GRACE,
	KEY_KEEP_KILL,
	KEYS,
};

static const struct {
	const char *section, *name;
	bool repeatable;
} keys[KEYS] = {
	[KEY_ALLOW] = {"capabilities", "allow", true},
	[KEY_DROP] = {"capabilities", "drop", true},
	[KEY_AMBIENT] = {"capabilities", "ambient", false},
	[KEY_REQUIRE] = {"capabilities", "require", true},
	[KEY_ENFORCE] = {"capabilities", "enforce", false},
	[KEY_USER] = {"process", "user", false},
	[KEY_GROUPS] = {"process", "groups", false},
	[KEY_NO_NEW_PRIVS] = {"process", "no_new_privs", false},
	[KEY_SECUREBITS] = {"process", "securebits", false},
	[KEY_SUBREAPER] = {"init", "subreaper", false},
	[KEY_KILL_PROCESS_GROUP] = {"init", "kill_process_group", false},
	[KEY_PDEATHSIG] = {"init", "pdeathsig", false},
	[KEY_REMAP_EXIT] = {"init", "remap_exit", false},
	[KEY_WARN_ON_REAP] = {"init", "warn_on_reap", false},
	[KEY_VERBOSITY] = {"init", "verbosity", false},
	[KEY_GRACE] = {"init", "grace", false},
	[KEY_KEEP_KILL] = {"init", "keep_kill", false},
};

static const char *const sections[] = {"capabilities", "process", "init",
				       "signals"};

static int set_key(struct policy *policy, enum key key, const char *value,
		   struct error *err)
{
	int number = 0;
	int result = -1;

	switch (key) {
	case KEY_ALLOW:
		return add_capabilities(&policy->allow, value, err);
	case KEY_DROP:
		return add_capabilities(&policy->drop, value, err);
	case KEY_AMBIENT:
		return set_ambient(policy, value, err);
	case KEY_REQUIRE:
		return add_capabilities(&policy->require, value, err);
	case KEY_ENFORCE:
		result = set_choice(&number, enforces, COUNT(enforces), value,
				    err);
		policy->enforce = (enum enforce)number;
		return result;
	case KEY_USER:
		return set_user(policy, value, err);
	case KEY_GROUPS:
		return set_groups(policy, value, err);
	case KEY_NO_NEW_PRIVS:
		return set_flag(&policy->no_new_privs, yes_no, value, err);
	case KEY_SECUREBITS:
		return set_securebits(policy, value, err);
	case KEY_SUBREAPER:
		result = set_choice(&number, subreapers, COUNT(subreapers),
				    value, err);
		policy->subreaper = (enum subreaper)number;
		return result;
	case KEY_KILL_PROCESS_GROUP:
		return set_flag(&policy->kill_process_group, yes_no, value,
				err);
	case KEY_PDEATHSIG:
		return set_signal(&policy->pdeathsig, value, err);
	case KEY_REMAP_EXIT:
		return set_remap(policy, value, err);
	case KEY_WARN_ON_REAP:
		return set_flag(&policy->warn_on_reap, yes_no, value, err);
	case KEY_VERBOSITY:
		return set_number(&policy->verbosity, 4, value, err);
	case KEY_GRACE:
		return set_number(&policy->grace, 3600, value, err);
	case KEY_KEEP_KILL:
		return set_flag(&policy->keep_kill, auto_no, value, err);
	case KEYS:
		break;
	}
	return result;
}

/* The state of one reading. */
struct reading {
	struct policy *policy;
	const char *file;
	int key_lines[KEYS]; /* where each key stood first; 0: nowhere */
	int signal_lines[SIGNAL_LAST + 1];
	bool none[KEYS]; /* a repeatable list said NONE */
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

	nearest_begin(&nearest, section);
	for (size_t i = 0; i < COUNT(sections); i++) {
		if (strcmp(section, sections[i]) == 0)
			return true;
		nearest_offer(&nearest, sections[i]);
	}
	mistake(reading, line, "unknown section [%s]%s", section,
		nearest_hint(&nearest, hint));
	return false;
}

/* NONE in one line and a name in another contradict each other. */
static void check_none(struct reading *reading, enum key key, const char *value,
		       int line)
{
	bool none = strcasecmp(value, "NONE") == 0;

	if (reading->key_lines[key] && none != reading->none[key])
		mistake(reading, line,
			"NONE must stand alone, %s is also on line %d",
			keys[key].name, reading->key_lines[key]);
	reading->none[key] = none;
}

static void take_known_key(struct reading *reading, enum key key,
			   const char *value, int line)
{
	struct error err;

	if (keys[key].repeatable) {
		check_none(reading, key, value, line);
	} else if (reading->key_lines[key]) {
		mistake(reading, line, "%s is set again, first on line %d",
			keys[key].name, reading->key_lines[key]);
		return;
	}
	if (!reading->key_lines[key])
		reading->key_lines[key] = line;
	if (set_key(reading->policy, key, value, &err) < 0)
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
	nearest_begin(&nearest, name);
	for (int key = 0; key < KEYS; key++) {
		if (strcmp(section, keys[key].section) != 0)
			continue;
		if (strcmp(name, keys[key].name) == 0) {
			take_known_key(reading, (enum key)key, value, line);
			return;
		}
		nearest_offer(&nearest, keys[key].name);
	}
	mistake(reading, line, "unknown key \"%s\" in [%s]%s", name, section,
		nearest_hint(&nearest, hint));
}

/* What no line can tell alone. */
static void check_whole(struct reading *reading)
{
	const struct policy *policy = reading->policy;
	char names[CAPABILITIES_TEXT];

	if (policy->ambient & ~policy->allow)
		mistake(reading, reading->key_lines[KEY_AMBIENT],
			"ambient: %s is not allowed",
			capname_format(policy->ambient & ~policy->allow,
				       names));
	if (policy->require & ~policy->allow)
		mistake(reading, reading->key_lines[KEY_REQUIRE],
			"require: %s is not allowed",
			capname_format(policy->require & ~policy->allow,
				       names));
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
	/* A list that could not be read says nothing about the others. */
	if (!reading.failed)
		check_whole(&reading);
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

static void print_capabilities(const struct policy *policy)
{
	char names[CAPABILITIES_TEXT];
	const struct {
		const char *key;
		uint64_t set;
	} lists[] = {{"allow", policy->allow}, {"require", policy->require}};

	puts("[capabilities]");
	for (size_t i = 0; i < COUNT(lists); i++) {
		if (lists[i].set == 0 && i == 0)
			puts("allow = NONE");
		for (int n = 0; n <= CAPABILITY_LAST; n++)
			if (lists[i].set & CAPABILITY_BIT(n))
				printf("%s = %s\n", lists[i].key,
				       capname_format(CAPABILITY_BIT(n),
						      names));
	}
	if (policy->ambient_auto)
		puts("ambient = auto");
	else if (policy->ambient == CAPABILITY_ALL)
		puts("ambient = ALL");
	else if ((policy->ambient & CAPABILITY_DOCKER_DEFAULT) ==
		 CAPABILITY_DOCKER_DEFAULT) {
		uint64_t rest = policy->ambient & ~CAPABILITY_DOCKER_DEFAULT;

		printf("ambient = DOCKER_DEFAULT %s\n",
		       rest ? capname_format(rest, names) : "");
	} else
		printf("ambient = %s\n",
		       capname_format(policy->ambient, names));
	printf("enforce = %s\n", chosen(enforces, (int)policy->enforce));
}

static void print_process(const struct policy *policy)
{
	puts("\n[process]");
	if (policy->user[0])
		printf("user = %s\n", policy->user);
	printf("groups = %s\n", policy->groups);
	printf("no_new_privs = %s\n", chosen(yes_no, policy->no_new_privs));
	if (!policy->securebits)
		return;
	fputs("securebits =", stdout);
	for (size_t i = 0; i < COUNT(securebit_names); i++)
		if (policy->securebits & (uint32_t)securebit_names[i].value)
			printf(" %s", securebit_names[i].name);
	puts("");
}

static void print_init(const struct policy *policy)
{
	char name[SIGNAL_TEXT];
	const char *lead = "remap_exit =";

	printf("\n[init]\nsubreaper = %s\nkill_process_group = %s\n",
	       chosen(subreapers, (int)policy->subreaper),
	       chosen(yes_no, policy->kill_process_group));
	if (policy->pdeathsig)
		printf("pdeathsig = %s\n",
		       signame_format(policy->pdeathsig, name));
	for (int code = 0; code < 256; code++) {
		if (!policy->remap[code])
			continue;
		printf("%s %d", lead, code);
		lead = "";
	}
	if (!*lead)
		puts("");
	printf("warn_on_reap = %s\nverbosity = %d\ngrace = %d\n"
	       "keep_kill = %s\n",
	       chosen(yes_no, policy->warn_on_reap), policy->verbosity,
	       policy->grace, chosen(auto_no, policy->keep_kill));
}

static void print_signals(const struct policy *policy)
{
	char from[SIGNAL_TEXT], to[SIGNAL_TEXT];
	const char *head = "\n[signals]\n";

	for (int signal = 1; signal <= SIGNAL_LAST; signal++) {
		int target = policy->signals[signal];

		if (target == signal)
			continue;
		printf("%s%s = %s\n", head, signame_format(signal, from),
		       target ? signame_format(target, to) : "ignore");
		head = "";
	}
}

int policy_print(const struct policy *policy)
{
	print_capabilities(policy);
	print_process(policy);
	print_init(policy);
	print_signals(policy);
	return fflush(stdout) == 0 && !ferror(stdout) ? 0 : -1;
}
