/* SPDX-License-Identifier: MIT */
/* The registers of x86-64 around a system call. Empty elsewhere. */
#include "audit/registers.h"

#if defined(__x86_64__) && defined(__LP64__)

#include <elf.h>
#include <errno.h>
#include <linux/audit.h>
#include <stddef.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

#define SYSCALL_BYTES 2	     /* 0f 05 */
#define SYSCALL_CODE  0x050f /* as a little-endian word */

/* Where NT_PRSTATUS has what is used here, in words. */
enum {
	R10 = 7,
	R9,
	R8,
	RAX,
	RDX = 12,
	RSI,
	RDI,
	ORIG_RAX,
	RIP,
	RSP = 19,
	WORDS = 27
};

static const int argument_words[CALL_ARGUMENTS] = {RDI, RSI, RDX, R10, R8, R9};

const unsigned int registers_arch = AUDIT_ARCH_X86_64;

int registers_get(pid_t tid, struct registers *registers)
{
	struct iovec all = {registers->words, WORDS * sizeof(long)};

	return ptrace(PTRACE_GETREGSET, tid, (void *)NT_PRSTATUS, &all) < 0 ? -1
									    : 0;
}

int registers_set(pid_t tid, const struct registers *registers)
{
	struct registers copy = *registers;
	struct iovec all = {copy.words, WORDS * sizeof(long)};

	return ptrace(PTRACE_SETREGSET, tid, (void *)NT_PRSTATUS, &all) < 0 ? -1
									    : 0;
}

long registers_number(const struct registers *registers)
{
	return (long)registers->words[ORIG_RAX];
}

unsigned long registers_argument(const struct registers *registers, int i)
{
	return registers->words[argument_words[i]];
}

unsigned long registers_stack(const struct registers *registers)
{
	return registers->words[RSP];
}

void registers_replace(struct registers *registers, long number,
		       const unsigned long arguments[CALL_ARGUMENTS])
{
	unsigned long *words = registers->words;

	/* At the entry the kernel looks at orig_rax; before the instruction
	 * the processor takes rax, and no call is under way. */
	if (words[ORIG_RAX] != -1UL)
		words[ORIG_RAX] = (unsigned long)number;
	words[RAX] = (unsigned long)number;
	for (int i = 0; i < CALL_ARGUMENTS; i++)
		words[argument_words[i]] = arguments[i];
}

void registers_rewind(struct registers *registers)
{
	unsigned long *words = registers->words;

	words[RIP] -= SYSCALL_BYTES;
	words[RAX] = words[ORIG_RAX];
	words[ORIG_RAX] = -1UL;
}

void registers_finish(struct registers *registers, long result)
{
	registers->words[RAX] = (unsigned long)result;
}

bool registers_rewindable(pid_t tid, const struct registers *registers)
{
	unsigned long at = registers->words[RIP] - SYSCALL_BYTES;
	long word;

	errno = 0;
	word = ptrace(PTRACE_PEEKTEXT, tid, (void *)at, NULL);
	return errno == 0 && (word & 0xffff) == SYSCALL_CODE;
}

#else

/* A translation unit is not empty. */
typedef int inject_x86_64_is_for_another_machine;

#endif
