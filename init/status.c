/* SPDX-License-Identifier: MIT */
/* The text of /proc/PID/status, read strictly. What it means is left to those
 * who ask. */
#include "status.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

/* What stands behind name at the beginning of a line; a process's own name is
 * escaped by the kernel and can begin none. */
static const char *field(const char *text, const char *name)
{
	size_t length = strlen(name);
	const char *line = text;

	while (line) {
		if (strncmp(line, name, length) == 0 && line[length] == ':' &&
		    line[length + 1] == '\t')
			return line + length + 2;
		line = strchr(line, '\n');
		if (line)
			line++;
	}
	return NULL;
}

/* The hexadecimal or decimal number in a field with nothing else. */
static int field_number(const char *text, const char *name, int base,
			uint64_t *number)
{
	const char *value = field(text, name);
	char *end;

	if (!value)
		return -1;
	*number = strtoull(value, &end, base);
	return end != value && *end == '\n' ? 0 : -1;
}

static int field_int(const char *text, const char *name, int *number)
{
	uint64_t value;

	if (field_number(text, name, 10, &value) < 0 || value > INT32_MAX)
		return -1;
	*number = (int)value;
	return 0;
}

/* "Uid:" and "Gid:" have four numbers: real, effective, saved, filesystem. */
static int field_ids(const char *text, const char *name, unsigned int *id,
		     bool *same)
{
	const char *value = field(text, name);
	unsigned long ids[4];

	if (!value)
		return -1;
	for (int i = 0; i < 4; i++) {
		char *end;

		ids[i] = strtoul(value, &end, 10);
		if (end == value)
			return -1;
		*same &= ids[i] == ids[0];
		value = end;
	}
	*id = (unsigned int)ids[1];
	return *value == '\n' ? 0 : -1;
}

/* "NSpid:", from Linux 4.1 on: from the namespace of the procfs inwards. */
static int field_nspid(const char *text, struct status *status)
{
	const char *value = field(text, "NSpid");
	int levels = 0;
	char *end;

	if (!value)
		return -1;
	do {
		status->inner_pid = (pid_t)strtol(value, &end, 10);
		if (end == value)
			return -1;
		value = end;
		levels++;
	} while (*value == '\t');
	status->nested = levels > 1;
	return *value == '\n' ? 0 : -1;
}

static int field_name(const char *text, struct status *status)
{
	const char *value = field(text, "Name");
	const char *state = field(text, "State");
	size_t length = value ? strcspn(value, "\n") : STATUS_NAME;

	if (length >= STATUS_NAME || !state)
		return -1;
	memcpy(status->name, value, length);
	status->name[length] = '\0';
	status->state = *state;
	return 0;
}

int status_parse(const char *text, struct status *status)
{
	struct capstate *caps = &status->caps;
	uint64_t no_new_privs;

	*status = (struct status){.same_ids = true, .seccomp = -1};
	if (field_name(text, status) < 0 || field_nspid(text, status) < 0 ||
	    field_int(text, "Pid", &status->pid) < 0 ||
	    field_int(text, "PPid", &status->ppid) < 0 ||
	    field_int(text, "Threads", &status->threads) < 0 ||
	    field_ids(text, "Uid", &caps->uid, &status->same_ids) < 0 ||
	    field_ids(text, "Gid", &caps->gid, &status->same_ids) < 0 ||
	    field_number(text, "CapInh", 16, &caps->inheritable) < 0 ||
	    field_number(text, "CapPrm", 16, &caps->permitted) < 0 ||
	    field_number(text, "CapEff", 16, &caps->effective) < 0 ||
	    field_number(text, "CapBnd", 16, &caps->bounding) < 0 ||
	    field_number(text, "CapAmb", 16, &caps->ambient) < 0 ||
	    field_number(text, "NoNewPrivs", 10, &no_new_privs) < 0)
		return -1;
	caps->no_new_privs = no_new_privs != 0;
	/* Not in a kernel without seccomp. */
	if (field_int(text, "Seccomp", &status->seccomp) < 0)
		status->seccomp = -1;
	return 0;
}

ssize_t procfs_read(int dir, const char *path, char *text, size_t size)
{
	int fd = openat(dir, path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	size_t used = 0;
	ssize_t n = -1;
	struct statfs fs;
	int reason;

	if (fd < 0)
		return -1;
	if (fstatfs(fd, &fs) == 0 && fs.f_type == PROC_SUPER_MAGIC)
		while ((n = read(fd, text + used, size - 1 - used)) > 0)
			used += (size_t)n;
	else
		errno = EXDEV;
	reason = errno;
	close(fd);
	errno = reason;
	text[used] = '\0';
	return n < 0 ? -1 : (ssize_t)used;
}

int status_read(int dir, const char *path, struct status *status)
{
	/* Not on the stack; most of its pages are never touched. */
	static char text[STATUS_TEXT];

	if (procfs_read(dir, path, text, sizeof(text)) < 0)
		return -1;
	errno = EBADMSG;
	return status_parse(text, status);
}

int status_of(int dir, pid_t pid, struct status *status)
{
	char path[32];

	snprintf(path, sizeof(path), "%d/status", (int)pid);
	if (status_read(dir, path, status) < 0)
		return -1;
	errno = EXDEV;
	return status->pid == pid ? 0 : -1;
}
