/* SPDX-License-Identifier: MIT */
/* A policy once more, with verdicts: its own lines, comments included, but for
 * the names on the lines that hold capabilities. */
#include "audit/out.h"

#include <string.h>

#include "names.h"
#include "strict.h"

/* A line "KEY = LIST", commented out or not. What the strict reader of
 * policies accepts has no blank before the key. */
struct line {
	bool comment;
	char key[STRICT_NAME_MAX + 1];
	uint64_t set;
};

/* Returns whether it is one, and moves *text behind it in any case. */
static bool line_read(const char **text, struct line *line)
{
	const char *at = *text, *end = at + strcspn(at, "\n");
	char value[STRICT_LINE_MAX + 1];
	struct error err;
	size_t length;

	*text = *end ? end + 1 : end;
	line->comment = *at == '#';
	if (line->comment)
		at += 1 + strspn(at + 1, " \t");
	length = strspn(at, "abcdefghijklmnopqrstuvwxyz_");
	if (length >= sizeof(line->key) ||
	    (size_t)(end - at) >= sizeof(value) + length)
		return false;
	memcpy(line->key, at, length);
	line->key[length] = '\0';
	at += length + strspn(at + length, " \t");
	if (*at++ != '=' || at > end)
		return false;
	at += strspn(at, " \t");
	memcpy(value, at, (size_t)(end - at));
	value[end - at] = '\0';
	return caplist_parse(value, &line->set, &err) == 0;
}

uint64_t out_commented(const char *text)
{
	struct line line;
	uint64_t set = 0;

	while (*text)
		if (line_read(&text, &line) && line.comment &&
		    strcmp(line.key, "allow") == 0 &&
		    line.set != CAPABILITY_ALL)
			set |= line.set;
	return set;
}

/* A line for each, with why. */
static void put_each(FILE *to, uint64_t set, const char *why, bool comment)
{
	char name[CAPABILITIES_TEXT];

	for (int n = 0; n <= CAPABILITY_LAST; n++)
		if (set & CAPABILITY_BIT(n))
			fprintf(to, "# %s\n%sallow = %s\n", why,
				comment ? "# " : "",
				capname_format(CAPABILITY_BIT(n), name));
}

static void put_verdicts(FILE *to, uint64_t set,
			 const struct verdicts *verdicts, bool keep)
{
	put_each(to, set & verdicts->confirmed, "confirmed: it fails without",
		 false);
	put_each(to, set & verdicts->kept,
		 "proven, and not confirmable without a fresh environment",
		 false);
	put_each(to, set & verdicts->optional, "optional: it works without",
		 !keep);
}

/* All that the policy allows from now on. */
static uint64_t allowed(const struct verdicts *verdicts, bool keep)
{
	return verdicts->confirmed | verdicts->kept |
	       (keep ? verdicts->optional & ~verdicts->added : 0);
}

static void put_first(FILE *to, const struct verdicts *verdicts, bool keep)
{
	put_verdicts(to, verdicts->added & ~verdicts->optional, verdicts, keep);
	if (!allowed(verdicts, keep))
		fputs("allow = NONE\n", to);
}

static bool allows(const char *text)
{
	struct line line;

	while (*text)
		if (line_read(&text, &line) && !line.comment &&
		    strcmp(line.key, "allow") == 0)
			return true;
	return false;
}

static bool opens_section(const char *text)
{
	static const char header[] = "[capabilities]";

	return strncmp(text, header, sizeof(header) - 1) == 0;
}

static void put(FILE *to, const char *text, const struct verdicts *verdicts,
		bool keep)
{
	const uint64_t left = allowed(verdicts, keep);
	char names[CAPABILITIES_TEXT];
	const bool none = !allows(text);
	bool first = true;
	uint64_t done = 0;

	while (*text) {
		const char *at = text;
		struct line line;
		bool list = line_read(&text, &line);
		bool allow = list && strcmp(line.key, "allow") == 0;

		if (allow && line.comment && (line.set & left) == line.set)
			continue; /* it is allowed now */
		if (!list || line.comment ||
		    (!allow && strcmp(line.key, "ambient") != 0 &&
		     strcmp(line.key, "require") != 0)) {
			fprintf(to, "%.*s", (int)(text - at), at);
			if (none && opens_section(at)) {
				put_first(to, verdicts, keep);
				first = false;
			}
			continue;
		}
		if (!allow) {
			fprintf(to, "%s = %s\n", line.key,
				capname_format(line.set & left, names));
			continue;
		}
		if (first)
			put_first(to, verdicts, keep);
		first = false;
		put_verdicts(to, line.set & ~done & ~verdicts->added, verdicts,
			     keep);
		done |= line.set;
	}
	if (first) {
		fputs("\n[capabilities]\n", to);
		put_first(to, verdicts, keep);
	}
}

int out_confirmed(const char *path, const char *text,
		  const struct verdicts *verdicts, bool keep, struct error *err)
{
	FILE *to = out_open(path, err);

	if (!to)
		return -1;
	put(to, text, verdicts, keep);
	return out_close(to, path, err);
}
