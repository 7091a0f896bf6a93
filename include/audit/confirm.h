/* SPDX-License-Identifier: MIT */
#ifndef CAPINI_AUDIT_CONFIRM_H
#define CAPINI_AUDIT_CONFIRM_H

#include <stdint.h>

/* What runs without one capability each have told. A capability is in one of
 * these sets, or not part of the policy. */
struct verdicts {
	uint64_t confirmed; /* it fails without */
	uint64_t kept;	    /* it works without, which here proves nothing */
	uint64_t optional;  /* it works without */
	uint64_t added;	    /* of these, what the policy did not allow */
};

/* capini-audit confirm: which capabilities of a policy are needed, by runs
 * without each. argv[0] is the verb. Returns the exit code. */
int confirm_main(int argc, char **argv);

#endif
