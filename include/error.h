/* SPDX-License-Identifier: MIT */
#ifndef CAPINI_ERROR_H
#define CAPINI_ERROR_H

/* Exit codes of our own making; the application's own codes pass through. */
enum {
	EXIT_REFUSED = 125, /* capini refused or failed before the app ran */
	EXIT_NOT_RUNNABLE = 126, /* PROGRAM was found and cannot be executed */
	EXIT_NOT_FOUND = 127,	 /* PROGRAM was not found */
};

/* How much is said on stderr; the numbers are tini's. */
enum {
	VERBOSITY_FATAL = 0,
	VERBOSITY_WARN = 1,
	VERBOSITY_NOTE = 2,
};

struct error {
	int exit_code;	 /* what the process shall end with */
	char text[1024]; /* one line, no newline, cut to fit */
};

#define MUST_CHECK __attribute__((__warn_unused_result__))
#define PRINTF_LIKE(text, first) \
	__attribute__((__format__(__printf__, text, first)))

/* Fill err with a message and EXIT_REFUSED. Returns -1, so that a failure is
 * one line: return error_set(err, "..."). */
int error_set(struct error *err, const char *format, ...) PRINTF_LIKE(2, 3);

/* The same, with ": " and strerror(3) of errno behind it. Returns -1. */
int error_set_errno(struct error *err, const char *format, ...)
	PRINTF_LIKE(2, 3);

/* An analyser that looks at one file knows that they return -1, too. */
static inline int error_result(int minus_one)
{
	(void)minus_one;
	return -1;
}
#define error_set(...)	     error_result((error_set)(__VA_ARGS__))
#define error_set_errno(...) error_result((error_set_errno)(__VA_ARGS__))

/* What lines begin with, "capini" at first. name has to stay. */
void error_program(const char *name);

/* From which verbosity on warning() and note() speak; VERBOSITY_WARN at first.
 */
void error_verbosity(int verbosity);

/* From now on a line that would have to wait for its reader is dropped. */
void error_never_wait(void);

/* One line on stderr, the program's name first, in a single write(2); bytes
 * that a terminal would act on become '?'. fault() always speaks, warning()
 * from VERBOSITY_WARN on, note() from VERBOSITY_NOTE on. None changes errno. */
void fault(const char *format, ...) PRINTF_LIKE(1, 2);
void warning(const char *format, ...) PRINTF_LIKE(1, 2);
void note(const char *format, ...) PRINTF_LIKE(1, 2);

/* A mistake in a file: "capini: FILE:LINE: message"; line 0 leaves ":LINE"
 * out. */
void fault_at(const char *file, int line, const char *format, ...)
	PRINTF_LIKE(3, 4);

/* Print err as fault() does and end the process with its exit code. */
_Noreturn void fatal(const struct error *err);

#endif
