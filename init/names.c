/* SPDX-License-Identifier: MIT */
/* Names of capabilities and signals, lists of them, and what a misspelt one
 * may have meant. Capability names come from libcap-ng. Where a word stands
 * and whether it is allowed there is left to the callers. */
#include "names.h"

#include <cap-ng.h>
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "text.h"

#define RTMIN 34 /* the first one that no libc keeps for its threads */

/* By number; signal(7), the numbers of x86 and arm. */
static const char *const signals[] = {
	NULL,	  "HUP",  "INT",    "QUIT", "ILL",   "TRAP", "ABRT", "BUS",
	"FPE",	  "KILL", "USR1",   "SEGV", "USR2",  "PIPE", "ALRM", "TERM",
	"STKFLT", "CHLD", "CONT",   "STOP", "TSTP",  "TTIN", "TTOU", "URG",
	"XCPU",	  "XFSZ", "VTALRM", "PROF", "WINCH", "IO",   "PWR",  "SYS",
};
#define SIGNALS (int)(sizeof(signals) / sizeof(signals[0]))

static const struct {
	const char *name;
	int number;
} signal_aliases[] = {
	{"IOT", 6},
	{"CLD", 17},
	{"POLL", 29},
	{"UNUSED", 31},
};
#define ALIASES (sizeof(signal_aliases) / sizeof(signal_aliases[0]))

/* name without prefix, which is matched in any case. */
static const char *without(const char *prefix, const char *name)
{
	size_t length = strlen(prefix);

	return strncasecmp(name, prefix, length) == 0 ? name + length : name;
}

int capname_parse(const char *name)
{
	int number = capng_name_to_capability(without("CAP_", name));

	return number >= 0 && number <= CAPABILITY_LAST ? number : -1;
}

/* libcap-ng knows no name above the last capability of the running kernel. */
static void capname_one(int number, char *text, size_t size)
{
	const char *name = NULL;

	if (number <= CAPABILITY_LAST)
		name = capng_capability_to_name((unsigned int)number);
	if (name)
		text_format(text, size, "%s", name);
	else
		text_format(text, size, "%d", number);
	for (; *text; text++)
		*text = (char)toupper((unsigned char)*text);
}

char *capname_format(uint64_t set, char text[CAPABILITIES_TEXT])
{
	size_t used = 0;

	if (set == 0)
		return strcpy(text, "NONE");
	for (int number = 0; number < 64; number++) {
		char name[32];

		if (!(set & CAPABILITY_BIT(number)))
			continue;
		capname_one(number, name, sizeof(name));
		if (used + strlen(name) + 2 > CAPABILITIES_TEXT)
			break;
		used += text_format(text + used, CAPABILITIES_TEXT - used,
				    "%s%s", used ? " " : "", name);
	}
	return text;
}

int caplist_parse(const char *list, uint64_t *set, struct error *err)
{
	bool none = false;
	char item[48];
	int more;
	int items = 0;

	*set = 0;
	while ((more = list_next(&list, item, sizeof(item))) != 0) {
		char hint[HINT_TEXT];
		int number;

		items++;
		if (more > 0 && strcasecmp(item, "NONE") == 0) {
			none = true;
		} else if (more > 0 && strcasecmp(item, "ALL") == 0) {
			*set |= CAPABILITY_ALL;
		} else if (more > 0 &&
			   strcasecmp(item, "DOCKER_DEFAULT") == 0) {
			*set |= CAPABILITY_DOCKER_DEFAULT;
		} else if (more > 0 && (number = capname_parse(item)) >= 0) {
			*set |= CAPABILITY_BIT(number);
		} else {
			return error_set(err, "unknown capability \"%s\"%s",
					 item, capname_hint(item, hint));
		}
	}
	if (items == 0)
		return error_set(err, "no capability is named; "
				      "write NONE if none is meant");
	if (none && items > 1)
		return error_set(err, "NONE must stand alone");
	return 0;
}

static int signame_realtime(const char *name)
{
	long n;

	if (strcasecmp(name, "RTMIN") == 0)
		return RTMIN;
	if (strcasecmp(name, "RTMAX") == 0)
		return SIGNAL_LAST;
	if (strncasecmp(name, "RTMIN+", 6) == 0) {
		n = number_parse(name + 6, SIGNAL_LAST - RTMIN);
		return n < 0 ? -1 : RTMIN + (int)n;
	}
	if (strncasecmp(name, "RTMAX-", 6) == 0) {
		n = number_parse(name + 6, SIGNAL_LAST - RTMIN);
		return n < 0 ? -1 : SIGNAL_LAST - (int)n;
	}
	return -1;
}

int signame_parse(const char *name)
{
	long number = number_parse(name, SIGNAL_LAST);

	if (number > 0)
		return (int)number;
	name = without("SIG", name);
	for (int i = 1; i < SIGNALS; i++)
		if (strcasecmp(name, signals[i]) == 0)
			return i;
	for (size_t i = 0; i < ALIASES; i++)
		if (strcasecmp(name, signal_aliases[i].name) == 0)
			return signal_aliases[i].number;
	return signame_realtime(name);
}

const char *signame_format(int number, char text[SIGNAL_TEXT])
{
	if (number < SIGNALS)
		text_format(text, SIGNAL_TEXT, "%s", signals[number]);
	else if (number < RTMIN)
		text_format(text, SIGNAL_TEXT, "%d", number);
	else
		text_format(text, SIGNAL_TEXT, "RTMIN+%d", number - RTMIN);
	return text;
}

int list_next(const char **list, char *item, size_t size)
{
	static const char separators[] = ", \t";
	size_t length;

	*list += strspn(*list, separators);
	length = strcspn(*list, separators);
	if (length == 0)
		return 0;
	text_format(item, size, "%.*s", (int)length, *list);
	*list += length;
	return length < size ? 1 : -1;
}

long number_parse(const char *text, long most)
{
	uint64_t number;

	if (text_number(&text, 10, &number) == 0 || *text != '\0')
		return -1;
	return number <= (uint64_t)most ? (long)number : -1;
}

static bool same_letter(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* How many letters are wrong, missing, too many or swapped with their
 * neighbour, case apart: the optimal string alignment distance. */
static size_t distance(const char *a, const char *b)
{
	/* rows i, i - 1 and i - 2 of the table, in turn */
	size_t rows[3][sizeof(((struct nearest *)0)->best)];
	size_t height = strlen(a), width = strlen(b);

	if (width >= sizeof(rows[0]) / sizeof(rows[0][0]))
		return SIZE_MAX;
	for (size_t j = 0; j <= width; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= height; i++) {
		size_t *row = rows[i % 3];
		const size_t *above = rows[(i + 2) % 3];
		const size_t *twice = rows[(i + 1) % 3];

		row[0] = i;
		for (size_t j = 1; j <= width; j++) {
			bool same = same_letter(a[i - 1], b[j - 1]);

			row[j] = above[j - 1] + !same;
			row[j] = least(row[j], least(above[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && same_letter(a[i - 1], b[j - 2]) &&
			    same_letter(a[i - 2], b[j - 1]))
				row[j] = least(row[j], twice[j - 2] + 1);
		}
	}
	return rows[height % 3][width];
}

void nearest_begin(struct nearest *nearest, const char *word)
{
	nearest->word = word;
	nearest->distance = SIZE_MAX;
	nearest->best[0] = '\0';
}

void nearest_offer(struct nearest *nearest, const char *candidate)
{
	size_t d = distance(nearest->word, candidate);

	if (d >= nearest->distance)
		return;
	nearest->distance = d;
	text_format(nearest->best, sizeof(nearest->best), "%s", candidate);
}

const char *nearest_hint(const struct nearest *nearest, char hint[HINT_TEXT])
{
	hint[0] = '\0';
	/* Further away than a quarter of its letters it is another word. */
	if (nearest->distance <= 1 + strlen(nearest->word) / 4)
		text_format(hint, HINT_TEXT, " (did you mean %s?)",
			    nearest->best);
	return hint;
}

const char *capname_hint(const char *name, char hint[HINT_TEXT])
{
	static const char *const lists[] = {"ALL", "NONE", "DOCKER_DEFAULT"};
	struct nearest nearest;

	nearest_begin(&nearest, without("CAP_", name));
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		nearest_offer(&nearest, lists[i]);
	for (int number = 0; number <= CAPABILITY_LAST; number++) {
		char candidate[32];

		capname_one(number, candidate, sizeof(candidate));
		nearest_offer(&nearest, candidate);
	}
	return nearest_hint(&nearest, hint);
}

const char *signame_hint(const char *name, char hint[HINT_TEXT])
{
	struct nearest nearest;

	nearest_begin(&nearest, without("SIG", name));
	for (int i = 1; i < SIGNALS; i++)
		nearest_offer(&nearest, signals[i]);
	return nearest_hint(&nearest, hint);
}
