/* SPDX-License-Identifier: MIT */
/* The verbs that run a program: run says what it needs, verify compares that
 * with a policy. Reports go to stderr and files, stdout is the program's. */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "audit/input.h"
#include "audit/out.h"
#include "audit/run.h"

struct request {
	struct run run;
	bool fast, full, for_given;
	const char *policy_path; /* -o of run, the operand of verify */
	const char *json_path;
};

static const char run_usage[] =
	"run [--user USER[:GROUP]] [--fast | --full] [--for SECONDS] "
	"[--check COMMAND] [--no-pin] [-o POLICY] [--json FILE] -- PROGRAM "
	"[ARGUMENT...]";
static const char verify_usage[] = "verify [--fast | --full] [--for SECONDS] "
				   "[--check COMMAND] [--no-pin] [--json FILE] "
				   "POLICY -- PROGRAM [ARGUMENT...]";

static int take_option(struct request *request, int option)
{
	switch (option) {
	case 'u':
		return input_once(&request->run.user, "--user");
	case 'f':
		request->fast = true;
		return 0;
	case 'F':
		request->full = true;
		return 0;
	case 't':
		request->run.seconds = input_seconds("--for");
		return request->run.seconds > 0 ? 0 : -1;
	case 'c':
		return input_once(&request->run.check, "--check");
	case 'n':
		request->run.pinned = false;
		return 0;
	case 'e': /* what is done anyway */
		return 0;
	case 'o':
		return input_once(&request->policy_path, "-o");
	case 'j':
		return input_once(&request->json_path, "--json");
	default:
		return -1;
	}
}

static int read_options(int argc, char **argv, struct request *request,
			const struct option *options, const char *letters)
{
	int option;

	*request = (struct request){.run.pinned = true};
	optind = 0;
	while ((option = getopt_long(argc, argv, letters, options, NULL)) != -1)
		if (take_option(request, option) < 0)
			return -1;
	if (request->fast && request->full) {
		fault("--fast and --full: one of them");
		return -1;
	}
	request->run.fast = request->fast;
	return 0;
}

static int not_started(const struct error *err)
{
	fault("%s", err->text);
	return EXIT_REFUSED;
}

/* What both verbs end with, unless they know better. */
static int exit_code(const struct outcome *outcome)
{
	if (!outcome->started)
		return outcome->code;
	if (!outcome->held)
		return RUN_BLIND;
	return outcome->failed ? RUN_FAILED : RUN_FOUND;
}

static int write_files(const struct request *request, bool policy,
		       const struct evidence *evidence,
		       const struct outcome *outcome)
{
	struct error err;
	int code = 0;

	if (policy && request->policy_path &&
	    out_ini(request->policy_path, evidence, &request->run, outcome,
		    &err) < 0) {
		fault("%s", err.text);
		code = RUN_USAGE;
	}
	if (request->json_path && out_json(request->json_path, evidence,
					   &request->run, outcome, &err) < 0) {
		fault("%s", err.text);
		code = RUN_USAGE;
	}
	return code;
}

int run_main(int argc, char **argv)
{
	static const struct option options[] = {
		{"user", required_argument, NULL, 'u'},
		{"fast", no_argument, NULL, 'f'},
		{"full", no_argument, NULL, 'F'},
		{"for", required_argument, NULL, 't'},
		{"check", required_argument, NULL, 'c'},
		{"until-exit", no_argument, NULL, 'e'},
		{"no-pin", no_argument, NULL, 'n'},
		{"output", required_argument, NULL, 'o'},
		{"json", required_argument, NULL, 'j'},
		{NULL, 0, NULL, 0},
	};
	struct evidence evidence = {0};
	struct request request;
	struct outcome outcome;
	struct error err;
	int code, written;

	if (read_options(argc, argv, &request, options, "+u:o:") < 0 ||
	    optind == argc)
		return input_usage(run_usage);
	request.run.program = argv + optind;
	if (run_program(&request.run, &evidence, &outcome, &err) < 0)
		return not_started(&err);
	code = exit_code(&outcome);
	if (outcome.started) {
		out_table(stderr, &evidence, &request.run, &outcome);
		written = write_files(&request, true, &evidence, &outcome);
		code = written ? written : code;
	}
	evidence_free(&evidence);
	return code;
}

/* Each capability that is needed and not allowed. Returns how many. */
static int put_lacking(const struct evidence *evidence,
		       const struct policy *policy)
{
	uint64_t lacking = evidence_set(evidence, OUT_LEAST) & ~policy->allow;
	char names[CAPABILITIES_TEXT], text[FINDING_TEXT];
	int count = 0;

	for (size_t i = 0; i < evidence->count; i++) {
		const struct finding *finding = &evidence->findings[i];

		if (finding->verdict < OUT_LEAST || !(finding->set & lacking))
			continue;
		fprintf(stderr, "%s lacks %s: %s, %s\n", policy->file,
			capname_format(finding->set & lacking, names),
			finding_format(finding, text), finding->program);
		count++;
	}
	return count;
}

int verify_main(int argc, char **argv)
{
	static const struct option options[] = {
		{"fast", no_argument, NULL, 'f'},
		{"full", no_argument, NULL, 'F'},
		{"for", required_argument, NULL, 't'},
		{"check", required_argument, NULL, 'c'},
		{"until-exit", no_argument, NULL, 'e'},
		{"no-pin", no_argument, NULL, 'n'},
		{"json", required_argument, NULL, 'j'},
		{NULL, 0, NULL, 0},
	};
	static struct policy policy;
	struct evidence evidence = {0};
	struct request request;
	struct outcome outcome;
	struct error err;
	int code, lacking;

	if (read_options(argc, argv, &request, options, "+") < 0 ||
	    optind == argc)
		return input_usage(verify_usage);
	request.policy_path = argv[optind++];
	if (optind < argc && strcmp(argv[optind], "--") == 0)
		optind++;
	if (optind == argc)
		return input_usage(verify_usage);
	code = input_policy(request.policy_path, &policy);
	if (code != VERB_GOOD)
		return code;
	request.run.program = argv + optind;
	request.run.user = policy.user[0] ? policy.user : NULL;
	if (run_program(&request.run, &evidence, &outcome, &err) < 0)
		return not_started(&err);
	lacking = put_lacking(&evidence, &policy);
	code = exit_code(&outcome);
	if (outcome.started && outcome.held && lacking)
		code = RUN_LACKING;
	if (code == RUN_BLIND)
		fault("no capability is held here to try with: run it as root "
		      "in the container, or in unshare -Ur");
	if (write_files(&request, false, &evidence, &outcome) != 0)
		code = RUN_USAGE;
	evidence_free(&evidence);
	return code;
}
