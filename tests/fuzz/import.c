/* SPDX-License-Identifier: MIT */
/* What capini-audit imports: the first byte is the reader, the rest its text.
 * It is read or refused with a reason, whatever it says. */
#include "audit/import.h"

#include "audit/json.h"
#include "fuzz.h"
#include "names.h"

static void promise_import(const struct import *import)
{
	PROMISE(!(import->allow & ~CAPABILITY_ALL));
	PROMISE(!import->ambient_said || !(import->ambient & ~CAPABILITY_ALL));
	PROMISE(memchr(import->user, '\0', sizeof(import->user)));
}

/* A string that is taken holds no byte that a policy could not. */
static void promise_strings(const char *value)
{
	char text[64];

	for (value = json_first(value); value; value = json_next(value)) {
		if (json_text(value, text, sizeof(text)) < 0)
			continue;
		for (const char *at = text; *at; at++)
			PROMISE(*at >= ' ' && *at <= '~');
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static import_reader *const readers[] = {import_json, import_docker,
						 import_yaml, import_unit};
	struct import import = {0};
	struct error err = {0};
	const char *value;
	char *text;

	if (size == 0 || memchr(data, 0, size))
		return 0;
	text = fuzz_text(data + 1, size - 1);
	if (readers[data[0] % 4](text, size - 1, &import, &err) == 0)
		promise_import(&import);
	else
		PROMISE(err.text[0]);
	if (json_check(text, size - 1, &value, &err) == 0)
		promise_strings(value);
	free(text);
	return 0;
}
