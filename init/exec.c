/* SPDX-License-Identifier: MIT */
/* Find PROGRAM and become it, or say why that cannot be. */
#include "exec.h"

#include <cap-ng.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "names.h"
#include "text.h"

#define DEFAULT_PATH "/usr/local/bin:/usr/bin:/bin"

extern char **environ;

/* The file capabilities of path that the bounding set lacks, when they are to
 * be effective from the start: then execve(2) fails. */
static uint64_t capabilities_lacking(const char *path)
{
	uint64_t lacking = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		return 0;
	if (capng_get_caps_fd(fd) == 0)
		for (unsigned int n = 0; n <= CAPABILITY_LAST; n++)
			if (capng_have_capability(CAPNG_PERMITTED, n) == 1 &&
			    prctl(PR_CAPBSET_READ, (unsigned long)n, 0UL, 0UL,
				  0UL) == 0)
				lacking |= CAPABILITY_BIT(n);
	close(fd);
	return lacking;
}

/* Why path, which exists, did not run; errno is execve(2)'s. */
static int not_runnable(const char *path, const char *policy, struct error *err)
{
	int reason = errno;
	uint64_t lacking = reason == EPERM ? capabilities_lacking(path) : 0;
	char names[CAPABILITIES_TEXT];

	errno = reason;
	if (lacking)
		error_set(err,
			  "%s: not runnable: its file capabilities are not "
			  "all in the bounding set: add %s to allow in %s, or "
			  "setcap -r it",
			  path, capname_format(lacking, names), policy);
	else if (reason == ENOENT)
		error_set(err,
			  "%s: not runnable: the interpreter it names (#! or "
			  "dynamic loader) is missing",
			  path);
	else
		error_set_errno(err, "%s: not runnable", path);
	err->exit_code = EXIT_NOT_RUNNABLE;
	return -1;
}

/* A script without #!, as POSIX wants execvp() to run it. argv[-1] is free to
 * make room for the shell. */
static void exec_shell(const char *path, char **argv)
{
	char *before = argv[-1];
	char *name = argv[0];

	argv[-1] = (char[]){"/bin/sh"};
	argv[0] = (char *)path;
	execve(argv[-1], argv - 1, environ);
	argv[-1] = before;
	argv[0] = name;
	errno = ENOEXEC;
}

/* Returns 0 when there is nothing at path, -1 with err set when what is there
 * does not run. */
static int try(const char *path, char **argv, const char *policy,
	       struct error *err)
{
	struct stat st;

	execve(path, argv, environ);
	if (errno == ENOEXEC)
		exec_shell(path, argv);
	if (errno == ENOTDIR || errno == ENOENT) {
		int reason = errno;

		if (stat(path, &st) < 0)
			return 0;
		errno = reason;
	}
	return not_runnable(path, policy, err);
}

/* One try for each directory of PATH; the first thing that is there and does
 * not run is the reason, unless a later directory has one that does. */
static int try_path(char **argv, const char *policy, struct error *err)
{
	const char *path = getenv("PATH");
	const char *next;
	int found = 0;

	if (!path)
		path = DEFAULT_PATH;
	do {
		struct error reason;
		char file[PATH_MAX];
		size_t length = strcspn(path, ":");

		next = path + length;
		if (text_format(file, sizeof(file), "%.*s%s%s", (int)length,
				path, length ? "/" : "",
				argv[0]) < sizeof(file) &&
		    try(file, argv, policy, &reason) < 0 && !found) {
			*err = reason;
			found = -1;
		}
		path = next + 1;
	} while (*next);
	return found;
}

int exec_program(char **argv, const char *policy, struct error *err)
{
	bool search = !strchr(argv[0], '/');

	if ((search && argv[0][0] ? try_path(argv, policy, err)
				  : try(argv[0], argv, policy, err)) < 0)
		return -1;
	if (search)
		error_set(err, "%s: not found in PATH", argv[0]);
	else
		error_set(err, "%s: not found", argv[0]);
	err->exit_code = EXIT_NOT_FOUND;
	return -1;
}
