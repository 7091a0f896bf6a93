/* SPDX-License-Identifier: MIT */
/* The application of the tests. It says what it is from the inside:
 *
 *     app report     the five sets (I P E B A) and more, of PID 1 and itself,
 *                    from /proc/PID/status
 *     app syscalls   its own five sets, asked of the kernel without /proc
 *     app signals N  a line for each signal it gets, until N comes
 *     app values N   the same, with the value that came along
 *     app send P S N signal S to process P by sigqueue(3), values 1 to N
 *     app orphans N  N grandchildren, each left to whoever reaps orphans
 *     app zombies    how many zombies there are
 *     app die N      ends by signal N, without a core file
 *     app ignoring S CMD...  CMD with signal S ignored
 *     app blocking S CMD...  CMD with signal S blocked
 *     app group N    a child that waits for SIGTERM, then as "signals 15";
 *                    N not 0: waits for the child as well
 *     app children N N children, all of them waiting for ever
 *     app line N     a child, its child, and so on, waiting for ever
 */
#include <ctype.h>
#include <dirent.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const uint64_t all = UINT64_MAX;

static void report(const char *who, const char *path)
{
	static const char *const hex[] = { "CapInh:", "CapPrm:", "CapEff:",
					   "CapBnd:", "CapAmb:" };
	static const char *const text[] = { "NoNewPrivs:", "Uid:", "Gid:",
					    "Groups:", "SigBlk:", "SigIgn:" };
	char line[4096];
	FILE *file = fopen(path, "r");
	int sets = 0;

	if (!file) {
		printf("%s: unreadable\n", who);
		return;
	}
	while (fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = '\0';
		for (int i = 0; i < 5; i++)
			if (strncmp(line, hex[i], 7) == 0) {
				printf("%s%s %llx", sets ? "" : who,
				       sets ? "" : ":",
				       strtoull(line + 7, NULL, 16));
				if (++sets == 5)
					putchar('\n');
			}
		for (int i = 0; i < 6; i++) {
			size_t length = strlen(text[i]);

			if (strncmp(line, text[i], length) != 0)
				continue;
			printf("%s-", who);
			for (char *c = line; *c; c++)
				if (*c == '\t')
					*c = ' ';
			for (length = strlen(line); line[length - 1] == ' ';)
				line[--length] = '\0';
			puts(line);
		}
	}
	fclose(file);
}

static void syscalls(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2];
	unsigned long long bounding = 0, ambient = 0;

	if (syscall(SYS_capget, &header, data) < 0)
		exit(99);
	for (unsigned long n = 0; n < 64; n++) {
		if (prctl(PR_CAPBSET_READ, n, 0UL, 0UL, 0UL) > 0)
			bounding |= 1ULL << n;
		if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, n, 0UL, 0UL) >
		    0)
			ambient |= 1ULL << n;
	}
	printf("app: %llx %llx %llx %llx %llx\n",
	       data[0].inheritable | (unsigned long long)data[1].inheritable
					     << 32,
	       data[0].permitted | (unsigned long long)data[1].permitted << 32,
	       data[0].effective | (unsigned long long)data[1].effective << 32,
	       bounding, ambient);
}

static void securebits(void)
{
	printf("app-securebits: %x\n",
	       (unsigned int)prctl(PR_GET_SECUREBITS, 0UL, 0UL, 0UL, 0UL));
}

/* No handler and no libc: it keeps two signals to itself. */
static int signals(int last, int values)
{
	siginfo_t info;
	int number;

	syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, NULL, sizeof(all));
	puts("ready");
	do {
		number = (int)syscall(SYS_rt_sigtimedwait, &all, &info, NULL,
				      sizeof(all));
		if (values)
			printf("got %d value %d\n", number, info.si_int);
		else if (number != SIGCHLD)
			printf("got %d\n", number);
	} while (number != last);
	return 0;
}

static int send(pid_t pid, int number, int count)
{
	for (int i = 1; i <= count; i++)
		if (sigqueue(pid, number, (union sigval){ .sival_int = i }) < 0)
			return 1;
	return 0;
}

static int orphans(int count)
{
	for (int i = 0; i < count; i++) {
		pid_t pid = fork();

		if (pid < 0)
			return 99;
		if (pid == 0) {
			if (fork() == 0)
				_exit(0);
			_exit(0);
		}
		waitpid(pid, NULL, 0);
	}
	return 0;
}

static int zombies(void)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	int count = 0;

	while (proc && (entry = readdir(proc))) {
		char path[300], line[512] = "";
		char *end;
		FILE *file;

		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		snprintf(path, sizeof(path), "/proc/%s/stat", entry->d_name);
		file = fopen(path, "r");
		if (!file)
			continue;
		end = fgets(line, sizeof(line), file) ? strrchr(line, ')') :
							NULL;
		count += end && end[1] && end[2] == 'Z';
		fclose(file);
	}
	return printf("zombies: %d\n", count) < 0;
}

static _Noreturn void family(int count, int line)
{
	for (int i = 0; i < count; i++) {
		pid_t pid = fork();

		if (pid < 0)
			exit(99);
		if ((pid == 0) != line)
			break;
		if (i == count - 1)
			puts("ready");
	}
	for (;;)
		pause();
}

int main(int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "";
	int number = argc > 2 ? atoi(argv[2]) : 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (strcmp(verb, "report") == 0) {
		report("init", "/proc/1/status");
		report("app", "/proc/self/status");
		securebits();
		return 0;
	}
	if (strcmp(verb, "syscalls") == 0) {
		syscalls();
		securebits();
		return 0;
	}
	if (strcmp(verb, "signals") == 0)
		return signals(number, 0);
	if (strcmp(verb, "values") == 0)
		return signals(number, 1);
	if (strcmp(verb, "send") == 0 && argc > 4)
		return send(number, atoi(argv[3]), atoi(argv[4]));
	if (strcmp(verb, "orphans") == 0)
		return orphans(number);
	if (strcmp(verb, "zombies") == 0)
		return zombies();
	if (strcmp(verb, "children") == 0 || strcmp(verb, "line") == 0)
		family(number, verb[0] == 'l');
	if (strcmp(verb, "die") == 0) {
		setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
		/* All zeroes is SIG_DFL. glibc's posix_spawn(3), by which
		 * make(1) starts us, leaves 32 and 33 ignored. */
		syscall(SYS_rt_sigaction, number, &(uint64_t[4]){ 0 }, NULL,
			sizeof(all));
		syscall(SYS_kill, getpid(), number);
		return 96;
	}
	if (strcmp(verb, "group") == 0) {
		if (fork() == 0) {
			syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, NULL,
				sizeof(all));
			puts("child ready");
			syscall(SYS_rt_sigtimedwait,
				&(uint64_t){ 1ULL << (SIGTERM - 1) }, NULL,
				NULL, sizeof(all));
			puts("child got 15");
			_exit(0);
		}
		signals(SIGTERM, 0);
		/* Our end is the child's, who may have something to say. */
		if (number)
			wait(NULL);
		else
			nanosleep(&(struct timespec){ .tv_nsec = 300000000 },
				  NULL);
		return 0;
	}
	if (strcmp(verb, "ignoring") == 0)
		signal(number, SIG_IGN);
	else if (strcmp(verb, "blocking") == 0)
		syscall(SYS_rt_sigprocmask, SIG_BLOCK,
			&(uint64_t){ 1ULL << (number - 1) }, NULL, sizeof(all));
	else
		return 98;
	execvp(argv[3], argv + 3);
	return 97;
}
