/* SPDX-License-Identifier: MIT */
#ifndef CAPINI_AUDIT_REGISTERS_H
#define CAPINI_AUDIT_REGISTERS_H

#include <stdbool.h>
#include <sys/types.h>

#include "error.h"

/* All that knows an architecture: inject_ARCH.c has these functions, and a
 * thread of another one (a 32-bit program) is left alone. */

#define CALL_ARGUMENTS 6
#define REGISTER_WORDS 34 /* of aarch64, which has the most */

struct registers {
	unsigned long words[REGISTER_WORDS]; /* as NT_PRSTATUS has them */
	int number; /* aarch64 keeps the call's number apart */
};

/* The AUDIT_ARCH_* that PTRACE_GET_SYSCALL_INFO tells of such a thread. */
extern const unsigned int registers_arch;

/* Read and write the registers of a stopped thread. Return 0, or -1 with
 * errno: ESRCH when it is gone. ptrace(2), PTRACE_GETREGSET. */
int registers_get(pid_t tid, struct registers *registers) MUST_CHECK;
int registers_set(pid_t tid, const struct registers *registers) MUST_CHECK;

/* What the registers of a thread tell that stopped at the entry of a call. */
long registers_number(const struct registers *registers);
unsigned long registers_argument(const struct registers *registers, int i);
unsigned long registers_stack(const struct registers *registers);

/* From those at the entry: do this other call now, in its place. */
void registers_replace(struct registers *registers, long number,
		       const unsigned long arguments[CALL_ARGUMENTS]);

/* From those at the entry, when the thread is at the exit: go back before the
 * instruction, to do the same call once more. registers_replace() after it
 * makes it another call. */
void registers_rewind(struct registers *registers);

/* From those at the entry: the call has ended with this result. */
void registers_finish(struct registers *registers, long result);

/* Is the instruction before the program counter the one that registers_rewind
 * takes it for? Returns false also when it cannot be read. */
bool registers_rewindable(pid_t tid, const struct registers *registers);

#endif
