/* SPDX-License-Identifier: MIT */
#ifndef CAPINI_AUDIT_EXPORT_H
#define CAPINI_AUDIT_EXPORT_H

/* capini-audit export: what a policy allows, in the words of an engine, on
 * stdout. argv[0] is the verb. Returns the exit code: 0, 1 when the policy is
 * not valid or the format cannot say it, 2 for wrong usage or what cannot be
 * read. */
int export_main(int argc, char **argv);

#endif
