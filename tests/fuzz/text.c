/* SPDX-License-Identifier: MIT */
/* Our formatting against the C library's, for all that ours takes; and numbers
 * against strtoull(3). The first bytes make a format, the rest is its text. */
#include "text.h"

#include <ctype.h>
#include <limits.h>

#include "fuzz.h"

#define ROOM 64

/* What a format is made of, chosen by a few bytes. */
struct choice {
	const uint8_t *bytes;
	size_t left;
};

static unsigned int choose(struct choice *choice, unsigned int among)
{
	if (choice->left == 0)
		return 0;
	choice->left--;
	return *choice->bytes++ % among;
}

static uint64_t choose_number(struct choice *choice)
{
	uint64_t number = 0;

	for (unsigned int i = choose(choice, 9); i > 0; i--)
		number = number << 8 | choose(choice, 256);
	return choose(choice, 2) ? -number : number;
}

#define same(format, ...)                                                     \
	do {                                                                  \
		char ours[ROOM], theirs[ROOM];                                \
		size_t size = choose(choice, ROOM);                           \
		size_t length = text_format(ours, size, format, __VA_ARGS__); \
                                                                              \
		PROMISE(length ==                                             \
			(size_t)snprintf(theirs, size, format, __VA_ARGS__)); \
		PROMISE(size == 0 || strcmp(ours, theirs) == 0);              \
	} while (0)

#pragma clang diagnostic ignored "-Wformat-nonliteral"
#pragma clang diagnostic ignored "-Wformat"

/* %, flags, width and length before a letter. */
static void one_number(struct choice *choice)
{
	static const char *const flags[] = {"", "-", "0", "-0"};
	static const char *const lengths[] = {"", "l", "ll", "z"};
	static const char letters[] = "dux";
	unsigned int longs = choose(choice, 4);
	char letter = letters[choose(choice, 3)];
	/* Of %d ours takes no '0'. */
	unsigned int flag = choose(choice, letter == 'd' ? 2 : 4);
	uint64_t number = choose_number(choice);
	int width = (int)choose(choice, 40);
	char format[32];

	snprintf(format, sizeof(format), "a%%%s*%s%cz", flags[flag],
		 lengths[longs], letter);
	if (longs == 0)
		same(format, width, (unsigned int)number);
	else
		same(format, width, number);
	snprintf(format, sizeof(format), "%%%s%.*s%s%c", flags[flag],
		 (int)choose(choice, 3), "12", lengths[longs], letter);
	if (longs == 0)
		same(format, (unsigned int)number);
	else
		same(format, number);
}

static void one_text(struct choice *choice, const char *text)
{
	int width = (int)choose(choice, 70);
	int precision = (int)choose(choice, 70);

	same("%s", text);
	same("[%*s|%-9s]%%", width, text, text);
	same("%-*s.", width, text);
	same("%.*s%c", precision, text, text[0] ? text[0] : '0');
	same("%-7.3s:%9.5s", text, text);
}

static void numbers(const char *text)
{
	for (unsigned int base = 10; base <= 16; base += 6) {
		const char *end = text;
		uint64_t number;
		size_t digits = text_number(&end, base, &number);
		char copy[20];

		PROMISE(digits <= 16 && end == text + digits);
		snprintf(copy, sizeof(copy), "%.*s", (int)digits, text);
		PROMISE(number == strtoull(copy, NULL, (int)base));
		PROMISE(digits == 16 || !isxdigit((unsigned char)*end) ||
			(base == 10 && !isdigit((unsigned char)*end)));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);
	struct choice choice = {data, size};

	one_number(&choice);
	one_text(&choice, text);
	numbers(text);
	free(text);
	return 0;
}
