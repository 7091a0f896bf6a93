/* SPDX-License-Identifier: MIT */
/* Whatever the strict reader accepts has one meaning: what its handler is
 * told, what inih makes of the bare text, and what a reading by hand finds are
 * the same sections, keys and values, in the same order. */
#include "strict.h"

#include <ini.h>

#include "fuzz.h"

#define TEXT_MAX 4096 /* bytes; longer inputs find nothing more */

/* A reading: "section|key|value" lines. */
struct reading {
	char *text;
	size_t used, size;
	int line;
};

static void put(struct reading *reading, int line, const char *section,
		const char *key, const char *value)
{
	int n;

	/* In order, and never two on one line; 0: the line is not known. */
	PROMISE(line == 0 || line > reading->line);
	reading->line = line;
	n = snprintf(reading->text + reading->used,
		     reading->size - reading->used, "%s|%s|%s\n", section, key,
		     value);
	PROMISE(n > 0 && (size_t)n < reading->size - reading->used);
	reading->used += (size_t)n;
}

static void open_reading(struct reading *reading, size_t length)
{
	/* A key of one line takes the section's name along. */
	reading->size = length * (STRICT_NAME_MAX + 4) + 1;
	reading->text = malloc(reading->size);
	PROMISE(reading->text);
	reading->text[0] = '\0';
	reading->used = 0;
	reading->line = 0;
}

static bool told_section(void *context, const char *section, int line)
{
	(void)context;
	PROMISE(section[0] && line > 0);
	return true;
}

static void told_key(void *context, const char *section, const char *key,
		     const char *value, int line)
{
	PROMISE(line > 0);
	put(context, line, section, key, value);
}

static int bare_key(void *context, const char *section, const char *key,
		    const char *value)
{
	put(context, 0, section, key, value);
	return 1;
}

static char *trimmed(char *text)
{
	char *end = text + strlen(text);

	while (*text == ' ' || *text == '\t')
		text++;
	while (end > text && (end[-1] == ' ' || end[-1] == '\t'))
		*--end = '\0';
	return text;
}

/* By hand, line by line: the text is cut up. */
static void by_hand(char *text, struct reading *reading)
{
	const char *section = "";
	int number = 0;

	while (*text) {
		char *line = text;
		char *newline = strchr(text, '\n');
		char *equals;

		PROMISE(newline);
		*newline = '\0';
		text = newline + 1;
		number++;
		if (line[0] == '[') {
			section = line + 1;
			line[strlen(line) - 1] = '\0';
		} else if (line[0] && line[0] != '#' && line[0] != ';') {
			equals = strchr(line, '=');
			PROMISE(equals);
			*equals = '\0';
			put(reading, number, section, trimmed(line),
			    trimmed(equals + 1));
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reading told, bare, hand;
	struct strict_handler handler = {&told, told_section, told_key};
	char *text;

	if (size > TEXT_MAX)
		return 0;
	text = fuzz_text(data, size);
	open_reading(&told, size);
	open_reading(&bare, size);
	open_reading(&hand, size);
	if (strict_parse("fuzz", text, size, &handler) == 0) {
		PROMISE(ini_parse_string(text, bare_key, &bare) == 0);
		by_hand(text, &hand);
		PROMISE(strcmp(told.text, bare.text) == 0);
		PROMISE(strcmp(told.text, hand.text) == 0);
	}
	free(hand.text);
	free(bare.text);
	free(told.text);
	free(text);
	return 0;
}
