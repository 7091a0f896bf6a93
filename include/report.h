/* SPDX-License-Identifier: MIT */
#ifndef CAPINI_REPORT_H
#define CAPINI_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "policy.h"
#include "verify.h"

/* The answer of --verify as it is being told, on stdout. */
struct report {
	const struct policy *policy;
	bool json;
	bool brief; /* the sets only of processes that do not hold */
	int processes, judged, outside;
};

void report_begin(struct report *report, const struct policy *policy, bool json,
		  bool brief);
void report_process(struct report *report, const struct verdict *verdict);

/* answer: 0 holds, 1 does not hold, 2 could not be told. Returns 0, or -1 when
 * the report could not be written. */
int report_end(struct report *report, const struct surroundings *around,
	       int answer) MUST_CHECK;

/* The beginning of a set as JSON: its members "mask" and "capabilities". */
void report_set(uint64_t set);

/* A process's name, as its status file has it, as a JSON string. Bytes that
 * are no UTF-8 become U+FFFD. */
void report_name(const char *name);

#endif
