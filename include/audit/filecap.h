/* SPDX-License-Identifier: MIT */
#ifndef CAPINI_AUDIT_FILECAP_H
#define CAPINI_AUDIT_FILECAP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* What the file of a program demands of those who execute it. */
struct filecap {
	char path[128];	    /* cut to fit */
	uint64_t permitted; /* its file capabilities */
	bool demands;	    /* without them in the bounding set: no execve(2) */
	bool set_id;	    /* set-user-ID */
	uid_t owner;
};

/* Look at the file that the process tid executes. What cannot be read is left
 * zero. capabilities(7), "security.capability". */
void filecap_read(pid_t tid, struct filecap *filecap);

#endif
