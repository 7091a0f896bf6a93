/* SPDX-License-Identifier: MIT */
/* Names and lists of capabilities and signals: what is understood is written
 * as something that is understood as the same. */
#include "names.h"

#include <limits.h>

#include "fuzz.h"

static void capabilities(const char *text)
{
	struct error err;
	char names[CAPABILITIES_TEXT], hint[HINT_TEXT];
	uint64_t set, again;
	int number = capname_parse(text);

	PROMISE(number >= -1 && number <= CAPABILITY_LAST);
	PROMISE(strlen(capname_hint(text, hint)) < HINT_TEXT);
	err.text[0] = '\0';
	if (caplist_parse(text, &set, &err) < 0) {
		PROMISE(err.text[0] && err.exit_code == EXIT_REFUSED);
		return;
	}
	PROMISE(!(set & ~CAPABILITY_ALL));
	capname_format(set, names);
	PROMISE(caplist_parse(names, &again, &err) == 0 && again == set);
	PROMISE(number < 0 || set == CAPABILITY_BIT(number));
}

static void signals(const char *text)
{
	char name[SIGNAL_TEXT], hint[HINT_TEXT];
	int number = signame_parse(text);

	PROMISE(strlen(signame_hint(text, hint)) < HINT_TEXT);
	PROMISE(number == -1 || (number > 0 && number <= SIGNAL_LAST));
	if (number > 0)
		PROMISE(signame_parse(signame_format(number, name)) == number);
}

static void items(const char *text)
{
	const char *rest = text;
	char item[8];
	int more;

	while ((more = list_next(&rest, item, sizeof(item))) != 0) {
		PROMISE(item[0] && !strpbrk(item, ", \t"));
		PROMISE(more > 0 || strlen(item) == sizeof(item) - 1);
		PROMISE(rest <= text + strlen(text));
	}
	PROMISE(*rest == '\0');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);
	long number = number_parse(text, INT_MAX);

	PROMISE(number >= -1 && number <= INT_MAX);
	capabilities(text);
	signals(text);
	items(text);
	free(text);
	return 0;
}
