/* SPDX-License-Identifier: MIT */
#ifndef CAPINI_AUDIT_EXPLAIN_H
#define CAPINI_AUDIT_EXPLAIN_H

/* capini-audit explain: for each capability of a policy, a mask, a list of
 * names or a process what it allows, how dangerous that is and what does
 * without it, on stdout. argv[0] is the verb. Returns the exit code: 0, 1 when
 * what was given is not valid, 2 for wrong usage or what cannot be read. */
int explain_main(int argc, char **argv);

#endif
