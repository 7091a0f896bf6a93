/* SPDX-License-Identifier: MIT */
/* Confirm by removal: the command is a template that starts a fresh
 * environment with the capabilities it is told, say `docker run --rm
 * --cap-drop=ALL {docker} IMAGE check`. First with all of the policy's, then
 * without one at a time, the most dangerous first: of two that would do the
 * lesser is kept. What fails or takes too long without a capability needs it;
 * each failure is tried again, so that a flaky check does not pass for a
 * need. */
#include "audit/confirm.h"

#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "audit/input.h"
#include "audit/search.h"
#include "names.h"

#define COMMAND_MAX	8192
#define TIMEOUT_DEFAULT 60

static const char usage[] =
	"confirm POLICY --run COMMAND [--timeout SECONDS]: COMMAND is for the "
	"shell and has {docker}, {names} or {mask} in it";

struct confirm {
	const char *policy_path;
	const char *template;
	long timeout; /* seconds */
	unsigned int runs;
};

/* --cap-add=NAME for each. */
static void docker_options(uint64_t set, char *text, size_t size)
{
	char name[CAPABILITIES_TEXT];
	size_t used = 0;

	text[0] = '\0';
	for (int n = 0; n <= CAPABILITY_LAST; n++) {
		if (!(set & CAPABILITY_BIT(n)))
			continue;
		snprintf(text + used, size - used, "%s--cap-add=%s",
			 used ? " " : "",
			 capname_format(CAPABILITY_BIT(n), name));
		used += strlen(text + used);
	}
}

/* NAME,NAME; or NONE. */
static void name_list(uint64_t set, char text[CAPABILITIES_TEXT])
{
	capname_format(set, text);
	for (; *text; text++)
		if (*text == ' ')
			*text = ',';
}

/* The template with its placeholders filled in. Returns the number of those,
 * or -1 when it does not fit. */
static int fill(const char *template, uint64_t set, char *text, size_t size)
{
	char docker[CAPABILITIES_TEXT + 41 * 12], names[CAPABILITIES_TEXT];
	char mask[24];
	const struct {
		const char *mark, *value;
	} marks[] = {
		{"{docker}", docker}, {"{names}", names}, {"{mask}", mask}};
	size_t used = 0;
	int filled = 0;

	docker_options(set, docker, sizeof(docker));
	name_list(set, names);
	snprintf(mask, sizeof(mask), "%016llx", (unsigned long long)set);
	while (*template) {
		const char *piece = NULL;

		for (size_t i = 0; i < 3 && !piece; i++) {
			size_t length = strlen(marks[i].mark);

			if (strncmp(template, marks[i].mark, length) != 0)
				continue;
			piece = marks[i].value;
			template += length;
			filled++;
		}
		if (piece)
			snprintf(text + used, size - used, "%s", piece);
		else
			snprintf(text + used, size - used, "%c", *template ++);
		used += strlen(text + used);
		if (used >= size - 1)
			return -1;
	}
	return filled;
}

/* Wait for the child's end until the deadline. Returns whether it came. */
static bool ended(pid_t pid, long timeout, int *status)
{
	struct timespec end, now;
	sigset_t child;
	pid_t found;

	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += timeout;
	for (;;) {
		struct timespec left = {0};

		found = waitpid(pid, status, WNOHANG);
		if (found == pid)
			return true;
		clock_gettime(CLOCK_MONOTONIC, &now);
		if (found < 0 || now.tv_sec >= end.tv_sec)
			return false;
		left.tv_sec = end.tv_sec - now.tv_sec;
		sigtimedwait(&child, NULL, &left);
	}
}

static _Noreturn void child(const char *command, const sigset_t *signals)
{
	int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);

	setpgid(0, 0);
	sigprocmask(SIG_SETMASK, signals, NULL);
	dup2(nothing, STDIN_FILENO);
	/* stdout has the verdicts. */
	dup2(STDERR_FILENO, STDOUT_FILENO);
	execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	_exit(EXIT_NOT_FOUND);
}

/* One run. Returns whether it ended with 0 and in time. */
static bool trial(struct confirm *confirm, uint64_t set)
{
	char command[COMMAND_MAX];
	sigset_t blocked, before;
	int status = 0;
	bool in_time;
	pid_t pid;

	confirm->runs++;
	if (fill(confirm->template, set, command, sizeof(command)) < 0)
		return false;
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGCHLD);
	sigprocmask(SIG_BLOCK, &blocked, &before);
	pid = fork();
	if (pid == 0)
		child(command, &before);
	in_time = pid > 0 && ended(pid, confirm->timeout, &status);
	if (pid > 0 && !in_time) {
		kill(-pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	return in_time && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* Take away one at a time. Returns what is left. */
static uint64_t remove_each(struct confirm *confirm, uint64_t allow)
{
	uint8_t order[CAPABILITY_LAST + 1];
	size_t count = search_order(order);

	while (count > 0) {
		int n = order[--count];
		uint64_t bit = CAPABILITY_BIT(n);
		char name[CAPABILITIES_TEXT];
		bool needed;

		if (!(allow & bit))
			continue;
		needed = !trial(confirm, allow & ~bit) &&
			 !trial(confirm, allow & ~bit);
		printf("%-18s %s\n", capname_format(bit, name),
		       needed ? "confirmed: it fails without"
			      : "optional: it works without");
		fflush(stdout);
		if (!needed)
			allow &= ~bit;
	}
	return allow;
}

static int read_options(int argc, char **argv, struct confirm *confirm)
{
	static const struct option options[] = {
		{"run", required_argument, NULL, 'r'},
		{"timeout", required_argument, NULL, 't'},
		{NULL, 0, NULL, 0},
	};
	int option;

	*confirm = (struct confirm){.timeout = TIMEOUT_DEFAULT};
	optind = 0;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'r' && !confirm->template)
			confirm->template = optarg;
		else if (option == 't' && number_parse(optarg, 86400) > 0)
			confirm->timeout = number_parse(optarg, 86400);
		else
			return -1;
	}
	if (optind != argc - 1 || !confirm->template)
		return -1;
	confirm->policy_path = argv[optind];
	return 0;
}

int confirm_main(int argc, char **argv)
{
	static struct policy policy;
	char command[COMMAND_MAX], names[CAPABILITIES_TEXT];
	struct confirm confirm;
	uint64_t left;
	int code;

	if (read_options(argc, argv, &confirm) < 0)
		return input_usage(usage);
	code = input_policy(confirm.policy_path, &policy);
	if (code != VERB_GOOD)
		return code == VERB_BAD ? VERB_USAGE : code;
	if (fill(confirm.template, policy.allow, command, sizeof(command)) <= 0)
		return input_usage(usage);
	/* Once more: the first may have had to fetch something. */
	if (!trial(&confirm, policy.allow) && !trial(&confirm, policy.allow)) {
		fault("it fails, or takes more than %ld s, with all that %s "
		      "allows: %s",
		      confirm.timeout, confirm.policy_path, command);
		return 1;
	}
	left = remove_each(&confirm, policy.allow);
	printf("confirmed: %s (%u runs)\n", capname_format(left, names),
	       confirm.runs);
	code = input_done();
	if (code != VERB_GOOD)
		return code;
	return left == policy.allow ? 0 : 3;
}
