/* SPDX-License-Identifier: MIT */
/* The text of /proc/PID/status: read or refused, whatever it says. */
#include "status.h"

#include "fuzz.h"

/* A set is what its sixteen digits say and nothing else. */
static void promise_set(const char *text, const char *name, uint64_t set)
{
	char line[40];

	snprintf(line, sizeof(line), "\n%s:\t%016llx\n", name,
		 (unsigned long long)set);
	PROMISE(strstr(text, line) ||
		strncmp(text, line + 1, strlen(line + 1)) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct status status;
	char *text = fuzz_text(data, size);

	if (status_parse(text, &status) == 0) {
		PROMISE(memchr(status.name, '\0', sizeof(status.name)));
		PROMISE(status.pid >= 0 && status.ppid >= 0);
		PROMISE(status.seccomp >= -1);
		promise_set(text, "CapEff", status.caps.effective);
		promise_set(text, "CapBnd", status.caps.bounding);
	}
	free(text);
	return 0;
}
