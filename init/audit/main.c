/* SPDX-License-Identifier: MIT */
/* capini-audit: which capabilities does a program need? The verbs, and where
 * they are. What they do is left to them. */
#include <stdio.h>
#include <string.h>

#include "audit/confirm.h"
#include "audit/doctor.h"
#include "audit/explain.h"
#include "audit/export.h"
#include "audit/import.h"
#include "audit/input.h"
#include "audit/run.h"
#include "audit/watch.h"

static const char help[] =
	"usage: capini-audit VERB ...\n"
	"\n"
	"Which capabilities does a program need?\n"
	"\n"
	"  run [OPTION...] -- PROGRAM [ARGUMENT...]\n"
	"        run it, keep its effective set empty, and do each call that\n"
	"        is denied again with one capability raised that it holds\n"
	"    -o, --output POLICY   write what it needs as a policy\n"
	"    --json FILE           write all that was seen as JSON\n"
	"    -u, --user USER[:GROUP]  run it as this user, nothing taken away\n"
	"    --fast                stop only at calls known to ask for "
	"capabilities\n"
	"    --full                stop at every call (the default)\n"
	"    --for SECONDS         end it after this time; 5m: minutes\n"
	"    --check COMMAND       end it as soon as this ends with 0; a "
	"minute's time\n"
	"    --until-exit          end with its last process (the default)\n"
	"    --no-pin              do not keep to one processor\n"
	"  verify [OPTION...] POLICY -- PROGRAM [ARGUMENT...]\n"
	"        run it and name each denial by the policy that would hurt\n"
	"  confirm POLICY [OPTION...] [-- PROGRAM [ARGUMENT...]]\n"
	"        run it once without each capability, the most dangerous "
	"first\n"
	"    --run COMMAND         what to run: it starts a fresh environment "
	"each\n"
	"                          time, docker run --rm --cap-drop=ALL "
	"{docker} IMAGE;\n"
	"                          or {names}, {mask}; {n} is the run's "
	"number. A\n"
	"                          PROGRAM is run right here, which proves "
	"less\n"
	"    --check COMMAND       a run is good when this ends with 0; {n} "
	"as above\n"
	"    --timeout SECONDS     of a run, 60; what takes longer fails\n"
	"    -o, --output POLICY   the policy, without what is optional\n"
	"    --keep-proven         that stays, too\n"
	"  watch [OPTION...] --pid PID\n"
	"  watch [OPTION...] -- PROGRAM [ARGUMENT...]\n"
	"        what the kernel asks for meanwhile, without slowing it down; "
	"root\n"
	"        with tracefs, Linux 6.14\n"
	"    --pid PID             a process and all that descends from it\n"
	"    --container-pid PID   the same\n"
	"    --for SECONDS         end after this time\n"
	"  explain POLICY | MASK | NAME... | --pid PID | --docker-default\n"
	"        what each of these capabilities allows, and what to do "
	"instead\n"
	"  export --format FORMAT POLICY\n"
	"        for others: docker, compose, k8s, podman-label, systemd, "
	"mask\n"
	"  import FILE | - | TEXT... | --pid PID\n"
	"        a policy from their words: docker inspect, options of docker "
	"run,\n"
	"        compose, a securityContext, a unit, a mask, names, a "
	"process\n"
	"  doctor\n"
	"        what works here, what does not, and what would help\n"
	"  help, version\n"
	"\n"
	"The report of run goes to stderr. Exit codes:\n"
	"  0  found; the program ended well, or was ended by --for\n"
	"  1  found; the program failed, the report tells its code\n"
	"  2  wrong usage, or a file cannot be written\n"
	"  3  verify: the policy lacks a capability; confirm: it allows too "
	"much\n"
	"  4  no capability is held here to try with\n"
	"  125, 126, 127  not started, not runnable, not found\n";

static int help_main(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	fputs(help, stdout);
	return input_done();
}

static int version_main(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	puts("capini-audit " CAPINI_VERSION);
	return input_done();
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(int argc, char **argv);
	} verbs[] = {
		{"run", run_main},	     {"verify", verify_main},
		{"confirm", confirm_main},   {"explain", explain_main},
		{"export", export_main},     {"watch", watch_main},
		{"doctor", doctor_main},     {"import", import_main},
		{"help", help_main},	     {"--help", help_main},
		{"-h", help_main},	     {"version", version_main},
		{"--version", version_main},
	};
	struct nearest nearest;
	char hint[HINT_TEXT];

	error_program("capini-audit");
	if (argc < 2) {
		fputs(help, stderr);
		return VERB_USAGE;
	}
	nearest_begin(&nearest, argv[1]);
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		if (strcmp(argv[1], verbs[i].name) == 0)
			return verbs[i].run(argc - 1, argv + 1);
		nearest_offer(&nearest, verbs[i].name);
	}
	fault("no verb \"%s\"%s", argv[1], nearest_hint(&nearest, hint));
	return VERB_USAGE;
}
