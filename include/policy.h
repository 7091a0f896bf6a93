/* SPDX-License-Identifier: MIT */
#ifndef CAPINI_POLICY_H
#define CAPINI_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "names.h"
#include "options.h"

#define POLICY_TEXT_MAX	 (64 * 1024) /* bytes of a policy file */
#define POLICY_VALUE_MAX 192	     /* a value and its zero */

enum enforce { ENFORCE_GUARANTEE, ENFORCE_BOUNDING, ENFORCE_WARN };
enum subreaper { SUBREAPER_AUTO, SUBREAPER_YES, SUBREAPER_NO };

/* What a policy file, or its absence, asks for. Masks: bit n is capability
 * number n. */
struct policy {
	const char *file; /* for messages; the caller's */

	uint64_t allow; /* the upper bound of every set, `drop` taken away */
	uint64_t drop;
	uint64_t ambient; /* when not ambient_auto; within allow */
	bool ambient_auto;
	uint64_t require;
	enum enforce enforce;

	char user[POLICY_VALUE_MAX];   /* USER[:GROUP]; empty: no switch */
	char groups[POLICY_VALUE_MAX]; /* "init", "none" or a list */
	bool no_new_privs;
	uint32_t securebits; /* SECBIT_*, each with its lock */

	enum subreaper subreaper;
	bool kill_process_group;
	int pdeathsig;	 /* 0: none */
	bool remap[256]; /* exit codes that become 0 */
	bool warn_on_reap;
	int verbosity;
	int grace;	/* seconds */
	bool keep_kill; /* auto */

	uint8_t signals[SIGNAL_LAST + 1]; /* what to forward; 0: nothing */
};

/* The strictest policy: nothing allowed, every other key at its default. */
void policy_default(struct policy *policy, const char *file);

/* Read a policy file's length bytes of text (a zero behind them) on top of
 * policy_default(). Every mistake is printed as "FILE:LINE: message". Returns
 * 0, or -1 when there was one. */
int policy_parse(struct policy *policy, const char *file, const char *text,
		 size_t length) MUST_CHECK;

/* Put the command line and the environment on top. They narrow a policy that
 * came from a file and never widen it; where there was none, --allow is the
 * policy. Every mistake is printed. Returns 0 or -1. */
int policy_narrow(struct policy *policy, const struct options *options,
		  bool from_file) MUST_CHECK;

/* Warn of what is valid and yet doubtful. */
void policy_warn(const struct policy *policy);

/* The policy as a policy file with the same meaning, on stdout. Returns 0, or
 * -1 when it could not be written. */
int policy_print(const struct policy *policy) MUST_CHECK;

#endif
