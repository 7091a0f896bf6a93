/* SPDX-License-Identifier: MIT */
/* A policy file: any bytes are read or refused, and what was read is printed
 * as a policy file with the same meaning. */
#include "policy.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fuzz.h"

/* The policy as --check prints it; the caller frees it. */
static char *printed(const struct policy *policy, size_t *length)
{
	static int file = -1;
	struct stat st;
	char *text;

	if (file < 0)
		file = memfd_create("stdout", 0);
	PROMISE(dup2(file, STDOUT_FILENO) == STDOUT_FILENO);
	PROMISE(ftruncate(file, 0) == 0 && lseek(file, 0, SEEK_SET) == 0);
	PROMISE(policy_print(policy) == 0 && fstat(file, &st) == 0);
	*length = (size_t)st.st_size;
	text = calloc(1, *length + 1);
	PROMISE(text && pread(file, text, *length, 0) == st.st_size);
	return text;
}

static void promise_same(const struct policy *policy)
{
	struct policy again;
	size_t length, second_length;
	char *text = printed(policy, &length);
	char *second;

	PROMISE(policy_parse(&again, "printed", text, length) == 0);
	second = printed(&again, &second_length);
	PROMISE(strcmp(text, second) == 0);
	PROMISE(again.allow == policy->allow && again.drop == policy->drop);
	PROMISE(again.securebits == policy->securebits);
	PROMISE(again.no_new_privs == policy->no_new_privs);
	PROMISE(strcmp(again.user, policy->user) == 0);
	free(second);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct policy policy;
	char *text;

	if (size > POLICY_TEXT_MAX)
		return 0;
	text = fuzz_text(data, size);
	if (policy_parse(&policy, "fuzz", text, size) == 0) {
		PROMISE(!(policy.allow & ~CAPABILITY_ALL));
		PROMISE(policy.ambient_auto ||
			!(policy.ambient & ~policy.allow));
		policy_warn(&policy);
		promise_same(&policy);
	}
	free(text);
	return 0;
}
