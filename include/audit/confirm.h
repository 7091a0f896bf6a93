/* SPDX-License-Identifier: MIT */
#ifndef CAPINI_AUDIT_CONFIRM_H
#define CAPINI_AUDIT_CONFIRM_H

/* capini-audit confirm: run a command once with all that a policy allows and
 * once without each capability of it, each time in an environment of its own,
 * and tell which of them are needed. argv[0] is the verb. Returns the exit
 * code: 0 all of them are needed, 1 the command fails with all of them, 2
 * wrong usage, 3 some are not needed. */
int confirm_main(int argc, char **argv);

#endif
