/* SPDX-License-Identifier: MIT */
#ifndef CAPINI_AUDIT_INPUT_H
#define CAPINI_AUDIT_INPUT_H

#include <getopt.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "error.h"
#include "policy.h"

/* What the verbs that only read and write text end with. */
enum {
	VERB_GOOD = 0,
	VERB_BAD = 1,	/* what was given is not valid */
	VERB_USAGE = 2, /* wrong usage, or it cannot be read or written */
};

#define INPUT_STATUS_MAX 16384 /* /proc/PID/status, many groups included */

/* Is this operand the path of a file? Neither a mask nor a name of a
 * capability has a slash or a dot; with a blank or an equals sign it is text.
 */
bool input_is_path(const char *operand);

/* All operands with a blank between them into text. Returns 0, or -1 when
 * they do not fit into size bytes. */
int input_join(char *const *operands, char *text, size_t size) MUST_CHECK;

/* Everything that the descriptor has to say, at most size - 1 bytes, into
 * text, with a zero behind it; name is for messages. Returns 0 with the bytes
 * in *length, or -1 with err set. read(2). */
int input_read(int fd, const char *name, char *text, size_t size,
	       size_t *length, struct error *err) MUST_CHECK;

/* The same for the file at path, of any kind and owner: made for /proc and
 * /sys. */
int input_read_path(const char *path, char *text, size_t size, size_t *length,
		    struct error *err) MUST_CHECK;

/* The first line of a small file of procfs without its newline, a blank for
 * each tab; "not here" where there is none. */
#define INPUT_LINE 64
const char *input_line(const char *path, char text[INPUT_LINE]);

/* /proc/PID/status of the process whose number is in pid. Returns one of the
 * codes above, the mistake printed. */
int input_status(const char *pid, char text[INPUT_STATUS_MAX]) MUST_CHECK;

/* What stands behind "NAME:" and blanks on the first such line of a
 * /proc/PID/status, or NULL. */
const char *input_field(const char *status, const char *name);

/* The hexadecimal set in such a field. Returns 0, or -1 when there is no such
 * field or something else is in it. */
int input_field_set(const char *status, const char *name,
		    uint64_t *set) MUST_CHECK;

/* A set as the kernel prints it: 1 to 16 hexadecimal digits, with or without
 * 0x, blanks around them. Returns 0, or -1 when text is something else. */
int input_mask(const char *text, uint64_t *set) MUST_CHECK;

/* A mask, or a list of names as caplist_parse() takes it. Returns 0, or -1
 * with err set. */
int input_set(const char *text, uint64_t *set, struct error *err) MUST_CHECK;

/* The file at path, as file_read() takes it, into text, at most size - 1 bytes
 * with a zero behind them. Returns VERB_GOOD with the bytes in *length, or
 * VERB_USAGE, the mistake printed. */
int input_file(const char *path, char *text, size_t size,
	       size_t *length) MUST_CHECK;

/* The policy in the file at path. Returns one of the codes above, every
 * mistake printed. */
int input_policy(const char *path, struct policy *policy) MUST_CHECK;

/* The same, and its text, a zero behind it. */
#define INPUT_POLICY_MAX (POLICY_TEXT_MAX + 1)
int input_policy_text(const char *path, struct policy *policy,
		      char text[INPUT_POLICY_MAX]) MUST_CHECK;

/* Has all of stdout been written? Returns VERB_GOOD or, with a message,
 * VERB_USAGE. */
int input_done(void) MUST_CHECK;

/* The next long option of a verb, as getopt_long(3) tells it: its val, the
 * argument in optarg; -1 when only operands are left, from optind on. What is
 * no option of it, or lacks its argument, is printed and '?' returned. The
 * first call has optind 0. */
int input_option(int argc, char **argv,
		 const struct option *options) MUST_CHECK;

/* optarg into *place, which may be done once. Returns 0, or -1 with a
 * message. */
int input_once(const char **place, const char *option) MUST_CHECK;

/* optarg as seconds: "30", "30s" or "5m", at most a day. Returns -1, with a
 * message, for anything else. */
long input_seconds(const char *option) MUST_CHECK;

/* A message, and VERB_USAGE. */
int input_usage(const char *usage) MUST_CHECK;

#endif
