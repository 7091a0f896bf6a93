/* SPDX-License-Identifier: MIT */
#ifndef CAPINI_ENVIRONMENT_H
#define CAPINI_ENVIRONMENT_H

#include "error.h"

#define ENVIRONMENT_MOST 65536 /* variables, when one is added */

/* As putenv(3): set a variable of this process. variable is "NAME=value" and
 * has to stay. Returns 0, or -1 with err set when there are too many. */
int environment_put(char *variable, struct error *err) MUST_CHECK;

#endif
