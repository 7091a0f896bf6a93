/* SPDX-License-Identifier: MIT */
/* What goes on, for who watches a terminal. */
#include "audit/progress.h"

#include <stdio.h>
#include <unistd.h>

#include "audit/clock.h"
#include "audit/out.h"
#include "names.h"

#define CLEAR "\r\033[K"
#define WIDTH 48 /* of the names */

struct progress progress_begin(void)
{
	time_t now = clock_seconds();

	return (struct progress){
		.shown = isatty(STDERR_FILENO) == 1, .start = now, .last = now};
}

void progress_step(struct progress *progress, const struct tracer *tracer)
{
	time_t now = clock_seconds();
	char names[CAPABILITIES_TEXT];

	if (!progress->shown || now == progress->last)
		return;
	progress->last = now;
	capname_format(evidence_set(tracer->evidence, OUT_LEAST), names);
	fprintf(stderr, CLEAR "%lds, %zu threads, %lu calls tried again: %.*s",
		(long)(now - progress->start), tracer->threads.count,
		tracer->trials, WIDTH, names);
}

void progress_end(const struct progress *progress)
{
	if (progress->shown && progress->last != progress->start)
		fputs(CLEAR, stderr);
}
