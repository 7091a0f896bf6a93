/* SPDX-License-Identifier: MIT */
/* The image's /etc/passwd and /etc/group, and who is looked up in them: a line
 * with the user, one with the groups, then both files with a line "-" between
 * them. An unknown name is refused and never becomes another one. */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static int fuzz_open(const char *path);
static ssize_t fuzz_read(int file, char *bytes, size_t size);
#define open(path, flags) fuzz_open(path)
#define read		  fuzz_read
#define close(file)	  ((void)(file))
#include "../../init/user.c" /* NOLINT(bugprone-suspicious-include) */
#undef open
#undef read
#undef close

#include "fuzz.h"

/* The two files, and what is left of them to be read. */
static char *files[2];
static const char *rest[2];

/* An empty file is none. */
static int fuzz_open(const char *path)
{
	int file = strcmp(path, "/etc/passwd") != 0;

	rest[file] = files[file];
	errno = ENOENT;
	return files[file][0] ? file : -1;
}

static ssize_t fuzz_read(int file, char *bytes, size_t size)
{
	size_t left = strlen(rest[file]);

	if (size > left)
		size = left;
	memcpy(bytes, rest[file], size);
	rest[file] += size;
	return (ssize_t)size;
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

	files[0] = behind(groups, "\n");
	files[1] = behind(files[0], "\n-\n");
	/* The policy holds no longer ones. */
	if (strlen(text) < sizeof(user.name) &&
	    user_find(text, groups, &user, &err) == 0) {
		PROMISE(user.uid != (uid_t)-1 && user.gid != (gid_t)-1);
		PROMISE(user.group_count <= USER_GROUPS_MAX);
	}
	free(text);
	return 0;
}
