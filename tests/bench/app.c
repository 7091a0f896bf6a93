/* SPDX-License-Identifier: MIT */
/* The application under an init that is measured.
 *
 *     app start             note the time, end
 *     app wait              tell each SIGUSR1 until killed
 *     app orphans N LIVE S WAVES
 *                           LIVE processes that stay and N that end at a word,
 *                           WAVES times, all the init's; S: count zombies
 */
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

#define STACK 2048

/* Processes share our memory: fifty thousand of them must fit. */
struct crowd {
	char (*stacks)[STACK];
	pid_t *pids;
	int count;
	int held[2]; /* they end when its writer does */
};

static struct crowd live, mortal;
static atomic_int ended;

static void tell(void)
{
	(void)!write(FD_TELL, "", 1);
}

static void await(void)
{
	char byte;

	(void)!read(FD_GO, &byte, 1);
}

static int stay(void *context)
{
	const struct crowd *crowd = context;
	char byte;

	(void)!read(crowd->held[0], &byte, 1);
	atomic_fetch_add(&ended, 1);
	return 0;
}

/* The parent that ends first: its children become the init's. */
static int beget(void *context)
{
	struct crowd *crowd = context;

	for (int i = 0; i < crowd->count; i++) {
		crowd->pids[i] = clone(stay, crowd->stacks[i + 1],
				       CLONE_VM | CLONE_FILES | SIGCHLD, crowd);
		if (crowd->pids[i] < 0)
			return 1;
	}
	return 0;
}

static int gather(struct crowd *crowd, int count)
{
	static char stack[65536] __attribute__((aligned(16)));
	size_t size = (size_t)(count + 1) * STACK;
	pid_t parent;
	int status;

	crowd->count = count;
	crowd->pids = calloc((size_t)count + 1, sizeof(pid_t));
	crowd->stacks = mmap(NULL, size, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (!crowd->pids || crowd->stacks == MAP_FAILED ||
	    pipe(crowd->held) < 0)
		return -1;
	parent = clone(beget, stack + sizeof(stack),
		       CLONE_VM | CLONE_FILES | SIGCHLD, crowd);
	if (parent < 0 || waitpid(parent, &status, 0) != parent || status)
		return -1;
	return 0;
}

/* The k-th at the front is gone when it cannot be signalled any more. */
static void wait_for_all(const struct crowd *crowd)
{
	const struct timespec nap = {.tv_nsec = 100000};

	for (int i = 0; i < crowd->count;)
		if (kill(crowd->pids[i], 0) < 0)
			i++;
		else
			nanosleep(&nap, NULL);
}

/* Ended, and still there: the most of it. Some end while we count those that
 * are gone; the half of these is taken. */
static uint64_t count_zombies(const struct crowd *crowd)
{
	int most = 0, gone = 0;

	while (gone < crowd->count) {
		int dead = atomic_load(&ended);

		gone = 0;
		for (int i = 0; i < crowd->count; i++)
			gone += kill(crowd->pids[i], 0) < 0;
		dead = (dead + atomic_load(&ended)) / 2;
		if (dead - gone > most)
			most = dead - gone;
	}
	return (uint64_t)most;
}

/* One wave of orphans. Returns -1 when there cannot be so many. */
static int wave(struct page *page, int count, bool sample)
{
	uint64_t start;

	atomic_store(&ended, 0);
	if (gather(&mortal, count) < 0)
		return -1;
	tell();
	await();
	start = now_ns();
	close(mortal.held[1]);
	if (sample)
		page->zombies = count_zombies(&mortal);
	else
		wait_for_all(&mortal);
	page->reaped_ns = now_ns() - start;
	close(mortal.held[0]);
	munmap(mortal.stacks, (size_t)(count + 1) * STACK);
	free(mortal.pids);
	tell();
	await();
	return 0;
}

static int orphans(struct page *page, char **argv)
{
	int waves = atoi(argv[3]);

	if (gather(&live, atoi(argv[1])) < 0)
		return 1;
	while (waves-- > 0)
		if (wave(page, atoi(argv[0]), atoi(argv[2]) > 0) < 0)
			return 1;
	return 0;
}

static int wait_for_signals(struct page *page)
{
	sigset_t set;
	int number;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	tell();
	while (sigwait(&set, &number) == 0) {
		page->signal_ns = now_ns();
		tell();
	}
	return 1;
}

int main(int argc, char **argv)
{
	uint64_t start = now_ns();
	struct page *page = mmap(NULL, sizeof(*page), PROT_READ | PROT_WRITE,
				 MAP_SHARED, FD_PAGE, 0);

	if (argc < 2 || page == MAP_FAILED)
		return 2;
	page->main_ns = start;
	if (strcmp(argv[1], "wait") == 0)
		return wait_for_signals(page);
	if (strcmp(argv[1], "orphans") == 0 && argc == 6)
		return orphans(page, argv + 2);
	page->end_ns = now_ns();
	_exit(0);
}
