/* SPDX-License-Identifier: MIT */
/* Measure inits, each as a real PID 1 in a fresh PID namespace with its own
 * /proc, one after the other, round by round. What the numbers mean is left to
 * bench.py.
 *
 *     bench METRIC ROUNDS SUBJECTS APP [ARG...]
 *
 * A line of the file SUBJECTS is a name and an argv before APP's, separated by
 * tabs. Each sample is a line on stdout: metric, subject, value.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

#define MOST_SUBJECTS 32
#define MOST_ARGS     64

struct subject {
	char name[32];
	char *argv[MOST_ARGS];
	int argc;
	pid_t pid;
	int go, told; /* our ends */
};

static struct subject subjects[MOST_SUBJECTS];
static int subject_count;
static struct page *page;
static int page_fd;
static char **app; /* and its arguments */

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "bench: %s: %s\n", what, strerror(errno));
	exit(2);
}

static void sample(const char *metric, const struct subject *subject,
		   double value)
{
	printf("%s\t%s\t%.1f\n", metric, subject->name, value);
}

/* --- subjects -------------------------------------------------------------*/

static void read_subjects(const char *path)
{
	FILE *file = fopen(path, "re");
	char *line = NULL;
	size_t size = 0;

	if (!file)
		die(path);
	while (subject_count < MOST_SUBJECTS &&
	       getline(&line, &size, file) > 0) {
		struct subject *subject = &subjects[subject_count++];
		char *rest = strdup(line);
		char *word;

		rest[strcspn(rest, "\n")] = '\0';
		snprintf(subject->name, sizeof(subject->name), "%s",
			 strsep(&rest, "\t"));
		while (subject->argc < MOST_ARGS - 8 &&
		       (word = strsep(&rest, "\t")))
			if (*word)
				subject->argv[subject->argc++] = word;
		for (char **arg = app; *arg && subject->argc < MOST_ARGS - 1;)
			subject->argv[subject->argc++] = *arg++;
	}
	free(line);
	fclose(file);
}

/* --- starting -------------------------------------------------------------*/

/* In the new namespaces, up to the init's execve(2). */
static _Noreturn void become(struct subject *subject, int go, int tell,
			     bool traced)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (mount("", "/", "", MS_REC | MS_PRIVATE, "") < 0 ||
	    mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC,
		  "") < 0)
		_exit(99);
	dup2(page_fd, FD_PAGE);
	dup2(go, FD_GO);
	dup2(tell, FD_TELL);
	if (traced) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
	}
	page->exec_ns = now_ns();
	execv(subject->argv[0], subject->argv);
	_exit(98);
}

static void start(struct subject *subject, bool traced)
{
	struct clone_args args = {
		.flags = CLONE_NEWPID | CLONE_NEWNS,
		.exit_signal = SIGCHLD,
	};
	int go[2], told[2];

	/* Above the numbers that the application knows. */
	if (pipe2(go, O_CLOEXEC) < 0 || pipe2(told, O_CLOEXEC) < 0)
		die("pipe");
	memset(page, 0, sizeof(*page));
	fflush(stdout);
	subject->pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));
	if (subject->pid < 0)
		die("clone3");
	if (subject->pid == 0)
		become(subject, go[0], told[1], traced);
	close(go[0]);
	close(told[1]);
	subject->go = go[1];
	subject->told = told[0];
}

/* false when the application is gone. */
static bool told(const struct subject *subject)
{
	char byte;
	ssize_t n;

	do
		n = read(subject->told, &byte, 1);
	while (n < 0 && errno == EINTR);
	return n == 1;
}

static void let_go(const struct subject *subject)
{
	if (write(subject->go, "", 1) != 1)
		die(subject->name);
}

static int finish(struct subject *subject, bool killed)
{
	int status;

	if (killed)
		kill(subject->pid, SIGKILL);
	while (waitpid(subject->pid, &status, 0) < 0 && errno == EINTR)
		;
	close(subject->go);
	close(subject->told);
	if (!killed && status != 0)
		fprintf(stderr, "bench: %s: ended with %#x\n", subject->name,
			(unsigned int)status);
	return status;
}

/* --- looking --------------------------------------------------------------*/

static FILE *proc(const struct subject *subject, const char *name)
{
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)subject->pid, name);
	file = fopen(path, "re");
	if (!file)
		die(path);
	return file;
}

/* Nanoseconds on a processor. */
static double cpu_ns(const struct subject *subject)
{
	FILE *file = proc(subject, "schedstat");
	double ns = 0;

	if (fscanf(file, "%lf", &ns) != 1)
		die("schedstat");
	fclose(file);
	return ns;
}

static double field(const struct subject *subject, const char *name,
		    const char *key)
{
	FILE *file = proc(subject, name);
	size_t length = strlen(key);
	char line[512];
	double value = -1;

	while (fgets(line, sizeof(line), file))
		if (strncmp(line, key, length) == 0 && line[length] == ':')
			value = strtod(line + length + 1, NULL);
	fclose(file);
	return value;
}

static double switches(const struct subject *subject)
{
	return field(subject, "status", "voluntary_ctxt_switches") +
	       field(subject, "status", "nonvoluntary_ctxt_switches");
}

/* Different files that are mapped, the program itself not counted. */
static double libraries(const struct subject *subject)
{
	FILE *file = proc(subject, "maps");
	char line[4352], seen[4352] = "";
	int files = 0;

	while (fgets(line, sizeof(line), file)) {
		const char *path = strchr(line, '/');

		if (path && strcmp(path, seen) != 0) {
			files++;
			snprintf(seen, sizeof(seen), "%s", path);
		}
	}
	fclose(file);
	return files - 1;
}

/* All on one processor: else it is the wake-up of another one that is
 * measured, or not, as the scheduler pleases. */
static void pin(bool pinned)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	for (int i = 0; i < (pinned ? 1 : CPU_SETSIZE); i++)
		CPU_SET(i, &set);
	if (sched_setaffinity(0, sizeof(set), &set) < 0)
		die("sched_setaffinity");
}

/* --- metrics --------------------------------------------------------------*/

static void measure_start(struct subject *subject)
{
	double end;

	start(subject, false);
	if (finish(subject, false) != 0)
		return;
	end = (double)now_ns();
	sample("start_us", subject,
	       (double)(page->main_ns - page->exec_ns) / 1000);
	sample("exit_us", subject, (end - (double)page->end_ns) / 1000);
}

static void measure_memory(struct subject *subject)
{
	start(subject, false);
	if (told(subject)) {
		/* The application may be ready before the init sleeps. */
		usleep(20000);
		sample("rss_kb", subject,
		       field(subject, "smaps_rollup", "Rss"));
		sample("pss_kb", subject,
		       field(subject, "smaps_rollup", "Pss"));
		sample("private_dirty_kb", subject,
		       field(subject, "smaps_rollup", "Private_Dirty"));
		sample("page_tables_kb", subject,
		       field(subject, "status", "VmPTE"));
		sample("libraries", subject, libraries(subject));
	}
	finish(subject, true);
}

/* All at once: they only sleep. */
static void measure_idle(int seconds)
{
	double before[MOST_SUBJECTS];

	for (int i = 0; i < subject_count; i++) {
		start(&subjects[i], false);
		told(&subjects[i]);
	}
	usleep(500000);
	for (int i = 0; i < subject_count; i++)
		before[i] = switches(&subjects[i]);
	usleep((useconds_t)seconds * 1000000U);
	for (int i = 0; i < subject_count; i++)
		sample("idle_wakeups_per_s", &subjects[i],
		       (switches(&subjects[i]) - before[i]) / seconds);
	for (int i = 0; i < subject_count; i++)
		finish(&subjects[i], true);
}

#define SIGNALS 200

static void measure_signals(struct subject *subject)
{
	double cpu;
	int done = 0;

	pin(true);
	start(subject, false);
	if (told(subject)) {
		usleep(2000);
		cpu = cpu_ns(subject);
		for (; done < SIGNALS; done++) {
			uint64_t sent = now_ns();

			kill(subject->pid, SIGUSR1);
			if (!told(subject))
				break;
			sample("signal_us", subject,
			       (double)(page->signal_ns - sent) / 1000);
		}
		sample("signal_cpu_us", subject,
		       (cpu_ns(subject) - cpu) / 1000 / SIGNALS);
	}
	finish(subject, true);
	pin(false);
}

/* The orphans of all waves; app: orphans N LIVE S WAVES. */
static bool reap_all(struct subject *subject, double *cpu, double *wall)
{
	int waves = atoi(app[5]), done = 0;

	*cpu = *wall = 0;
	start(subject, false);
	for (; done < waves && told(subject); done++) {
		double before = cpu_ns(subject);

		let_go(subject);
		if (!told(subject))
			break;
		*cpu += cpu_ns(subject) - before;
		*wall += (double)page->reaped_ns;
		if (done < waves - 1)
			let_go(subject);
	}
	finish(subject, true);
	if (done < waves)
		fprintf(stderr, "bench: %s: not so many processes here\n",
			subject->name);
	return done == waves;
}

static void sample_orphans(const char *what, const struct subject *subject,
			   double value, double count)
{
	char metric[64];

	snprintf(metric, sizeof(metric), "%s_%.0f%s", what, count,
		 atoi(app[5]) > 1   ? "_in_waves"
		 : atoi(app[3]) > 0 ? "_in_crowd"
				    : "");
	sample(metric, subject, value);
}

/* Processor time of the init alone, on the one processor that all share: on
 * another it may begin to reap while most still live, and then wait(2) walks
 * past these each time, in every init. */
static void measure_reaping(struct subject *subject)
{
	double count = (double)atoi(app[2]) * atoi(app[5]), cpu, wall;

	pin(true);
	if (reap_all(subject, &cpu, &wall))
		sample_orphans("reap_cpu_us", subject, cpu / 1000 / count,
			       count);
	pin(false);
}

/* From the end of all to the last one reaped, on all processors. */
static void measure_throughput(struct subject *subject)
{
	double count = (double)atoi(app[2]) * atoi(app[5]), cpu, wall;

	if (!reap_all(subject, &cpu, &wall))
		return;
	if (atoi(app[4]))
		sample_orphans("zombies_of", subject, (double)page->zombies,
			       count);
	else
		sample_orphans("reap_per_ms", subject, count / (wall / 1e6),
			       count);
}

/* Is the program that pid has just become the application? */
static bool is_app(pid_t pid)
{
	char path[64], exe[4096];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/exe", (int)pid);
	n = readlink(path, exe, sizeof(exe) - 1);
	exe[n > 0 ? n : 0] = '\0';
	return strcmp(exe, app[0]) == 0;
}

/* Let all processes run from stop to stop, from the init's execve(2) to the
 * application's. Returns how many stops with this signal there were. */
static double count_stops(struct subject *subject,
			  enum __ptrace_request request, int counted)
{
	const unsigned long options = PTRACE_O_TRACESYSGOOD |
				      PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
				      PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC |
				      PTRACE_O_EXITKILL;
	bool in_app = false;
	double stops = 0;
	int status;
	pid_t pid;

	start(subject, true);
	waitpid(subject->pid, &status, 0);
	ptrace(PTRACE_SETOPTIONS, subject->pid, NULL, options);
	ptrace(request, subject->pid, NULL, NULL);
	while (!in_app && (pid = waitpid(-1, &status, __WALL)) > 0) {
		int number = WIFSTOPPED(status) ? WSTOPSIG(status) : 0;
		int event = status >> 16;

		if (!WIFSTOPPED(status))
			continue;
		if (number == counted && event == 0)
			stops++;
		if (event == PTRACE_EVENT_EXEC)
			in_app = is_app(pid);
		/* Of ptrace's own making, and the stop of a new tracee. */
		if (number == (SIGTRAP | 0x80) || number == SIGTRAP ||
		    number == SIGSTOP)
			number = 0;
		ptrace(request, pid, NULL, number);
	}
	kill(subject->pid, SIGKILL);
	while ((pid = waitpid(-1, &status, __WALL)) > 0)
		;
	close(subject->go);
	close(subject->told);
	return stops;
}

/* A stop at the entry of each system call, another at its end; both execve(2)
 * are counted. */
static void measure_calls(struct subject *subject)
{
	double stops = count_stops(subject, PTRACE_SYSCALL, SIGTRAP | 0x80);

	sample("syscalls", subject, (double)(unsigned long)(stops / 2 + 1));
}

/* A stop behind each instruction, and each turn of one that repeats itself. */
static void measure_instructions(struct subject *subject)
{
	sample("instructions", subject,
	       count_stops(subject, PTRACE_SINGLESTEP, SIGTRAP));
}

/* --verify=all, entered like a health check; app: orphans N 0 0 1. The
 * subject's argv is PROGRAM --policy FILE. */
static void measure_verify(struct subject *subject)
{
	int pidfd, status = 0;
	char metric[64];
	uint64_t begin;
	pid_t pid;

	start(subject, false);
	if (!told(subject))
		die(subject->name);
	pidfd = (int)syscall(SYS_pidfd_open, subject->pid, 0);
	begin = now_ns();
	pid = fork();
	if (pid == 0) {
		char *const argv[] = {subject->argv[0], subject->argv[1],
				      subject->argv[2], "--verify=all", NULL};
		int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

		if (setns(pidfd, CLONE_NEWPID | CLONE_NEWNS) < 0)
			_exit(98);
		dup2(null, STDOUT_FILENO);
		pid = fork();
		if (pid == 0) {
			execv(argv[0], argv);
			_exit(98);
		}
		waitpid(pid, &status, 0);
		_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 99);
	}
	waitpid(pid, &status, 0);
	close(pidfd);
	snprintf(metric, sizeof(metric), "verify_us_per_process_%s", app[2]);
	sample(metric, subject,
	       (double)(now_ns() - begin) / 1000 / (atoi(app[2]) + 2));
	finish(subject, true);
	if (status != 0)
		fprintf(stderr, "bench: --verify=all ended with %#x\n",
			(unsigned int)status);
}

/* A program that answers and ends, without a namespace of its own: time on
 * the clock and on a processor. Its output goes to /dev/null. */
static void measure_run(struct subject *subject)
{
	struct rusage use;
	uint64_t begin = now_ns();
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

		dup2(null, STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
		execv(subject->argv[0], subject->argv);
		_exit(98);
	}
	if (pid < 0 || wait4(pid, &status, 0, &use) != pid)
		die("fork");
	sample("run_us", subject, (double)(now_ns() - begin) / 1000);
	sample("run_cpu_us", subject,
	       (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) * 1e6 +
		       (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec));
	sample("run_status", subject,
	       WIFEXITED(status) ? WEXITSTATUS(status) : -1);
}

static const struct {
	const char *name;
	void (*measure)(struct subject *subject);
} metrics[] = {
	{"start", measure_start},
	{"memory", measure_memory},
	{"signals", measure_signals},
	{"reaping", measure_reaping},
	{"throughput", measure_throughput},
	{"calls", measure_calls},
	{"run", measure_run},
	{"verify", measure_verify},
	{"instructions", measure_instructions},
};

/* Each round in an order of its own: who always comes second may always run on
 * another processor. The seed is fixed. */
static void measure_all(void (*measure)(struct subject *subject), int rounds)
{
	int order[MOST_SUBJECTS];

	for (int i = 0; i < subject_count; i++)
		order[i] = i;
	for (int round = 0; round < rounds; round++) {
		for (int i = subject_count - 1; i > 0; i--) {
			int other = rand() % (i + 1);
			int held = order[i];

			order[i] = order[other];
			order[other] = held;
		}
		for (int i = 0; i < subject_count; i++)
			measure(&subjects[order[i]]);
	}
}

int main(int argc, char **argv)
{
	int rounds;

	if (argc < 5) {
		fputs("usage: bench METRIC ROUNDS SUBJECTS APP [ARG...]\n",
		      stderr);
		return 2;
	}
	rounds = atoi(argv[2]);
	app = argv + 4;
	/* The application's descriptors, held so that no pipe gets them. */
	page_fd = memfd_create("page", 0);
	for (int fd = FD_PAGE; fd <= FD_TELL; fd++)
		if (page_fd != fd && dup2(page_fd, fd) < 0)
			die("dup2");
	if (page_fd < 0 || ftruncate(page_fd, sizeof(*page)) < 0)
		die("memfd");
	page = mmap(NULL, sizeof(*page), PROT_READ | PROT_WRITE, MAP_SHARED,
		    page_fd, 0);
	if (page == MAP_FAILED)
		die("mmap");
	read_subjects(argv[3]);
	if (strcmp(argv[1], "idle") == 0) {
		measure_idle(rounds);
		return 0;
	}
	for (size_t m = 0; m < sizeof(metrics) / sizeof(metrics[0]); m++)
		if (strcmp(metrics[m].name, argv[1]) == 0)
			measure_all(metrics[m].measure, rounds);
	return 0;
}
