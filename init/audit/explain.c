/* SPDX-License-Identifier: MIT */
/* The verb explain: which capabilities are meant, and the table's words for
 * each. The words themselves are advice's. */
#include "audit/explain.h"

#include <stdio.h>
#include <string.h>

#include "audit/advice.h"
#include "audit/input.h"
#include "names.h"

#define WIDTH	 79
#define TEXT_MAX 4096 /* of a list of names */
#define MARGIN	 12

static const char usage[] = "usage: capini-audit explain POLICY.ini | MASK | "
			    "NAME... | --pid N | --docker-default";

/* text behind label, wrapped at blanks and indented. */
static void print_wrapped(const char *label, const char *text)
{
	size_t room = WIDTH - MARGIN;

	printf("  %-*s", MARGIN - 2, label);
	while (strlen(text) > room) {
		size_t cut = room;

		while (cut > 0 && text[cut] != ' ')
			cut--;
		if (cut == 0)
			break;
		printf("%.*s\n%*s", (int)cut, text, MARGIN, "");
		text += cut + 1;
	}
	puts(text);
}

static void print_names(const char *label, uint64_t set)
{
	char names[CAPABILITIES_TEXT];

	print_wrapped(label, capname_format(set, names));
}

static void explain_one(unsigned int number)
{
	const char *danger = danger_of(number);
	char name[CAPABILITIES_TEXT];

	printf("\n%s\n", capname_format(CAPABILITY_BIT(number), name));
	print_wrapped("allows", allows_of(number));
	print_wrapped("danger", danger ? danger : "not root's power by itself");
	print_wrapped("instead", advice_for(number));
}

static int explain_set(const char *what, uint64_t set)
{
	printf("%s: %016llx, %d of %d\n", what, (unsigned long long)set,
	       __builtin_popcountll(set), CAPABILITY_LAST + 1);
	for (unsigned int number = 0; number < 64; number++)
		if (set & CAPABILITY_BIT(number))
			explain_one(number);
	return input_done();
}

static int explain_policy(const char *path)
{
	struct policy policy;
	int result = input_policy(path, &policy);

	if (result != VERB_GOOD)
		return result;
	return explain_set("the policy allows", policy.allow);
}

/* What a process holds is explained; what it may come to hold is named. */
static int explain_process(const char *pid)
{
	static const char *const fields[] = {"CapBnd", "CapPrm", "CapEff",
					     "CapInh", "CapAmb"};
	static const char *const labels[] = {
		"bounding", "permitted", "effective", "inherit.", "ambient"};
	uint64_t sets[sizeof(fields) / sizeof(fields[0])];
	char status[INPUT_STATUS_MAX];
	int result = input_status(pid, status);

	if (result != VERB_GOOD)
		return result;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (input_field_set(status, fields[i], &sets[i]) < 0) {
			fault("--pid %s: no %s in its status", pid, fields[i]);
			return VERB_BAD;
		}
	}
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		print_names(labels[i], sets[i]);
	if (sets[0] & ~sets[1])
		puts("  Bounding, not permitted: to be had by executing a file "
		     "that is set-user-ID\n  root or has capabilities, unless "
		     "no_new_privs is set.");
	return explain_set("the process holds", sets[1]);
}

static int explain_text(char *const *operands)
{
	char text[TEXT_MAX];
	struct error err;
	uint64_t set;

	if (input_join(operands, text, sizeof(text)) < 0) {
		fault("more than %zu bytes of names", sizeof(text) - 1);
		return VERB_BAD;
	}
	if (input_set(text, &set, &err) < 0) {
		fault("%s; a policy needs a slash or a dot in its path",
		      err.text);
		return VERB_BAD;
	}
	return explain_set("named", set);
}

int explain_main(int argc, char **argv)
{
	static const struct option options[] = {
		{"pid", required_argument, NULL, 'p'},
		{"docker-default", no_argument, NULL, 'd'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	const char *pid = NULL;
	bool docker = false;
	int letter;

	optind = 0;
	while ((letter = input_option(argc, argv, options)) != -1) {
		if (letter == '?')
			return VERB_USAGE;
		if (letter == 'h')
			return puts(usage) < 0 ? VERB_USAGE : input_done();
		if (letter == 'd')
			docker = true;
		else
			pid = optarg;
	}
	if ((pid != NULL) + docker + (optind < argc) != 1)
		return input_usage(usage);
	if (pid)
		return explain_process(pid);
	if (docker)
		return explain_set("Docker gives by default",
				   CAPABILITY_DOCKER_DEFAULT);
	if (argc - optind == 1 && input_is_path(argv[optind]))
		return explain_policy(argv[optind]);
	return explain_text(argv + optind);
}
