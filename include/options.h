/* SPDX-License-Identifier: MIT */
#ifndef CAPINI_OPTIONS_H
#define CAPINI_OPTIONS_H

#include <stdbool.h>

#include "error.h"

#define POLICY_DEFAULT_PATH "/etc/capini.ini"

enum mode {
	MODE_RUN,    /* run PROGRAM as its init */
	MODE_EXEC,   /* become PROGRAM under the same policy */
	MODE_CHECK,  /* judge a policy file */
	MODE_VERIFY, /* judge running processes */
	MODE_DECODE, /* a mask as names */
	MODE_HELP,
	MODE_LICENSE,
	MODE_VERSION,
};

/* Does this mode start PROGRAM? The others only answer. */
bool mode_runs(enum mode mode);

/* What argv and the environment ask for. Strings belong to argv or to the
 * environment; NULL, false or -1 where nothing was asked. */
struct options {
	enum mode mode;
	const char *policy_path; /* --policy, or the operand of --check */
	const char *allow;	 /* capability lists, not yet read */
	const char *drop;
	const char *drop_environment; /* CAPINI_DROP */
	const char *user;
	const char *subject; /* of --verify: a PID or "all"; of --decode */
	bool json;
	bool subreaper;
	bool kill_process_group;
	bool warn_on_reap;
	bool remap_given;
	bool remap[256]; /* exit codes that become 0 */
	int pdeathsig;	 /* 0: none */
	int verbosity;
	char **program; /* NULL-terminated, NULL itself when there is none */
};

/* Read argv and the environment. Every mistake is printed as a line of its
 * own. Returns 0, or -1 when there was one. Options end at the first argument
 * that is none. */
int options_parse(int argc, char **argv, struct options *options) MUST_CHECK;

/* The answers to -h, -l and --version, on stdout. name is argv[0]: under the
 * name tini or docker-init the version is told in the form that Docker reads.
 * Returns the exit code. */
int options_answer(enum mode mode, const char *name);

#endif
