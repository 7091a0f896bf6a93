/* SPDX-License-Identifier: MIT */
/* In which order capabilities are tried on a call that was denied. How a trial
 * is made is left to the tracer, what comes first to the hints. */
#include "audit/search.h"

#include <linux/capability.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Least dangerous first, so that of two that would do the lesser is named. */
static const uint8_t least_dangerous[] = {
	CAP_NET_BIND_SERVICE,
	CAP_SETPCAP,
	CAP_LEASE,
	CAP_WAKE_ALARM,
	CAP_BLOCK_SUSPEND,
	CAP_NET_BROADCAST,
	CAP_AUDIT_WRITE,
	CAP_SYS_CHROOT,
	CAP_IPC_LOCK,
	CAP_SYS_NICE,
	CAP_KILL,
	CAP_NET_RAW,
	CAP_FSETID,
	CAP_IPC_OWNER,
	CAP_SYS_TTY_CONFIG,
	CAP_LINUX_IMMUTABLE,
	CAP_SYS_PACCT,
	CAP_SYS_TIME,
	CAP_SYSLOG,
	CAP_AUDIT_READ,
	CAP_AUDIT_CONTROL,
	CAP_SYS_RESOURCE,
	CAP_FOWNER,
	CAP_CHOWN,
	CAP_SETGID,
	CAP_SETUID,
	CAP_MKNOD,
	CAP_SETFCAP,
	CAP_NET_ADMIN,
	CAP_PERFMON,
	CAP_CHECKPOINT_RESTORE,
	CAP_DAC_READ_SEARCH,
	CAP_DAC_OVERRIDE,
	CAP_BPF,
	CAP_MAC_OVERRIDE,
	CAP_MAC_ADMIN,
	CAP_SYS_BOOT,
	CAP_SYS_PTRACE,
	CAP_SYS_RAWIO,
	CAP_SYS_ADMIN,
	CAP_SYS_MODULE,
};

static bool listed(const uint8_t *list, size_t count, uint8_t capability)
{
	return memchr(list, capability, count) != NULL;
}

/* Start over with the base as it is and the hints for the present denial. */
static void restart(struct search *search, int denial, const uint8_t *hints,
		    size_t hint_count)
{
	if (hint_count > SEARCH_HINTS_MAX)
		hint_count = SEARCH_HINTS_MAX;
	search->denial = denial;
	search->hint_count = hint_count;
	if (hint_count > 0)
		memcpy(search->hints, hints, hint_count);
	memcpy(search->order, search->hints, hint_count);
	search->order_count = hint_count;
	for (size_t i = 0; i < COUNT(least_dangerous); i++)
		if (!listed(search->hints, hint_count, least_dangerous[i]))
			search->order[search->order_count++] =
				least_dangerous[i];
	search->next = search->first = 0;
	search->second = 1;
	search->stage = SEARCH_SINGLES;
}

void search_begin(struct search *search, uint64_t held, int denial,
		  const uint8_t *hints, size_t hint_count)
{
	search->held = held;
	search->base = search->trial = 0;
	restart(search, denial, hints, hint_count);
}

/* Is there something in more that could be tried and is not raised? */
static bool take(struct search *search, uint64_t more)
{
	if ((more & search->held) != more || (more & search->base))
		return false;
	search->trial = search->base | more;
	return true;
}

static bool next_single(struct search *search)
{
	while (search->next < search->order_count)
		if (take(search, CAPABILITY_BIT(search->order[search->next++])))
			return true;
	search->stage = SEARCH_PAIRS;
	return false;
}

static bool next_pair(struct search *search)
{
	while (search->first < search->hint_count) {
		size_t first = search->first, second = search->second++;

		if (second >= search->hint_count) {
			search->first++;
			search->second = search->first + 1;
		} else if (take(search,
				CAPABILITY_BIT(search->hints[first]) |
					CAPABILITY_BIT(
						search->hints[second]))) {
			return true;
		}
	}
	search->stage = SEARCH_ALL;
	return false;
}

bool search_next(struct search *search, uint64_t *trial)
{
	uint64_t more;
	bool found = false;

	if (search->stage == SEARCH_SINGLES)
		found = next_single(search);
	if (!found && search->stage == SEARCH_PAIRS)
		found = next_pair(search);
	if (!found && search->stage == SEARCH_ALL) {
		more = search->held & ~search->base;
		search->trial = search->held;
		search->stage = SEARCH_OVER;
		found = (more & (more - 1)) != 0;
	}
	*trial = search->trial;
	return found;
}

void search_denied(struct search *search, int denial, const uint8_t *hints,
		   size_t hint_count)
{
	if (denial == search->denial || search->stage != SEARCH_SINGLES)
		return;
	search->base = search->trial;
	restart(search, denial, hints, hint_count);
}

bool search_vague(const struct search *search)
{
	uint64_t more = search->trial & ~search->base;

	return search->stage == SEARCH_OVER && (more & (more - 1));
}

size_t search_order(uint8_t order[CAPABILITY_LAST + 1])
{
	memcpy(order, least_dangerous, sizeof(least_dangerous));
	return COUNT(least_dangerous);
}
