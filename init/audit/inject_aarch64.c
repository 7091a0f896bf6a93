/* SPDX-License-Identifier: MIT */
/* The registers of aarch64 around a system call. The number of a call under
 * way is a register set of its own, NT_ARM_SYSTEM_CALL. Empty elsewhere. */
#include "audit/registers.h"

#if defined(__aarch64__)

#include <elf.h>
#include <errno.h>
#include <linux/audit.h>
#include <stddef.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

#ifndef NT_ARM_SYSTEM_CALL
#define NT_ARM_SYSTEM_CALL 0x404
#endif

#define SYSCALL_BYTES 4
#define SYSCALL_CODE  0xd4000001 /* svc #0 */

/* Where NT_PRSTATUS has what is used here, in words: x0 to x30 first. */
enum { SP = 31, PC, WORDS = 34 };

const unsigned int registers_arch = AUDIT_ARCH_AARCH64;

int registers_get(pid_t tid, struct registers *registers)
{
	struct iovec all = {registers->words, WORDS * sizeof(long)};
	struct iovec call = {&registers->number, sizeof(registers->number)};

	if (ptrace(PTRACE_GETREGSET, tid, (void *)NT_PRSTATUS, &all) < 0 ||
	    ptrace(PTRACE_GETREGSET, tid, (void *)NT_ARM_SYSTEM_CALL, &call) <
		    0)
		return -1;
	return 0;
}

int registers_set(pid_t tid, const struct registers *registers)
{
	struct registers copy = *registers;
	struct iovec all = {copy.words, WORDS * sizeof(long)};
	struct iovec call = {&copy.number, sizeof(copy.number)};

	if (ptrace(PTRACE_SETREGSET, tid, (void *)NT_PRSTATUS, &all) < 0 ||
	    ptrace(PTRACE_SETREGSET, tid, (void *)NT_ARM_SYSTEM_CALL, &call) <
		    0)
		return -1;
	return 0;
}

long registers_number(const struct registers *registers)
{
	return registers->number;
}

unsigned long registers_argument(const struct registers *registers, int i)
{
	return registers->words[i];
}

unsigned long registers_stack(const struct registers *registers)
{
	return registers->words[SP];
}

void registers_replace(struct registers *registers, long number,
		       const unsigned long arguments[CALL_ARGUMENTS])
{
	for (int i = 0; i < CALL_ARGUMENTS; i++)
		registers->words[i] = arguments[i];
	registers->words[8] = (unsigned long)number;
	if (registers->number != -1)
		registers->number = (int)number;
}

void registers_rewind(struct registers *registers)
{
	registers->words[PC] -= SYSCALL_BYTES;
	registers->words[8] = (unsigned long)registers->number;
	registers->number = -1;
}

void registers_finish(struct registers *registers, long result)
{
	registers->words[0] = (unsigned long)result;
}

bool registers_rewindable(pid_t tid, const struct registers *registers)
{
	unsigned long at = registers->words[PC] - SYSCALL_BYTES;
	long word;

	errno = 0;
	word = ptrace(PTRACE_PEEKTEXT, tid, (void *)at, NULL);
	return errno == 0 && (word & 0xffffffff) == SYSCALL_CODE;
}

#else

/* A translation unit is not empty. */
typedef int inject_aarch64_is_for_another_machine;

#endif
