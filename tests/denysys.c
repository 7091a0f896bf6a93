/* SPDX-License-Identifier: MIT */
/* A kernel that refuses, or lies:
 *
 *     denysys CALL[:ARG0[:ARG1]] ERRNO CMD...
 *
 * runs CMD with a seccomp filter under which CALL, where its first arguments
 * are these numbers, does nothing and fails with ERRNO; with ERRNO 0 it does
 * nothing and says that it worked. Needs SYS_ADMIN, so as to leave
 * no_new_privs alone. */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#else
#error "name the audit architecture here"
#endif

#define LOW_HALF (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? 4 : 0)

static const struct {
	const char *name;
	unsigned int number;
} calls[] = {
	{ "capget", SYS_capget },	{ "capset", SYS_capset },
	{ "prctl", SYS_prctl },		{ "setgroups", SYS_setgroups },
	{ "setresuid", SYS_setresuid }, { "setresgid", SYS_setresgid },
	{ "close_range", SYS_close_range }, { "ptrace", SYS_ptrace },
};

static const struct {
	const char *name;
	unsigned int number;
} errors[] = {
	{ "0", 0 },
	{ "EPERM", EPERM },
	{ "ENOSYS", ENOSYS },
	{ "EINVAL", EINVAL },
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static struct sock_filter code[16];
static unsigned short length;

static void add(unsigned short op, uint32_t k)
{
	code[length++] = (struct sock_filter){ .code = op, .k = k };
}

/* Go on if the loaded word is value; else to the end, which allows. */
static void require(size_t offset, uint32_t value)
{
	add(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset);
	add(BPF_JMP | BPF_JEQ | BPF_K, value);
}

int main(int argc, char **argv)
{
	struct sock_fprog program = { .filter = code };
	char *spec = argc > 3 ? strtok(argv[1], ":") : NULL;
	size_t call = 0, error = 0, arg = 0;

	if (!spec)
		return 99;
	while (call < COUNT(calls) && strcmp(spec, calls[call].name) != 0)
		call++;
	while (error < COUNT(errors) && strcmp(argv[2], errors[error].name) != 0)
		error++;
	if (call == COUNT(calls) || error == COUNT(errors))
		return 99;
	require(offsetof(struct seccomp_data, arch), ARCH);
	require(offsetof(struct seccomp_data, nr), calls[call].number);
	while ((spec = strtok(NULL, ":")) && arg < 2)
		require(offsetof(struct seccomp_data, args) + 8 * arg++ +
				LOW_HALF,
			(uint32_t)strtoul(spec, NULL, 10));
	add(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | errors[error].number);
	add(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	for (unsigned short i = 1; i < length - 2; i += 2)
		code[i].jf = (unsigned char)(length - 2 - i);
	program.len = length;
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) < 0) {
		perror("denysys: seccomp");
		return 99;
	}
	execvp(argv[3], argv + 3);
	perror("denysys: exec");
	return 99;
}
