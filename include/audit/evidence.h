/* SPDX-License-Identifier: MIT */
#ifndef CAPINI_AUDIT_EVIDENCE_H
#define CAPINI_AUDIT_EVIDENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audit/thread.h"

/* How sure it is that a capability is needed, least first. */
enum verdict {
	VERDICT_NONE,
	VERDICT_DENIED,	   /* nothing held cures it; the set is a guess */
	VERDICT_CANDIDATE, /* could not be tried: the table's guess */
	VERDICT_REQUESTED, /* the program's own capset(2) asked for it */
	VERDICT_NETLINK,   /* the message is of a kind that asks for it */
	VERDICT_FILECAP,   /* its file would not be executed without it */
	VERDICT_SILENT,	   /* without it the call succeeds and does less */
	VERDICT_PROVEN,	   /* with it the denied call succeeded */
	VERDICT_CONFIRMED, /* without it the check failed */
};
#define VERDICTS (VERDICT_CONFIRMED + 1)

#define COMM_TEXT 16

/* One way in which it was seen. */
struct finding {
	enum verdict verdict;
	uint64_t set; /* of capabilities, which it took together */
	long number;  /* of the system call */
	int denial;   /* errno without them */
	int outcome;  /* errno with them, 0: it succeeded */
	unsigned int count;
	char subject[SUBJECT_TEXT]; /* printable ASCII */
	char program[COMM_TEXT];    /* the same */
};

/* All that was seen, in the order in which it was first seen. */
struct evidence {
	struct finding *findings;
	size_t count, room;
	size_t lost; /* for want of memory */
};

/* Bytes of text that are not printable ASCII become '?'. */
void evidence_printable(char *text);

/* Add a finding, or count it with its like. Bytes that are not printable
 * become '?'. */
void evidence_add(struct evidence *evidence, const struct finding *finding);

/* The best verdict on a capability. */
enum verdict evidence_verdict(const struct evidence *evidence, int capability);

/* The capabilities with this verdict or a better one. */
uint64_t evidence_set(const struct evidence *evidence, enum verdict least);

void evidence_free(struct evidence *evidence);

/* A verdict in a word. */
const char *verdict_name(enum verdict verdict);

/* "bind port 80: EACCES" into text. Returns text. */
#define FINDING_TEXT 320
const char *finding_format(const struct finding *finding,
			   char text[FINDING_TEXT]);

/* EPERM for EPERM; the number for those that are not known here. */
#define ERRNO_TEXT 16
const char *errno_format(int number, char text[ERRNO_TEXT]);

/* The name of a system call, or its number. */
#define CALL_TEXT 32
const char *call_format(long number, char text[CALL_TEXT]);

#endif
