/* SPDX-License-Identifier: MIT */
/* A small trusted file, whole, into a buffer. What the bytes mean is left to
 * the reader of them. */
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static int check(const char *path, const struct stat *st, size_t most,
		 struct error *err)
{
	if (!S_ISREG(st->st_mode))
		return error_set(err, "%s: not a regular file", path);
	if (st->st_uid != 0 && st->st_uid != geteuid())
		return error_set(err,
				 "%s: owned by uid %u: chown it to root or to "
				 "the user that starts capini",
				 path, (unsigned int)st->st_uid);
	if (st->st_mode & (S_IWGRP | S_IWOTH))
		return error_set(err,
				 "%s: writable by group or others: "
				 "chmod go-w it",
				 path);
	if ((unsigned long long)st->st_size > most)
		return error_set(err, "%s: larger than %zu bytes", path, most);
	return 0;
}

static int read_all(int fd, const char *path, char *buffer, size_t size,
		    size_t *length, struct error *err)
{
	*length = 0;
	while (*length < size) {
		ssize_t n = read(fd, buffer + *length, size - *length);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return error_set_errno(err, "%s: cannot read", path);
		if (n == 0)
			break;
		*length += (size_t)n;
	}
	return 0;
}

static enum file_result read_checked(int fd, const char *path, char *buffer,
				     size_t size, size_t *length,
				     struct error *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0) {
		error_set_errno(err, "%s: cannot stat", path);
		return FILE_UNREADABLE;
	}
	if (check(path, &st, size - 1, err) < 0)
		return FILE_REFUSED;
	if (read_all(fd, path, buffer, size, length, err) < 0)
		return FILE_UNREADABLE;
	if (*length != (size_t)st.st_size) {
		error_set(err,
			  "%s: read %zu bytes of %lld: it was cut short or "
			  "changed while read",
			  path, *length, (long long)st.st_size);
		return FILE_UNREADABLE;
	}
	buffer[*length] = '\0';
	return FILE_GOOD;
}

enum file_result file_read(const char *path, char *buffer, size_t size,
			   size_t *length, struct error *err)
{
	enum file_result result;
	struct stat st;
	int fd;

	/* O_NONBLOCK: opening a FIFO must not wait for its writer. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0) {
		int reason = errno;

		if (reason == ENOENT && lstat(path, &st) < 0)
			return FILE_ABSENT;
		errno = reason;
		error_set_errno(err, "%s: cannot open", path);
		return FILE_UNREADABLE;
	}
	result = read_checked(fd, path, buffer, size, length, err);
	close(fd);
	return result;
}
