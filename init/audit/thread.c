/* SPDX-License-Identifier: MIT */
/* The traced threads and their memory. What they do is left to the tracer. */
#include "audit/thread.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>

#define BUCKETS (sizeof(((struct threads *)0)->buckets) / sizeof(void *))

static size_t bucket(pid_t tid)
{
	return (size_t)tid % BUCKETS;
}

struct thread *thread_find(struct threads *threads, pid_t tid)
{
	struct thread *thread = threads->buckets[bucket(tid)];

	while (thread && thread->tid != tid)
		thread = thread->next;
	return thread;
}

struct thread *thread_add(struct threads *threads, pid_t tid)
{
	struct thread *thread = calloc(1, sizeof(*thread));

	if (!thread)
		return NULL;
	thread->tid = tid;
	thread->asking = ASKING_NONE;
	thread->next = threads->buckets[bucket(tid)];
	threads->buckets[bucket(tid)] = thread;
	threads->count++;
	return thread;
}

void thread_remove(struct threads *threads, struct thread *thread)
{
	struct thread **link = &threads->buckets[bucket(thread->tid)];

	while (*link != thread)
		link = &(*link)->next;
	*link = thread->next;
	threads->count--;
	threads->parked -= thread->parked;
	free(thread);
}

struct thread *thread_after(struct threads *threads, struct thread *thread)
{
	size_t i = 0;

	if (thread && thread->next)
		return thread->next;
	if (thread)
		i = bucket(thread->tid) + 1;
	while (i < BUCKETS && !threads->buckets[i])
		i++;
	return i < BUCKETS ? threads->buckets[i] : NULL;
}

int memory_read(pid_t tid, unsigned long from, void *to, size_t size)
{
	unsigned char *bytes = to;
	size_t done = 0;

	while (done < size) {
		unsigned long at = from + done;
		size_t skip = at % sizeof(long);
		size_t part = sizeof(long) - skip;
		long word;

		errno = 0;
		word = ptrace(PTRACE_PEEKDATA, tid, (void *)(at - skip), NULL);
		if (errno != 0)
			return -1;
		if (part > size - done)
			part = size - done;
		memcpy(bytes + done, (char *)&word + skip, part);
		done += part;
	}
	return 0;
}

int memory_write(pid_t tid, unsigned long to, const void *from, size_t size)
{
	const unsigned char *bytes = from;
	size_t done = 0;

	while (done < size) {
		unsigned long at = to + done;
		size_t skip = at % sizeof(long);
		size_t part = sizeof(long) - skip;
		long word;

		if (part > size - done)
			part = size - done;
		if (memory_read(tid, at - skip, &word, sizeof(word)) < 0)
			return -1;
		memcpy((char *)&word + skip, bytes + done, part);
		if (ptrace(PTRACE_POKEDATA, tid, (void *)(at - skip), word) < 0)
			return -1;
		done += part;
	}
	return 0;
}

void memory_string(pid_t tid, unsigned long from, char *text, size_t size)
{
	size_t used = 0;

	/* Word by word: the next page may not be there. */
	while (used < size - 1) {
		size_t part = sizeof(long) - (from + used) % sizeof(long);

		if (part > size - 1 - used)
			part = size - 1 - used;
		if (memory_read(tid, from + used, text + used, part) < 0) {
			strcpy(text, "?");
			return;
		}
		if (memchr(text + used, '\0', part))
			return;
		used += part;
	}
	text[used] = '\0';
}
