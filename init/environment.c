/* SPDX-License-Identifier: MIT */
/* The application's environment. A libc's setenv(3) and putenv(3) need a heap.
 */
#include "environment.h"

#include <string.h>
#include <unistd.h>

int environment_put(char *variable, struct error *err)
{
	/* What is not used of it is never a page. */
	static char *variables[ENVIRONMENT_MOST + 1];
	size_t name = strcspn(variable, "=") + 1;
	size_t count;

	for (count = 0; environ[count]; count++)
		if (strncmp(environ[count], variable, name) == 0) {
			environ[count] = variable;
			return 0;
		}
	if (count >= ENVIRONMENT_MOST)
		return error_set(err,
				 "cannot set %.*s: there are %zu other "
				 "variables",
				 (int)name - 1, variable, count);
	if (environ != variables)
		memcpy(variables, environ, count * sizeof(*variables));
	environ = variables;
	variables[count] = variable;
	variables[count + 1] = NULL;
	return 0;
}
