/* SPDX-License-Identifier: MIT */
/* Evidence as a table for people. What it means is left to evidence, what to
 * do instead to advice. */
#include "audit/out.h"

#include "audit/advice.h"

#define SHOWN_MAX 4 /* findings of one capability */

static void put_name(FILE *to, int capability)
{
	char name[CAPABILITIES_TEXT];

	fprintf(to, "%-18s ", capname_format(CAPABILITY_BIT(capability), name));
}

static void put_findings(FILE *to, const struct evidence *evidence,
			 int capability, enum verdict verdict)
{
	unsigned int shown = 0, more = 0;

	for (size_t i = 0; i < evidence->count; i++) {
		const struct finding *finding = &evidence->findings[i];
		char text[FINDING_TEXT];

		if (!(finding->set & CAPABILITY_BIT(capability)) ||
		    finding->verdict != verdict)
			continue;
		if (shown == SHOWN_MAX) {
			more++;
			continue;
		}
		if (shown++ > 0)
			fprintf(to, "%-32s ", "");
		fprintf(to, "%s, %s", finding_format(finding, text),
			finding->program);
		fprintf(to, finding->count > 1 ? " (%u times)\n" : "\n",
			finding->count);
	}
	if (more)
		fprintf(to, "%-32s and %u more\n", "", more);
}

static void put_capability(FILE *to, const struct evidence *evidence,
			   int capability, enum verdict verdict)
{
	const char *danger = danger_of((unsigned int)capability);

	put_name(to, capability);
	fprintf(to, "%-13s ", verdict_name(verdict));
	put_findings(to, evidence, capability, verdict);
	if (danger)
		fprintf(to, "    as good as root: %s\n", danger);
	fprintf(to, "    instead: %s\n", advice_for((unsigned int)capability));
}

static void put_denied(FILE *to, const struct evidence *evidence)
{
	bool first = true;

	for (size_t i = 0; i < evidence->count; i++) {
		const struct finding *finding = &evidence->findings[i];
		char text[FINDING_TEXT], names[CAPABILITIES_TEXT];
		const char *advice;

		if (finding->verdict != VERDICT_DENIED)
			continue;
		if (first)
			fputs("denied-anyway: no capability held cures these; "
			      "a seccomp profile, an LSM, a read-only\n"
			      "mount, a sysctl, or a capability that is not "
			      "held here:\n",
			      to);
		first = false;
		fprintf(to, "    %s, %s", finding_format(finding, text),
			finding->program);
		if (finding->set)
			fprintf(to, " (not held: %s)",
				capname_format(finding->set, names));
		fputc('\n', to);
		advice = advice_denied(call_format(finding->number, text),
				       finding->subject);
		if (advice)
			fprintf(to, "        instead: %s\n", advice);
	}
}

static void put_unseen(FILE *to, const struct outcome *outcome)
{
	const struct tracer *tracer = &outcome->tracer;
	const struct {
		unsigned int count;
		const char *what;
	} unseen[] = {
		{tracer->foreign, "threads of another architecture"},
		{tracer->filtered, "threads behind a seccomp filter of their "
				   "own"},
		{tracer->refused, "threads that let nothing be tried in them"},
		{tracer->set_id, "set-user-ID programs, whose bit has no "
				 "effect here without SYS_PTRACE or with "
				 "no_new_privs"},
		{tracer->io_uring, "io_uring queues, whose operations are no "
				   "system calls"},
		{(unsigned int)tracer->evidence->lost,
		 "findings, for want of memory"},
	};

	for (size_t i = 0; i < sizeof(unseen) / sizeof(unseen[0]); i++)
		if (unseen[i].count)
			fprintf(to, "not looked at: %u %s\n", unseen[i].count,
				unseen[i].what);
}

static void put_end(FILE *to, const struct evidence *evidence,
		    const struct run *run, const struct outcome *outcome)
{
	uint64_t proposed = evidence_set(evidence, OUT_LEAST);
	char names[CAPABILITIES_TEXT];

	if (!outcome->held)
		fputs("no capability was held to try with: what is named are "
		      "guesses from a table.\nRun it as root in the "
		      "container, or in unshare -Ur.\n",
		      to);
	else
		fprintf(to, "needed: %s\n", capname_format(proposed, names));
	if (outcome->passed)
		fputs("ended, the check passed\n", to);
	else if (run->check)
		fputs("the check never passed: what is named may not be "
		      "all\n",
		      to);
	if (outcome->passed)
		return;
	if (outcome->stopped && run->seconds)
		fprintf(to, "ended after %ld s, as asked\n", run->seconds);
	else if (!outcome->stopped)
		fprintf(to, "the program ended with %d\n", outcome->code);
}

void out_table(FILE *to, const struct evidence *evidence, const struct run *run,
	       const struct outcome *outcome)
{
	for (int n = 0; n <= CAPABILITY_LAST; n++) {
		enum verdict verdict = evidence_verdict(evidence, n);

		if (verdict > VERDICT_DENIED)
			put_capability(to, evidence, n, verdict);
	}
	put_denied(to, evidence);
	put_unseen(to, outcome);
	put_end(to, evidence, run, outcome);
}
