/* SPDX-License-Identifier: MIT */
/* The operand of --decode: a mask, a line of a status file or a PID. */
#include "decode.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);
	int plain = decode(text, false);

	PROMISE(plain == 0 || plain == 2);
	/* A PID's process may end in between. */
	if (text[0] < '1' || text[0] > '9')
		PROMISE(decode(text, true) == plain);
	free(text);
	return 0;
}
