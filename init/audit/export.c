/* SPDX-License-Identifier: MIT */
/* The verb export: the application's part of a policy in the words of engines
 * and of systemd. What a format cannot say is in a comment or an error, never
 * left out in silence. */
#include "audit/export.h"

#include <linux/capability.h>
#include <linux/securebits.h>
#include <stdio.h>
#include <string.h>

#include "audit/input.h"
#include "names.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char usage[] = "usage: capini-audit export --format docker|"
			    "compose|k8s|podman-label|systemd|mask POLICY.ini";

/* Each capability of set, with before and after around its name. */
static void print_each(uint64_t set, const char *before, const char *after,
		       const char *between)
{
	const char *lead = "";

	for (int number = 0; number <= CAPABILITY_LAST; number++) {
		char name[CAPABILITIES_TEXT];

		if (!(set & CAPABILITY_BIT(number)))
			continue;
		printf("%s%s%s%s", lead, before,
		       capname_format(CAPABILITY_BIT(number), name), after);
		lead = between;
	}
}

/* The names, or the word ALL for all of them. */
static void print_set(uint64_t set, const char *quote, const char *between)
{
	if (set == CAPABILITY_ALL)
		printf("%sALL%s", quote, quote);
	else
		print_each(set, quote, quote, between);
}

/* The policy's user without its group into name. Returns name. */
static const char *user_name(const struct policy *policy,
			     char name[POLICY_VALUE_MAX])
{
	snprintf(name, POLICY_VALUE_MAX, "%.*s",
		 (int)strcspn(policy->user, ":"), policy->user);
	return name;
}

static bool becomes_user(const struct policy *policy)
{
	char name[POLICY_VALUE_MAX];

	return policy->user[0] &&
	       strcmp(user_name(policy, name), "root") != 0 &&
	       strcmp(name, "0") != 0;
}

/* The lines are for the application. PID 1 drops what it needs itself. */
static void comment_init(const struct policy *policy)
{
	uint64_t needed = 0;

	if (policy->user[0])
		needed = CAPABILITY_BIT(CAP_SETUID) |
			 CAPABILITY_BIT(CAP_SETGID) |
			 CAPABILITY_BIT(CAP_SETPCAP);
	if (policy->securebits)
		needed |= CAPABILITY_BIT(CAP_SETPCAP);
	needed &= ~policy->allow;
	if (!needed)
		return;
	printf("# capini itself needs, ");
	if (policy->user[0])
		printf("to become %s", policy->user);
	else
		printf("for securebits");
	printf(", and drops again: add ");
	print_each(needed, "", "", " ");
	puts("");
}

static int export_docker(const struct policy *policy)
{
	comment_init(policy);
	if (policy->allow == CAPABILITY_ALL) {
		printf("--cap-add=ALL");
	} else {
		printf("--cap-drop=ALL");
		print_each(policy->allow, " --cap-add=", "", "");
	}
	puts(policy->no_new_privs ? " --security-opt=no-new-privileges" : "");
	return VERB_GOOD;
}

/* Where both lists have ALL Docker gives everything, containerd nothing: so
 * the one that is not meant is left out. */
static void print_lists(const struct policy *policy, const char *drop,
			const char *add, const char *quote)
{
	if (policy->allow != CAPABILITY_ALL)
		printf("%s: [%sALL%s]\n", drop, quote, quote);
	if (!policy->allow)
		return;
	printf("%s: [", add);
	print_set(policy->allow, quote, ", ");
	puts("]");
}

static int export_compose(const struct policy *policy)
{
	comment_init(policy);
	print_lists(policy, "cap_drop", "cap_add", "");
	if (policy->no_new_privs)
		puts("security_opt: [\"no-new-privileges:true\"]");
	return VERB_GOOD;
}

static int export_k8s(const struct policy *policy)
{
	comment_init(policy);
	if (policy->allow)
		puts("# \"add\" does not reach a process that is not root "
		     "(runAsUser, runAsNonRoot):\n"
		     "# start as root under capini with \"user =\", which "
		     "makes it ambient, or use a file\n"
		     "# capability");
	puts("securityContext:");
	if (policy->no_new_privs)
		puts("  allowPrivilegeEscalation: false");
	puts("  capabilities:");
	print_lists(policy, "    drop", "    add", "\"");
	return VERB_GOOD;
}

static int export_label(const struct policy *policy)
{
	if (!policy->allow) {
		fault("the label cannot say NONE: "
		      "run with --cap-drop=ALL instead");
		return VERB_BAD;
	}
	comment_init(policy);
	puts("# podman passes over the label where it names more than the "
	     "container is given");
	printf("LABEL io.containers.capabilities=\"");
	print_set(policy->allow, "", ",");
	puts("\"");
	return VERB_GOOD;
}

/* "~" takes nothing away from everything; no value stands for nothing. */
static void print_unit_set(const char *key, uint64_t set)
{
	printf("%s=", key);
	if (set == CAPABILITY_ALL)
		printf("~");
	else
		print_each(set, "CAP_", "", " ");
	puts("");
}

static void print_unit_securebits(uint32_t securebits)
{
	static const struct {
		uint32_t bit;
		const char *words;
	} rows[] = {
		{SECBIT_NOROOT, " noroot noroot-locked"},
		{SECBIT_NO_SETUID_FIXUP,
		 " no-setuid-fixup no-setuid-fixup-locked"},
	};
	const char *lead = "SecureBits=";

	for (size_t i = 0; i < COUNT(rows); i++) {
		if (!(securebits & rows[i].bit))
			continue;
		printf("%s%s", lead, rows[i].words + (*lead != '\0'));
		lead = "";
	}
	if (!*lead)
		puts("");
	if (securebits & SECBIT_NO_CAP_AMBIENT_RAISE)
		puts("# systemd has no word for no_cap_ambient_raise");
}

static int export_systemd(const struct policy *policy)
{
	bool all = becomes_user(policy) || (policy->securebits & SECBIT_NOROOT);
	uint64_t ambient = policy->ambient;
	char name[POLICY_VALUE_MAX];
	const char *group = strchr(policy->user, ':');

	if (policy->ambient_auto)
		ambient = all ? policy->allow : 0;
	puts("[Service]");
	print_unit_set("CapabilityBoundingSet", policy->allow);
	if (ambient)
		print_unit_set("AmbientCapabilities", ambient);
	printf("NoNewPrivileges=%s\n", policy->no_new_privs ? "yes" : "no");
	print_unit_securebits(policy->securebits);
	if (policy->user[0])
		printf("User=%s\n", user_name(policy, name));
	if (group)
		printf("Group=%s\n", group + 1);
	return VERB_GOOD;
}

static int export_mask(const struct policy *policy)
{
	printf("%016llx\n", (unsigned long long)policy->allow);
	return VERB_GOOD;
}

static const struct format {
	const char *name;
	int (*print)(const struct policy *policy);
} formats[] = {
	{"docker", export_docker},   {"compose", export_compose},
	{"k8s", export_k8s},	     {"podman-label", export_label},
	{"systemd", export_systemd}, {"mask", export_mask},
};

static const struct format *find_format(const char *name)
{
	struct nearest nearest;
	char hint[HINT_TEXT];

	nearest_begin(&nearest, name);
	for (size_t i = 0; i < COUNT(formats); i++) {
		if (strcmp(name, formats[i].name) == 0)
			return &formats[i];
		nearest_offer(&nearest, formats[i].name);
	}
	fault("unknown format \"%s\"%s", name, nearest_hint(&nearest, hint));
	return NULL;
}

static int export_policy(const struct format *format, const char *path)
{
	struct policy policy;
	int result = input_policy(path, &policy);

	if (result == VERB_GOOD)
		result = format->print(&policy);
	return result == VERB_GOOD ? input_done() : result;
}

int export_main(int argc, char **argv)
{
	static const struct option options[] = {
		{"format", required_argument, NULL, 'f'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	const struct format *format = NULL;
	int letter;

	optind = 0;
	while ((letter = input_option(argc, argv, options)) != -1) {
		if (letter == 'h')
			return puts(usage) < 0 ? VERB_USAGE : input_done();
		if (letter == 'f' && !format)
			format = find_format(optarg);
		else if (letter == 'f')
			return input_usage("--format is given twice");
		if (letter == '?' || !format)
			return VERB_USAGE;
	}
	if (!format || argc - optind != 1)
		return input_usage(usage);
	return export_policy(format, argv[optind]);
}
