/* SPDX-License-Identifier: MIT */
/* Evidence as JSON, one object:
 *
 *   capini-audit   the version, a string
 *   command        the program and its arguments, strings
 *   here           what the kernel makes of capabilities here: "kernel",
 *                  "ip_unprivileged_port_start", "ping_group_range", strings;
 *                  "no_new_privs" and "seccomp", is it set, is there a filter
 *   held           names of the capabilities that could be tried
 *   ended          the program's exit code, 128+n for signal n; null when it
 *                  was ended because its time was over
 *   check          did the check pass? null when there was none
 *   needed         names of the capabilities that a policy has to allow
 *   findings       an array; each has "verdict", "capabilities" (what it took
 *                  together), "call", "subject", "denial" (the errno's name or
 *                  null), "outcome" (the same, null: it succeeded), "program"
 *                  and "count"
 *
 * Bytes outside of printable ASCII become '?'. */
#include "audit/out.h"

static void put_string(FILE *to, const char *text)
{
	fputc('"', to);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			fputc('\\', to);
		fputc(*text < ' ' || *text > '~' ? '?' : *text, to);
	}
	fputc('"', to);
}

static void put_set(FILE *to, uint64_t set)
{
	const char *separator = "";
	char name[CAPABILITIES_TEXT];

	fputc('[', to);
	for (int n = 0; n < 64; n++) {
		if (!(set & CAPABILITY_BIT(n)))
			continue;
		fprintf(to, "%s\"%s\"", separator,
			capname_format(CAPABILITY_BIT(n), name));
		separator = ", ";
	}
	fputc(']', to);
}

static void put_errno(FILE *to, const char *key, int number)
{
	char name[ERRNO_TEXT];

	if (number)
		fprintf(to, ", \"%s\": \"%s\"", key,
			errno_format(number, name));
	else
		fprintf(to, ", \"%s\": null", key);
}

static void put_finding(FILE *to, const struct finding *finding)
{
	char call[CALL_TEXT];

	fprintf(to, "    {\"verdict\": \"%s\", \"capabilities\": ",
		verdict_name(finding->verdict));
	put_set(to, finding->set);
	fprintf(to, ", \"call\": \"%s\", \"subject\": ",
		call_format(finding->number, call));
	put_string(to, finding->subject);
	put_errno(to, "denial", finding->denial);
	put_errno(to, "outcome", finding->outcome);
	fputs(", \"program\": ", to);
	put_string(to, finding->program);
	fprintf(to, ", \"count\": %u}", finding->count);
}

static void put_place(FILE *to)
{
	struct place place;

	out_place(&place);
	fputs(",\n  \"here\": {\"kernel\": ", to);
	put_string(to, place.kernel);
	fputs(", \"ip_unprivileged_port_start\": ", to);
	put_string(to, place.low_ports);
	fputs(", \"ping_group_range\": ", to);
	put_string(to, place.ping_groups);
	fprintf(to, ", \"no_new_privs\": %s, \"seccomp\": %s}",
		place.no_new_privs ? "true" : "false",
		place.filtered ? "true" : "false");
}

static void put(FILE *to, const struct evidence *evidence,
		const struct run *run, const struct outcome *outcome)
{
	fprintf(to, "{\n  \"capini-audit\": \"%s\",\n  \"command\": [",
		CAPINI_VERSION);
	for (char **word = run->program; *word; word++) {
		fputs(word == run->program ? "" : ", ", to);
		put_string(to, *word);
	}
	fputs("]", to);
	put_place(to);
	fputs(",\n  \"held\": ", to);
	put_set(to, outcome->held);
	if (outcome->stopped)
		fputs(",\n  \"ended\": null", to);
	else
		fprintf(to, ",\n  \"ended\": %d", outcome->code);
	if (run->check)
		fprintf(to, ",\n  \"check\": %s",
			outcome->passed ? "true" : "false");
	else
		fputs(",\n  \"check\": null", to);
	fputs(",\n  \"needed\": ", to);
	put_set(to, evidence_set(evidence, OUT_LEAST));
	fputs(",\n  \"findings\": [", to);
	for (size_t i = 0; i < evidence->count; i++) {
		fputs(i ? ",\n" : "\n", to);
		put_finding(to, &evidence->findings[i]);
	}
	fputs("\n  ]\n}\n", to);
}

int out_json(const char *path, const struct evidence *evidence,
	     const struct run *run, const struct outcome *outcome,
	     struct error *err)
{
	FILE *to = out_open(path, err);

	if (!to)
		return -1;
	put(to, evidence, run, outcome);
	return out_close(to, path, err);
}
