/* SPDX-License-Identifier: MIT */
/* LD_PRELOAD: a process that has forked may not use the heap any more. At the
 * first call it ends with 99 and says which. */
#include <dlfcn.h>
#include <stddef.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *block, size_t size);
extern void __libc_free(void *block);

static int closed;

static void used(const char *line)
{
	if (!closed)
		return;
	(void)!write(STDERR_FILENO, line, strlen(line));
	_exit(99);
}

pid_t fork(void)
{
	pid_t (*next)(void) = (pid_t(*)(void))dlsym(RTLD_NEXT, "fork");
	pid_t pid = next();

	closed = pid > 0;
	return pid;
}

void *malloc(size_t size)
{
	used("noheap: malloc\n");
	return __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	used("noheap: calloc\n");
	return __libc_calloc(count, size);
}

void *realloc(void *block, size_t size)
{
	used("noheap: realloc\n");
	return __libc_realloc(block, size);
}

void free(void *block)
{
	if (block)
		used("noheap: free\n");
	__libc_free(block);
}
