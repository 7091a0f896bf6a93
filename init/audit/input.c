/* SPDX-License-Identifier: MIT */
/* What the verbs that read and write text have in common: their options,
 * operands and files. What the text means is left to the verbs. */
#include "audit/input.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "file.h"
#include "names.h"

#define BLANKS	    " \t\r\n"
#define SECONDS_MAX 86400

bool input_is_path(const char *operand)
{
	return strpbrk(operand, "/.") && !strpbrk(operand, "= \t\n");
}

int input_join(char *const *operands, char *text, size_t size)
{
	size_t used = 0;

	for (; *operands; operands++) {
		int length = snprintf(text + used, size - used, "%s%s",
				      used ? " " : "", *operands);

		if (length < 0 || (size_t)length >= size - used)
			return -1;
		used += (size_t)length;
	}
	return 0;
}

int input_read(int fd, const char *name, char *text, size_t size,
	       size_t *length, struct error *err)
{
	*length = 0;
	for (;;) {
		ssize_t n = read(fd, text + *length, size - *length);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return error_set_errno(err, "%s: cannot read", name);
		*length += (size_t)n;
		if (*length == size)
			return error_set(err, "%s: larger than %zu bytes", name,
					 size - 1);
		if (n == 0)
			break;
	}
	text[*length] = '\0';
	return 0;
}

int input_read_path(const char *path, char *text, size_t size, size_t *length,
		    struct error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	int result;

	if (fd < 0)
		return error_set_errno(err, "%s: cannot open", path);
	result = input_read(fd, path, text, size, length, err);
	close(fd);
	return result;
}

const char *input_line(const char *path, char text[INPUT_LINE])
{
	struct error err;
	size_t length;

	if (input_read_path(path, text, INPUT_LINE, &length, &err) < 0)
		return strcpy(text, "not here");
	text[strcspn(text, "\n")] = '\0';
	for (char *at = text; *at; at++)
		if (*at == '\t')
			*at = ' ';
	return text;
}

int input_status(const char *pid, char text[INPUT_STATUS_MAX])
{
	long number = number_parse(pid, INT_MAX);
	struct error err;
	size_t length;
	char path[64];

	if (number <= 0) {
		fault("--pid: \"%s\" is no process number", pid);
		return VERB_USAGE;
	}
	snprintf(path, sizeof(path), "/proc/%ld/status", number);
	if (input_read_path(path, text, INPUT_STATUS_MAX, &length, &err) == 0)
		return VERB_GOOD;
	fault("--pid %ld: %s", number, err.text);
	return VERB_USAGE;
}

const char *input_field(const char *status, const char *name)
{
	size_t length = strlen(name);

	while (status) {
		if (strncmp(status, name, length) == 0 && status[length] == ':')
			return status + length + 1 +
			       strspn(status + length + 1, " \t");
		status = strchr(status, '\n');
		if (status)
			status++;
	}
	return NULL;
}

int input_field_set(const char *status, const char *name, uint64_t *set)
{
	const char *value = input_field(status, name);
	char digits[24];

	if (!value)
		return -1;
	snprintf(digits, sizeof(digits), "%.*s", (int)strcspn(value, "\n"),
		 value);
	return input_mask(digits, set);
}

int input_mask(const char *text, uint64_t *set)
{
	size_t span;

	text += strspn(text, BLANKS);
	if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X'))
		text += 2;
	span = strspn(text, "0123456789abcdefABCDEF");
	if (span == 0 || span > 16 || text[span + strspn(text + span, BLANKS)])
		return -1;
	*set = strtoull(text, NULL, 16);
	return 0;
}

int input_set(const char *text, uint64_t *set, struct error *err)
{
	if (input_mask(text, set) == 0)
		return 0;
	return caplist_parse(text, set, err);
}

int input_file(const char *path, char *text, size_t size, size_t *length)
{
	struct error err;

	switch (file_read(path, text, size, length, &err)) {
	case FILE_GOOD:
		return VERB_GOOD;
	case FILE_ABSENT:
		fault("%s: no such file", path);
		return VERB_USAGE;
	case FILE_REFUSED:
	case FILE_UNREADABLE:
	default:
		fault("%s", err.text);
		return VERB_USAGE;
	}
}

int input_policy_text(const char *path, struct policy *policy,
		      char text[INPUT_POLICY_MAX])
{
	size_t length;
	int result = input_file(path, text, INPUT_POLICY_MAX, &length);

	if (result != VERB_GOOD)
		return result;
	return policy_parse(policy, path, text, length) < 0 ? VERB_BAD
							    : VERB_GOOD;
}

int input_policy(const char *path, struct policy *policy)
{
	static char text[INPUT_POLICY_MAX];

	return input_policy_text(path, policy, text);
}

int input_done(void)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return VERB_GOOD;
	fault("cannot write to stdout: %s", strerror(errno));
	return VERB_USAGE;
}

/* getopt_long(3) takes any unambiguous beginning of a name; then a new option
 * could change what an old command line means. */
static bool abbreviated(const char *argument, const char *name)
{
	size_t length = strlen(name);

	return strncmp(argument + 2, name, length) != 0 ||
	       (argument[2 + length] != '\0' && argument[2 + length] != '=');
}

int input_option(int argc, char **argv, const struct option *options)
{
	const char *argument = argv[optind ? optind : 1];
	int index = -1;
	int letter;

	opterr = 0;
	letter = getopt_long(argc, argv, "+:", options, &index);
	if (letter == ':')
		fault("%s needs an argument", argument);
	else if (letter == '?' ||
		 (index >= 0 && abbreviated(argument, options[index].name)))
		fault("unknown option %s", argument);
	else
		return letter;
	return '?';
}

int input_once(const char **place, const char *option)
{
	if (*place) {
		fault("%s is given twice", option);
		return -1;
	}
	*place = optarg;
	return 0;
}

long input_seconds(const char *option)
{
	size_t length = strlen(optarg);
	long unit = 1, number = -1;
	char digits[12];

	if (length > 0 && length < sizeof(digits)) {
		strcpy(digits, optarg);
		if (digits[length - 1] == 'm')
			unit = 60;
		if (digits[length - 1] == 'm' || digits[length - 1] == 's')
			digits[length - 1] = '\0';
		number = number_parse(digits, SECONDS_MAX / unit);
	}
	if (number > 0)
		return number * unit;
	fault("%s %s: not a number of seconds, or of minutes with an m behind "
	      "it",
	      option, optarg);
	return -1;
}

int input_usage(const char *usage)
{
	fault("%s", usage);
	return VERB_USAGE;
}
