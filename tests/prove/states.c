/* SPDX-License-Identifier: MIT */
/* The hands of oracle: bring a process to a state, and say what one is.
 *
 *     states launch KEY=VALUE... -- CMD...    becomes CMD in this state:
 *         map=INSIDE:OUTSIDE:COUNT   in a user namespace of its own
 *         init=1                     as PID 1 of a PID namespace, with /proc
 *         uid= groups=N,N sb=HEX nnp=0|1, and i= p= e= b= a= (HEX)
 *     states probe SCRIPT [/ SCRIPT]...       says its parent's sets and its
 *         own, then runs each script in a child. A script is words:
 *         keep0 keep1 nnp uid=N sb=HEX drop=HEX raise=HEX sets=I,P,E exec=FILE
 *
 * A state is "I P E B A securebits no_new_privs ruid euid suid". After each
 * word stands "ok" or an errno, and the state; "exec" fails or goes on with
 * the script in a new program. launch ends with 97 when it cannot get there,
 * and with 96 and a line "noexec ERRNO" when CMD cannot be executed. */
#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <sched.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

struct wanted {
	const char *map, *groups;
	int init, nnp;
	uid_t uid;
	unsigned int sb;
	uint64_t i, p, e, b, a;
};

static int say(const char *format, ...)
{
	char line[512];
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	return write(STDOUT_FILENO, line, (size_t)length) == length ? 0 : -1;
}

static _Noreturn void stuck(const char *what)
{
	say("stuck: %s: %s\n", what, strerror(errno));
	_exit(97);
}

static int control(int option, unsigned long a, unsigned long b)
{
	return prctl(option, a, b, 0UL, 0UL);
}

static int set_sets(uint64_t i, uint64_t p, uint64_t e)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2] = {
		{(uint32_t)e, (uint32_t)p, (uint32_t)i},
		{(uint32_t)(e >> 32), (uint32_t)(p >> 32), (uint32_t)(i >> 32)},
	};

	return (int)syscall(SYS_capset, &header, data);
}

static int drop(uint64_t set)
{
	for (unsigned long n = 0; n < 64; n++)
		if ((set >> n & 1) && control(PR_CAPBSET_READ, n, 0) > 0 &&
		    control(PR_CAPBSET_DROP, n, 0) < 0)
			return -1;
	return 0;
}

static int raise_ambient(uint64_t set)
{
	for (unsigned long n = 0; n < 64; n++)
		if ((set >> n & 1) &&
		    control(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, n) < 0)
			return -1;
	return 0;
}

static void say_state(const char *who)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct d[2];
	unsigned long long b = 0, a = 0;
	uid_t r, e, s;

	if (syscall(SYS_capget, &header, d) < 0 || getresuid(&r, &e, &s) < 0)
		stuck("capget");
	for (unsigned long n = 0; n < 64; n++) {
		if (control(PR_CAPBSET_READ, n, 0) > 0)
			b |= 1ULL << n;
		if (control(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, n) > 0)
			a |= 1ULL << n;
	}
	say("%s %llx %llx %llx %llx %llx %x %d %u %u %u\n", who,
	    d[0].inheritable | (unsigned long long)d[1].inheritable << 32,
	    d[0].permitted | (unsigned long long)d[1].permitted << 32,
	    d[0].effective | (unsigned long long)d[1].effective << 32, b, a,
	    control(PR_GET_SECUREBITS, 0, 0),
	    control(PR_GET_NO_NEW_PRIVS, 0, 0), r, e, s);
}

/* --- launch ----------------------------------------------------------------
 */

static void become(const struct wanted *w)
{
	const uint64_t setpcap = 1ULL << CAP_SETPCAP;
	gid_t groups[16];
	size_t count = 0;
	char *list = strdup(w->groups ? w->groups : ""), *item;
	uint64_t full;

	for (item = strtok(list, ","); item && count < 16;
	     item = strtok(NULL, ","))
		groups[count++] = (gid_t)atoi(item);
	for (full = 0; full < 64 && control(PR_CAPBSET_READ, full, 0) >= 0;)
		full++;
	full = (1ULL << full) - 1;
	/* Beyond the bounding set only while it is still there. */
	if (control(PR_SET_KEEPCAPS, 1, 0) < 0)
		stuck("keepcaps");
	if (w->groups && setgroups(count, groups) < 0)
		stuck("setgroups");
	if (setresgid(w->uid, w->uid, w->uid) < 0 ||
	    setresuid(w->uid, w->uid, w->uid) < 0)
		stuck("setresuid");
	control(PR_SET_KEEPCAPS, 0, 0);
	if (set_sets(w->i, w->p | setpcap, w->p | setpcap) < 0)
		stuck("capset");
	if (drop(full & ~w->b) < 0)
		stuck("bounding");
	if (raise_ambient(w->a) < 0)
		stuck("ambient");
	if (w->sb && control(PR_SET_SECUREBITS, w->sb, 0) < 0)
		stuck("securebits");
	if (set_sets(w->i, w->p, w->e) < 0)
		stuck("capset");
	if (w->nnp && control(PR_SET_NO_NEW_PRIVS, 1, 0) < 0)
		stuck("no_new_privs");
}

static void write_file(pid_t pid, const char *name, const char *text)
{
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	file = fopen(path, "w");
	if (!file || fputs(text, file) < 0 || fclose(file) != 0)
		stuck(path);
}

static void write_maps(pid_t pid, const char *map)
{
	unsigned int inside, outside, count;
	char text[64];

	if (sscanf(map, "%u:%u:%u", &inside, &outside, &count) != 3)
		stuck(map);
	snprintf(text, sizeof(text), "%u %u %u\n", inside, outside, count);
	if (count == 1)
		write_file(pid, "setgroups", "deny");
	write_file(pid, "uid_map", text);
	write_file(pid, "gid_map", text);
}

static _Noreturn void inside(const struct wanted *w, int ready, int go,
			     char **cmd)
{
	char byte = 0;

	if (w->init && (unshare(CLONE_NEWNS) < 0 ||
			mount("", "/", "", MS_REC | MS_PRIVATE, NULL) < 0 ||
			mount("proc", "/proc", "proc", 0, NULL) < 0))
		stuck("/proc");
	if (w->map) {
		if (unshare(CLONE_NEWUSER) < 0)
			stuck("unshare");
		if (write(ready, &byte, 1) != 1 || read(go, &byte, 1) != 1)
			stuck("map");
	}
	close(ready);
	close(go);
	become(w);
	execv(cmd[0], cmd);
	say("noexec %d\n", errno);
	_exit(96);
}

static int launch(const struct wanted *w, char **cmd)
{
	int ready[2], go[2], status;
	char byte;
	pid_t pid;

	if (pipe(ready) < 0 || pipe(go) < 0)
		stuck("pipe");
	if (w->init && unshare(CLONE_NEWPID) < 0)
		stuck("unshare");
	pid = fork();
	if (pid == 0) {
		close(ready[0]);
		close(go[1]);
		inside(w, ready[1], go[0], cmd);
	}
	close(ready[1]);
	if (w->map && read(ready[0], &byte, 1) == 1) {
		write_maps(pid, w->map);
		if (write(go[1], &byte, 1) != 1)
			stuck("map");
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			stuck("wait");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static uint64_t hex(const char *text)
{
	return strtoull(text, NULL, 16);
}

static int parse_and_launch(char **arg)
{
	struct wanted w = {0};

	for (; *arg && strcmp(*arg, "--") != 0; arg++) {
		char *value = strchr(*arg, '=');

		if (!value)
			return 97;
		*value++ = '\0';
		if (strcmp(*arg, "map") == 0)
			w.map = value;
		else if (strcmp(*arg, "groups") == 0)
			w.groups = value;
		else if (strcmp(*arg, "init") == 0)
			w.init = atoi(value);
		else if (strcmp(*arg, "nnp") == 0)
			w.nnp = atoi(value);
		else if (strcmp(*arg, "uid") == 0)
			w.uid = (uid_t)strtoul(value, NULL, 10);
		else if (strcmp(*arg, "sb") == 0)
			w.sb = (unsigned int)hex(value);
		else
			*(**arg == 'i'	 ? &w.i
			  : **arg == 'p' ? &w.p
			  : **arg == 'e' ? &w.e
			  : **arg == 'b' ? &w.b
					 : &w.a) = hex(value);
	}
	return *arg && arg[1] ? launch(&w, arg + 1) : 97;
}

/* --- probe -----------------------------------------------------------------
 */

static void say_parent(void)
{
	static const char *const names[] = {
		"CapInh:", "CapPrm:", "CapEff:", "CapBnd:", "CapAmb:"};
	unsigned long long sets[5] = {0};
	unsigned int ids[3] = {0};
	char path[64], line[4096];
	int nnp = -1;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)getppid());
	file = fopen(path, "r");
	if (!file) {
		say("parent unreadable\n");
		return;
	}
	while (fgets(line, sizeof(line), file)) {
		for (int n = 0; n < 5; n++)
			if (strncmp(line, names[n], 7) == 0)
				sets[n] = hex(line + 7);
		if (strncmp(line, "NoNewPrivs:", 11) == 0)
			nnp = atoi(line + 11);
		if (strncmp(line, "Uid:", 4) == 0)
			sscanf(line + 4, "%u %u %u", &ids[0], &ids[1], &ids[2]);
	}
	fclose(file);
	say("parent %llx %llx %llx %llx %llx 0 %d %u %u %u\n", sets[0], sets[1],
	    sets[2], sets[3], sets[4], nnp, ids[0], ids[1], ids[2]);
}

static int set_uid(const char *text)
{
	uid_t uid = (uid_t)strtoul(text, NULL, 10);

	return setresuid(uid, uid, uid);
}

static int do_sets(const char *text)
{
	unsigned long long i, p, e;

	if (sscanf(text, "%llx,%llx,%llx", &i, &p, &e) != 3)
		stuck(text);
	return set_sets(i, p, e);
}

static int step(const char *word)
{
	const char *value = strchr(word, '=');

	value = value ? value + 1 : "";
	if (strncmp(word, "keep", 4) == 0)
		return control(PR_SET_KEEPCAPS, word[4] == '1', 0);
	if (strcmp(word, "nnp") == 0)
		return control(PR_SET_NO_NEW_PRIVS, 1, 0);
	if (strncmp(word, "uid=", 4) == 0)
		return set_uid(value);
	if (strncmp(word, "sb=", 3) == 0)
		return control(PR_SET_SECUREBITS, hex(value), 0);
	if (strncmp(word, "drop=", 5) == 0)
		return drop(hex(value));
	if (strncmp(word, "raise=", 6) == 0)
		return raise_ambient(hex(value));
	if (strncmp(word, "sets=", 5) == 0)
		return do_sets(value);
	stuck(word);
}

static void run_script(char *name, char **word)
{
	char answer[24];

	for (; *word && strcmp(*word, "/") != 0; word++) {
		int failed;

		if (strncmp(*word, "exec=", 5) == 0) {
			char *args[64] = {name, "resume"};
			int n = 2;

			for (char **next = word + 1;
			     *next && n < 62 && strcmp(*next, "/") != 0;)
				args[n++] = *next++;
			execv(*word + 5, args);
			failed = errno;
		} else {
			errno = 0;
			failed = step(*word) < 0 ? errno : 0;
		}
		snprintf(answer, sizeof(answer), failed ? "%d" : "ok", failed);
		say_state(answer);
	}
}

int main(int argc, char **argv)
{
	if (argc > 2 && strcmp(argv[1], "launch") == 0)
		return parse_and_launch(argv + 2);
	if (argc > 1 && strcmp(argv[1], "resume") == 0) {
		say_state("exec");
		run_script(argv[0], argv + 2);
		return 0;
	}
	if (argc < 2 || strcmp(argv[1], "probe") != 0)
		return 98;
	say_parent();
	say_state("app");
	for (char **script = argv + 2; *script;) {
		pid_t pid = fork();

		if (pid == 0) {
			run_script(argv[0], script);
			_exit(0);
		}
		waitpid(pid, NULL, 0);
		say("/\n");
		while (*script && strcmp(*script, "/") != 0)
			script++;
		if (*script)
			script++;
	}
	return 0;
}
