/* SPDX-License-Identifier: MIT */
/* A strict reader of JSON without a tree and without a heap: the text is
 * checked once, whole, and then walked in place. What keys mean is left to the
 * caller. */
#include "audit/json.h"

#include <stdbool.h>
#include <string.h>

#include "strict.h"

#define BLANKS	 " \t\r\n"
#define DIGITS	 "0123456789"
#define KEY_TEXT 64 /* no key that anyone asks for is longer */

/* --- checking: each returns what stands behind, or NULL at a mistake --------
 */

struct checker {
	const char *end;
	const char *mistake; /* how far it was JSON */
};

static const char *no(struct checker *checker, const char *at)
{
	if (at > checker->mistake)
		checker->mistake = at;
	return NULL;
}

static const char *skip_blanks(const char *at)
{
	return at + strspn(at, BLANKS);
}

/* The length of the escape at text, 0 when it is none. */
static size_t escape_length(const char *text)
{
	if (text[1] != 'u')
		return text[1] && strchr("\"\\/bfnrt", text[1]) ? 2 : 0;
	return strspn(text + 2, DIGITS "abcdefABCDEF") >= 4 ? 6 : 0;
}

static const char *check_string(struct checker *checker, const char *at)
{
	if (*at != '"')
		return no(checker, at);
	for (at++; *at != '"';) {
		unsigned char byte = (unsigned char)*at;
		size_t left = (size_t)(checker->end - at);
		size_t length = byte >= 0x80   ? utf8_length(at, left)
				: byte == '\\' ? escape_length(at)
					       : byte >= ' ';

		if (length == 0)
			return no(checker, at);
		at += length;
	}
	return at + 1;
}

static const char *check_digits(struct checker *checker, const char *at)
{
	size_t span = strspn(at, DIGITS);

	return span ? at + span : no(checker, at);
}

static const char *check_number(struct checker *checker, const char *at)
{
	at += *at == '-';
	at = *at == '0' ? at + 1 : check_digits(checker, at);
	if (at && *at == '.')
		at = check_digits(checker, at + 1);
	if (at && (*at == 'e' || *at == 'E')) {
		at++;
		at += *at == '+' || *at == '-';
		at = check_digits(checker, at);
	}
	return at;
}

static const char *check_scalar(struct checker *checker, const char *at)
{
	static const char *const words[] = {"true", "false", "null"};

	if (*at == '"')
		return check_string(checker, at);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strncmp(at, words[i], strlen(words[i])) == 0)
			return at + strlen(words[i]);
	return check_number(checker, at);
}

/* "key":, where at is in an object. */
static const char *check_key(struct checker *checker, const char *at)
{
	at = check_string(checker, at);
	if (!at)
		return NULL;
	at = skip_blanks(at);
	return *at == ':' ? skip_blanks(at + 1) : no(checker, at);
}

/* Any value. A loop with the open brackets in an array, not a recursion: the
 * text is somebody else's. */
static const char *check_value(struct checker *checker, const char *at)
{
	char closing[JSON_DEPTH_MAX] = "";
	size_t depth = 0;

	for (;;) {
		bool opens = *at == '{' || *at == '[';

		if (opens && depth == JSON_DEPTH_MAX)
			return no(checker, at);
		if (opens) {
			closing[depth++] = *at == '{' ? '}' : ']';
			at = skip_blanks(at + 1);
		} else {
			at = check_scalar(checker, at);
			if (!at)
				return NULL;
		}
		if (!opens || *at == closing[depth - 1]) {
			while (depth > 0 &&
			       *(at = skip_blanks(at)) == closing[depth - 1]) {
				depth--;
				at++;
			}
			if (depth == 0)
				return at;
			if (*at != ',')
				return no(checker, at);
			at = skip_blanks(at + 1);
		}
		if (closing[depth - 1] == '}')
			at = check_key(checker, at);
		if (!at)
			return NULL;
	}
}

int json_check(const char *text, size_t length, const char **value,
	       struct error *err)
{
	struct checker checker = {.end = text + length, .mistake = text};
	const char *at;
	int line = 1;

	*value = skip_blanks(text);
	at = check_value(&checker, *value);
	if (at && skip_blanks(at) == checker.end)
		return 0;
	if (at)
		no(&checker, skip_blanks(at));
	for (at = text; at < checker.mistake; at++)
		line += *at == '\n';
	return error_set(err, "line %d: not JSON, or deeper than %d levels",
			 line, JSON_DEPTH_MAX);
}

/* --- walking a checked text -------------------------------------------------
 */

char json_kind(const char *value)
{
	if (!value)
		return 0;
	return strchr("{[\"tfn", *value) ? *value : '0';
}

static const char *string_end(const char *string)
{
	for (string++; *string != '"'; string++)
		string += *string == '\\';
	return string + 1;
}

static const char *value_end(const char *value)
{
	int depth = 0;

	do {
		if (*value == '"') {
			value = string_end(value);
			continue;
		}
		if (strchr("{[", *value))
			depth++;
		else if (strchr("}]", *value))
			depth--;
		else if (depth == 0)
			return value + strcspn(value, ",]}" BLANKS);
		value++;
	} while (depth > 0);
	return value;
}

/* The member or element behind one that ends at end. */
static const char *behind(const char *end)
{
	end = skip_blanks(end);
	return *end == ',' ? skip_blanks(end + 1) : NULL;
}

static const char *inside(const char *value, char opening)
{
	if (!value || *value != opening)
		return NULL;
	value = skip_blanks(value + 1);
	return *value == '}' || *value == ']' ? NULL : value;
}

const char *json_first(const char *array)
{
	return inside(array, '[');
}

const char *json_next(const char *element)
{
	return behind(value_end(element));
}

int json_member(const char *object, const char *key, const char **value,
		struct error *err)
{
	char name[KEY_TEXT];
	bool found = false;

	*value = NULL;
	for (const char *at = inside(object, '{'); at;) {
		const char *here = skip_blanks(string_end(at));

		here = skip_blanks(here + 1);
		if (json_text(at, name, sizeof(name)) == 0 &&
		    strcmp(name, key) == 0) {
			if (found)
				return error_set(err, "\"%s\" is there twice",
						 key);
			found = true;
			*value = *here == 'n' ? NULL : here;
		}
		at = json_next(here);
	}
	return 0;
}

static unsigned int hex_digit(char digit)
{
	static const char digits[] = "0123456789abcdef";
	const char *at =
		strchr(digits, digit >= 'A' && digit <= 'F' ? digit - 'A' + 'a'
							    : digit);

	return (unsigned int)(at - digits);
}

/* The character that the escape at text, length bytes, stands for; 0 for one
 * outside of ASCII. */
static char escaped(const char *text, size_t length)
{
	unsigned int code = 0;

	if (length == 2)
		return strchr("\"\\/", text[1]) ? text[1] : 0;
	for (size_t i = 2; i < length; i++)
		code = code * 16 + hex_digit(text[i]);
	return code < 0x7f ? (char)code : 0;
}

int json_text(const char *value, char *out, size_t size)
{
	size_t used = 0;

	if (json_kind(value) != '"')
		return -1;
	for (value++; *value != '"';) {
		size_t length = *value == '\\' ? escape_length(value) : 1;
		char byte = length > 1 ? escaped(value, length) : *value;

		if (byte < ' ' || byte > '~' || used + 1 == size)
			return -1;
		out[used++] = byte;
		value += length;
	}
	out[used] = '\0';
	return 0;
}
