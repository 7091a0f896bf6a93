/* SPDX-License-Identifier: MIT */
#ifndef CAPINI_AUDIT_DOCTOR_H
#define CAPINI_AUDIT_DOCTOR_H

/* capini-audit doctor: what works here, what does not, and what would help.
 * argv[0] is the verb. Returns the exit code: 0 when run can work. */
int doctor_main(int argc, char **argv);

#endif
