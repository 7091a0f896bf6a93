/* SPDX-License-Identifier: MIT */
/* The strict reader between a file's bytes and inih. inih drops, splits or
 * re-reads what it does not understand, differently from release to release,
 * and says nothing; so each line is judged here first and inih is handed
 * either a line that has one meaning only or an empty one. Which sections and
 * keys there are is left to the handler. */
#include "strict.h"

#include <ini.h>
#include <stdint.h>
#include <string.h>

#define NAME_BYTES                   \
	"abcdefghijklmnopqrstuvwxyz" \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZ" \
	"0123456789_.+-"

struct reader {
	const char *file;
	const char *next, *end;
	const struct strict_handler *handler;
	int line;
	bool in_section; /* a known one */
	bool skipping;	 /* the keys of an unknown one */
	bool expected;	 /* inih owes a call for the key on this line */
	bool failed;
};

/* Report a mistake on the present line. */
#define mistake(reader, ...)      \
	((reader)->failed = true, \
	 fault_at((reader)->file, (reader)->line, __VA_ARGS__))

size_t utf8_length(const char *text, size_t left)
{
	static const struct {
		unsigned char first, last, low, high;
		size_t length;
	} forms[] = {
		{0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
		{0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3},
		{0xee, 0xef, 0x80, 0xbf, 3}, {0xf0, 0xf0, 0x90, 0xbf, 4},
		{0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
	};
	const unsigned char *byte = (const unsigned char *)text;

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (byte[0] < forms[i].first || byte[0] > forms[i].last)
			continue;
		if (forms[i].length > left || byte[1] < forms[i].low ||
		    byte[1] > forms[i].high)
			return 0;
		for (size_t k = 2; k < forms[i].length; k++)
			if (byte[k] < 0x80 || byte[k] > 0xbf)
				return 0;
		return forms[i].length;
	}
	return 0;
}

/* Is every byte of the line one that may stand there? */
static bool bytes_good(struct reader *reader, const char *line, size_t length)
{
	bool comment = length > 0 && (line[0] == '#' || line[0] == ';');

	for (size_t i = 0; i < length;) {
		unsigned char byte = (unsigned char)line[i];
		size_t utf8;

		if ((byte >= ' ' && byte < 0x7f) || byte == '\t') {
			i++;
			continue;
		}
		utf8 = utf8_length(line + i, length - i);
		if (byte == '\r')
			mistake(reader, "carriage return: save the file with "
					"Unix line ends");
		else if (byte == '\0')
			mistake(reader, "NUL byte");
		else if (byte < ' ' || byte == 0x7f)
			mistake(reader, "control byte 0x%02x", byte);
		else if (utf8 == 3 && memcmp(line + i, "\xef\xbb\xbf", 3) == 0)
			mistake(reader, "byte order mark: save the file as "
					"UTF-8 without one");
		else if (byte >= 0xfe) {
			mistake(reader, "byte 0x%02x: not UTF-8, UTF-16?",
				byte);
			reader->next = reader->end;
		} else if (utf8 == 0)
			mistake(reader, "byte 0x%02x is not UTF-8", byte);
		else if (!comment)
			mistake(reader, "only ASCII outside of comments");
		else {
			i += utf8;
			continue;
		}
		return false;
	}
	return true;
}

/* From here on keys belong to a section, known or not. */
static void enter(struct reader *reader, bool known)
{
	reader->in_section = known;
	reader->skipping = !known;
}

/* "[name]"; the handler knows which names there are. */
static bool section_good(struct reader *reader, const char *line, size_t length)
{
	size_t span = strspn(line + 1, NAME_BYTES);
	char name[STRICT_NAME_MAX + 1];

	enter(reader, false);
	if (span == 0 || span > STRICT_NAME_MAX || line[span + 1] != ']') {
		mistake(reader, "malformed section: write [name]");
		return false;
	}
	if (length != span + 2) {
		mistake(reader, "text behind the section's ]");
		return false;
	}
	memcpy(name, line + 1, span);
	name[span] = '\0';
	if (!reader->handler->section(reader->handler->context, name,
				      reader->line))
		return false;
	enter(reader, true);
	return true;
}

/* "key = value". */
static bool key_good(struct reader *reader, const char *line, size_t length)
{
	size_t span = strspn(line, NAME_BYTES);
	const char *equals = line + span + strspn(line + span, " \t");
	const char *value;

	if (equals == line + length && span == length) {
		mistake(reader, "stray text: write key = value");
		return false;
	}
	if (span == 0 || *equals != '=') {
		mistake(reader, "malformed key: write key = value");
		return false;
	}
	if (span > STRICT_NAME_MAX) {
		mistake(reader, "key longer than %d bytes", STRICT_NAME_MAX);
		return false;
	}
	value = equals + 1;
	value += strspn(value, " \t");
	if (value == line + length) {
		mistake(reader, "no value: leave the key out for its default");
		return false;
	}
	if (strpbrk(value, "#;")) {
		mistake(reader, "# or ; in a value: "
				"a comment needs a line of its own");
		return false;
	}
	if (!reader->in_section && !reader->skipping)
		mistake(reader, "key outside of any section");
	return reader->in_section;
}

/* Shall inih see this line, which has a zero behind it? */
static bool line_good(struct reader *reader, const char *line, size_t length)
{
	if (length > STRICT_LINE_MAX) {
		mistake(reader,
			"line of %zu bytes, at most %d can be read "
			"safely: use several lines",
			length, STRICT_LINE_MAX);
		return false;
	}
	if (!bytes_good(reader, line, length))
		return false;
	if (length == 0 || line[0] == '#' || line[0] == ';')
		return true;
	if (line[0] == ' ' || line[0] == '\t') {
		mistake(reader, "blank at the start of the line");
		/* What follows may belong to a section meant here. */
		if (line[strspn(line, " \t")] == '[')
			enter(reader, false);
		return false;
	}
	if (line[0] == '[')
		return section_good(reader, line, length);
	reader->expected = key_good(reader, line, length);
	return reader->expected;
}

/* inih's ini_reader: one line a call, as fgets(3) would. */
static char *read_line(char *out, int size, void *stream)
{
	struct reader *reader = stream;
	char line[STRICT_LINE_MAX + 1];
	const char *text, *newline;
	size_t length;
	bool good;

	if (reader->expected)
		mistake(reader, "inih passed over this line");
	reader->expected = false;
	if (reader->next == reader->end)
		return NULL;
	reader->line++;
	newline = memchr(reader->next, '\n',
			 (size_t)(reader->end - reader->next));
	if (!newline) {
		mistake(reader, "no newline at the end: is the file complete?");
		reader->next = reader->end;
		return NULL;
	}
	length = (size_t)(newline - reader->next);
	if (length <= STRICT_LINE_MAX) {
		memcpy(line, reader->next, length);
		line[length] = '\0';
	}
	text = reader->next;
	reader->next = newline + 1;
	good = line_good(reader, line, length);
	if (good && (int)length + 2 > size) {
		mistake(reader, "this build of inih reads lines of %d bytes",
			size);
		good = reader->expected = false;
	}
	if (!good)
		length = 0;
	memcpy(out, text, length);
	memcpy(out + length, "\n", 2);
	return out;
}

/* inih's ini_handler. */
static int take_key(void *user, const char *section, const char *name,
		    const char *value)
{
	struct reader *reader = user;

	if (!reader->expected)
		mistake(reader, "inih saw a key where there is none");
	else
		reader->handler->key(reader->handler->context, section, name,
				     value, reader->line);
	reader->expected = false;
	return 1;
}

int strict_parse(const char *file, const char *text, size_t length,
		 const struct strict_handler *handler)
{
	struct reader reader = {
		.file = file,
		.next = text,
		.end = text + length,
		.handler = handler,
	};

	if (length == 0) {
		fault_at(file, 0, "is empty");
		return -1;
	}
	if (ini_parse_stream(read_line, &reader, take_key, &reader) != 0 &&
	    !reader.failed)
		mistake(&reader, "inih could not read the file");
	return reader.failed ? -1 : 0;
}
