/* SPDX-License-Identifier: MIT */
/* The files that reports go to, and the place where they were made. */
#include "audit/out.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#include "status.h"

void out_place(struct place *place)
{
	struct utsname name;
	struct status status;

	*place = (struct place){.kernel = "?"};
	if (uname(&name) == 0)
		memcpy(place->kernel, name.release, sizeof(place->kernel));
	input_line("/proc/sys/net/ipv4/ip_unprivileged_port_start",
		   place->low_ports);
	input_line("/proc/sys/net/ipv4/ping_group_range", place->ping_groups);
	if (status_read(AT_FDCWD, "/proc/self/status", &status) < 0)
		return;
	place->no_new_privs = status.caps.no_new_privs;
	place->filtered = status.seccomp > 0;
}

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
