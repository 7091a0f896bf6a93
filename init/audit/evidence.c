/* SPDX-License-Identifier: MIT */
/* What was seen, merged, and what it says about each capability. How it was
 * seen is left to the tracer, how it looks to out_*. */
#include "audit/evidence.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/hints.h"

#define FINDINGS_MAX  8192
#define FINDINGS_OPEN 6144 /* from then on subjects are not told apart */

static bool alike(const struct finding *a, const struct finding *b)
{
	return a->verdict == b->verdict && a->set == b->set &&
	       a->number == b->number && a->denial == b->denial &&
	       a->outcome == b->outcome &&
	       strcmp(a->subject, b->subject) == 0 &&
	       strcmp(a->program, b->program) == 0;
}

void evidence_printable(char *text)
{
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			*text = '?';
}

static int make_room(struct evidence *evidence)
{
	size_t room = evidence->room ? 2 * evidence->room : 64;
	struct finding *findings;

	if (evidence->count < evidence->room)
		return 0;
	if (room > FINDINGS_MAX)
		return -1;
	findings = realloc(evidence->findings, room * sizeof(*findings));
	if (!findings)
		return -1;
	evidence->findings = findings;
	evidence->room = room;
	return 0;
}

/* A program may be denied a million files: the list ends, but no capability is
 * lost for that. */
void evidence_add(struct evidence *evidence, const struct finding *finding)
{
	struct finding copy = *finding;

	if (evidence->count >= FINDINGS_OPEN)
		strcpy(copy.subject, "...");
	evidence_printable(copy.subject);
	evidence_printable(copy.program);
	for (size_t i = 0; i < evidence->count; i++)
		if (alike(&evidence->findings[i], &copy)) {
			evidence->findings[i].count++;
			return;
		}
	if (make_room(evidence) < 0) {
		evidence->lost++;
		return;
	}
	copy.count = 1;
	evidence->findings[evidence->count++] = copy;
}

enum verdict evidence_verdict(const struct evidence *evidence, int capability)
{
	enum verdict best = VERDICT_NONE;

	for (size_t i = 0; i < evidence->count; i++) {
		const struct finding *finding = &evidence->findings[i];

		if ((finding->set & CAPABILITY_BIT(capability)) &&
		    finding->verdict > best)
			best = finding->verdict;
	}
	return best;
}

uint64_t evidence_set(const struct evidence *evidence, enum verdict least)
{
	uint64_t set = 0;

	for (size_t i = 0; i < evidence->count; i++)
		if (evidence->findings[i].verdict >= least)
			set |= evidence->findings[i].set;
	return set;
}

void evidence_free(struct evidence *evidence)
{
	free(evidence->findings);
	*evidence = (struct evidence){0};
}

const char *verdict_name(enum verdict verdict)
{
	static const char *const names[VERDICTS] = {
		[VERDICT_NONE] = "none",
		[VERDICT_DENIED] = "denied-anyway",
		[VERDICT_CANDIDATE] = "candidate",
		[VERDICT_REQUESTED] = "requested",
		[VERDICT_NETLINK] = "netlink",
		[VERDICT_FILECAP] = "filecap",
		[VERDICT_SILENT] = "silent",
		[VERDICT_PROVEN] = "proven",
		[VERDICT_CONFIRMED] = "confirmed",
	};

	return names[verdict];
}

const char *errno_format(int number, char text[ERRNO_TEXT])
{
	static const struct {
		int number;
		const char *name;
	} names[] = {
		{EPERM, "EPERM"},
		{EACCES, "EACCES"},
		{ENOENT, "ENOENT"},
		{ENOMEM, "ENOMEM"},
		{EEXIST, "EEXIST"},
		{EINVAL, "EINVAL"},
		{ENOTDIR, "ENOTDIR"},
		{EISDIR, "EISDIR"},
		{EROFS, "EROFS"},
		{EBUSY, "EBUSY"},
		{ENODEV, "ENODEV"},
		{ENXIO, "ENXIO"},
		{ESRCH, "ESRCH"},
		{EAGAIN, "EAGAIN"},
		{EADDRINUSE, "EADDRINUSE"},
		{ENOTEMPTY, "ENOTEMPTY"},
		{ELOOP, "ELOOP"},
		{EOPNOTSUPP, "EOPNOTSUPP"},
		{ECONNREFUSED, "ECONNREFUSED"},
		{EINPROGRESS, "EINPROGRESS"},
		{ENOEXEC, "ENOEXEC"},
		{ETXTBSY, "ETXTBSY"},
	};

	snprintf(text, ERRNO_TEXT, "errno %d", number);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].number == number)
			snprintf(text, ERRNO_TEXT, "%s", names[i].name);
	return text;
}

const char *call_format(long number, char text[CALL_TEXT])
{
	const struct call *call = call_find(number);

	if (call)
		snprintf(text, CALL_TEXT, "%s", call->name);
	else
		snprintf(text, CALL_TEXT, "system call %ld", number);
	return text;
}

const char *finding_format(const struct finding *finding,
			   char text[FINDING_TEXT])
{
	char call[CALL_TEXT], denial[ERRNO_TEXT], outcome[ERRNO_TEXT];
	size_t used;

	snprintf(text, FINDING_TEXT, "%s %s",
		 call_format(finding->number, call), finding->subject);
	used = strlen(text);
	while (used > 0 && text[used - 1] == ' ')
		text[--used] = '\0';
	if (finding->denial)
		snprintf(text + used, FINDING_TEXT - used, ": %s%s%s",
			 errno_format(finding->denial, denial),
			 finding->outcome ? ", with it " : "",
			 finding->outcome
				 ? errno_format(finding->outcome, outcome)
				 : "");
	return text;
}
