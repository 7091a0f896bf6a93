/* SPDX-License-Identifier: MIT */
/* The one error type, and lines on stderr. Whether an error ends the start is
 * left to main(). */
#include "error.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "text.h"

static const char *program = "capini";
static int verbosity = VERBOSITY_WARN;
static bool may_wait = true;

void error_program(const char *name)
{
	program = name;
}

void error_verbosity(int level)
{
	verbosity = level;
}

void error_never_wait(void)
{
	may_wait = false;
}

int(error_set)(struct error *err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	text_vformat(err->text, sizeof(err->text), format, args);
	va_end(args);
	err->exit_code = EXIT_REFUSED;
	return -1;
}

int(error_set_errno)(struct error *err, const char *format, ...)
{
	const char *reason = strerror(errno);
	va_list args;

	va_start(args, format);
	text_vformat(err->text, sizeof(err->text), format, args);
	va_end(args);
	text_append(err->text, sizeof(err->text), ": %s", reason);
	err->exit_code = EXIT_REFUSED;
	return -1;
}

/* May a line be written to stderr now? A pipe that nobody reads, or a terminal
 * that is stopped, would hold us for as long as it likes. */
static bool ready(void)
{
	struct pollfd err = {.fd = STDERR_FILENO, .events = POLLOUT};

	return may_wait || (poll(&err, 1, 0) == 1 && (err.revents & POLLOUT));
}

/* Every signal is blocked, and will be forwarded or wait for the app: not the
 * one that our own write(2) to a pipe without a reader has raised. */
static void take_back_sigpipe(void)
{
	const struct timespec now = {0};
	sigset_t pipe_only;

	sigemptyset(&pipe_only);
	sigaddset(&pipe_only, SIGPIPE);
	sigtimedwait(&pipe_only, NULL, &now);
}

/* What a terminal acts on: C0, DEL, and C1, which are 0xc2 and a byte more in
 * UTF-8. */
static void mask(char *text)
{
	for (; *text; text++) {
		unsigned char byte = (unsigned char)text[0];
		unsigned char next = (unsigned char)text[1];

		if (byte == 0xc2 && next >= 0x80 && next < 0xa0)
			text[0] = text[1] = '?';
		else if (byte < ' ' || byte == 0x7f)
			text[0] = '?';
	}
}

/* prefix and the formatted message as one line, in one write(2): lines of
 * several processes on the same pipe do not mix. */
PRINTF_LIKE(2, 0)
static void say(const char *prefix, const char *format, va_list args)
{
	int saved = errno;
	char line[1280];
	size_t used;

	text_format(line, sizeof(line), "%s: %s", program, prefix);
	used = strlen(line);
	text_vformat(line + used, sizeof(line) - used, format, args);
	mask(line);
	used = strlen(line);
	if (used == sizeof(line) - 1)
		used--;
	line[used++] = '\n';
	/* stderr may be closed or full; then there is nobody to tell. */
	if (ready() && write(STDERR_FILENO, line, used) < 0 && errno == EPIPE)
		take_back_sigpipe();
	errno = saved;
}

void fault(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say("", format, args);
	va_end(args);
}

void warning(const char *format, ...)
{
	va_list args;

	if (verbosity < VERBOSITY_WARN)
		return;
	va_start(args, format);
	say("", format, args);
	va_end(args);
}

void note(const char *format, ...)
{
	va_list args;

	if (verbosity < VERBOSITY_NOTE)
		return;
	va_start(args, format);
	say("", format, args);
	va_end(args);
}

void fault_at(const char *file, int line, const char *format, ...)
{
	char prefix[512];
	va_list args;

	if (line > 0)
		text_format(prefix, sizeof(prefix), "%s:%d: ", file, line);
	else
		text_format(prefix, sizeof(prefix), "%s: ", file);
	va_start(args, format);
	say(prefix, format, args);
	va_end(args);
}

void fatal(const struct error *err)
{
	fault("%s", err->text);
	exit(err->exit_code);
}
