/* SPDX-License-Identifier: MIT */
/* The text of /proc/PID/status, read strictly. What it means is left to those
 * who ask. */
#include "status.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "text.h"

/* The text, and the line of it that was found last. */
struct lines {
	const char *text, *last;
};

/* The line that begins with name, from this one on. */
static const char *find(const char *line, const char *name)
{
	size_t length = strlen(name);

	while (line && (strncmp(line, name, length) != 0 ||
			line[length] != ':' || line[length + 1] != '\t')) {
		line = strchr(line, '\n');
		if (line)
			line++;
	}
	return line;
}

/* What stands behind name at the beginning of a line; a process's own name is
 * escaped by the kernel and can begin none. Whoever asks in the order of the
 * lines has them all in one passage. */
static const char *field(struct lines *lines, const char *name)
{
	const char *line = find(lines->last, name);

	if (!line)
		line = find(lines->text, name);
	if (!line)
		return NULL;
	lines->last = line;
	return line + strlen(name) + 2;
}

/* A decimal number of at most max. Moves *text behind it. */
static int take_number(const char **text, uint64_t max, uint64_t *number)
{
	return text_number(text, 10, number) > 0 && *number <= max ? 0 : -1;
}

static int field_decimal(struct lines *lines, const char *name, uint64_t max,
			 uint64_t *number)
{
	const char *value = field(lines, name);

	if (!value || take_number(&value, max, number) < 0)
		return -1;
	return *value == '\n' ? 0 : -1;
}

/* The kernel writes all sixteen digits, in lower case. */
static int field_set(struct lines *lines, const char *name, uint64_t *set)
{
	const char *value = field(lines, name);

	if (!value || strspn(value, "0123456789abcdef") != 16 ||
	    text_number(&value, 16, set) != 16)
		return -1;
	return *value == '\n' ? 0 : -1;
}

static int field_int(struct lines *lines, const char *name, int *number)
{
	uint64_t value;

	if (field_decimal(lines, name, INT32_MAX, &value) < 0)
		return -1;
	*number = (int)value;
	return 0;
}

/* "Uid:" and "Gid:" have four numbers: real, effective, saved, filesystem. */
static int field_ids(struct lines *lines, const char *name, unsigned int *id,
		     bool *same)
{
	const char *value = field(lines, name);
	uint64_t ids[4];

	if (!value)
		return -1;
	for (int i = 0; i < 4; i++) {
		if ((i > 0 && *value++ != '\t') ||
		    take_number(&value, UINT32_MAX, &ids[i]) < 0)
			return -1;
		*same &= ids[i] == ids[0];
	}
	*id = (unsigned int)ids[1];
	return *value == '\n' ? 0 : -1;
}

/* "NSpid:", from Linux 4.1 on: from the namespace of the procfs inwards. */
static int field_nspid(struct lines *lines, struct status *status)
{
	const char *value = field(lines, "NSpid");
	uint64_t pid;
	int levels = 0;

	if (!value)
		return -1;
	do {
		if (take_number(&value, INT32_MAX, &pid) < 0)
			return -1;
		levels++;
	} while (*value++ == '\t');
	status->inner_pid = (pid_t)pid;
	status->nested = levels > 1;
	return value[-1] == '\n' ? 0 : -1;
}

static int field_name(struct lines *lines, struct status *status)
{
	const char *value = field(lines, "Name");
	const char *state = field(lines, "State");
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
	struct lines lines = {.text = text, .last = text};
	struct capstate *caps = &status->caps;
	uint64_t no_new_privs;

	*status = (struct status){.same_ids = true, .seccomp = -1};
	if (field_name(&lines, status) < 0 ||
	    field_int(&lines, "Pid", &status->pid) < 0 ||
	    field_int(&lines, "PPid", &status->ppid) < 0 ||
	    field_ids(&lines, "Uid", &caps->uid, &status->same_ids) < 0 ||
	    field_ids(&lines, "Gid", &caps->gid, &status->same_ids) < 0 ||
	    field_nspid(&lines, status) < 0 ||
	    field_int(&lines, "Threads", &status->threads) < 0 ||
	    field_set(&lines, "CapInh", &caps->inheritable) < 0 ||
	    field_set(&lines, "CapPrm", &caps->permitted) < 0 ||
	    field_set(&lines, "CapEff", &caps->effective) < 0 ||
	    field_set(&lines, "CapBnd", &caps->bounding) < 0 ||
	    field_set(&lines, "CapAmb", &caps->ambient) < 0 ||
	    field_decimal(&lines, "NoNewPrivs", 1, &no_new_privs) < 0)
		return -1;
	caps->no_new_privs = no_new_privs != 0;
	/* Not in a kernel without seccomp. */
	if (field_int(&lines, "Seccomp", &status->seccomp) < 0)
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

	text_format(path, sizeof(path), "%d/status", (int)pid);
	if (status_read(dir, path, status) < 0)
		return -1;
	errno = EXDEV;
	return status->pid == pid ? 0 : -1;
}
