/* SPDX-License-Identifier: MIT */
/* Evidence as a policy. inih cuts long lines and has no comments behind a
 * value, so every reason stands above its line. */
#include "audit/out.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "audit/advice.h"
#include "strict.h"

/* A comment, cut to what the reader of policies takes. */
PRINTF_LIKE(2, 3)
static void comment(FILE *to, const char *format, ...)
{
	char line[STRICT_LINE_MAX - 2];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	evidence_printable(line);
	fprintf(to, "# %s\n", line);
}

static void put_capability(FILE *to, const struct evidence *evidence,
			   int capability, enum verdict verdict)
{
	char name[CAPABILITIES_TEXT], text[FINDING_TEXT];

	for (size_t i = 0; i < evidence->count; i++) {
		const struct finding *finding = &evidence->findings[i];

		if ((finding->set & CAPABILITY_BIT(capability)) &&
		    finding->verdict == verdict)
			comment(to, "%s: %s, %s", verdict_name(verdict),
				finding_format(finding, text),
				finding->program);
	}
	capname_format(CAPABILITY_BIT(capability), name);
	if (verdict >= OUT_LEAST)
		fprintf(to, "allow = %s\n", name);
	else
		comment(to, "allow = %s", name);
}

static void put_place(FILE *to)
{
	struct place place;

	out_place(&place);
	comment(to,
		"Here: Linux %s, ip_unprivileged_port_start %s, "
		"ping_group_range %s%s%s",
		place.kernel, place.low_ports, place.ping_groups,
		place.no_new_privs ? ", no_new_privs" : "",
		place.filtered ? ", seccomp" : "");
}

static void put(FILE *to, const struct evidence *evidence,
		const struct run *run, const struct outcome *outcome)
{
	comment(to, "Seen by capini-audit %s with: %s%s", CAPINI_VERSION,
		run->program[0], run->program[1] ? " ..." : "");
	put_place(to);
	if (run->check)
		comment(to, "The check %s: %s",
			outcome->passed ? "passed" : "never passed",
			run->check);
	if (outcome->code != 0 && !outcome->stopped)
		comment(to, "The program ended with %d.", outcome->code);
	if (!outcome->held)
		comment(to, "No capability was held to try with: nothing is "
			    "known.");
	fputs("\n[capabilities]\n", to);
	if (!evidence_set(evidence, OUT_LEAST))
		fputs("allow = NONE\n", to);
	for (int n = 0; n <= CAPABILITY_LAST; n++) {
		enum verdict verdict = evidence_verdict(evidence, n);

		if (verdict > VERDICT_DENIED)
			put_capability(to, evidence, n, verdict);
	}
	if (run->user)
		fprintf(to, "\n[process]\nuser = %s\n", run->user);
}

int out_ini(const char *path, const struct evidence *evidence,
	    const struct run *run, const struct outcome *outcome,
	    struct error *err)
{
	FILE *to = out_open(path, err);

	if (!to)
		return -1;
	put(to, evidence, run, outcome);
	return out_close(to, path, err);
}
