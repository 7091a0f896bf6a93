/* SPDX-License-Identifier: MIT */
#ifndef CAPINI_AUDIT_SILENT_H
#define CAPINI_AUDIT_SILENT_H

#include <stdbool.h>
#include <stdint.h>

#include "audit/tracer.h"

/* Has the thread's call, which succeeded, set a mode without the set-group-ID
 * bit that was asked for? FSETID would have kept it; chmod(2). */
bool silent_mode(const struct thread *thread);

/* The thread's socket(2) succeeded: remember it when it is of netlink(7). */
void silent_socket(struct tracer *tracer, const struct thread *thread, long fd);

/* What the message that the thread is about to send asks for, told by its
 * type: the kernel's refusal would come in the answer. Fills thread->subject
 * when it is anything. */
uint64_t silent_netlink(const struct tracer *tracer, struct thread *thread);

#endif
