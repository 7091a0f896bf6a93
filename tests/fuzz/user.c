/* SPDX-License-Identifier: MIT */
/* The image's /etc/passwd and /etc/group, and who is looked up in them: a line
 * with the user, one with the groups, then both files with a line "-" between
 * them. An unknown name is refused and never becomes another one. */
#include <stdio.h>

static FILE *fuzz_open(const char *path, const char *mode);
#define fopen fuzz_open
#include "../../init/user.c" /* NOLINT(bugprone-suspicious-include) */
#undef fopen

#include "fuzz.h"

static char *passwd_text, *group_text;

/* An empty file is none. */
static FILE *fuzz_open(const char *path, const char *mode)
{
	char *text =
		strcmp(path, "/etc/passwd") == 0 ? passwd_text : group_text;

	(void)mode;
	if (!text || !text[0])
		return NULL;
	return fmemopen(text, strlen(text), "r");
}

/* Cut the text behind the first mark; what follows, or nothing. */
static char *behind(char *text, const char *mark)
{
	char *found = strstr(text, mark);

	if (!found)
		return text + strlen(text);
	*found = '\0';
	return found + strlen(mark);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);
	char *groups = behind(text, "\n");
	struct user user;
	struct error err = {0};

	passwd_text = behind(groups, "\n");
	group_text = behind(passwd_text, "\n-\n");
	/* The policy holds no longer ones. */
	if (strlen(text) < sizeof(user.name) &&
	    user_find(text, groups, &user, &err) == 0) {
		PROMISE(user.uid != (uid_t)-1 && user.gid != (gid_t)-1);
		PROMISE(user.group_count <= USER_GROUPS_MAX);
	}
	free(text);
	return 0;
}
