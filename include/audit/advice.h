/* SPDX-License-Identifier: MIT */
#ifndef CAPINI_AUDIT_ADVICE_H
#define CAPINI_AUDIT_ADVICE_H

/* What is worth knowing about each capability, in a line without a newline.
 * The texts live as long as the program. A number that has no name gets a line
 * that says so. capabilities(7). */

/* What the capability allows. */
const char *allows_of(unsigned int capability);

/* Why it is as good as root or close to it; NULL when it is not. */
const char *danger_of(unsigned int capability);

/* What to do instead of granting it. */
const char *advice_for(unsigned int capability);

/* What lets a call succeed that no capability lets, NULL when that is not
 * known: call and subject are its texts in a finding. */
const char *advice_denied(const char *call, const char *subject);

#endif
