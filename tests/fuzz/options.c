/* SPDX-License-Identifier: MIT */
/* The command line, its arguments with a zero between them, and the four
 * variables, which come first as NAME=VALUE. What they ask for narrows a
 * policy and never widens it. */
#include "options.h"

#include <getopt.h>
#include <stdbool.h>

#include "fuzz.h"
#include "policy.h"

#define ARGUMENTS 64

static const char *const variables[] = {
	"CAPINI_DROP",
	"TINI_SUBREAPER",
	"TINI_KILL_PROCESS_GROUP",
	"TINI_VERBOSITY",
};

static bool took_variable(const char *text)
{
	for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++) {
		size_t length = strlen(variables[i]);

		if (strncmp(text, variables[i], length) == 0 &&
		    text[length] == '=') {
			setenv(variables[i], text + length + 1, 1);
			return true;
		}
	}
	return false;
}

/* Each argument a piece of heap of its own. */
static int split(const uint8_t *data, size_t size, char **argv)
{
	int argc = 0;

	argv[argc++] = fuzz_text((const uint8_t *)"capini", 6);
	while (size > 0 && argc < ARGUMENTS) {
		const uint8_t *zero = memchr(data, 0, size);
		size_t length = zero ? (size_t)(zero - data) : size;

		argv[argc] = fuzz_text(data, length);
		if (argc == 1 && took_variable(argv[argc]))
			free(argv[argc]);
		else
			argc++;
		length += zero != NULL;
		data += length;
		size -= length;
	}
	argv[argc] = NULL;
	return argc;
}

static void narrow(const struct options *options, bool from_file)
{
	struct policy policy;

	policy_default(&policy, "fuzz");
	if (from_file)
		policy.allow = CAPABILITY_DOCKER_DEFAULT;
	if (policy_narrow(&policy, options, from_file) < 0)
		return;
	PROMISE(!(policy.allow & ~CAPABILITY_ALL));
	if (from_file)
		PROMISE(!(policy.allow & ~CAPABILITY_DOCKER_DEFAULT));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct options options = {0};
	char *argv[ARGUMENTS + 1], *all[ARGUMENTS + 1];
	int argc = split(data, size, argv);

	memcpy(all, argv, sizeof(all));
	optind = 0; /* getopt(3) begins anew */
	if (options_parse(argc, argv, &options) == 0) {
		PROMISE(!mode_runs(options.mode) ||
			(options.program && options.program[0]));
		PROMISE(options.pdeathsig >= 0 &&
			options.pdeathsig <= SIGNAL_LAST);
		narrow(&options, true);
		narrow(&options, false);
	}
	for (int i = 0; i < argc; i++)
		free(all[i]);
	for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++)
		unsetenv(variables[i]);
	return 0;
}
