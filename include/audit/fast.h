/* SPDX-License-Identifier: MIT */
#ifndef CAPINI_AUDIT_FAST_H
#define CAPINI_AUDIT_FAST_H

#include "error.h"

/* Have this process and its children stop for their tracer at the calls of the
 * table in hints, but for the busy ones, and nowhere else. Without SYS_ADMIN
 * that takes no_new_privs, which is then set. Returns 0, or -1 with err set.
 * seccomp(2), SECCOMP_RET_TRACE. */
int fast_install(struct error *err) MUST_CHECK;

#endif
