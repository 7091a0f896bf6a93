#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Every test runs in a subshell, and "run" sets variables that none here does.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154,SC2317
# Layer two: what an init does. Spawn, forward, reap, end.

load helper

setup_file() {
	build_tools
}

setup() {
	prepare
	need_namespaces
	caps
}

teardown() {
	end_jobs
}

# init ARG...: capini as PID 1, under the strictest policy.
init() {
	in_pidns "$C" --policy "$POLICY" "$@"
}

# ready ARG...: the same in the background; its application has said "ready".
ready() {
	start "$C" --policy "$POLICY" "$@"
	wait_until said ready
}

# --- exit codes -------------------------------------------------------------

@test "the application's exit code is our own" {
	local code
	for code in 0 1 2 42 124 125 126 127 128 200 255; do
		run "-$code" init -- sh -c "exit $code"
		[[ ! $output ]]
	done
}

@test "an application ended by signal n: 128+n" {
	local number
	for number in {1..16} {24..27} {29..64}; do
		run "-$((128 + number))" init -- "$APP" die "$number"
	done
}

@test "a program that is not there: 127, named" {
	run -127 init -- no-such-program
	contains "$output" no-such-program
	one_line
	run -127 init -- /no/such/program
	contains "$output" /no/such/program
	one_line
	run -127 init -- "$APP/below-a-file"
	run -127 init -- ""
	PATH=/nonexistent run -127 "$C" --policy "$POLICY" -- true
}

@test "a program that is there and cannot be run: 126, named" {
	local file=$BATS_TEST_TMPDIR/program
	printf '#!/bin/sh\nexit 0\n' >"$file"
	run -126 init -- "$file"
	contains "$output" "$file"
	one_line
	run -126 init -- "$BATS_TEST_TMPDIR"
	one_line
}

@test "a program whose interpreter is missing: 126, and it says so" {
	local file=$BATS_TEST_TMPDIR/program
	printf '#!/no/such/interpreter\n' >"$file"
	chmod 755 "$file"
	run -126 init -- "$file"
	contains "$output" "$file"
	contains "$output" interpreter
	one_line
}

@test "a script without #! is run by the shell, its arguments with it" {
	local file=$BATS_TEST_TMPDIR/script
	echo 'echo "got $# $1 $2"; exit 7' >"$file"
	chmod 755 "$file"
	run -7 init -- "$file" "a b" c
	[[ $output == "got 2 a b c" ]]
	PATH=$BATS_TEST_TMPDIR:$PATH run -7 init -- script
	# However many arguments it has.
	echo 'exit $(($# / 100))' >"$file"
	# shellcheck disable=SC2046
	run -200 init -- "$file" $(seq 20000)
}

@test "PATH is searched on, past what cannot be run" {
	mkdir "$BATS_TEST_TMPDIR/"{first,second}
	echo >"$BATS_TEST_TMPDIR/first/tool"
	printf '#!/bin/sh\nexit 9\n' >"$BATS_TEST_TMPDIR/second/tool"
	chmod 755 "$BATS_TEST_TMPDIR/second/tool"
	PATH=$BATS_TEST_TMPDIR/first:$BATS_TEST_TMPDIR/second:$PATH \
		run -9 init -- tool
	PATH=$BATS_TEST_TMPDIR/first:$PATH run -126 init -- tool
}

@test "-e and remap_exit turn a code into 0, and no other" {
	run -0 init -e 143 -- sh -c "exit 143"
	run -0 init -e143 -e 7 -- sh -c "exit 7"
	run -8 init -e 7 -- sh -c "exit 8"
	run -0 init -e 143 -- sh -c 'kill $$'
	caps "[init]" "remap_exit = 143 3"
	run -0 init -- sh -c "exit 3"
	run -4 init -- sh -c "exit 4"
}

@test "-e never hides 125, 126 and 127 of our own making" {
	run -127 init -e 127 -- no-such-program
	run -126 init -e 126 -- "$BATS_TEST_TMPDIR"
	run -125 init -e 125 --drop NONSENSE -- touch "$MARKER"
	assert_never_started
	run -0 init -e 127 -- sh -c "exit 127"
	caps "require = CHOWN" "allow = CHOWN" "[init]" \
		"remap_exit = 125 126 127"
	run -125 in_pidns setpriv --bounding-set=-all --inh-caps=-all \
		"$C" --policy "$POLICY" -- touch "$MARKER"
	assert_never_started
}

@test "--exec has the same exit codes of its own" {
	run -127 init --exec -- no-such-program
	run -126 init --exec -- "$BATS_TEST_TMPDIR"
	run -33 init --exec -- sh -c "exit 33"
}

# --- signals ----------------------------------------------------------------

@test "every signal that can be forwarded is, real-time ones by number included" {
	local number
	ready -- "$APP" signals 15
	for number in {1..14} 16 18 20 {23..31} {32..64}; do
		case $number in 9) continue ;; esac
		kill "-$number" "$INIT" 2>/dev/null ||
			env kill "-$number" "$INIT"
		wait_until said "got $number"
	done
	kill -TERM "$INIT"
	ended 0
	[[ ! -s $ERR ]]
}

@test "TERM ends an application with the default action: 143" {
	start "$C" --policy "$POLICY" -- sh -c 'echo ready; exec sleep 60'
	wait_until said ready
	kill -TERM "$INIT"
	ended 143
}

@test "CHLD, TTIN and TTOU are not forwarded" {
	ready -- "$APP" signals 15
	kill -CHLD "$INIT"
	kill -TTIN "$INIT"
	kill -TTOU "$INIT"
	kill -USR1 "$INIT"
	wait_until said "got 10"
	kill -TERM "$INIT"
	ended 0
	[[ $(cat "$OUT") == "ready
got 10
got 15" ]]
}

@test "a signal that arrives during the start is kept and delivered" {
	need_command strace
	# PID 1 is held at its capset(2), with its signals blocked.
	strace -o "$BATS_TEST_TMPDIR/trace" -e trace=capset \
		-e inject=capset:delay_enter=1500000 \
		"$C" --policy "$POLICY" -- sleep 60 >"$OUT" 2>"$ERR" 3>&- &
	UNSHARE=$!
	JOBS+=("$UNSHARE")
	wait_until grep -q 'capset(' "$BATS_TEST_TMPDIR/trace"
	INIT=$(first_child "$UNSHARE")
	JOBS+=("$INIT")
	run ! pgrep -x sleep -P "$INIT"
	kill -TERM "$INIT"
	ended 143
}

@test "the map of signals: TERM becomes QUIT, HUP is ignored, the rest is as it was" {
	caps "[signals]" "TERM = QUIT" "HUP = ignore" "USR1 = RTMIN+3" \
		"RTMIN = USR2"
	ready -- "$APP" signals 14
	kill -HUP "$INIT"
	kill -TERM "$INIT"
	kill -USR1 "$INIT"
	kill -34 "$INIT"
	kill -INT "$INIT"
	wait_until said "got 2"
	kill -ALRM "$INIT"
	ended 0
	[[ $(sort "$OUT") == "got 12
got 14
got 2
got 3
got 37
ready" ]]
}

@test "a map to KILL ends the application" {
	caps "[signals]" "TERM = KILL"
	ready -- "$APP" signals 15
	kill -TERM "$INIT"
	ended 137
}

@test "without KILL a forward fails: one warning that names it, and life goes on" {
	caps "allow = SETUID SETGID" "[init]" "keep_kill = no"
	ready -- setpriv --reuid=1000 --regid=1000 --clear-groups \
		"$APP" signals 15
	kill -TERM "$INIT"
	wait_until grep -q KILL "$ERR"
	grep -q '^capini: .*KILL' "$ERR"
	grep -q TERM "$ERR"
	[[ $(wc -l <"$ERR") == 1 ]]
	kill -0 "$INIT"
	run ! said "got 15"
	# The application is another user's; we are root and may.
	kill -TERM "$(first_child "$INIT")"
	ended 0
}

@test "what cannot be told to end is waited for within the grace, and no longer" {
	caps "allow = SETUID SETGID" "[init]" "keep_kill = no" "grace = 3600"
	ready -- setpriv --reuid=1000 --regid=1000 --clear-groups \
		"$APP" signals 15
	kill -USR1 "$INIT"
	wait_until grep -q USR1 "$ERR"
	kill -TERM "$INIT"
	wait_until grep -q TERM "$ERR"
	kill -0 "$INIT"
	kill -TERM "$INIT"
	ended 137
	caps "allow = SETUID SETGID" "[init]" "keep_kill = no" "grace = 1" \
		"remap_exit = 137"
	ready -- setpriv --reuid=1000 --regid=1000 --clear-groups \
		"$APP" signals 15
	kill -TERM "$INIT"
	ended 137
}

@test "an application that is stopped goes on to act on a TERM" {
	local app
	ready -- "$APP" signals 15
	app=$(first_child "$INIT")
	kill -STOP "$app"
	wait_until grep -q '^State:.*T' "/proc/$app/status"
	kill -USR1 "$INIT"
	kill -TERM "$INIT"
	ended 0
	# Not by a signal that leaves it as it is.
	ready -- "$APP" signals 15
	app=$(first_child "$INIT")
	kill -TSTP "$INIT"
	wait_until said "got 20"
	kill -STOP "$app"
	wait_until grep -q '^State:.*T' "/proc/$app/status"
	kill -USR1 "$INIT"
	wait_until grep -q '^ShdPnd:.*[1-9a-f]' "/proc/$app/status"
	grep -q '^State:.*T' "/proc/$app/status"
	kill -CONT "$INIT"
	wait_until said "got 10"
	kill -TERM "$INIT"
	ended 0
}

@test "so does one of whose stop PID 1 has not heard yet" {
	local app
	# What wakes PID 1 here must not wake the application.
	caps "[signals]" "CONT = ignore"
	ready -- "$APP" signals 15
	app=$(first_child "$INIT")
	kill -STOP "$INIT"
	wait_until grep -q '^State:.*T' "/proc/$INIT/status"
	kill -STOP "$app"
	wait_until grep -q '^State:.*T' "/proc/$app/status"
	kill -TERM "$INIT"
	kill -CONT "$INIT"
	ended 0
}

@test "with KILL kept the same application gets its signal" {
	caps "allow = SETUID SETGID"
	ready -- setpriv --reuid=1000 --regid=1000 --clear-groups \
		"$APP" signals 15
	kill -TERM "$INIT"
	ended 0
	[[ ! -s $ERR ]]
}

@test "after a switch of user signals arrive, with and without KILL" {
	caps "[process]" "user = 1000:1000"
	ready -- "$APP" signals 15
	kill -TERM "$INIT"
	ended 0
	caps "[process]" "user = 1000:1000" "[init]" "keep_kill = no"
	ready -- "$APP" signals 15
	kill -TERM "$INIT"
	ended 0
}

@test "-g reaches the application's whole process group, without it only the application" {
	ready -g -- "$APP" group 1
	wait_until said "child ready"
	kill -TERM "$INIT"
	ended 0
	said "child got 15"
	: >"$OUT"
	ready -- "$APP" group 0
	wait_until said "child ready"
	kill -TERM "$INIT"
	ended 0
	run ! said "child got 15"
}

@test "signals from within reach the application, too" {
	run -0 init -- sh -c 'trap "echo got it; exit 0" USR1
		kill -USR1 1; for i in 1 2 3 4 5 6 7 8 9; do sleep 0.1; done
		exit 1'
	[[ $output == "got it" ]]
}

@test "PID 1 survives SEGV, ABRT and KILL sent from within" {
	run -0 init -- "$APP" ignoring 11 "$APP" ignoring 6 sh -c \
		'kill -KILL 1; kill -STOP 1; kill -SEGV 1; kill -ABRT 1
			sleep 0.2; kill -0 1'
}

# --- orphans ----------------------------------------------------------------

none_left() {
	[[ $("$BIN/app" zombies) == "zombies: 0" ]]
}

@test "a thousand orphans are reaped, no zombie is left" {
	run -0 init -- sh -c '"$0" orphans 1000 || exit
		for i in 1 2 3 4 5 6 7 8 9 10; do
			"$0" zombies | grep -qx "zombies: 0" && break
			sleep 0.2
		done
		"$0" zombies' "$APP"
	has "zombies: 0"
}

@test "an orphan's end is not the application's" {
	run -5 init -- sh -c '(sleep 0.1; exit 9) & (exit 3) &
		sleep 0.4; exit 5'
}

@test "orphans are reaped when they come in a burst while signals do, too" {
	run -0 init -- sh -c 'trap : USR1; "$0" orphans 200 &
		i=0; while test $i -lt 100; do kill -USR1 1; i=$((i + 1)); done
		wait; wait; sleep 0.3; "$0" zombies' "$APP"
	has "zombies: 0"
}

@test "-w and warn_on_reap tell of each orphan, and of nothing else" {
	run --separate-stderr -0 init -w -- \
		sh -c '"$0" orphans 3; sleep 0.3' "$APP"
	[[ ${#stderr_lines[@]} == 3 ]]
	caps "[init]" "warn_on_reap = yes"
	run --separate-stderr -0 init -- \
		sh -c '"$0" orphans 3; sleep 0.3' "$APP"
	[[ ${#stderr_lines[@]} == 3 ]]
}

@test "SIGCHLD ignored by who started us: the exit code arrives all the same" {
	run -7 in_pidns "$APP" ignoring 17 "$C" --policy "$POLICY" -- \
		sh -c "exit 7"
}

@test "not as PID 1: orphans come to us, as a subreaper" {
	run --separate-stderr -0 timeout 20 "$C" --policy "$POLICY" -w -- \
		sh -c '"$0" orphans 3; sleep 0.3' "$APP"
	[[ ${#stderr_lines[@]} == 3 ]]
	caps "[init]" "subreaper = no"
	run --separate-stderr -0 timeout 20 "$C" --policy "$POLICY" -w -- \
		sh -c '"$0" orphans 3; sleep 0.3' "$APP"
	[[ ${#stderr_lines[@]} == 0 ]]
	run --separate-stderr -0 timeout 20 "$C" --policy "$POLICY" -w -s -- \
		sh -c '"$0" orphans 3; sleep 0.3' "$APP"
	[[ ${#stderr_lines[@]} == 3 ]]
	TINI_SUBREAPER="" run --separate-stderr -0 timeout 20 "$C" \
		--policy "$POLICY" -w -- \
		sh -c '"$0" orphans 3; sleep 0.3' "$APP"
	[[ ${#stderr_lines[@]} == 3 ]]
}

# --- the end ----------------------------------------------------------------

@test "without grace the end of the application is the end at once" {
	local before=$SECONDS
	run -3 init -- sh -c 'sleep 30 & exit 3'
	((SECONDS - before < 5))
}

@test "grace lets the rest end in order, stopped processes as well" {
	local file=$BATS_TEST_TMPDIR/open/cleaned
	caps "[init]" "grace = 8"
	run -3 init -- sh -c '
		sh -c "trap \"sleep 0.3; echo cleaned >>$0; exit\" TERM
			echo up >$0.1; while :; do sleep 0.05; done" &
		sh -c "trap \"echo cleaned >>$0; exit\" TERM
			echo up >$0.2; kill -STOP \$\$; while :; do sleep 0.05; done" &
		until test -s $0.1 && test -s $0.2; do sleep 0.05; done
		sleep 0.1; exit 3' "$file"
	[[ $(grep -c cleaned "$file") == 2 ]]
}

@test "grace is over when its time is, whoever does not listen" {
	local before=$SECONDS
	caps "[init]" "grace = 1"
	run -3 init -- sh -c '"$0" ignoring 15 sleep 30 & sleep 0.3; exit 3' \
		"$APP"
	((SECONDS - before >= 1 && SECONDS - before < 6))
}

# --- what the application gets ----------------------------------------------

# as_direct CMD...: the same output with capini before it as without.
as_direct() {
	local direct
	direct=$(in_pidns "$@")
	run -0 init -- "$@"
	[[ $output == "$direct" ]] || fail "direct:" "$direct" "ours:" "$output"
}

@test "mask and dispositions are those of a direct exec" {
	local entry
	for entry in "ignoring 13" "ignoring 2" "ignoring 17" "blocking 10" \
		"blocking 15" "blocking 34"; do
		# shellcheck disable=SC2086
		run -0 in_pidns "$APP" $entry grep -E '^Sig(Blk|Ign|Cgt)' \
			/proc/self/status
		direct=$output
		# shellcheck disable=SC2086
		run -0 in_pidns "$APP" $entry "$C" --policy "$POLICY" -- \
			grep -E '^Sig(Blk|Ign|Cgt)' /proc/self/status
		[[ $output == "$direct" ]] || fail "$entry" "$direct" "$output"
	done
	as_direct grep -E '^Sig(Blk|Ign|Cgt)' /proc/self/status
}

@test "environment, directory, umask, limits and arguments are those of a direct exec" {
	need_plain_build
	cd /usr
	umask 027
	as_direct sh -c 'env | grep -v ^_=; pwd; umask; ulimit -a' - "a  b" "" \
		'*' --version
	umask 022
	run -0 init -- sh -c 'for a; do echo "<$a>"; done' - -- -v "a  b" "" '*' \
		--policy -- x
	[[ $output == "<-->
<-v>
<a  b>
<>
<*>
<--policy>
<-->
<x>" ]]
}

@test "nothing behind the first argument that is no option is ours" {
	run -0 init echo -v --help -- -x
	[[ $output == "-v --help -- -x" ]]
	run -0 init -- echo -- --exec
	[[ $output == "-- --exec" ]]
}

@test "descriptors of the caller reach the application and are not kept by PID 1" {
	local direct
	exec 7</dev/null 42</dev/null
	run -0 in_pidns sh -c 'ls /proc/self/fd | xargs'
	direct=$output
	run -0 init -- sh -c 'ls /proc/self/fd | xargs'
	[[ $output == "$direct" ]] || fail "direct: $direct" "ours: $output"
	[[ $output == *" 7"* && $output == *" 42"* ]]
	cd /usr
	ready -- "$APP" signals 15
	[[ $(cd "/proc/$INIT/fd" && echo *) == "0 1 2" ]]
	[[ $(readlink "/proc/$INIT/cwd") == / ]]
	[[ $(readlink "/proc/$(first_child "$INIT")/cwd") == /usr ]]
	kill -TERM "$INIT"
	ended 0
	exec 7<&- 42<&-
}

@test "without close_range(2) PID 1 keeps no descriptor either" {
	"$BIN/denysys" close_range ENOSYS true || skip "no seccomp filters here"
	exec 7</dev/null 42</dev/null
	start "$BIN/denysys" close_range ENOSYS "$C" --policy "$POLICY" -- \
		"$APP" signals 15
	wait_until said ready
	[[ $(cd "/proc/$INIT/fd" && echo *) == "0 1 2" ]]
	kill -TERM "$INIT"
	ended 0
	exec 7<&- 42<&-
}

@test "closed standard descriptors are closed for the application, and nothing takes their place" {
	run -0 sh -c 'timeout 20 unshare --fork --pid --mount-proc "$0" \
		--policy "$1" -- sh -c "
			test ! -e /proc/self/fd/0 && echo closed >&2" \
			<&- 2>&1' "$C" "$POLICY"
	has closed
	run -0 sh -c 'timeout 20 unshare --fork --pid --mount-proc "$0" \
		--policy "$1" -- touch "$2" <&- >&- 2>&-' "$C" "$POLICY" "$MARKER"
	[[ -e $MARKER ]]
	# A refusal with nobody to tell it to is a refusal.
	rm "$MARKER"
	caps "allow = NONSENSE"
	run -125 sh -c '"$0" --policy "$1" -- touch "$2" <&- >&- 2>&-' \
		"$C" "$POLICY" "$MARKER"
	assert_never_started
}

@test "LISTEN_PID is rewritten when it named us, and left alone otherwise" {
	LISTEN_PID=1 run -0 init -- sh -c 'echo "$LISTEN_PID $$"'
	[[ ${output% *} == "${output#* }" && $output != "1 1" ]]
	LISTEN_PID=999 run -0 init -- sh -c 'echo "$LISTEN_PID"'
	[[ $output == 999 ]]
	run -0 init -- sh -c 'echo "${LISTEN_PID-unset}"'
	[[ $output == unset ]]
}

@test "the application has a process group of its own, in the same session" {
	run -0 init -- sh -c 'read -r pid _ _ _ group session _ </proc/self/stat
		read -r _ _ _ _ _ first _ </proc/1/stat
		test "$group" = $$ && test "$session" = "$first" && echo yes'
	[[ $output == yes ]]
}

@test "a default start is silent on both descriptors" {
	run --separate-stderr -0 init -- true
	[[ ! $output && ! $stderr ]]
	run --separate-stderr -0 "$C" --policy "$POLICY" true
	[[ ! $output && ! $stderr ]]
}

@test "-v speaks on stderr alone, TINI_VERBOSITY=0 keeps a warning back" {
	run --separate-stderr -0 init -vvv -- true
	[[ ! $output ]]
	TINI_VERBOSITY=3 run --separate-stderr -0 init -- true
	[[ ! $output ]]
	TINI_VERBOSITY=0 run --separate-stderr -0 init -w -- \
		sh -c '"$0" orphans 2; sleep 0.2' "$APP"
	[[ ! $stderr ]]
}

# --- rest -------------------------------------------------------------------

switches() {
	awk '/_ctxt_switches/ { n += $2 } END { print n }' "/proc/$1/status"
}

asleep() {
	grep -q '^State:.*S' "/proc/$1/status"
}

@test "idle, PID 1 does not wake up" {
	local before
	ready -- "$APP" signals 15
	wait_until asleep "$INIT"
	sleep 0.3
	before=$(switches "$INIT")
	sleep 2
	[[ $(switches "$INIT") == "$before" ]]
	kill -TERM "$INIT"
	ended 0
}

@test "-p and pdeathsig: our parent's end is a signal, the application's to have" {
	local parent option
	for option in "-pUSR1" "-pSIGUSR1" "-vp10"; do
		: >"$OUT"
		sh -c '"$@" & echo $! >"$0"; wait' "$BATS_TEST_TMPDIR/pid" \
			"$C" --policy "$POLICY" "$option" -- "$APP" signals 10 \
			>"$OUT" 2>"$ERR" 3>&- &
		parent=$!
		JOBS+=("$parent")
		wait_until said ready
		JOBS+=("$(cat "$BATS_TEST_TMPDIR/pid")")
		kill -KILL "$parent"
		wait_until said "got 10"
	done
}

@test "--version says capini, under Docker's names for an init what Docker reads" {
	run -0 "$C" --version
	[[ $output =~ ^capini\ version\ [0-9]+\.[0-9]+\.[0-9]+$ ]]
	version=${output##* }
	ln -s "$C" "$BATS_TEST_TMPDIR/tini"
	ln -s "$C" "$BATS_TEST_TMPDIR/docker-init"
	run -0 "$BATS_TEST_TMPDIR/tini" --version
	[[ $output == "tini version 0.19.0_capini-$version" ]]
	run -0 "$BATS_TEST_TMPDIR/docker-init" --version
	[[ $output == "tini version 0.19.0_capini-$version" ]]
}

@test "-h, --help and -l answer on stdout and need nothing" {
	local option
	for option in -h --help -l; do
		run --separate-stderr -0 "$C" "$option"
		[[ $output ]]
		[[ ! $stderr ]]
	done
	run -0 "$C" --help
	contains "$output" --policy
}

@test "tini's options work clustered and attached" {
	run -0 init -vgws -e143 -pTERM -- "$APP" die 15
	run -0 init -gse 143 -- sh -c "exit 143"
	run -0 "$C" --policy="$POLICY" -sg true
}

@test "a program at a failing pipe, a full disk: our messages never end PID 1" {
	[[ -c /dev/full ]] || skip "no /dev/full here"
	run -4 sh -c 'timeout 20 unshare --fork --pid --mount-proc "$0" -w -vvv \
		--policy "$1" -- sh -c "\"$2\" orphans 5; sleep 0.2; exit 4" \
		2>/dev/full' "$C" "$POLICY" "$APP"
	run -4 bash -c 'timeout 20 unshare --fork --pid --mount-proc "$0" -w -vvv \
		--policy "$1" -- sh -c "\"$2\" orphans 5; sleep 0.2; exit 4" \
		2> >(:)' "$C" "$POLICY" "$APP"
}
