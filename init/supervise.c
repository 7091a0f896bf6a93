/* SPDX-License-Identifier: MIT */
/* Hold signals, spawn the app, forward, reap, tell the exit code. What either
 * side becomes in between is left to the callbacks. */
#include "supervise.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "environment.h"
#include "names.h"
#include "text.h"

/* The kernel's signal sets, all 64 of them: libc keeps two or three real-time
 * signals to itself and leaves them out of its own. */
static const uint64_t all_signals = UINT64_MAX;

#define FALLBACK_CLOSES 65536

int signals_hold(struct signals *old, struct error *err)
{
	struct sigaction reset = {.sa_handler = SIG_DFL};
	struct sigaction before;

	if (syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all_signals, &old->mask,
		    sizeof(all_signals)) < 0)
		return error_set_errno(err, "rt_sigprocmask");
	/* Inherited as ignored, SIGCHLD would make wait(2) tell us nothing. */
	if (sigaction(SIGCHLD, &reset, &before) < 0)
		return error_set_errno(err, "sigaction");
	old->child_ignored = before.sa_handler == SIG_IGN;
	return 0;
}

void signals_restore(const struct signals *old)
{
	struct sigaction action = {0};

	action.sa_handler = old->child_ignored ? SIG_IGN : SIG_DFL;
	sigaction(SIGCHLD, &action, NULL);
	syscall(SYS_rt_sigprocmask, SIG_SETMASK, &old->mask, NULL,
		sizeof(old->mask));
}

/* Give the terminal from one process group to another. SIGTTOU is blocked
 * here, it would stop us otherwise. A terminal that does not obey is no reason
 * not to go on. Returns whether it was from's. */
static bool pass_terminal(pid_t from, pid_t to)
{
	int tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	int fd = tty >= 0 ? tty : STDIN_FILENO;
	bool foreground = tcgetpgrp(fd) == from;

	if (foreground && tcsetpgrp(fd, to) < 0)
		note("cannot pass the terminal on: %s", strerror(errno));
	if (tty >= 0)
		close(tty);
	return foreground;
}

/* Socket activation: LISTEN_PID must name the process that takes the
 * descriptors; sd_listen_fds(3). */
static void hand_on_listen_pid(pid_t init)
{
	static char variable[32];
	const char *listen = getenv("LISTEN_PID");
	struct error err;
	char pid[16];

	text_format(pid, sizeof(pid), "%d", (int)init);
	if (!listen || strcmp(listen, pid) != 0)
		return;
	text_format(variable, sizeof(variable), "LISTEN_PID=%d", (int)getpid());
	/* In its own place there is room. */
	(void)!environment_put(variable, &err);
}

/* Returns 1 with a byte, 0 when the other side is gone, -1 on a failure. */
static int told(int link, unsigned char *byte, int flags)
{
	ssize_t n;

	do
		n = recv(link, byte, 1, flags);
	while (n < 0 && errno == EINTR);
	return (int)n;
}

/* What PID 1 tells the app's side. */
enum { GO = 1, NO = 2 };

static bool tell(int link, unsigned char byte)
{
	return write(link, &byte, 1) == 1;
}

/* The app's side up to its execve(2). Returns only on a failure. */
static int become_app(const struct spawn *spawn, int link, struct error *err)
{
	unsigned char word;
	int heard;

	if (spawn->become_app(spawn->context, err) < 0)
		return -1;
	heard = told(link, &word, 0);
	if (heard < 0)
		return error_set_errno(err, "no word from PID 1");
	if (heard == 0)
		return error_set(err, "PID 1 ended before its word");
	/* Silence: the other side failed, and says so itself. */
	if (word != GO)
		_exit(EXIT_REFUSED);
	signals_restore(spawn->signals);
	return spawn->exec_app(spawn->context, err);
}

static _Noreturn void run_app(const struct spawn *spawn, int link, pid_t init)
{
	struct error err;
	pid_t group = getpgrp();

	setpgid(0, 0);
	pass_terminal(group, getpid());
	hand_on_listen_pid(init);
	(void)!become_app(spawn, link, &err);
	fault("%s", err.text);
	(void)!tell(link, (unsigned char)err.exit_code);
	_exit(err.exit_code);
}

/* Bring PID 1 to its state, release the app, and hear whether it runs: then
 * its execve(2) has closed the link. */
static int release_app(const struct spawn *spawn, pid_t app, int link,
		       struct error *err)
{
	int result = spawn->become_init(spawn->context, err);
	int flags = 0, ended;
	unsigned char code;

	if (result == 0 && !tell(link, GO))
		result = error_set_errno(err, "cannot release the application");
	/* The app's side ends, unless it has its own reason and said so. When
	 * it cannot be told, it may have said so and ended already. */
	if (result < 0 && !tell(link, NO))
		flags = MSG_DONTWAIT;
	if (told(link, &code, flags) <= 0)
		return result;
	while (waitpid(app, &ended, 0) < 0 && errno == EINTR)
		;
	err->exit_code = code;
	err->text[0] = '\0';
	return -1;
}

/* The app has its own copies; ours would keep pipes and mounts alive. */
static void let_go(void)
{
	/* close_range(2) came with Linux 5.9, and older seccomp profiles do not
	 * know it. */
	if (syscall(SYS_close_range, 3U, ~0U, 0U) < 0)
		for (int fd = 3; fd < FALLBACK_CLOSES; fd++)
			close(fd);
	if (chdir("/") < 0)
		note("cannot change to /: %s", strerror(errno));
}

int supervise_spawn(const struct spawn *spawn, pid_t *app, struct error *err)
{
	pid_t init = getpid();
	int links[2];
	int result;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, links) < 0)
		return error_set_errno(err, "socketpair, for which "
					    "RLIMIT_NOFILE must be 5 or more");
	*app = fork();
	if (*app < 0)
		return error_set_errno(err, "fork");
	if (*app == 0 && getpid() == init)
		return error_set(err, "fork: no process came of it");
	if (*app == 0) {
		close(links[0]);
		run_app(spawn, links[1], init);
	}
	/* Left open here it would hide the end of the other side. */
	if (close(links[1]) < 0 || fcntl(links[1], F_GETFD) >= 0)
		return error_set_errno(err, "close");
	result = release_app(spawn, *app, links[0], err);
	let_go();
	return result;
}

/* Wait for a signal, at most *left when there is one. Returns its number, 0
 * when the time is over, -1 on a failure. rt_sigtimedwait(2). */
static int next_signal(siginfo_t *info, const struct timespec *left)
{
	long number;

	do
		number = syscall(SYS_rt_sigtimedwait, &all_signals, info, left,
				 sizeof(all_signals));
	while (number < 0 && errno == EINTR && !left);
	if (number < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -1;
	return (int)number;
}

/* Is this one for the app? Not what tells about our own children or our own
 * terminal, nor a fault of our own. */
static bool is_for_app(int number, const siginfo_t *info)
{
	switch (number) {
	case SIGCHLD:
	case SIGTTIN:
	case SIGTTOU:
		return false;
	case SIGTSTP:
		/* Typed, the kernel sends it to the foreground group itself. */
		return info->si_code != SI_KERNEL;
	case SIGFPE:
	case SIGILL:
	case SIGSEGV:
	case SIGBUS:
	case SIGABRT:
	case SIGTRAP:
	case SIGSYS:
		return info->si_code <= 0 && info->si_pid != getpid();
	default:
		return true;
	}
}

/* What is known of the app's process. */
struct app {
	bool ended;
	bool stopped;
	bool stop_forwarded; /* and not typed at the terminal */
	int status;	     /* wait(2)'s, when it has ended */
};

/* A stop of the container, whatever its image has chosen for it. */
static bool asks_for_end(int number)
{
	return number == SIGTERM || number == SIGINT || number == SIGQUIT;
}

/* The app was stopped at its terminal, by ^Z. Stop as well, so that the shell
 * which we run under has its terminal back, and let the app go on when we do.
 * Where no shell could continue us ^Z has no effect: the kernel stops neither
 * PID 1 nor the leader of a session, and an init above us would not wake us. */
static void stop_with(pid_t app)
{
	uint64_t stop = 1ULL << (SIGTSTP - 1);

	if (!pass_terminal(app, getpgrp()))
		return;
	if (getppid() != 1) {
		syscall(SYS_rt_sigprocmask, SIG_UNBLOCK, &stop, NULL,
			sizeof(stop));
		kill(getpid(), SIGTSTP);
		syscall(SYS_rt_sigprocmask, SIG_BLOCK, &stop, NULL,
			sizeof(stop));
	}
	pass_terminal(getpgrp(), app);
	kill(-app, SIGCONT);
}

static void note_app(pid_t pid, int status, struct app *app)
{
	if (WIFSTOPPED(status)) {
		app->stopped = true;
		if (WSTOPSIG(status) == SIGTSTP && !app->stop_forwarded)
			stop_with(pid);
	} else if (WIFCONTINUED(status)) {
		app->stopped = app->stop_forwarded = false;
	} else {
		app->ended = true;
		app->status = status;
	}
}

static pid_t wait_for(pid_t whom, int *status, int flags)
{
	pid_t pid;

	do
		pid = waitpid(whom, status, flags | WNOHANG);
	while (pid < 0 && errno == EINTR);
	return pid;
}

/* Has the app stopped, gone on or ended? Asked of all, the kernel would look
 * into each that lives. */
static void look_at_app(const struct supervision *supervision, struct app *app)
{
	int status;

	while (!app->ended &&
	       wait_for(supervision->app, &status, WUNTRACED | WCONTINUED) > 0)
		note_app(supervision->app, status, app);
}

/* Reap all that have ended. Returns true as long as children are left. */
static bool reap(const struct supervision *supervision, struct app *app)
{
	pid_t pid;
	int status;

	while ((pid = wait_for(-1, &status, 0)) > 0)
		if (pid == supervision->app && !app->ended)
			note_app(pid, status, app);
		else if (supervision->warn_on_reap)
			warning("reaped zombie process with pid=%d", (int)pid);
	look_at_app(supervision, app);
	return pid == 0;
}

/* Returns false when the app could not be signalled. */
static bool forward(const struct supervision *supervision, int number,
		    siginfo_t *info, struct app *app)
{
	int sent = supervision->signals[number];
	pid_t target =
		supervision->group ? -supervision->app : supervision->app;
	char name[SIGNAL_TEXT];
	long result;

	if (!is_for_app(number, info) || sent == 0)
		return true;
	/* sigqueue(3) sends a value along, which kill(2) would lose. */
	if (info->si_code == SI_QUEUE && !supervision->group)
		result = syscall(SYS_rt_sigqueueinfo, target, sent, info);
	else
		result = kill(target, sent);
	if (result == 0) {
		app->stop_forwarded |= sent == SIGTSTP;
		if (!asks_for_end(number))
			return true;
		/* Stopped, it would act on it only when it goes on. */
		look_at_app(supervision, app);
		if (app->stopped)
			kill(target, SIGCONT);
		return true;
	}
	if (errno == ESRCH)
		return true;
	if (errno == EPERM)
		warning("cannot forward %s to process %d, which runs as "
			"another uid: uid %u needs KILL for it",
			signame_format(sent, name), (int)supervision->app,
			(unsigned int)geteuid());
	else
		warning("cannot forward %s to process %d: %s",
			signame_format(sent, name), (int)supervision->app,
			strerror(errno));
	return false;
}

static bool until(const struct timespec *deadline, struct timespec *left)
{
	clock_gettime(CLOCK_MONOTONIC, left);
	left->tv_sec = deadline->tv_sec - left->tv_sec;
	left->tv_nsec = deadline->tv_nsec - left->tv_nsec;
	if (left->tv_nsec < 0) {
		left->tv_sec--;
		left->tv_nsec += 1000000000L;
	}
	return left->tv_sec >= 0;
}

/* The app has ended, or cannot be told to: let all end in order, within the
 * grace. Who asks again meanwhile wants it over. */
static void end_rest(const struct supervision *supervision, struct app *app)
{
	/* Only as PID 1 are all other processes ours. */
	pid_t rest = getpid() == 1 ? -1 : -supervision->app;
	struct timespec deadline, left;

	clock_gettime(CLOCK_MONOTONIC, &deadline);
	deadline.tv_sec += supervision->grace;
	if (kill(rest, SIGTERM) < 0 && errno == EPERM)
		warning("cannot signal what is left, which runs as another "
			"uid: uid %u needs KILL for it",
			(unsigned int)geteuid());
	/* A stopped process acts on SIGTERM only when it goes on. */
	kill(rest, SIGCONT);
	while (reap(supervision, app) && until(&deadline, &left)) {
		siginfo_t info;
		int number = next_signal(&info, &left);

		if (number < 0 || asks_for_end(number))
			return;
	}
}

/* The order in the loop: reap first, at the start and after SIGCHLD, since one
 * may stand for many children and the app may have ended before we came here;
 * then sleep until something happens, with no wake-up of
 * our own making. A signal is forwarded only while the app is not reaped: its
 * PID is its own until then. Nothing but the app's end ends the loop: not a
 * signal that cannot be forwarded, unless it asks for the end and the policy
 * has a grace to wait for it; and, should waiting for signals fail, a plain
 * wait(2) takes its place. */
int supervise_loop(const struct supervision *supervision)
{
	struct app app = {0};
	int number = SIGCHLD;
	int code;

	error_never_wait();
	for (;;) {
		siginfo_t info;

		if (number == SIGCHLD || number <= 0)
			reap(supervision, &app);
		if (app.ended)
			break;
		number = next_signal(&info, NULL);
		if (number <= 0) {
			if (waitid(P_ALL, 0, &info, WEXITED | WNOWAIT) < 0)
				pause();
		} else if (!forward(supervision, number, &info, &app) &&
			   asks_for_end(number) && supervision->grace > 0 &&
			   getpid() == 1) {
			break;
		}
	}
	if (supervision->grace > 0)
		end_rest(supervision, &app);
	/* Then our end is the app's: the kernel kills it. */
	if (!app.ended)
		return 128 + SIGKILL;
	code = WIFSIGNALED(app.status) ? 128 + WTERMSIG(app.status)
				       : WEXITSTATUS(app.status);
	return supervision->remap[code] ? 0 : code;
}
