/* SPDX-License-Identifier: MIT */
/* What --verify and --decode tell on stdout: a table of at most 80 columns for
 * people, JSON for machines. */
#include "report.h"

#include <linux/capability.h>
#include <string.h>

#include "names.h"
#include "strict.h"
#include "text.h"

#define WIDTH	   80
#define NAME_WIDTH 16

static const char *const set_names[SETS] = {
	"bounding", "permitted", "effective", "inheritable", "ambient",
};

static const char *const role_names[] = {
	[ROLE_INIT] = "init",
	[ROLE_APP] = "app",
	[ROLE_EXEC] = "exec",
	[ROLE_OTHER] = "other",
};

static const char *const answers[] = {"true", "false", "null"};

static const char *yes_no(bool yes, bool json)
{
	if (json)
		return yes ? "true" : "false";
	return yes ? "yes" : "no";
}

/* --- JSON ----------------------------------------------------------------- */

static void json_string(const char *text)
{
	size_t left = strlen(text);

	print("\"");
	while (*text) {
		unsigned char byte = (unsigned char)*text;
		size_t length = byte < 0x80 ? 1 : utf8_length(text, left);

		if (byte < ' ' || byte == 0x7f || byte == '"' || byte == '\\')
			print("\\u%04x", byte);
		else if (length == 0)
			print("\\ufffd");
		else
			print("%.*s", (int)length, text);
		length += length == 0;
		text += length;
		left -= length;
	}
	print("\"");
}

/* The kernel's escapes in a process's name undone. */
void report_name(const char *name)
{
	char plain[STATUS_NAME];
	size_t used = 0;

	for (; *name; name++) {
		bool escape = *name == '\\' && name[1];

		name += escape;
		plain[used++] = (char)(escape && *name == 'n' ? '\n' : *name);
	}
	plain[used] = '\0';
	json_string(plain);
}

/* An array: names as strings, what has no name as a number. */
static void json_capabilities(uint64_t set)
{
	const char *comma = "";

	print("[");
	for (int number = 0; number < 64; number++) {
		char text[CAPABILITIES_TEXT];
		const char *quote = number > CAPABILITY_LAST ? "" : "\"";

		if (!(set & CAPABILITY_BIT(number)))
			continue;
		print("%s%s%s%s", comma, quote,
		      capname_format(CAPABILITY_BIT(number), text), quote);
		comma = ",";
	}
	print("]");
}

void report_set(uint64_t set)
{
	print("\"mask\":\"%016llx\",\"capabilities\":",
	      (unsigned long long)set);
	json_capabilities(set);
}

static void json_compared(const char *name, uint64_t has, uint64_t policy)
{
	print(",\"%s\":{", name);
	report_set(has);
	print(",\"outside\":");
	json_capabilities(has & ~policy);
	print("}");
}

static void json_process(const struct verdict *verdict)
{
	const struct status *status = &verdict->status;
	int answer = verdict->judged ? !verdict->holds : 2;

	print("{\"pid\":%d,\"name\":", (int)status->pid);
	report_name(status->name);
	print(",\"role\":\"%s\",\"holds\":%s,\"uid\":%u,"
	      "\"no_new_privs\":%s,\"securebits\":null,\"seccomp\":%d",
	      role_names[verdict->role], answers[answer],
	      (unsigned int)status->caps.uid,
	      yes_no(status->caps.no_new_privs, true), status->seccomp);
	for (int set = 0; set < SETS; set++)
		json_compared(set_names[set], verdict->has[set],
			      verdict->policy[set]);
	print("}");
}

static void json_end(const struct report *report,
		     const struct surroundings *around, int answer)
{
	static const char *const open[] = {
		[USERNS_UNKNOWN] = "null",
		[USERNS_CLOSED] = "\"closed\"",
		[USERNS_OPEN] = "\"open\"",
	};

	print("],\"holds\":%s,\"user_namespaces\":%s", answers[answer],
	      open[around->user_namespaces]);
	json_compared("container_bounding", around->bounding,
		      report->policy->allow);
	print("}\n");
}

/* --- for people ----------------------------------------------------------- */

/* The names of a set from column on, in lines that fit. */
static void print_names(uint64_t set, int column)
{
	char text[CAPABILITIES_TEXT];
	char *rest = capname_format(set, text);
	int at = column;
	char *name;

	while ((name = strsep(&rest, " "))) {
		int length = (int)strlen(name) + (at > column);

		if (at + length > WIDTH) {
			print("\n%*s", column, "");
			at = column;
			length--;
		}
		print("%s%s", at > column ? " " : "", name);
		at += length;
	}
	print("\n");
}

/* At most width bytes, of them only printable ASCII: a terminal acts on others.
 * Returns how many there were. */
static int print_plain(const char *text, int width)
{
	int used = 0;

	for (; used < width && text[used]; used++)
		print("%c",
		      text[used] < ' ' || text[used] > '~' ? '?' : text[used]);
	return used;
}

static void print_sets(const struct verdict *verdict)
{
	uint64_t above = 0;

	print("  %-11s  %-16s  %-16s  %s\n", "", "has", "policy", "outside");
	for (int set = 0; set < SETS; set++) {
		uint64_t outside = verdict->has[set] & ~verdict->policy[set];

		print("  %-11s  %016llx  %016llx  ", set_names[set],
		      (unsigned long long)verdict->has[set],
		      (unsigned long long)verdict->policy[set]);
		if (outside && outside == above)
			print("as above\n");
		else if (outside)
			print_names(outside, 51);
		else
			print("-\n");
		above = outside;
	}
}

static void print_process(const struct report *report,
			  const struct verdict *verdict)
{
	static const char *const filters[] = {"?", "none", "strict", "filter"};
	const struct status *status = &verdict->status;
	const char *answer = verdict->holds ? "within" : "OUTSIDE";

	print("%7d  ", (int)status->pid);
	print("%*s", NAME_WIDTH - print_plain(status->name, NAME_WIDTH), "");
	print("  %-5s  %10u  %-12s  %-7s  %s\n", role_names[verdict->role],
	      (unsigned int)status->caps.uid,
	      yes_no(status->caps.no_new_privs, false),
	      status->seccomp < 3 ? filters[status->seccomp + 1] : "?",
	      verdict->judged ? answer : "-");
	if (!report->brief || (verdict->judged && !verdict->holds))
		print_sets(verdict);
}

/* head, and each name of the set behind before. */
static void print_list(const char *head, const char *before, uint64_t set)
{
	char text[CAPABILITIES_TEXT];
	char *rest = capname_format(set, text);
	char *name;

	print("%s", head);
	while (set && (name = strsep(&rest, " ")))
		print("%s%s", before, name);
}

/* What docker exec gets is the runtime's to close. capini itself needs some to
 * switch user. */
static void print_runtime_flags(const struct policy *policy, uint64_t bounding)
{
	uint64_t add = policy->allow;

	if (policy->user[0])
		add |= CAPABILITY_BIT(CAP_SETUID) | CAPABILITY_BIT(CAP_SETGID) |
		       CAPABILITY_BIT(CAP_SETPCAP);
	if (!(bounding & ~add))
		return;
	print("docker exec: beyond the policy it can have\n    ");
	print_names(bounding & ~policy->allow, 4);
	print_list("To close that, too:\n\n  docker run --cap-drop=ALL",
		   " \\\n      --cap-add=", add);
	print_list("\n\n  # compose\n  cap_drop: [ALL]\n  cap_add:", "\n    - ",
		   add);
	print(add ? "" : " []");
	print_list("\n\n  # Kubernetes\n  securityContext:\n"
		   "    capabilities:\n      drop: [ALL]\n      add:",
		   "\n        - ", add);
	print(add ? "\n" : " []\n");
}

static void print_surroundings(const struct report *report,
			       const struct surroundings *around)
{
	if (report->brief)
		print("%d processes, %d outside of the policy\n",
		      report->processes, report->outside);
	if (around->user_namespaces == USERNS_OPEN)
		print("user namespaces: open to everybody; in a new one a "
		      "process has every\ncapability, whatever the policy. "
		      "Close "
		      "them by seccomp or max_user_namespaces\n");
	else if (around->user_namespaces == USERNS_CLOSED)
		print("user namespaces: closed to processes without "
		      "privilege\n");
	print_runtime_flags(report->policy, around->bounding);
}

void report_begin(struct report *report, const struct policy *policy, bool json,
		  bool brief)
{
	*report = (struct report){
		.policy = policy,
		.json = json,
		.brief = brief,
	};
	if (json) {
		print("{\"policy\":");
		json_string(policy->file);
		print(",\"allow\":");
		json_capabilities(policy->allow);
		print(",\"processes\":[");
		return;
	}
	print_plain(policy->file, WIDTH - 1);
	print("\nallows ");
	print_names(policy->allow, 7);
	print("%7s  %-16s  %-5s  %10s  %-12s  %-7s  %s\n", "PID", "NAME",
	      "ROLE", "UID", "NO_NEW_PRIVS", "SECCOMP", "POLICY");
}

void report_process(struct report *report, const struct verdict *verdict)
{
	if (report->json) {
		print(report->processes ? "," : "");
		json_process(verdict);
	} else {
		print_process(report, verdict);
	}
	report->processes++;
	report->judged += verdict->judged;
	report->outside += verdict->judged && !verdict->holds;
}

int report_end(struct report *report, const struct surroundings *around,
	       int answer)
{
	if (report->json)
		json_end(report, around, answer);
	else
		print_surroundings(report, around);
	return print_end();
}
