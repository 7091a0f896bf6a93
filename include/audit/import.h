/* SPDX-License-Identifier: MIT */
#ifndef CAPINI_AUDIT_IMPORT_H
#define CAPINI_AUDIT_IMPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "policy.h"

/* capini-audit import: capabilities in anybody's words become a policy on
 * stdout. argv[0] is the verb. Returns the exit code: 0, 1 when what was given
 * is not valid, 2 for wrong usage or what cannot be read. */
int import_main(int argc, char **argv);

enum said { SAID_NOTHING, SAID_YES, SAID_NO };

/* What the readers find. */
struct import {
	uint64_t allow;
	uint64_t ambient; /* when ambient_said */
	bool ambient_said;
	char user[POLICY_VALUE_MAX]; /* USER[:GROUP], not checked; or empty */
	enum said no_new_privs;
};

/* What an engine is told to add to its default set and to drop from it. */
struct tweak {
	uint64_t add, drop;
	bool add_all, drop_all; /* the word ALL */
	bool privileged;
};

/* Take one name, with or without CAP_, or ALL, into the list to add or, with
 * drop, to drop. Returns 0, or -1 with err set. */
int tweak_take(struct tweak *tweak, bool drop, const char *name,
	       struct error *err) MUST_CHECK;

/* What a container then has, under Docker and under containerd. They differ
 * where both lists have ALL, or the same name. */
uint64_t tweak_docker(const struct tweak *tweak);
uint64_t tweak_kubernetes(const struct tweak *tweak);

/* The readers: text, length bytes without a NUL and with a zero behind them,
 * into import. Each returns 0, or -1 with err set. */
typedef int import_reader(const char *text, size_t length,
			  struct import *import, struct error *err);

import_reader import_json;   /* docker inspect, kubectl get -o json */
import_reader import_docker; /* docker run's options */
import_reader import_yaml;   /* a service of compose, a securityContext */
import_reader import_unit;   /* a unit of systemd */

/* A list of names of capabilities, separated by blanks or commas, maybe empty.
 * Returns 0, or -1 with err set. */
int import_names(const char *list, uint64_t *set, struct error *err) MUST_CHECK;

/* "USER" and "GROUP", the second may be empty, into import->user; root's
 * numbers and name are no user to become. Returns 0, or -1 with err set. */
int import_user(struct import *import, const char *user, const char *group,
		struct error *err) MUST_CHECK;

/* One option of a container's security_opt: it may be about no_new_privs. */
void import_security_opt(struct import *import, const char *option);

/* The next line of *text, at most size - 1 bytes, without its newline. Returns
 * 1, 0 at the end, -1 when it is longer. */
int import_line(const char **text, char *line, size_t size) MUST_CHECK;

#endif
