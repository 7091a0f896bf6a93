/* SPDX-License-Identifier: MIT */
#ifndef CAPINI_AUDIT_OUT_H
#define CAPINI_AUDIT_OUT_H

#include <stdio.h>

#include "audit/confirm.h"
#include "audit/evidence.h"
#include "audit/input.h"
#include "audit/run.h"
#include "error.h"

/* The report for people: each capability with its verdict, how it was seen and
 * what does without it; then what no capability cures and what could not be
 * looked at. */
void out_table(FILE *to, const struct evidence *evidence, const struct run *run,
	       const struct outcome *outcome);

/* The same as a policy that capini reads, with the evidence as comments, into
 * the file at path. Returns 0, or -1 with err set. */
int out_ini(const char *path, const struct evidence *evidence,
	    const struct run *run, const struct outcome *outcome,
	    struct error *err) MUST_CHECK;

/* The same as JSON; out_json.c has the form. */
int out_json(const char *path, const struct evidence *evidence,
	     const struct run *run, const struct outcome *outcome,
	     struct error *err) MUST_CHECK;

/* The capabilities that the text of a policy has on lines "# allow = LIST". */
uint64_t out_commented(const char *text);

/* The text of a policy once more, into the file at path, but allowing what the
 * verdicts say; what is optional is commented out unless keep. Returns 0, or
 * -1 with err set. */
int out_confirmed(const char *path, const char *text,
		  const struct verdicts *verdicts, bool keep,
		  struct error *err) MUST_CHECK;

/* What the kernel makes of capabilities here, besides the capabilities: with
 * other values a program needs others. */
struct place {
	char kernel[65];	      /* its release; uname(2) */
	char low_ports[INPUT_LINE];   /* net.ipv4.ip_unprivileged_port_start */
	char ping_groups[INPUT_LINE]; /* net.ipv4.ping_group_range */
	bool no_new_privs;
	bool filtered; /* by seccomp */
};
void out_place(struct place *place);

/* The file at path to write into, readable to all. NULL, with err set, when it
 * cannot be had. */
FILE *out_open(const char *path, struct error *err) MUST_CHECK;

/* Close it. Returns 0, or -1 with err set when not all could be written. */
int out_close(FILE *to, const char *path, struct error *err) MUST_CHECK;

/* What is proposed: every verdict that is more than a wish or a guess. */
#define OUT_LEAST VERDICT_NETLINK

#endif
