/* SPDX-License-Identifier: MIT */
/* Capabilities of files. No tracer sees that a program with the effective bit
 * cannot be executed without them: the kernel asks before anybody can be
 * asked. What follows from it is left to the tracer. */
#include "audit/filecap.h"

#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

/* The kernel's bytes are little-endian; so is every machine that
 * inject_ARCH.c knows. */
static void read_attribute(const char *exe, struct filecap *filecap)
{
	struct vfs_ns_cap_data data;
	ssize_t n = getxattr(exe, "security.capability", &data, sizeof(data));

	if (n < (ssize_t)XATTR_CAPS_SZ_2)
		return;
	filecap->permitted =
		data.data[0].permitted | (uint64_t)data.data[1].permitted << 32;
	filecap->demands = filecap->permitted != 0 &&
			   (data.magic_etc & VFS_CAP_FLAGS_EFFECTIVE);
}

void filecap_read(pid_t tid, struct filecap *filecap)
{
	char exe[32];
	struct stat st;
	ssize_t n;

	memset(filecap, 0, sizeof(*filecap));
	snprintf(exe, sizeof(exe), "/proc/%d/exe", (int)tid);
	n = readlink(exe, filecap->path, sizeof(filecap->path) - 1);
	filecap->path[n > 0 ? n : 0] = '\0';
	read_attribute(exe, filecap);
	if (stat(exe, &st) == 0) {
		filecap->set_id = (st.st_mode & S_ISUID) != 0;
		filecap->owner = st.st_uid;
	}
}
