/* SPDX-License-Identifier: MIT */
/* The seccomp filter of the fast mode: the kernel stops the program at few
 * calls instead of all. What is done there is left to the tracer. */
#include "audit/fast.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "audit/hints.h"
#include "audit/registers.h"

#define CALLS_MAX    400
#define IO_URING     425 /* io_uring_setup(2), to be able to tell of it */
#define INSTRUCTIONS (2 * CALLS_MAX + 16)

static void add(struct sock_fprog *program, struct sock_filter instruction)
{
	program->filter[program->len++] = instruction;
}

/* If what was loaded is this value, the rest is decided. */
static void decide(struct sock_fprog *program, unsigned int value,
		   unsigned int action)
{
	add(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
						  value, 0, 1));
	add(program, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, action));
}

static void load(struct sock_fprog *program, size_t offset)
{
	add(program, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
						  (unsigned int)offset));
}

/* Few of the commands of the busy fcntl(2) ask for anything. */
static void decide_fcntl(struct sock_fprog *program)
{
	static const unsigned int commands[] = {F_SETLEASE, F_SETFL,
						F_SETPIPE_SZ};
	const unsigned int count = sizeof(commands) / sizeof(commands[0]);

	add(program,
	    (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_fcntl,
					 0, (uint8_t)(2 * count + 1)));
	load(program, offsetof(struct seccomp_data, args[1]));
	for (unsigned int i = 0; i < count; i++)
		decide(program, commands[i], SECCOMP_RET_TRACE);
}

static void build(struct sock_fprog *program)
{
	size_t count;
	const struct call *table = calls(&count);

	/* Another architecture has other numbers. */
	load(program, offsetof(struct seccomp_data, arch));
	add(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
						  registers_arch, 1, 0));
	add(program,
	    (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
	load(program, offsetof(struct seccomp_data, nr));
	for (size_t i = 0; i < count && i < CALLS_MAX; i++)
		if (!table[i].busy)
			decide(program, (unsigned int)table[i].number,
			       SECCOMP_RET_TRACE);
	decide(program, IO_URING, SECCOMP_RET_TRACE);
	decide_fcntl(program);
	add(program,
	    (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
}

int fast_install(struct error *err)
{
	struct sock_filter filter[INSTRUCTIONS];
	struct sock_fprog program = {.filter = filter};

	build(&program);
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0)
		return 0;
	if (errno != EACCES)
		return error_set_errno(err, "PR_SET_SECCOMP");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1UL, 0UL, 0UL, 0UL) < 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
		return error_set_errno(err, "PR_SET_SECCOMP");
	return 0;
}
