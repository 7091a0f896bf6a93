/* SPDX-License-Identifier: MIT */
/* The order of the steps, and nothing of how they work. */
#include <errno.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "caps.h"
#include "decode.h"
#include "error.h"
#include "exec.h"
#include "file.h"
#include "options.h"
#include "plan.h"
#include "policy.h"
#include "supervise.h"
#include "user.h"
#include "verify.h"
#include "witness.h"

/* The answers of --check, --verify and --decode. */
enum { HOLDS = 0, DOES_NOT_HOLD = 1, COULD_NOT_TELL = 2 };

/* All that a start is made of. */
struct start {
	struct options options;
	struct policy policy;
	struct user user;
	bool user_given;
	struct capstate state; /* now; narrowed, before either side goes on */
	struct plan plan;
	struct signals signals;
};

/* Closed standard descriptors: what is opened later must not take their
 * place. The app still finds them closed. */
static void occupy_standard_descriptors(void)
{
	int fd = -1;

	for (int i = 0; i <= STDERR_FILENO + 1 && fd <= STDERR_FILENO; i++)
		fd = open("/", O_PATH | O_CLOEXEC);
	if (fd > STDERR_FILENO)
		close(fd);
}

/* The policy of the file, or the strictest where none is named nor at the
 * default place, with the command line and environment on top. */
static enum file_result read_policy(struct start *start, struct error *err)
{
	const struct options *options = &start->options;
	const char *path = options->policy_path ? options->policy_path
						: POLICY_DEFAULT_PATH;
	/* Not on the stack, where -fstack-clash-protection touches every page
	 * of it for good. */
	static char text[POLICY_TEXT_MAX + 1];
	/* What asks has nothing to say of a policy that is not there. */
	bool may_be_absent = !options->policy_path &&
			     (mode_runs(options->mode) ||
			      (options->mode == MODE_VERIFY && options->allow));
	enum file_result result;
	size_t length;
	bool bad = false;

	result = file_read(path, text, sizeof(text), &length, err);
	if (result == FILE_GOOD) {
		bad = policy_parse(&start->policy, path, text, length) < 0;
	} else if (result == FILE_ABSENT && may_be_absent) {
		note("%s does not exist: nothing is allowed", path);
		policy_default(&start->policy, path);
	} else if (result == FILE_ABSENT) {
		error_set(err, "%s: does not exist", path);
		return FILE_UNREADABLE;
	} else {
		return result;
	}
	if (policy_narrow(&start->policy, options, result == FILE_GOOD) < 0 ||
	    bad) {
		err->text[0] = '\0';
		err->exit_code = EXIT_REFUSED;
		return FILE_REFUSED;
	}
	return FILE_GOOD;
}

static int check_policy(struct start *start)
{
	struct error err;
	enum file_result result = read_policy(start, &err);

	if (result != FILE_GOOD && err.text[0])
		fault("%s", err.text);
	if (result != FILE_GOOD)
		return result == FILE_REFUSED ? DOES_NOT_HOLD : COULD_NOT_TELL;
	policy_warn(&start->policy);
	if (policy_print(&start->policy) < 0) {
		fault("cannot write to stdout");
		return COULD_NOT_TELL;
	}
	return HOLDS;
}

static int verify_processes(struct start *start)
{
	const struct options *options = &start->options;
	struct error err;

	if (read_policy(start, &err) == FILE_GOOD)
		return verify(&start->policy, options->subject, options->json);
	if (err.text[0])
		fault("%s", err.text);
	return COULD_NOT_TELL;
}

/* What asks, and starts nothing. */
static int answer(struct start *start, const char *name)
{
	const struct options *options = &start->options;

	signals_restore(&start->signals);
	if (options->mode == MODE_CHECK)
		return check_policy(start);
	if (options->mode == MODE_VERIFY)
		return verify_processes(start);
	if (options->mode == MODE_DECODE)
		return decode(options->subject, options->json);
	return options_answer(options->mode, name);
}

/* Look, plan, narrow: what both sides have in common. */
static int prepare(struct start *start, struct error *err)
{
	const struct policy *policy = &start->policy;
	const struct user *user = NULL;

	if (policy->user[0]) {
		if (user_find(policy->user, policy->groups, &start->user, err) <
		    0)
			return -1;
		start->user_given = true;
		user = &start->user;
	}
	if (caps_read(&start->state, err) < 0 ||
	    witness_procfs(&start->state, "before the start", err) < 0 ||
	    plan_make(&start->state, policy, user, &start->plan, err) < 0 ||
	    caps_narrow(&start->state, start->plan.drop, err) < 0)
		return -1;
	return plan_settle(&start->plan, &start->state, policy, err);
}

static int become_app(void *context, struct error *err)
{
	const struct start *start = context;
	const struct plan *plan = &start->plan;

	if (caps_become(&start->state, &plan->app,
			plan->app_switches ? &start->user : NULL, err) < 0 ||
	    witness_check(&plan->app, "application", err) < 0)
		return -1;
	return start->user_given ? user_environment(&start->user, err) : 0;
}

static int become_init(void *context, struct error *err)
{
	const struct start *start = context;
	const struct plan *plan = &start->plan;
	int signal = start->policy.pdeathsig;

	if (caps_become(&start->state, &plan->init,
			plan->init_switches ? &start->user : NULL, err) < 0)
		return -1;
	/* Same-uid processes could ptrace(2) us or write /proc/1/mem. */
	if (prctl(PR_SET_DUMPABLE, 0UL, 0UL, 0UL, 0UL) < 0 ||
	    prctl(PR_GET_DUMPABLE, 0UL, 0UL, 0UL, 0UL) != 0)
		return error_set_errno(err, "PR_SET_DUMPABLE");
	/* Behind the switch of user, which clears it. */
	if (signal &&
	    prctl(PR_SET_PDEATHSIG, (unsigned long)signal, 0UL, 0UL, 0UL) < 0)
		return error_set_errno(err, "PR_SET_PDEATHSIG");
	return witness_check(&plan->init, "init", err);
}

static int exec_app(void *context, struct error *err)
{
	const struct start *start = context;

	return exec_program(start->options.program, start->policy.file, err);
}

/* --exec: this process becomes the app itself. */
static int replace(struct start *start, struct error *err)
{
	if (become_app(start, err) < 0)
		return -1;
	signals_restore(&start->signals);
	return exec_app(start, err);
}

static int subreap(const struct policy *policy, struct error *err)
{
	bool wanted = policy->subreaper == SUBREAPER_YES ||
		      (policy->subreaper == SUBREAPER_AUTO && getpid() != 1);

	if (wanted && prctl(PR_SET_CHILD_SUBREAPER, 1UL, 0UL, 0UL, 0UL) < 0)
		return error_set_errno(err, "PR_SET_CHILD_SUBREAPER");
	return 0;
}

/* Spawn the app and be its init. Returns the exit code, or -1. */
static int supervise(struct start *start, struct error *err)
{
	const struct policy *policy = &start->policy;
	const struct spawn spawn = {
		.signals = &start->signals,
		.become_app = become_app,
		.become_init = become_init,
		.exec_app = exec_app,
		.context = start,
	};
	struct supervision supervision = {
		.group = policy->kill_process_group,
		.warn_on_reap = policy->warn_on_reap,
		.grace = policy->grace,
		.remap = policy->remap,
		.signals = policy->signals,
	};

	if (subreap(policy, err) < 0 ||
	    supervise_spawn(&spawn, &supervision.app, err) < 0)
		return -1;
	return supervise_loop(&supervision);
}

/* Start the app. Returns the exit code. */
static int run(struct start *start)
{
	struct error err;
	int code = -1;

	if (start->options.verbosity >= 0)
		error_verbosity(start->options.verbosity);
	if (read_policy(start, &err) == FILE_GOOD) {
		error_verbosity(start->policy.verbosity);
		if (prepare(start, &err) == 0)
			code = start->options.mode == MODE_EXEC
				       ? replace(start, &err)
				       : supervise(start, &err);
	}
	if (code >= 0)
		return code;
	if (err.text[0])
		fatal(&err);
	return err.exit_code;
}

int main(int argc, char **argv)
{
	struct start start = {0};
	struct error err;
	bool runs;
	int parsed;

	if (signals_hold(&start.signals, &err) < 0)
		fatal(&err);
	occupy_standard_descriptors();
	parsed = options_parse(argc, argv, &start.options);
	runs = mode_runs(start.options.mode);
	if (parsed < 0)
		return runs ? EXIT_REFUSED : COULD_NOT_TELL;
	return runs ? run(&start) : answer(&start, argc > 0 ? argv[0] : "");
}
