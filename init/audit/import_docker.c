/* SPDX-License-Identifier: MIT */
/* The command line of docker run, or only its options. What stands behind the
 * image belongs to the application and is not looked at. */
#include "audit/import.h"

#include <ctype.h>
#include <string.h>

#include "names.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define BLANKS	     " \t\r\n"
#define WORD_TEXT    4096

struct words {
	const char *at;
	char word[WORD_TEXT];
};

/* Put one byte, or two with an escape, at words->at into the word; *quote is
 * the open quotation mark or 0. Returns how many to put, from words->at on
 * after it was moved there. */
static size_t shell_byte(struct words *words, char *quote)
{
	char byte = *words->at;

	if (byte == '\\' && *quote != '\'' && words->at[1]) {
		words->at++;
		return *words->at != '\n';
	}
	if (*quote ? byte == *quote : byte == '"' || byte == '\'') {
		*quote = *quote ? 0 : byte;
		return 0;
	}
	return 1;
}

/* The next word as a shell would split it, without its expansions. Returns 1,
 * 0 at the end, -1 with err set. */
static int next_word(struct words *words, struct error *err)
{
	size_t used = 0;
	char quote = 0;

	/* A backslash before a newline joins two lines. */
	words->at += strspn(words->at, BLANKS);
	while (strncmp(words->at, "\\\n", 2) == 0) {
		words->at += 2;
		words->at += strspn(words->at, BLANKS);
	}
	if (!*words->at)
		return 0;
	for (; *words->at && (quote || !strchr(BLANKS, *words->at));
	     words->at++) {
		if (shell_byte(words, &quote) == 0)
			continue;
		if (used + 1 == sizeof(words->word))
			return error_set(err, "a word is longer than %zu bytes",
					 sizeof(words->word) - 1);
		words->word[used++] = *words->at;
	}
	words->word[used] = '\0';
	return quote ? error_set(err, "a quotation mark is not closed") : 1;
}

/* The options that take no argument; every other one takes one. */
static bool is_flag(const char *name)
{
	static const char *const flags[] = {
		"--detach",
		"--disable-content-trust",
		"--env-host",
		"--help",
		"--init",
		"--interactive",
		"--no-healthcheck",
		"--no-hosts",
		"--oom-kill-disable",
		"--privileged",
		"--publish-all",
		"--quiet",
		"--read-only",
		"--replace",
		"--rm",
		"--rmi",
		"--sig-proxy",
		"--tls-verify",
		"--tty",
		"--use-api-socket",
	};

	for (size_t i = 0; i < COUNT(flags); i++)
		if (strcmp(name, flags[i]) == 0)
			return true;
	return false;
}

struct command {
	struct words words;
	struct import *import;
	struct tweak tweak;
};

/* The names of a list: Docker takes one in each option, Podman several. */
static int take_list(struct tweak *tweak, bool drop, const char *list,
		     struct error *err)
{
	char item[48];

	while (list_next(&list, item, sizeof(item)) != 0)
		if (tweak_take(tweak, drop, item, err) < 0)
			return -1;
	return 0;
}

static int take_option(struct command *command, const char *name,
		       const char *value, struct error *err)
{
	if (strcmp(name, "--cap-add") == 0)
		return take_list(&command->tweak, false, value, err);
	if (strcmp(name, "--cap-drop") == 0)
		return take_list(&command->tweak, true, value, err);
	if (strcmp(name, "--user") == 0)
		return import_user(command->import, value, "", err);
	if (strcmp(name, "--security-opt") == 0)
		import_security_opt(command->import, value);
	else if (strcmp(name, "--privileged") == 0)
		command->tweak.privileged = strcmp(value, "false") != 0;
	return 0;
}

/* The argument of the option name, which is the next word. */
static int take_argument(struct command *command, const char *name,
			 struct error *err)
{
	struct words *words = &command->words;
	int more = next_word(words, err);

	if (more == 0)
		return error_set(err, "%s needs an argument", name);
	return more < 0 ? -1 : take_option(command, name, words->word, err);
}

/* --name, --name=value or --name value. */
static int take_long(struct command *command, struct error *err)
{
	char *word = command->words.word;
	char *equals = strchr(word, '=');
	char name[32] = "";

	if (equals)
		*equals = '\0';
	if (strlen(word) < sizeof(name))
		strcpy(name, word);
	if (equals)
		return take_option(command, name, equals + 1, err);
	if (is_flag(name))
		return take_option(command, name, "true", err);
	return take_argument(command, name, err);
}

/* Letters that take no argument, and maybe one that does, with it or before
 * it. */
static int take_short(struct command *command, struct error *err)
{
	const char *letter = command->words.word + 1;
	const char *name;

	letter += strspn(letter, "ditPq");
	if (!*letter)
		return 0;
	name = *letter == 'u' ? "--user" : "-";
	if (!letter[1])
		return take_argument(command, name, err);
	return take_option(command, name, letter + 1 + (letter[1] == '='), err);
}

/* Behind "docker run", where that is said. */
static int skip_command(struct words *words, struct error *err)
{
	const char *start = words->at;
	int more;

	while ((more = next_word(words, err)) > 0)
		if (strcmp(words->word, "run") == 0 ||
		    strcmp(words->word, "create") == 0)
			return 0;
		else if (words->word[0] == '-')
			break;
	words->at = start;
	return more < 0 ? -1 : 0;
}

int import_docker(const char *text, size_t length, struct import *import,
		  struct error *err)
{
	struct command command = {.words.at = text, .import = import};
	const char *word = command.words.word;
	int more;

	(void)length;
	if (skip_command(&command.words, err) < 0)
		return -1;
	while ((more = next_word(&command.words, err)) > 0) {
		if (word[0] != '-' || strcmp(word, "--") == 0)
			break;
		if ((word[1] == '-' ? take_long(&command, err)
				    : take_short(&command, err)) < 0)
			return -1;
	}
	import->allow = tweak_docker(&command.tweak);
	return more < 0 ? -1 : 0;
}
