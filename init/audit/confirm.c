/* SPDX-License-Identifier: MIT */
/* Confirm by removal. First with all that the policy allows: if that is not
 * enough, with what is commented out in it too, then with everything. Then
 * without one at a time, the most dangerous first: of two that would do the
 * lesser is kept. What fails or takes too long without a capability needs it;
 * each failure is tried again, so that a flaky check does not pass for a need.
 *
 * A run leaves things behind: files that belong to their user now, directories
 * that are there. So each has to begin afresh, which is for the template to
 * see to. Without one, only that is believed which fails, and of what works
 * without only capabilities whose effect ends with the program. */
#include "audit/confirm.h"

#include <linux/capability.h>
#include <stdio.h>
#include <string.h>

#include "audit/input.h"
#include "audit/out.h"
#include "audit/search.h"
#include "audit/trial.h"
#include "names.h"

#define TIMEOUT_DEFAULT 60

/* What is done with these is over when the program is. */
#define PASSING                                                               \
	(CAPABILITY_BIT(CAP_KILL) | CAPABILITY_BIT(CAP_SETGID) |              \
	 CAPABILITY_BIT(CAP_SETUID) | CAPABILITY_BIT(CAP_SETPCAP) |           \
	 CAPABILITY_BIT(CAP_NET_BIND_SERVICE) |                               \
	 CAPABILITY_BIT(CAP_NET_BROADCAST) | CAPABILITY_BIT(CAP_NET_RAW) |    \
	 CAPABILITY_BIT(CAP_IPC_LOCK) | CAPABILITY_BIT(CAP_SYS_CHROOT) |      \
	 CAPABILITY_BIT(CAP_SYS_PTRACE) | CAPABILITY_BIT(CAP_SYS_NICE) |      \
	 CAPABILITY_BIT(CAP_SYS_RESOURCE) | CAPABILITY_BIT(CAP_LEASE) |       \
	 CAPABILITY_BIT(CAP_AUDIT_WRITE) | CAPABILITY_BIT(CAP_SYSLOG) |       \
	 CAPABILITY_BIT(CAP_WAKE_ALARM) | CAPABILITY_BIT(CAP_BLOCK_SUSPEND) | \
	 CAPABILITY_BIT(CAP_AUDIT_READ) | CAPABILITY_BIT(CAP_PERFMON))

/* Linux 5.8 and 5.9; an engine of before then refuses their names. */
#define NEWEST                                                   \
	(CAPABILITY_BIT(CAP_PERFMON) | CAPABILITY_BIT(CAP_BPF) | \
	 CAPABILITY_BIT(CAP_CHECKPOINT_RESTORE))

static const char usage[] =
	"confirm POLICY --run COMMAND [OPTION...], or confirm POLICY "
	"[OPTION...] -- PROGRAM [ARGUMENT...]; options: --check COMMAND, "
	"--timeout SECONDS, --keep-proven, -o POLICY";

struct confirm {
	struct trial trial;
	const char *policy_path;
	const char *output;
	bool keep_proven;
	uint64_t allow; /* what is enough, from that on */
	struct verdicts verdicts;
};

static void put(uint64_t bit, const char *verdict)
{
	char name[CAPABILITIES_TEXT];

	printf("%-18s %s\n", capname_format(bit, name), verdict);
	fflush(stdout);
}

/* One without which nothing is known to fail: is that to be believed? */
static void works_without(struct confirm *confirm, uint64_t bit)
{
	if (confirm->trial.template || (bit & PASSING)) {
		put(bit, "optional: it works without");
		confirm->verdicts.optional |= bit;
	} else {
		put(bit, "kept: it works without here, where an earlier run "
			 "may have done its work; --run with a fresh "
			 "environment would tell");
		confirm->verdicts.kept |= bit;
	}
}

static void remove_each(struct confirm *confirm)
{
	uint8_t order[CAPABILITY_LAST + 1];
	size_t count = search_order(order);
	uint64_t left = confirm->allow;

	while (count > 0) {
		uint64_t bit = CAPABILITY_BIT(order[--count]);

		if (!(left & bit))
			continue;
		if (!trial_passes(&confirm->trial, left & ~bit) &&
		    !trial_passes(&confirm->trial, left & ~bit)) {
			put(bit, "confirmed: it fails without");
			confirm->verdicts.confirmed |= bit;
			continue;
		}
		works_without(confirm, bit);
		if (confirm->verdicts.optional & bit)
			left &= ~bit;
	}
}

/* Find a set that is enough. The first failure may be one of an image that is
 * still to be fetched. Returns 0, or -1 when none is. */
static int find_enough(struct confirm *confirm, uint64_t allow, uint64_t maybe)
{
	const struct {
		uint64_t set;
		const char *what;
	} steps[] = {
		{allow, "with all that the policy allows"},
		{allow | maybe, "with what is commented out in it too"},
		{CAPABILITY_ALL & ~NEWEST,
		 "with every capability that older engines know"},
		{CAPABILITY_ALL, "with every capability"},
	};

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		if (i > 0 && steps[i].set == steps[i - 1].set)
			continue;
		confirm->allow = steps[i].set;
		confirm->verdicts.added = steps[i].set & ~allow;
		if (trial_passes(&confirm->trial, steps[i].set) ||
		    trial_passes(&confirm->trial, steps[i].set)) {
			if (i > 0)
				printf("it works %s\n", steps[i].what);
			return 0;
		}
		printf("it fails, or takes more than %ld s, %s\n",
		       confirm->trial.timeout, steps[i].what);
		fflush(stdout);
	}
	fault("the cause is not a capability, or lies in the command itself: "
	      "try it by hand");
	return -1;
}

static int take_option(struct confirm *confirm, int option)
{
	switch (option) {
	case 'r':
		return input_once(&confirm->trial.template, "--run");
	case 'c':
		return input_once(&confirm->trial.check, "--check");
	case 'o':
		return input_once(&confirm->output, "-o");
	case 'k':
		confirm->keep_proven = true;
		return 0;
	case 't':
		confirm->trial.timeout = input_seconds("--timeout");
		return confirm->trial.timeout > 0 ? 0 : -1;
	default:
		return -1;
	}
}

static int read_options(int argc, char **argv, struct confirm *confirm)
{
	static const struct option options[] = {
		{"run", required_argument, NULL, 'r'},
		{"check", required_argument, NULL, 'c'},
		{"timeout", required_argument, NULL, 't'},
		{"keep-proven", no_argument, NULL, 'k'},
		{"output", required_argument, NULL, 'o'},
		{NULL, 0, NULL, 0},
	};
	int option;

	*confirm = (struct confirm){.trial.timeout = TIMEOUT_DEFAULT};
	if (argc < 2 || argv[1][0] == '-')
		return -1;
	confirm->policy_path = argv[1];
	optind = 2;
	while ((option = getopt_long(argc, argv, "+o:", options, NULL)) != -1)
		if (take_option(confirm, option) < 0)
			return -1;
	if (optind < argc)
		confirm->trial.program = argv + optind;
	return !confirm->trial.template == !confirm->trial.program ? -1 : 0;
}

static int finish(const struct confirm *confirm, const char *text)
{
	const struct verdicts *verdicts = &confirm->verdicts;
	uint64_t needed = verdicts->confirmed | verdicts->kept;
	char names[CAPABILITIES_TEXT];
	struct error err;
	int code;

	printf("needed: %s (%u runs)\n", capname_format(needed, names),
	       confirm->trial.runs);
	code = input_done();
	if (code != VERB_GOOD)
		return code;
	if (confirm->output && out_confirmed(confirm->output, text, verdicts,
					     confirm->keep_proven, &err) < 0) {
		fault("%s", err.text);
		return VERB_USAGE;
	}
	return verdicts->optional || (needed & verdicts->added) ? 3 : 0;
}

int confirm_main(int argc, char **argv)
{
	static char text[INPUT_POLICY_MAX];
	static struct policy policy;
	struct confirm confirm;
	struct error err;
	struct user user;
	int code;

	if (read_options(argc, argv, &confirm) < 0)
		return input_usage(usage);
	code = input_policy_text(confirm.policy_path, &policy, text);
	if (code != VERB_GOOD)
		return code == VERB_BAD ? VERB_USAGE : code;
	if (trial_possible(&confirm.trial, &err) < 0)
		return input_usage(err.text);
	if (confirm.trial.program && policy.user[0]) {
		if (user_find(policy.user, "init", &user, &err) < 0)
			return input_usage(err.text);
		confirm.trial.user = &user;
	}
	if (trial_begin(&err) < 0)
		return input_usage(err.text);
	if (find_enough(&confirm, policy.allow, out_commented(text)) < 0)
		return 1;
	remove_each(&confirm);
	return finish(&confirm, text);
}
