/* SPDX-License-Identifier: MIT */
/* The hands of faults: a program as PID 1 of a PID namespace with /proc, one
 * of whose system calls goes wrong. As uid UID when that is in the environment.
 *
 *     inject list CMD...                    nothing goes wrong, calls are told
 *     inject call SIDE NR ORDINAL RET CMD...  call NR of SIDE, the ORDINALth
 *         of its kind, is not carried out and returns RET
 *     inject filter NR ARG0 ARG1 RET CMD... every call NR with these first
 *         arguments ("-": any), by a seccomp filter from before CMD on
 *     inject late NR ORDINAL RET CMD...     as call, of PID 1, counted from the
 *         application's start on; it is sent signals until it has ended
 *     inject ever NR RET CMD...             as filter, and as many signals
 *
 * SIDE is init or app; calls count from the program's own execve(2). On
 * stdout: "call SIDE NR ORDINAL ARG0 ARG1", "hit" when it went wrong, at the
 * application's execve(2) "app" and "init" with I P E B A, no_new_privs, uid,
 * gid, groups as /proc tells them outside, "ended CODE" when it has ended and
 * "early" when that was by the end of PID 1, "crash SIGNAL", at last
 * "exit CODE" or "hang". RET is 0 or an errno. */
#include <elf.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define KINDS 512

enum mode { LIST, CALL, FILTER, LATE, EVER, MODES };

struct side {
	pid_t pid;
	unsigned int count[KINDS];
	bool in_call, faulted;
};

static enum mode mode;
static bool target_app;
static long target_nr, ret;
static unsigned int target_ordinal;
static const char *filter_args[2];

static struct side init, app;
static bool done;     /* what was to go wrong has */
static bool running;  /* the program has begun */
static bool started;  /* the application has */
static bool app_gone; /* and has ended */
static long long began;
static int patience = 15; /* seconds until it hangs */

static long long now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000LL + time.tv_nsec / 1000000;
}

static _Noreturn void stuck(const char *what)
{
	perror(what);
	_exit(97);
}

/* --- the program's side ----------------------------------------------------
 */

static void install_filter(void)
{
	const unsigned int args = offsetof(struct seccomp_data, args);
	struct sock_filter code[16];
	unsigned short length = 0;
	struct sock_fprog program = {.filter = code};

#define ADD(op, k) \
	(code[length++] = (struct sock_filter){(op), 0, 0, (uint32_t)(k)})
	ADD(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
	ADD(BPF_JMP | BPF_JEQ | BPF_K, target_nr);
	for (unsigned int n = 0; n < 2; n++) {
		if (strcmp(filter_args[n], "-") == 0)
			continue;
		ADD(BPF_LD | BPF_W | BPF_ABS, args + 8 * n);
		ADD(BPF_JMP | BPF_JEQ | BPF_K,
		    strtoull(filter_args[n], NULL, 10));
	}
	ADD(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned int)ret);
	ADD(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	for (unsigned short i = 1; i < length - 2; i += 2)
		code[i].jf = (unsigned char)(length - 2 - i);
	program.len = length;
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) < 0)
		stuck("seccomp");
}

static _Noreturn void become(int go, char **cmd)
{
	const char *uid = getenv("UID");
	char byte;

	if (unshare(CLONE_NEWNS) < 0 ||
	    mount("", "/", "", MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("proc", "/proc", "proc", 0, NULL) < 0)
		stuck("/proc");
	if (read(go, &byte, 1) != 1)
		_exit(97);
	close(go);
	if (mode == FILTER || mode == EVER)
		install_filter();
	if (uid && (setresgid(atoi(uid), atoi(uid), atoi(uid)) < 0 ||
		    setresuid(atoi(uid), atoi(uid), atoi(uid)) < 0))
		stuck("setresuid");
	execv(cmd[0], cmd);
	stuck(cmd[0]);
}

/* --- what is seen ----------------------------------------------------------
 */

static void tell_state(const char *who, pid_t pid)
{
	static const char *const keys[] = {
		"CapInh:",     "CapPrm:", "CapEff:", "CapBnd:", "CapAmb:",
		"NoNewPrivs:", "Uid:",	  "Gid:",    "Groups:"};
	char path[64], line[4096], text[9][256] = {""};
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	file = fopen(path, "r");
	if (!file)
		return;
	while (fgets(line, sizeof(line), file))
		for (int n = 0; n < 9; n++) {
			size_t length = strlen(keys[n]);

			if (strncmp(line, keys[n], length) != 0)
				continue;
			snprintf(text[n], sizeof(text[n]), "%s", line + length);
			for (char *c = text[n]; *c; c++)
				if (*c == '\t' || *c == ' ')
					*c = ',';
				else if (*c == '\n')
					*c = '\0';
		}
	fclose(file);
	printf("%s", who);
	for (int n = 0; n < 9; n++)
		printf(" %s", n < 5 ? text[n] + strspn(text[n], ",") : text[n]);
	puts("");
}

/* --- the system call -------------------------------------------------------
 */

#if defined(__x86_64__)
static void skip_call(pid_t pid)
{
	ptrace(PTRACE_POKEUSER, pid,
	       offsetof(struct user_regs_struct, orig_rax), -1L);
}

static void set_result(pid_t pid, long result)
{
	ptrace(PTRACE_POKEUSER, pid, offsetof(struct user_regs_struct, rax),
	       result);
}
#elif defined(__aarch64__)
static void skip_call(pid_t pid)
{
	int none = -1;
	struct iovec io = {&none, sizeof(none)};

	ptrace(PTRACE_SETREGSET, pid, 0x404 /* NT_ARM_SYSTEM_CALL */, &io);
}

static void set_result(pid_t pid, long result)
{
	struct user_regs_struct regs;
	struct iovec io = {&regs, sizeof(regs)};

	ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &io);
	regs.regs[0] = (unsigned long)result;
	ptrace(PTRACE_SETREGSET, pid, NT_PRSTATUS, &io);
}
#else
#error "name the registers here"
#endif

static bool is_target(const struct side *side, long nr)
{
	if ((mode != CALL && mode != LATE) || nr != target_nr)
		return false;
	return side == (target_app ? &app : &init) &&
	       side->count[nr] == target_ordinal;
}

static void at_call(struct side *side)
{
	struct __ptrace_syscall_info info;
	long nr;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, side->pid, sizeof(info), &info) < 0)
		return;
	if (info.op == PTRACE_SYSCALL_INFO_EXIT && side->faulted) {
		set_result(side->pid, -ret);
		side->faulted = false;
		done = true;
	}
	if (info.op != PTRACE_SYSCALL_INFO_ENTRY)
		return;
	nr = (long)info.entry.nr;
	/* With --exec PID 1 is the application from then on. */
	if (nr < 0 || nr >= KINDS || (started && (side == &app || !app.pid)) ||
	    (mode == LATE && !started))
		return;
	side->count[nr]++;
	if (mode == LIST)
		printf("call %s %ld %u %llu %llu\n",
		       side == &app ? "app" : "init", nr, side->count[nr],
		       (unsigned long long)info.entry.args[0],
		       (unsigned long long)info.entry.args[1]);
	if (is_target(side, nr)) {
		side->faulted = true;
		/* A close(2) that fails has closed all the same. */
		if (nr != SYS_close || !ret)
			skip_call(side->pid);
		puts("hit");
	}
}

static void at_exec(pid_t pid)
{
	if (!running) {
		running = true;
		return;
	}
	if (started)
		return;
	started = true;
	tell_state("app", pid);
	if (pid != init.pid)
		tell_state("init", init.pid);
}

/* Nothing that a tracer hands on ends a PID 1: it would fault for ever. */
static void crash(int signal)
{
	siginfo_t info;

	if (ptrace(PTRACE_GETSIGINFO, init.pid, 0, &info) < 0 ||
	    info.si_code <= 0)
		return;
	printf("crash %d\n", signal);
	kill(init.pid, SIGKILL);
}

static void at_stop(pid_t pid, int status)
{
	struct side *side = pid == init.pid  ? &init
			    : pid == app.pid ? &app
					     : NULL;
	int signal = WSTOPSIG(status), event = status >> 16, pass = 0;
	unsigned long child;

	if (event == PTRACE_EVENT_EXEC) {
		at_exec(pid);
	} else if (event == PTRACE_EVENT_FORK || event == PTRACE_EVENT_CLONE ||
		   event == PTRACE_EVENT_VFORK) {
		ptrace(PTRACE_GETEVENTMSG, pid, 0, &child);
		if (pid == init.pid && !app.pid)
			app.pid = (pid_t)child;
	} else if (signal == (SIGTRAP | 0x80)) {
		if (side && running)
			at_call(side);
	} else if (event == 0) {
		pass = signal;
		if (pid == init.pid && (signal == SIGSEGV || signal == SIGBUS ||
					signal == SIGILL || signal == SIGFPE))
			crash(signal);
	}
	ptrace(done || mode == FILTER || mode == EVER ? PTRACE_CONT
						      : PTRACE_SYSCALL,
	       pid, 0, pass);
}

/* Enough of everything for PID 1 to do, and an end: the application's. */
static void send_signals(void)
{
	static int turn;
	union sigval value = {.sival_int = 1};

	switch (turn++ % 4) {
	case 0:
		kill(init.pid, SIGUSR1);
		break;
	case 1:
		sigqueue(init.pid, SIGRTMIN + 3, value);
		break;
	case 2:
		kill(init.pid, SIGTERM);
		break;
	case 3:
		if (turn > 8 && app.pid && !app_gone)
			kill(app.pid, SIGTERM);
		break;
	}
}

static int code(int status)
{
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int watch(void)
{
	long long last = now();
	int status;

	for (;;) {
		pid_t pid = waitpid(-1, &status, __WALL);

		if (pid < 0 && errno == EINTR) {
			if (now() - began > patience * 1000LL)
				return puts("hang");
			if ((mode == LATE || mode == EVER) && started &&
			    now() - last > 20) {
				last = now();
				send_signals();
			}
			continue;
		}
		if (pid < 0)
			return 0;
		if (WIFSTOPPED(status)) {
			at_stop(pid, status);
			continue;
		}
		if (pid == app.pid) {
			app_gone = true;
			printf("ended %d\n", code(status));
			/* Nobody else sends that. */
			if (code(status) == 128 + SIGKILL)
				puts("early");
		}
		if (pid == init.pid)
			return printf("exit %d\n", code(status));
	}
}

static void ignore(int number)
{
	(void)number;
}

static void run(char **cmd)
{
	/* A look around now and then, whatever happens. */
	const struct itimerval tick = {{0, 20000}, {0, 20000}};
	struct sigaction action = {.sa_handler = ignore};
	int go[2];

	sigaction(SIGALRM, &action, NULL);
	if (pipe(go) < 0 || unshare(CLONE_NEWPID) < 0)
		stuck("unshare");
	fflush(stdout);
	init.pid = fork();
	if (init.pid == 0) {
		sigaction(SIGALRM, &(struct sigaction){.sa_handler = SIG_DFL},
			  NULL);
		close(go[1]);
		become(go[0], cmd);
	}
	if (ptrace(PTRACE_SEIZE, init.pid, 0,
		   PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC |
			   PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
			   PTRACE_O_TRACECLONE | PTRACE_O_EXITKILL) < 0)
		stuck("PTRACE_SEIZE");
	/* Stop it once, so as to go on from call to call. */
	ptrace(PTRACE_INTERRUPT, init.pid, 0, 0);
	if (write(go[1], "", 1) != 1)
		stuck("pipe");
	close(go[0]);
	close(go[1]);
	began = now();
	setitimer(ITIMER_REAL, &tick, NULL);
	watch();
	if (kill(init.pid, 0) == 0)
		kill(init.pid, SIGKILL);
}

int main(int argc, char **argv)
{
	static const char *const modes[] = {"list", "call", "filter", "late",
					    "ever"};
	static char text[1 << 20];
	static const int words[] = {2, 6, 6, 5, 4};

	while (mode < MODES && argc > 1 && strcmp(argv[1], modes[mode]) != 0)
		mode++;
	if (mode == MODES || argc <= words[mode])
		return 98;
	if (mode == CALL) {
		target_app = strcmp(argv[2], "app") == 0;
		target_nr = atol(argv[3]);
		target_ordinal = (unsigned int)atol(argv[4]);
	} else if (mode == FILTER) {
		target_nr = atol(argv[2]);
		filter_args[0] = argv[3];
		filter_args[1] = argv[4];
	} else if (mode == LATE) {
		target_nr = atol(argv[2]);
		target_ordinal = (unsigned int)atol(argv[3]);
	} else if (mode == EVER) {
		target_nr = atol(argv[2]);
		filter_args[0] = filter_args[1] = "-";
		patience = 4;
	}
	if (mode != LIST)
		ret = atol(argv[words[mode] - 1]);
	/* Ours in one piece: the application writes there as well. */
	setvbuf(stdout, text, _IOFBF, sizeof(text));
	run(argv + words[mode]);
	return 0;
}
