#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2030,SC2031,SC2154
# capini-audit: what it finds, what it writes, and that a program does not
# notice it. Most tests run in namespaces of their own.

load helper

# name of the needle: the capabilities that it must be said to need
NEEDLES=(
	AUDIT_READ BPF CHECKPOINT_RESTORE CHOWN DAC_OVERRIDE
	DAC_OVERRIDE-create DAC_READ_SEARCH DAC_READ_SEARCH-chdir FOWNER
	FOWNER-link FOWNER-noatime FOWNER-sticky FSETID IPC_LOCK IPC_OWNER
	KILL LEASE LINUX_IMMUTABLE MKNOD NET_ADMIN NET_BIND_SERVICE NET_RAW
	NET_RAW-packet PERFMON SETFCAP SETGID SETGID-groups SETPCAP SETUID
	SYSLOG SYS_ADMIN SYS_ADMIN-hostname SYS_ADMIN-trusted
	SYS_ADMIN-unshare SYS_CHROOT SYS_CHROOT-undumpable SYS_NICE
	SYS_NICE-realtime SYS_PTRACE SYS_TIME WAKE_ALARM
)

setup_file() {
	build_audit || return
	"${CC:-cc}" -O1 -o "$BIN/needle" "$ROOT/tests/audit/needle.c"
}

setup() {
	prepare
	A=$BIN/capini-audit
	NEEDLE=$BIN/needle
	export A NEEDLE OUT ERR
	cd "$BATS_TEST_TMPDIR" || return
}

teardown() {
	end_jobs
}

# audit ARG...: capini-audit run ARG...; the program's output is in $output,
# the report in REPORT and, as a file, ERR.
audit() {
	run --separate-stderr timeout -k 5 60 "$A" run "$@"
	REPORT=$stderr
	printf '%s\n' "$REPORT" >"$ERR"
}

# needs NAME...: the report's line of the needed.
needs() {
	grep -qxF "needed: $*" "$ERR" || fail "not \"needed: $*\":" "$REPORT"
}

in_own_namespaces() {
	need_namespaces
	need_caps 1ec9aacf7ff
	unshare --net --ipc --uts --mount true 2>/dev/null ||
		skip "no new namespaces here"
	run timeout -k 5 120 unshare --fork --kill-child --pid --mount-proc \
		--net --ipc --uts --mount bash -c "$@"
}

# Each needle in its own directory, with a process of another user about.
needle_script='
	option=$1 failed=0
	shift
	setpriv --reuid 12345 --regid 12345 --clear-groups sleep 600 &
	for name; do
		mkdir "$name" && chmod 755 "$name" && cd "$name" || exit
		mount -t tmpfs none . && cd "$PWD" && "$NEEDLE" prepare || exit
		"$A" run "$option" -- "$NEEDLE" "$name" $! >"$OUT" 2>"$ERR" || {
			echo "$name: failed"
			cat "$OUT" "$ERR"
			failed=1
		}
		want=${name%%-*}
		grep -qxF "needed: ${want/+/ }" "$ERR" || {
			echo "$name: wrong"
			cat "$ERR"
			failed=1
		}
		cd ..
		ipcrm -M 0x6e65
	done
	kill $!
	exit $failed
'

# --- what it finds ----------------------------------------------------------

@test "each needle names its one capability" {
	in_own_namespaces "$needle_script" - --full "${NEEDLES[@]}"
	[[ $status == 0 ]] || fail "$output"
}

@test "each needle names its one capability in fast mode" {
	in_own_namespaces "$needle_script" - --fast "${NEEDLES[@]}"
	[[ $status == 0 ]] || fail "$output"
}

@test "chown of a set-user-ID file takes two capabilities together" {
	in_own_namespaces "$needle_script" - --full CHOWN+FOWNER
	[[ $status == 0 ]] || fail "$output"
}

@test "a program that needs nothing gets an empty policy" {
	need_root
	audit -o policy.ini -- "$APP" exit 0
	needs NONE
	grep -qx "allow = NONE" policy.ini
	run -0 "$C" --check policy.ini
}

@test "a file that is not there is no reason for a capability" {
	need_root
	need_command capsh
	mkdir closed && chmod 0 closed && chown 12345 closed
	as_in_docker "$A" run -o policy.ini -- cat closed/nothing
	needs NONE
	contains "$REPORT" "with it ENOENT"
	grep -qx "# allow = DAC_OVERRIDE" policy.ini
	run -0 "$C" --check policy.ini
}

@test "what no capability cures is told apart" {
	need_root
	need_command python3
	# epoll refuses regular files, whoever asks.
	audit -- python3 -c 'import select
try: select.epoll().register(open("/etc/passwd"))
except PermissionError: pass'
	contains "$REPORT" "needed: NONE"
	contains "$REPORT" "denied-anyway"
	contains "$REPORT" "epoll_ctl /etc/passwd: EPERM"
	# A new network namespace lets no group ping.
	audit -- unshare --net python3 -c 'import socket as s
try: s.socket(s.AF_INET, s.SOCK_DGRAM, s.IPPROTO_ICMP)
except PermissionError: pass'
	contains "$REPORT" "needed: SYS_ADMIN"
	contains "$REPORT" "instead: put the program's group into the sysctl"
}

@test "without a capability to try with it says so and ends with 4" {
	need_root
	need_command setpriv
	run timeout 20 setpriv --reuid 65534 --clear-groups --bounding-set -all \
		"$A" run -- cat /etc/shadow
	[[ $status == 4 ]] || fail "ended with $status" "$output"
	contains "$output" "no capability was held to try with"
	contains "$output" "candidate"
}

@test "it works for an ordinary user in a user namespace" {
	need_root
	need_command setpriv python3
	setpriv --reuid 65534 --clear-groups unshare -Urn true 2>/dev/null ||
		skip "no user namespaces here"
	chmod 777 .
	run timeout 20 setpriv --reuid 65534 --clear-groups unshare -Urn \
		"$A" run -- sh -c 'ip link set lo up && chroot / true &&
		python3 -c "import socket; socket.socket().bind((\"\", 80))"'
	[[ $status == 0 ]] || fail "$output"
	contains "$output" "needed: NET_BIND_SERVICE NET_ADMIN SYS_CHROOT"
}

@test "a file whose capability is demanded is named" {
	need_root
	need_command setcap
	cp "$(type -P true)" ./capable
	setcap cap_net_raw=ep ./capable || skip "no file capabilities here"
	audit -- ./capable
	needs NET_RAW
	contains "$REPORT" "filecap"
	setcap -r ./capable
	audit -- ./capable
	needs NONE
}

# --- programs that people use -----------------------------------------------

# The bounding set that Docker gives.
as_in_docker() {
	local name names
	names=$(awk -v keep="$DOCKER_NAMES" 'BEGIN {
		for (n = split(keep, k, ","); n; n--) kept["cap_" k[n]] = 1
	}
	{ if (!kept[$1]) printf "%s%s", sep, $1; sep = "," }' \
		<<<"$(held_names)")
	run --separate-stderr timeout -k 5 60 capsh --drop="${names#,}" -- \
		-c 'exec "$@"' - "$@"
	REPORT=$stderr
	printf '%s\n' "$REPORT" >"$ERR"
}

held_names() {
	capsh --decode="$(awk '/^CapBnd/ { print $2 }' /proc/self/status)" |
		sed 's/.*=//' | tr , '\n'
}

@test "tar that restores owners and modes needs three, one of them silent" {
	need_root
	need_command tar capsh
	mkdir from to plain
	: >from/a && chown 1234:1234 from/a && chmod 6755 from/a
	: >from/b && chown 0:33 from/b && chmod 2755 from/b
	tar cf archive -C from .
	as_in_docker "$A" run -- tar xpf archive -C to
	needs CHOWN FOWNER FSETID
	contains "$REPORT" "silent"
	tar xpf archive -C plain
	[[ $(stat -c '%n %a %u %g' to/* | sed s/^to//) == \
		"$(stat -c '%n %a %u %g' plain/* | sed s/^plain//)" ]]
}

@test "ip needs NET_ADMIN, which only its netlink messages tell" {
	need_root
	need_command ip
	run timeout 20 unshare --net "$A" run -- ip link set lo up
	[[ $status == 0 ]] || fail "$output"
	contains "$output" "needed: NET_ADMIN"
	run timeout 20 unshare --net "$A" run -- ip route show
	contains "$output" "needed: NONE"
}

@test "a user that is not root keeps what it needs, without SYS_PTRACE too" {
	need_root
	need_command capsh perl
	for option in --full --fast; do
		as_in_docker "$A" run "$option" --user 1000:1000 -- \
			perl -e 'print "$> "; chroot "/" or print "no"'
		needs SYS_CHROOT
		[[ $output == "1000 " ]]
	done
}

@test "a program that closes its memory to others is tried like any other" {
	need_root
	need_command capsh
	"$NEEDLE" prepare
	for option in --full --fast; do
		as_in_docker "$A" run "$option" -- "$NEEDLE" SYS_CHROOT-undumpable
		[[ $status == 0 ]]
		needs SYS_CHROOT
		[[ $REPORT != *"not looked at"* ]]
	done
}

# The server in a network namespace of its own, its files in $PWD.
nginx_files() {
	mkdir body log && chown www-data log
	: >log/error.log && chown www-data:adm log/error.log
	chmod 640 log/error.log
	cat >nginx.conf <<-EOF
		user www-data; worker_processes 2; daemon off;
		pid $PWD/pid; error_log $PWD/log/error.log; events {}
		http {
			access_log $PWD/log/error.log;
			client_body_temp_path $PWD/body;
			proxy_temp_path $PWD/proxy;
			fastcgi_temp_path $PWD/fastcgi;
			uwsgi_temp_path $PWD/uwsgi;
			scgi_temp_path $PWD/scgi;
			server { listen 80; location / { return 200 answer; } }
		}
	EOF
}

# serves CMD...: under CMD the server answers, its workers are www-data's, and
# TERM ends it.
serve_and_ask='
	ip link set lo up
	"$@" nginx -c "$PWD/nginx.conf" &
	for i in {1..100}; do
		kill -0 $! 2>/dev/null || exit 1
		[[ $(curl -sm 5 http://127.0.0.1/) == answer ]] && break
		sleep 0.05
	done
	((i < 100)) || { kill -KILL $!; exit 1; }
	[[ $(ps -o user= -C nginx | sort | uniq -c | xargs) == \
		"1 root 2 www-data" ]] || exit 1
	kill $!
	wait $!
'
serves() {
	in_pidns --net bash -c "$serve_and_ask" - "$@"
}

@test "a file that asks at each write is looked at in fast mode, until it is closed" {
	need_root
	need_command python3 strace
	local file=/proc/sys/kernel/dmesg_restrict
	[[ -w $file ]] || skip "$file is read-only here"
	# The shell writes to a copy of the descriptor that it opened.
	audit --fast -- sh -c "echo $(<$file) >$file"
	[[ $status == 0 ]]
	needs SYS_ADMIN
	contains "$REPORT" "write $file: EPERM"
	strace -c -e trace=wait4 -o calls "$A" run --fast -- python3 -c 'import os
open("/sys/kernel/mm/transparent_hugepage/enabled").close()
for i in range(20000): os.getppid()' 2>"$ERR"
	awk '$NF == "wait4" { n = $4 } END { exit !(n > 0 && n < 20000) }' calls ||
		fail "$(<calls)"
}

@test "nginx: exactly what it needs; and without any one of it, it fails" {
	need_namespaces
	need_command nginx curl ip
	chmod 755 .
	nginx_files
	run --separate-stderr serves "$A" run -o "$PWD/found.ini" --
	[[ $status == 0 ]] || fail "$output" "$stderr"
	contains "$stderr" \
		"needed: CHOWN DAC_OVERRIDE SETGID SETUID NET_BIND_SERVICE"
	contains "$stderr" "bind port 80: EACCES, nginx"
	contains "$stderr" "setuid 33: EPERM, nginx"
	cp found.ini policy.ini
	for name in all CHOWN DAC_OVERRIDE SETGID SETUID NET_BIND_SERVICE; do
		rm -rf body log proxy fastcgi uwsgi scgi
		nginx_files
		grep -vx "allow = $name" found.ini >policy.ini
		run serves "$C" --policy "$PWD/policy.ini" --
		[[ $name == all && $status == 0 || $name != all &&
			$status != 0 ]] || fail "without $name: $status" \
			"$output"
	done
}

# --- what it writes ---------------------------------------------------------

@test "the policy is read by capini, and the JSON by a parser" {
	need_root
	need_command python3
	: >file
	umask 077
	audit -o policy.ini --json found.json -- chown 12345 file
	[[ $status == 0 ]] || fail "$REPORT"
	[[ $(stat -c %a policy.ini) == 644 ]]
	run -0 "$C" --check policy.ini
	grep -qx "allow = CHOWN" policy.ini
	grep -q "^# proven: fchownat .*file: EPERM, chown$" policy.ini
	grep -qF "ip_unprivileged_port_start $(</proc/sys/net/ipv4/ip_unprivileged_port_start)," \
		policy.ini
	run -0 python3 -m json.tool found.json
	run -0 python3 -c 'import json, sys
found = json.load(open("found.json"))
assert found["needed"] == ["CHOWN"], found
assert found["ended"] == 0, found
assert found["findings"][-1]["denial"] == "EPERM", found'
}

@test "a policy with bytes that are no text still holds" {
	need_root
	local name=$'a\n]=;\xff"\\'
	: >"$name"
	audit -o policy.ini --json found.json -- chown 12345 "$name"
	needs CHOWN
	run -0 "$C" --check policy.ini
	run -0 python3 -m json.tool found.json
}

@test "a program runs under the policy that it was given" {
	need_namespaces
	: >file
	audit -o policy.ini -- sh -c 'chown 12345 file && chmod 600 file'
	needs CHOWN FOWNER
	chown 0 file
	run -0 in_pidns "$C" --policy "$PWD/policy.ini" -- \
		sh -c 'chown 12345 file && chmod 600 file'
	chown 0 file
	sed -i /CHOWN/d policy.ini
	run ! in_pidns "$C" --policy "$PWD/policy.ini" -- chown 12345 file
}

@test "verify names what a policy lacks, and ends with 3" {
	need_root
	: >file
	caps "allow = FOWNER"
	run -3 timeout 20 "$A" verify "$POLICY" -- chown 12345 file
	contains "$output" "lacks CHOWN: fchownat"
	caps "allow = CHOWN"
	run -0 timeout 20 "$A" verify "$POLICY" -- chown 0 file
}

# The template is this machine's own: a bounding set in a fresh directory.
fresh='d=$(mktemp -d run.XXXXXX) && cd "$d" && touch f && exec capsh --drop="$(
	python3 -c "import sys
keep = int(sys.argv[1], 16)
print(\",\".join(str(n) for n in range(41) if not keep >> n & 1))" {mask}
	)" -- -c'

@test "confirm keeps what the check fails without, and drops the rest" {
	need_root
	need_command capsh python3
	caps "allow = CHOWN, FOWNER, KILL, SYS_ADMIN"
	run -3 timeout 60 "$A" confirm "$POLICY" --run \
		"$fresh 'chown 12345 f && chmod 600 f'"
	has "CHOWN              confirmed: it fails without" \
		"FOWNER             confirmed: it fails without" \
		"KILL               optional: it works without" \
		"SYS_ADMIN          optional: it works without" \
		"needed: CHOWN FOWNER (7 runs)"
	[[ ${lines[0]} == SYS_ADMIN* ]]
	caps "allow = CHOWN"
	run -0 timeout 60 "$A" confirm "$POLICY" --run "$fresh 'chown 1 f'"
}

@test "confirm takes what hangs for a failure" {
	need_root
	need_command capsh python3
	caps "allow = CHOWN"
	run -0 timeout 60 "$A" confirm "$POLICY" --timeout 2 --run \
		"$fresh 'until chown 1 f; do sleep 0.1; done 2>/dev/null'"
	has "CHOWN              confirmed: it fails without"
}

@test "confirm lets all that a template started end as it wants to" {
	need_root
	policy "[capabilities]" "allow = CHOWN"
	cat >slow <<-'EOF'
		trap 'sleep 0.5; echo >>ended; exit' TERM
		echo >>started
		while :; do sleep 0.1; done
	EOF
	# The shell of the template has gone by then.
	run timeout 60 "$A" confirm "$POLICY" --check "test {n} = \$(wc -l <started)" \
		--run "true {mask}; sh $PWD/slow; true"
	[[ $(wc -l <started) -gt 1 && $(wc -l <started) == $(wc -l <ended) ]]

	# Nor is anything left when confirm itself is told to end.
	rm started ended
	"$A" confirm "$POLICY" --check false \
		--run "true {mask}; sh $PWD/slow; true" &
	wait_until test -e started
	kill "$!"
	wait "$!" || [[ $? == 143 ]]
	[[ -e ended ]]
	# A check that is faster than the program begins.
	for _ in {1..20}; do
		"$A" confirm "$POLICY" --check true --run "exec sleep 12345.{n} {mask}" ||
			[[ $? == 3 ]]
		! pgrep -f "^sleep 12345[.]"
	done
}

@test "confirm asks an older engine for no capability that it does not know" {
	need_root
	policy "[capabilities]" "allow = CHOWN"
	cat >engine <<-'EOF'
		case $* in
		*PERFMON* | *BPF* | *CHECKPOINT*) echo "unknown capability" >&2; exit 125 ;;
		*SYS_TIME*) exit 0 ;;
		esac
		exit 1
	EOF
	run -3 timeout 100 "$A" confirm "$POLICY" --run "sh $PWD/engine {docker}"
	contains "$output" "it works with every capability that older engines know"
	contains "$output" "needed: SYS_TIME ("
}

@test "confirm refuses to judge when all of the policy is not enough" {
	need_root
	caps "allow = CHOWN"
	run -1 timeout 20 "$A" confirm "$POLICY" --run "false {names}"
	run -2 timeout 20 "$A" confirm "$POLICY" --run "true"
	run -2 timeout 20 "$A" confirm --run "true {names}"
}

@test "confirm without a fresh environment keeps what it cannot know" {
	need_root
	mkdir data
	# As entrypoints do it: what is done once is not done again.
	cat >start <<-'EOF'
		[ "$(stat -c %u data)" = 12345 ] || chown 12345 data || exit
		exec setpriv --reuid 12345 --clear-groups true
	EOF
	caps "allow = CHOWN, SETUID, SETGID, KILL"
	run -3 timeout 60 "$A" confirm "$POLICY" -o in-place.ini -- sh start
	contains "$output" "CHOWN              kept: it works without here"
	has "KILL               optional: it works without" \
		"SETUID             confirmed: it fails without" \
		"needed: CHOWN SETGID SETUID (7 runs)"
	grep -qx "# proven, and not confirmable without a fresh environment" \
		in-place.ini
	run -0 "$C" --check in-place.ini
	has "allow = CHOWN" "allow = SETGID" "allow = SETUID"

	need_command python3
	cp start "$BIN/entrypoint"
	run -3 timeout 60 "$A" confirm "$POLICY" --run \
		"$fresh 'mkdir data && sh $BIN/entrypoint'"
	has "CHOWN              confirmed: it fails without"
}

@test "confirm takes what is commented out, when the rest is not enough" {
	need_root
	need_command capsh python3
	caps "allow = FOWNER" "# candidate: chown" "# allow = CHOWN" \
		"# allow = SYS_ADMIN"
	run -3 timeout 60 "$A" confirm "$POLICY" --output better.ini --run \
		"$fresh 'chown 12345 f && chmod 600 f'"
	has "it works with what is commented out in it too" \
		"needed: CHOWN FOWNER (8 runs)"
	run -0 "$C" --check better.ini
	has "allow = CHOWN" "allow = FOWNER"
	grep -qx "# candidate: chown" better.ini

	caps "allow = NONE"
	run -3 timeout 60 "$A" confirm "$POLICY" -o better.ini --run \
		"$fresh 'chown 12345 f'"
	has "it works with every capability that older engines know" \
		"needed: CHOWN (42 runs)"
	run -0 "$C" --check better.ini
	has "allow = CHOWN"
}

@test "confirm writes the policy anew, and what else it has stays" {
	need_root
	need_command capsh python3
	cat >policy.ini <<-'EOF'
		# Mine.
		[capabilities]
		allow = CHOWN, KILL
		# proven: something
		allow = FOWNER
		ambient = CHOWN, KILL
		require = KILL
		[process]
		no_new_privs = no
	EOF
	run -3 timeout 60 "$A" confirm policy.ini -o policy.ini --run \
		"$fresh 'chown 12345 f'"
	diff - policy.ini <<-'EOF'
		# Mine.
		[capabilities]
		# confirmed: it fails without
		allow = CHOWN
		# optional: it works without
		# allow = KILL
		# proven: something
		# optional: it works without
		# allow = FOWNER
		ambient = CHOWN
		require = NONE
		[process]
		no_new_privs = no
	EOF
	run -0 "$C" --check policy.ini
	caps "allow = CHOWN, KILL"
	run -3 timeout 60 "$A" confirm "$POLICY" -o policy.ini --keep-proven \
		--run "$fresh 'chown 12345 f'"
	run -0 "$C" --check policy.ini
	has "allow = CHOWN" "allow = KILL"
}

@test "confirm adds what a policy without any capability lacks" {
	need_root
	need_command capsh python3
	for section in "[capabilities]" "[process]" "# nothing"; do
		printf '%s\n' "$section" >policy.ini
		run -3 timeout 60 "$A" confirm policy.ini -o better.ini --run \
			"$fresh 'chown 12345 f'"
		contains "$output" "needed: CHOWN ("
		run -0 "$C" --check better.ini
		grep -qx "allow = CHOWN" better.ini
	done
}

@test "a check tells whether a run of confirm was good" {
	need_root
	need_command capsh python3
	caps "allow = CHOWN, KILL"
	# A server that does not end, and does not say when it fails.
	run -3 timeout 100 "$A" confirm "$POLICY" --timeout 3 \
		--check "test -e $PWD/works-{n}" \
		--run "$fresh 'chown 1 f && >$PWD/works-{n}; sleep 99'"
	has "CHOWN              confirmed: it fails without" \
		"KILL               optional: it works without"
	run ! pgrep -f 'sleep 99'
}

@test "a check that passes ends the run, and one that never does fails it" {
	need_root
	: >file
	audit --check "test -s answer" -o policy.ini --json found.json -- \
		sh -c 'chown 1 file; sleep 0.1; echo yes >answer; exec sleep 99'
	[[ $status == 0 ]] || fail "$status" "$REPORT"
	contains "$REPORT" "ended, the check passed"
	needs CHOWN
	grep -qx "# The check passed: test -s answer" policy.ini
	grep -q '"check": true' found.json
	audit --check "false
; true" --for 2s -o policy.ini -- sleep 99
	[[ $status == 1 ]] || fail "$status" "$REPORT"
	contains "$REPORT" "the check never passed"
	run -0 "$C" --check policy.ini
}

@test "a terminal sees what goes on, a pipe does not" {
	need_root
	need_command script
	run timeout 20 script -qec "$A run -- sleep 2.5" /dev/null
	contains "$output" "s, 1 threads, 0 calls tried again: NONE"
	audit -- sleep 2.5
	[[ $REPORT != *"tried again"* ]] || fail "$REPORT"
}

# --- what the program notices -----------------------------------------------

# same CMD...: the same output and code with and without.
same() {
	local plain code=0
	plain=$("$@" 2>/dev/null) || code=$?
	for option in --full --fast; do
		audit "$option" -- "$@"
		[[ $output == "$plain" ]] ||
			fail "$option, $*: \"$output\", not \"$plain\""
		grep -qx "the program ended with $code" "$ERR" ||
			fail "$option, $*: not $code" "$REPORT"
	done
}

@test "programs do and tell the same as without it" {
	need_root
	need_command python3 perl awk
	same true
	same false
	same sh -c 'exit 42'
	same sh -c 'kill -TERM $$'
	same sh -c 'kill -KILL $$'
	same sh -c 'kill -SEGV $$'
	same sh -c 'trap "echo caught; exit 9" USR1; kill -USR1 $$; :'
	same sh -c 'echo a | cat | tr a b'
	same bash -c 'sleep 0.01 & wait $!; echo $?'
	same bash -c 'exec -a other sh -c "echo \$0"'
	same python3 -c 'import os, signal
r, w = os.pipe()
pid = os.fork()
if pid == 0: os.kill(os.getpid(), signal.SIGSTOP); os.read(r, 1); os._exit(4)
print(os.WSTOPSIG(os.waitpid(pid, os.WUNTRACED)[1]))
os.kill(pid, signal.SIGCONT)
print(os.WIFCONTINUED(os.waitpid(pid, os.WCONTINUED)[1]))
os.write(w, b"x")
print(os.WEXITSTATUS(os.waitpid(pid, 0)[1]))'
	# As a shell with job control does it: a group that is stopped and goes on.
	same python3 -c 'import os, signal, subprocess as s
job = s.Popen(["sh", "-c", "sleep 0.2 | cat; exit 7"], preexec_fn=os.setpgrp)
os.killpg(job.pid, signal.SIGTSTP)
print(os.WSTOPSIG(os.waitpid(job.pid, os.WUNTRACED)[1]))
os.killpg(job.pid, signal.SIGCONT)
print(os.waitstatus_to_exitcode(os.waitpid(job.pid, 0)[1]))'
	same perl -e 'for (1..20) { fork or exit $_; wait; print $? >> 8 }'
	same awk 'BEGIN { "id -u" | getline x; print x; system("exit 3") }'
	same python3 -c 'import os; print(os.spawnlp(os.P_WAIT, "true", "true"))'
	same python3 -c 'import threading
t = [threading.Thread(target=list("").append, args=("x",)) for i in range(9)]
[x.start() for x in t]; [x.join() for x in t]; print(len(t))'
	same python3 -c 'import subprocess as s
print(s.run(["sh", "-c", "echo in; exit 6"]).returncode)'
	same python3 -c 'import os
r, w = os.pipe(); os.write(w, b"z"); print(os.read(r, 1)); os.abort()'
	same python3 -c 'import os
os.setresuid(65534, 65534, 65534)
try: os.setuid(0)
except PermissionError: print("no way back")'
	same grep CapPrm /proc/self/status
	same tar cf /dev/null /etc/passwd
}

@test "a set that was given away is not given back" {
	need_root
	need_command capsh
	same setpriv --reuid 65534 --clear-groups cat /etc/shadow
	same setpriv --bounding-set -chown --inh-caps -chown sh -c \
		'chown 1 . ; echo $?'
	same capsh --print
}

@test "a set kept in permitted alone is not effective" {
	need_root
	need_command python3
	same python3 -c 'import ctypes, os
ctypes.CDLL(None).prctl(8, 1, 0, 0, 0)  # PR_SET_KEEPCAPS
os.setresuid(65534, 65534, 65534)
try: os.chroot("/")
except PermissionError: print("denied")'
}

# The sender is not traced: it does not wait for the tracer.
@test "no signal is lost that comes while a call is done again" {
	need_root
	need_command python3
	: >file
	"$A" run -- python3 -c 'import os, signal, time
r, w = os.pipe()
os.set_blocking(r, False)
os.set_blocking(w, False)
signal.signal(signal.SIGRTMIN + 1, lambda *a: None)
signal.set_wakeup_fd(w)
print(os.getpid(), flush=True)
seen, end = 0, time.monotonic() + 20
while seen < 300 and time.monotonic() < end:
    os.chown("file", 1, 1)
    try: seen += len(os.read(r, 4096))
    except BlockingIOError: pass
print(seen)' >"$OUT" 2>"$ERR" 3>&- &
	JOBS+=($!)
	wait_until test -s "$OUT"
	python3 -c 'import os, signal, sys, time
for i in range(300):
    os.kill(int(sys.argv[1]), signal.SIGRTMIN + 1)
    time.sleep(.0002)' "$(cat "$OUT")"
	wait $! || fail "$(cat "$ERR")"
	said 300 || fail "$(cat "$OUT" "$ERR")"
}

@test "a timer of two milliseconds does not stop it" {
	need_root
	need_command python3
	: >file
	same python3 -c 'import os, signal, time
seen = []
signal.signal(signal.SIGALRM, lambda *a: seen.append(1))
signal.setitimer(signal.ITIMER_REAL, .002, .002)
for i in range(300): os.chown("file", 1, 1)
while not seen: time.sleep(.001)
signal.setitimer(signal.ITIMER_REAL, 0)
print("done")'
}

@test "a call that blocks once it is allowed does not block the others" {
	need_root
	mkfifo fifo
	chmod 000 fifo
	chown 12345 fifo
	same sh -c 'echo through >fifo & cat fifo; wait'
}

@test "threads that call and are denied at once all succeed" {
	need_root
	need_command python3
	same python3 -c 'import os, threading
def work(n):
    for i in range(50):
        open(f"f{n}", "w").close(); os.chown(f"f{n}", i + 1, 0)
t = [threading.Thread(target=work, args=(n,)) for n in range(8)]
[x.start() for x in t]; [x.join() for x in t]
print([os.stat(f"f{n}").st_uid for n in range(8)])'
}

# --- the end ----------------------------------------------------------------

@test "its time is over, the program is ended and the report is there" {
	need_root
	audit --for 1 -- sleep 600
	[[ $status == 0 ]] || fail "$REPORT"
	contains "$REPORT" "ended after 1 s, as asked"
}

@test "a signal for it goes to the program" {
	need_root
	"$A" run -- sh -c 'trap "echo got; exit 0" TERM
		echo ready; while :; do sleep 0.05; done' >"$OUT" 2>"$ERR" 3>&- &
	JOBS+=($!)
	wait_until said ready
	kill -TERM $!
	wait $! || fail "$(cat "$OUT" "$ERR")"
	said got
	grep -qx "the program ended with 0" "$ERR"
}

@test "killed, it leaves nothing behind" {
	need_root
	"$A" run -- sh -c 'echo $$; sleep 600; :' >"$OUT" 2>"$ERR" 3>&- &
	local tracer=$! pid
	JOBS+=("$tracer")
	wait_until test -s "$OUT"
	pid=$(cat "$OUT")
	JOBS+=("$pid")
	wait_until has_child "$pid"
	local child
	child=$(first_child "$pid")
	kill -KILL "$tracer"
	wait_until gone "$pid"
	wait_until gone "$child"
}

@test "a program that is not there, or no program, is told by the code" {
	need_root
	run -127 "$A" run -- "$BATS_TEST_TMPDIR/nothing"
	: >text
	run -126 "$A" run -- ./text
}

@test "wrong usage ends with 2" {
	run -2 "$A"
	run -2 "$A" walk
	run -2 "$A" run
	run -2 "$A" run --fast --full -- true
	run -2 "$A" run --for ever -- true
	run -2 "$A" run -o a -o b -- true
	run -2 "$A" verify
	run -0 "$A" help
	contains "$output" "usage: capini-audit"
}
