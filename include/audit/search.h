/* SPDX-License-Identifier: MIT */
#ifndef CAPINI_AUDIT_SEARCH_H
#define CAPINI_AUDIT_SEARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "names.h"

#define SEARCH_HINTS_MAX 8

/* The search for what cures a denied call, one trial at a time: with single
 * capabilities, those hinted at first, then the least dangerous first; with
 * pairs of the hinted; with all. A trial that changes the reason of the denial
 * has got over one obstacle: its capability stays raised. Pure. */
struct search {
	uint64_t held;	/* what may be raised */
	uint64_t base;	/* what stays raised */
	uint64_t trial; /* what is being tried */
	int denial;	/* errno of the denial with base raised */
	uint8_t hints[SEARCH_HINTS_MAX];
	size_t hint_count;
	uint8_t order[CAPABILITY_LAST + 1 + SEARCH_HINTS_MAX];
	size_t order_count;
	size_t next;	      /* in order; behind it in the pairs */
	size_t first, second; /* of the pair */
	enum { SEARCH_SINGLES, SEARCH_PAIRS, SEARCH_ALL, SEARCH_OVER } stage;
};

/* Begin: the call was denied with errno denial; held is what the thread may
 * use. hints are capability numbers, best first. */
void search_begin(struct search *search, uint64_t held, int denial,
		  const uint8_t *hints, size_t hint_count);

/* The next set to try. Returns false when there is none left. */
bool search_next(struct search *search, uint64_t *trial);

/* The trial was denied as well, with errno denial; hints are those for it. */
void search_denied(struct search *search, int denial, const uint8_t *hints,
		   size_t hint_count);

/* The trial that succeeded had raised all that was held, so that it does not
 * tell which of them were needed. */
bool search_vague(const struct search *search);

/* All capabilities, least dangerous first. Returns how many. */
size_t search_order(uint8_t order[CAPABILITY_LAST + 1]);

#endif
