/* SPDX-License-Identifier: MIT */
#ifndef CAPINI_DECODE_H
#define CAPINI_DECODE_H

#include <stdbool.h>

/* Print what text stands for, on stdout, as JSON or in the form of capsh(1):
 * a hexadecimal mask, also behind "0x" or as a line of /proc/PID/status; or
 * the five sets of the process with that PID. A number that can be a PID is
 * one. Returns 0, or 2 with a message when that cannot be told. */
int decode(const char *text, bool json);

#endif
