/* SPDX-License-Identifier: MIT */
/* The files that reports go to. */
#include "audit/out.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

FILE *out_open(const char *path, struct error *err)
{
	FILE *to = fopen(path, "we");

	if (!to)
		(void)error_set_errno(err, "%s: cannot write", path);
	/* A policy is read by whoever runs the container. */
	else if (fchmod(fileno(to), 0644) < 0)
		note("%s: fchmod: %s", path, strerror(errno));
	return to;
}

int out_close(FILE *to, const char *path, struct error *err)
{
	bool written = !ferror(to);

	if (fclose(to) != 0 || !written)
		return error_set_errno(err, "%s: cannot write", path);
	return 0;
}
