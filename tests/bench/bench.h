/* SPDX-License-Identifier: MIT */
/* What the driver shares with the application under an init: a page, and a
 * pipe each way, on descriptors of known number. */
#ifndef BENCH_H
#define BENCH_H

#include <stdint.h>
#include <time.h>

enum { FD_PAGE = 7, FD_GO = 8, FD_TELL = 9 };

struct page {
	uint64_t exec_ns;   /* right before execve(2) of the init */
	uint64_t main_ns;   /* the application's main */
	uint64_t signal_ns; /* a signal is here */
	uint64_t end_ns;    /* right before the application's _exit(2) */
	uint64_t reaped_ns; /* from the orphans' end to their last one reaped */
	uint64_t zombies;   /* the most that were seen at once */
};

static inline uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000U + (uint64_t)t.tv_nsec;
}

#endif
