/* SPDX-License-Identifier: MIT */
#ifndef CAPINI_AUDIT_WATCH_H
#define CAPINI_AUDIT_WATCH_H

/* capini-audit watch: what the kernel asks for, as a second witness; a program
 * is not slowed down, and one that runs already can be looked at. argv[0] is
 * the verb. Returns the exit code. */
int watch_main(int argc, char **argv);

#endif
