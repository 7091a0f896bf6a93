/* SPDX-License-Identifier: MIT */
/* argv and the environment into struct options: tini's letters, long options
 * for what is ours. What the lists and names in them mean is left to the
 * policy. */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "names.h"
#include "text.h"

enum {
	OPTION_POLICY = 256,
	OPTION_ALLOW,
	OPTION_DROP,
	OPTION_USER,
	OPTION_JSON,
	OPTION_MODE, /* and an enum mode on top */
};

static const struct option long_options[] = {
	{"policy", required_argument, NULL, OPTION_POLICY},
	{"allow", required_argument, NULL, OPTION_ALLOW},
	{"drop", required_argument, NULL, OPTION_DROP},
	{"user", required_argument, NULL, OPTION_USER},
	{"exec", no_argument, NULL, OPTION_MODE + MODE_EXEC},
	{"check", no_argument, NULL, OPTION_MODE + MODE_CHECK},
	{"verify", optional_argument, NULL, OPTION_MODE + MODE_VERIFY},
	{"decode", required_argument, NULL, OPTION_MODE + MODE_DECODE},
	{"json", no_argument, NULL, OPTION_JSON},
	{"help", no_argument, NULL, OPTION_MODE + MODE_HELP},
	{"version", no_argument, NULL, OPTION_MODE + MODE_VERSION},
	{NULL, 0, NULL, 0},
};

static const char help[] =
	"usage: capini [OPTIONS] [--] PROGRAM [ARG...]\n"
	"       capini --exec [OPTIONS] [--] PROGRAM [ARG...]\n"
	"       capini --check [FILE]\n"
	"       capini --verify[=PID|=all] [--json]\n"
	"       capini --decode MASK|PID [--json]\n"
	"\n"
	"Reduce every capability set to what a policy allows, prove it, and "
	"run\n"
	"PROGRAM as its init: forward signals, reap orphans, end with its "
	"code.\n"
	"\n"
	"  --policy FILE      the policy (" POLICY_DEFAULT_PATH ")\n"
	"  --allow LIST       capabilities to allow: without a file the "
	"policy,\n"
	"                     with one only what both allow\n"
	"  --drop LIST        capabilities to take away from what is allowed\n"
	"  --user USER[:GRP]  switch to this user, where the file names none\n"
	"  --exec             become PROGRAM: no child, no reaping\n"
	"  --check            judge a policy and print it in its normal form\n"
	"  --verify[=WHOM]    judge running processes: PID 1, another, or all\n"
	"  --decode MASK      the names in a mask, or in the sets of a PID\n"
	"  --json             answer in JSON\n"
	"  -s                 be a subreaper (by itself when not PID 1)\n"
	"  -p SIGNAL          get SIGNAL when our parent dies\n"
	"  -g                 forward signals to PROGRAM's process group\n"
	"  -e CODE            end with 0 where PROGRAM ended with CODE\n"
	"  -w                 warn when an orphan is reaped\n"
	"  -v                 say more; may be repeated\n"
	"  -h, --help         this text\n"
	"  -l                 the licence\n"
	"  --version          the version\n"
	"\n"
	"environment: CAPINI_DROP (as --drop), TINI_SUBREAPER (as -s),\n"
	"TINI_KILL_PROCESS_GROUP (as -g), TINI_VERBOSITY (0..4)\n"
	"exit: PROGRAM's code, 128+n if signal n ended it, 127 not found,\n"
	"126 not runnable, 125 refused before PROGRAM ran; --check, --verify "
	"and\n"
	"--decode: 0 holds, 1 does not, 2 could not be told\n";

static const char license[] =
	"capini is under the MIT licence: use, copy, modify and distribute it\n"
	"freely with its copyright notice; there is no warranty.\n"
	"It contains or uses libcap-ng (LGPL-2.1-or-later) and inih "
	"(BSD-3-Clause).\n"
	"Copyright (c) 2026 the capini authors\n";

/* Set a single-valued option, once. */
static int set_once(const char **value, const char *name)
{
	if (*value) {
		fault("--%s is given twice", name);
		return -1;
	}
	*value = optarg;
	return 0;
}

static int set_mode(struct options *options, enum mode mode)
{
	if (options->mode != MODE_RUN && options->mode != mode) {
		fault("only one of --exec, --check, --verify, --decode, -h, "
		      "-l and --version");
		return -1;
	}
	options->mode = mode;
	if (optarg && options->subject) {
		fault("--verify or --decode is given twice");
		return -1;
	}
	if (optarg)
		options->subject = optarg;
	return 0;
}

static int set_pdeathsig(struct options *options)
{
	char hint[HINT_TEXT];

	if (options->pdeathsig) {
		fault("-p is given twice");
		return -1;
	}
	options->pdeathsig = signame_parse(optarg);
	if (options->pdeathsig < 0) {
		fault("-p: unknown signal \"%s\"%s", optarg,
		      signame_hint(optarg, hint));
		return -1;
	}
	return 0;
}

static int set_remap(struct options *options)
{
	long code = number_parse(optarg, 255);

	if (code < 0) {
		fault("-e: \"%s\" is no exit code 0..255", optarg);
		return -1;
	}
	options->remap_given = true;
	options->remap[code] = true;
	return 0;
}

/* What getopt_long(3) found wrong: letter is '?' or ':', argument the one it
 * looked at. */
static int usage_fault(int letter, const char *argument)
{
	if (letter == ':')
		fault("%s needs an argument; see --help", argument);
	else if (optopt > 0 && optopt < 256 && argument[1] != '-')
		fault("unknown option -%c; see --help", optopt);
	else
		fault("unknown option %s; see --help", argument);
	return -1;
}

static int take(int letter, const char *argument, struct options *options)
{
	if (letter >= OPTION_MODE)
		return set_mode(options, (enum mode)(letter - OPTION_MODE));
	switch (letter) {
	case OPTION_POLICY:
		return set_once(&options->policy_path, "policy");
	case OPTION_ALLOW:
		return set_once(&options->allow, "allow");
	case OPTION_DROP:
		return set_once(&options->drop, "drop");
	case OPTION_USER:
		return set_once(&options->user, "user");
	case OPTION_JSON:
		options->json = true;
		return 0;
	case 's':
		options->subreaper = true;
		return 0;
	case 'g':
		options->kill_process_group = true;
		return 0;
	case 'w':
		options->warn_on_reap = true;
		return 0;
	case 'v':
		if (options->verbosity < VERBOSITY_WARN)
			options->verbosity = VERBOSITY_WARN;
		options->verbosity++;
		return 0;
	case 'h':
		return set_mode(options, MODE_HELP);
	case 'l':
		return set_mode(options, MODE_LICENSE);
	case 'p':
		return set_pdeathsig(options);
	case 'e':
		return set_remap(options);
	default:
		/* Its exit code is that of the mode. */
		if (letter == ':' && optopt >= OPTION_MODE)
			options->mode = (enum mode)(optopt - OPTION_MODE);
		return usage_fault(letter, argument);
	}
}

/* getopt_long(3) takes any unambiguous beginning of a long option; then a new
 * option could change what an old command line means. */
static bool abbreviated(const char *argument, int index)
{
	const char *name = long_options[index].name;
	size_t length = strlen(name);

	return strncmp(argument + 2, name, length) != 0 ||
	       (argument[2 + length] != '\0' && argument[2 + length] != '=');
}

static bool ends_in_colon(const char *text)
{
	size_t length = strlen(text);

	return length > 0 && text[length - 1] == ':';
}

static int parse_arguments(int argc, char **argv, struct options *options)
{
	int result = 0;
	int letter;

	opterr = 0;
	for (;;) {
		const char *argument = optind < argc ? argv[optind] : "";
		int index = -1;

		/* '+': stop at the first argument that is no option, as
		 * POSIX has it and musl does; glibc would permute. */
		letter = getopt_long(argc, argv, "+:hlsgwvp:e:", long_options,
				     &index);
		if (letter < 0)
			break;
		if (index >= 0 && letter != '?' && letter != ':' &&
		    abbreviated(argument, index))
			letter = '?';
		if (take(letter, argument, options) < 0)
			result = -1;
		/* A pasted "CapEff: MASK" is two arguments. */
		if (letter == OPTION_MODE + MODE_DECODE && optind < argc &&
		    ends_in_colon(optarg))
			options->subject = argv[optind++];
	}
	if (optind < argc)
		options->program = argv + optind;
	return result;
}

static int parse_environment(struct options *options)
{
	const char *verbosity = getenv("TINI_VERBOSITY");

	options->drop_environment = getenv("CAPINI_DROP");
	if (getenv("TINI_SUBREAPER"))
		options->subreaper = true;
	if (getenv("TINI_KILL_PROCESS_GROUP"))
		options->kill_process_group = true;
	if (!verbosity)
		return 0;
	options->verbosity = (int)number_parse(verbosity, 4);
	if (options->verbosity < 0) {
		fault("TINI_VERBOSITY: \"%s\" is no number 0..4", verbosity);
		return -1;
	}
	return 0;
}

bool mode_runs(enum mode mode)
{
	return mode == MODE_RUN || mode == MODE_EXEC;
}

/* Do mode, options and operands go together? */
static int check_operands(struct options *options)
{
	bool runs = mode_runs(options->mode);
	bool asks =
		options->mode == MODE_VERIFY || options->mode == MODE_DECODE;

	if (runs && !options->program) {
		fault("no PROGRAM to run; see --help");
		return -1;
	}
	if (options->json && !asks) {
		fault("--json goes with --verify and --decode");
		return -1;
	}
	if (options->mode == MODE_CHECK && !options->policy_path &&
	    options->program)
		options->policy_path = *options->program++;
	if (!runs && options->program && *options->program) {
		fault("unexpected argument \"%s\"; see --help",
		      options->program[0]);
		return -1;
	}
	return 0;
}

int options_parse(int argc, char **argv, struct options *options)
{
	int result;

	*options = (struct options){.verbosity = -1};
	result = parse_arguments(argc, argv, options);
	if (parse_environment(options) < 0)
		result = -1;
	if (result == 0)
		result = check_operands(options);
	return result;
}

/* "tini version X" is what Docker looks for in the init it is given. */
static void print_version(const char *name)
{
	const char *slash = strrchr(name, '/');
	const char *base = slash ? slash + 1 : name;

	if (strcmp(base, "tini") == 0 || strcmp(base, "docker-init") == 0)
		print("tini version 0.19.0_capini-" CAPINI_VERSION "\n");
	else
		print("capini version " CAPINI_VERSION "\n");
}

int options_answer(enum mode mode, const char *name)
{
	if (mode == MODE_VERSION)
		print_version(name);
	else
		print("%s", mode == MODE_LICENSE ? license : help);
	if (print_end() < 0) {
		fault("cannot write to stdout: %s", strerror(errno));
		return EXIT_REFUSED;
	}
	return 0;
}
