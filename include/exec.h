/* SPDX-License-Identifier: MIT */
#ifndef CAPINI_EXEC_H
#define CAPINI_EXEC_H

#include "error.h"

/* Execute argv[0], looked for along PATH when it has no slash, as execvp(3)
 * does with every libc: a file without a known format goes to /bin/sh, for
 * which argv[-1] must be ours, too.
 * Returns only on failure: -1 with err set to EXIT_NOT_FOUND or, when
 * something was found, EXIT_NOT_RUNNABLE. file capabilities outside of the
 * bounding set, which execve(2) answers with EPERM, are named, and policy is
 * the file to name them in. */
int exec_program(char **argv, const char *policy, struct error *err) MUST_CHECK;

#endif
