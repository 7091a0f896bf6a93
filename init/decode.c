/* SPDX-License-Identifier: MIT */
/* Masks as names, in the forms that people paste. */
#include "decode.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "error.h"
#include "names.h"
#include "report.h"
#include "status.h"
#include "text.h"

enum { COULD_NOT_TELL = 2 };

#define PID_LAST    4194304L /* the kernel's PID_MAX_LIMIT */
#define MASK_DIGITS 16

/* The sets of a status file, in its order. */
static const char *const lines[] = {
	"CapInh:", "CapPrm:", "CapEff:", "CapBnd:", "CapAmb:",
};

/* What stands behind the name of a line, if text begins with one. */
static const char *skip_line_name(const char *text)
{
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		size_t length = strlen(lines[i]);

		if (strncmp(text, lines[i], length) == 0)
			return text + length + strspn(text + length, " \t");
	}
	return text;
}

/* Returns 0, or -1 when text is no mask. */
static int parse_mask(const char *text, uint64_t *mask)
{
	size_t digits;

	text = skip_line_name(text);
	if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X'))
		text += 2;
	digits = text_number(&text, 16, mask);
	text += strspn(text, " \t\n");
	return digits > 0 && *text == '\0' ? 0 : -1;
}

/* In the form of capsh --decode. */
static void print_mask(uint64_t mask)
{
	const char *comma = "";

	print("0x%016llx=", (unsigned long long)mask);
	for (int number = 0; number < 64; number++) {
		char text[CAPABILITIES_TEXT];

		if (!(mask & CAPABILITY_BIT(number)))
			continue;
		capname_format(CAPABILITY_BIT(number), text);
		for (char *c = text; *c; c++)
			*c = (char)tolower(*c);
		print("%s%s%s", comma, number > CAPABILITY_LAST ? "" : "cap_",
		      text);
		comma = ",";
	}
	print("\n");
}

static int read_process(int pid, struct status *status)
{
	int proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int result = proc < 0 ? -1 : status_of(proc, pid, status);
	int reason = errno;

	if (proc >= 0)
		close(proc);
	if (result == 0)
		return 0;
	fault("process %d: %s; a mask is written 0x%d", pid,
	      reason == ENOENT ? "there is none" : strerror(reason), pid);
	return -1;
}

static int decode_process(int pid, bool json)
{
	struct status status;
	const struct capstate *caps = &status.caps;

	if (read_process(pid, &status) < 0)
		return COULD_NOT_TELL;
	const struct {
		const char *name;
		uint64_t set;
	} sets[] = {
		{"inheritable", caps->inheritable},
		{"permitted", caps->permitted},
		{"effective", caps->effective},
		{"bounding", caps->bounding},
		{"ambient", caps->ambient},
	};

	if (json) {
		print("{\"pid\":%d,\"name\":", pid);
		report_name(status.name);
	}
	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		if (!json) {
			print("%s ", lines[i]);
			print_mask(sets[i].set);
			continue;
		}
		print(",\"%s\":{", sets[i].name);
		report_set(sets[i].set);
		print("}");
	}
	if (json)
		print("}\n");
	return 0;
}

static int decode_mask(const char *text, bool json)
{
	uint64_t mask;

	if (parse_mask(text, &mask) < 0) {
		fault("--decode: \"%s\" is neither a mask of at most %d "
		      "hexadecimal digits nor a PID",
		      text, MASK_DIGITS);
		return COULD_NOT_TELL;
	}
	if (!json) {
		print_mask(mask);
		return 0;
	}
	print("{");
	report_set(mask);
	print("}\n");
	return 0;
}

int decode(const char *text, bool json)
{
	long pid = text[0] == '0' ? -1 : number_parse(text, PID_LAST);
	int answer = pid > 0 ? decode_process((int)pid, json)
			     : decode_mask(text, json);

	if (print_end() == 0)
		return answer;
	fault("cannot write to stdout: %s", strerror(errno));
	return COULD_NOT_TELL;
}
