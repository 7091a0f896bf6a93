#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Every test runs in a subshell, and "run" sets variables that none here does.
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154,SC2317
# What any init of a container may be asked for, one behaviour a test: a row of
# the table in README.md, which peers.sh makes. INIT is the program, KIND says
# how its options are spelt; without them it is capini, under a policy that
# takes nothing away. An option that an init does not have is a skip.

load helper

setup_file() {
	export BATS_TEST_TIMEOUT=60
	export PEER=${INIT:-} KIND=${KIND:-capini}
	build_tools
}

setup() {
	prepare
	need_namespaces
	cd "$BATS_TEST_TMPDIR" || return
	POLICY_LINES=("[capabilities]" "allow = ALL" "[process]" "no_new_privs = no")
	PROGRAM=${PEER:-$C}
	use
}

teardown() {
	end_jobs
}

# use OPTION...: the command line up to PROGRAM, in US.
use() {
	US=("$PROGRAM")
	if [[ $KIND == capini ]]; then
		policy "${POLICY_LINES[@]}"
		US+=(--policy "$POLICY")
	fi
	US+=("$@")
}

lacks() {
	skip "no such option"
}

# ask WHAT: use the option for it.
ask() {
	case $1:$KIND in
	group:capini | group:tini | group:catatonit) use -g ;;
	group:dumb-init) ;;
	remap:capini | remap:tini) use -e 143 -e 7 -e 127 -e 126 ;;
	quit:capini) keys "[signals]" "TERM = QUIT" ;;
	quit:dumb-init) use --rewrite 15:3 ;;
	name:capini) keys "[signals]" "TERM = QUIT" "USR1 = RTMIN+3" ;;
	name:dumb-init) use --rewrite TERM:QUIT --rewrite USR1:RTMIN+3 ;;
	ignore:capini) keys "[signals]" "HUP = ignore" ;;
	ignore:dumb-init) use --rewrite 1:0 ;;
	reaped:capini | reaped:tini) use -w ;;
	subreaper:tini) use -s ;;
	subreaper:capini | subreaper:catatonit) ;;
	verbose:capini | verbose:tini) use -vvv ;;
	verbose:dumb-init) use -v ;;
	verbose:catatonit) export CATATONIT_DEBUG=1 ;;
	cluster:capini | cluster:tini) use -gve7 ;;
	cluster:dumb-init) use -cvr2:3 ;;
	cluster:catatonit) use -gg ;;
	parent:capini | parent:tini) use -pSIGUSR1 ;;
	grace:capini) keys "[init]" "grace = $2" ;;
	user:capini) keys "[process]" "user = 1000:1000" ;;
	drop:capini)
		POLICY_LINES=("[capabilities]" "allow = CHOWN")
		use
		;;
	*) lacks ;;
	esac
}

# keys LINE...: more of capini's policy.
keys() {
	# [process] is the section that is open.
	[[ $1 != "[process]" ]] || shift
	POLICY_LINES+=("$@")
	use
}

init() {
	in_pidns "${US[@]}" "$@"
}

ready() {
	start "${US[@]}" "$@"
	wait_until said ready
}

# A message of the init itself, that has WORD.
tells() {
	grep -qiE -- "$1" <<<"${stderr-}" ||
		fail "nothing about $1 on stderr:" "${stderr-}"
}

warns() {
	grep -qiE -- "$1" "$ERR"
}

# --- exit codes -------------------------------------------------------------

@test "the application's exit code is the init's" {
	local code
	for code in 0 1 42 125 126 127 128 255; do
		run "-$code" init -- sh -c "exit $code"
	done
}

@test "an application ended by signal n: 128+n" {
	local number
	for number in 1 2 3 6 9 11 15 31 34 64; do
		run "-$((128 + number))" init -- "$APP" die "$number"
	done
}

@test "a program that is not there: 127" {
	run -127 init -- no-such-program
	run -127 init -- /no/such/program
}

@test "a program without execute permission: 126" {
	echo >program
	run -126 init -- ./program
}

no_program() {
	local code=0
	"$@" 2>"$ERR" || code=$?
	[[ $code == 126 || $code == 127 ]] || fail "ended with $code"
}

@test "a program below a file (ENOTDIR) or on a loop of links (ELOOP) is not the init's own failure: 126 or 127" {
	ln -s loop loop
	no_program init -- "$APP/program"
	no_program init -- ./loop
}

@test "a program with a capability that the bounding set lacks (EPERM): 126" {
	need_command setcap
	cp "$APP" program
	setcap cap_net_raw+ep program || skip "no file capabilities here"
	US=(setpriv --bounding-set=-net_raw --inh-caps=-net_raw "${US[@]}")
	run -126 init -- ./program zombies
}

@test "a failed start says on stderr what could not be run" {
	! init -- /no/such/program 2>"$ERR" || false
	warns /no/such/program
}

@test "a failure of the init itself has a code of its own, above those of most applications" {
	run init --no-such-option -- true
	((status >= 100))
}

@test "chosen exit codes of the application become 0" {
	ask remap
	run -0 init -- sh -c "exit 7"
	run -0 init -- sh -c 'kill $$'
	run -8 init -- sh -c "exit 8"
}

@test "choosing 126 and 127 does not hide that the program could not be run" {
	ask remap
	run -127 init -- /no/such/program
	echo >program
	run -126 init -- ./program
}

# --- options ----------------------------------------------------------------

@test "a start is silent" {
	run --separate-stderr -0 init -- true
	[[ ! $output && ! $stderr ]]
}

@test "messages are on stderr alone, verbose as well" {
	ask verbose
	run --separate-stderr -0 init -- true
	[[ ! $output ]]
}

@test "options end at the first argument that is none, also without --" {
	run -0 init ls -d /
	[[ $output == / ]]
	run -0 init echo -v -g -- --version
	[[ $output == "-v -g -- --version" ]]
}

@test "options can be clustered, their values attached" {
	ask cluster
	run -5 init -- sh -c "exit 5"
}

@test "as docker-init, --version says what docker info can read" {
	ln -s "$PROGRAM" docker-init
	run --separate-stderr -0 ./docker-init --version
	[[ $output == "tini version "* && ! $stderr ]]
}

@test "the end of the init's parent is a signal, where asked for" {
	ask parent
	sh -c '"$@" & echo $! >pid; wait' - "${US[@]}" -- "$APP" signals 10 \
		>"$OUT" 2>"$ERR" 3>&- &
	UNSHARE=$!
	JOBS+=("$UNSHARE")
	wait_until said ready
	JOBS+=("$(cat pid)")
	kill -KILL "$UNSHARE"
	wait_until said "got 10"
}

# --- signals ----------------------------------------------------------------

forwarded() {
	local number
	ready -- "$APP" signals 15
	for number; do
		env kill "-$number" "$INIT"
		wait_until said "got $number"
	done
	kill -TERM "$INIT"
	ended 0
}

@test "every signal that a process may send to end, wake or tell is forwarded" {
	forwarded 1 2 3 10 12 13 14 16 18 {23..30}
}

@test "ABRT, BUS, FPE, ILL, SEGV, SYS and TRAP sent by a process are forwarded" {
	forwarded 4 5 6 7 8 11 31
}

@test "SIGTSTP sent by a process is forwarded as such" {
	forwarded 20
}

@test "real-time signals are forwarded" {
	forwarded {34..64}
}

@test "signals 32 and 33, which a libc keeps for itself, are forwarded" {
	forwarded 32 33
}

@test "real-time signals queue: as many arrive as were sent" {
	ready -- "$APP" signals 15
	"$APP" send "$INIT" 40 50
	fifty() { [[ $(grep -cx "got 40" "$OUT") == 50 ]]; }
	wait_until fifty
	kill -TERM "$INIT"
	ended 0
}

@test "the value that sigqueue(3) sends arrives with its signal" {
	ready -- "$APP" values 15
	"$APP" send "$INIT" 40 3
	wait_until said "got 40 value 3"
	said "got 40 value 1"
	said "got 40 value 2"
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
	run ! grep -E 'got (17|21|22)' "$OUT"
}

@test "a signal that arrives during the start is delivered after it" {
	need_command strace
	# The init is held where it makes its child.
	strace -o trace -e trace=clone,clone3,fork,vfork \
		-e inject=clone,clone3,fork,vfork:delay_enter=1500000 \
		"${US[@]}" -- sleep 60 >"$OUT" 2>"$ERR" 3>&- &
	UNSHARE=$!
	JOBS+=("$UNSHARE")
	wait_until grep -qE '^v?(fork|clone)' trace
	INIT=$(first_child "$UNSHARE")
	JOBS+=("$INIT")
	kill -TERM "$INIT"
	ended 143
}

@test "by default a signal goes to the application alone" {
	ready -- "$APP" group 0
	wait_until said "child ready"
	kill -TERM "$INIT"
	ended 0
	run ! said "child got 15"
}

@test "where asked for a signal goes to the application's process group" {
	ask group
	ready -- "$APP" group 1
	wait_until said "child ready"
	kill -TERM "$INIT"
	ended 0
	said "child got 15"
}

@test "a signal can be rewritten to another" {
	ask quit
	ready -- "$APP" signals 3
	kill -TERM "$INIT"
	ended 0
}

@test "signals are rewritten by name, real-time ones too" {
	ask name
	ready -- "$APP" signals 3
	kill -USR1 "$INIT"
	wait_until said "got 37"
	kill -TERM "$INIT"
	ended 0
}

@test "a signal can be ignored" {
	ask ignore
	ready -- "$APP" signals 15
	kill -HUP "$INIT"
	kill -USR1 "$INIT"
	wait_until said "got 10"
	kill -TERM "$INIT"
	ended 0
	run ! said "got 1"
}

@test "a stopped application is woken to act on SIGTERM" {
	local app
	ready -- "$APP" signals 15
	app=$(first_child "$INIT")
	kill -STOP "$app"
	wait_until grep -q '^State:.*T' "/proc/$app/status"
	kill -TERM "$INIT"
	ended 0
}

@test "an application that has changed its uid is signalled" {
	ready -- setpriv --reuid=1000 --regid=1000 --clear-groups \
		"$APP" signals 15
	kill -TERM "$INIT"
	ended 0
}

# unkillable: an application that the init may not signal.
unkillable() {
	US=(setpriv --bounding-set=-kill --inh-caps=-kill "${US[@]}")
	ready -- setpriv --reuid=1000 --regid=1000 --clear-groups \
		sh -c '"$0" orphans 5; exec "$0" signals 15' "$APP"
	kill -TERM "$INIT"
}

@test "without CAP_KILL a failed forward is not the init's end" {
	unkillable
	wait_until asleep "$INIT"
	kill -USR1 "$INIT"
	wait_until asleep "$INIT"
	run ! said "got 15"
	# The application is another user's; we are root and may.
	kill -TERM "$(first_child "$INIT")"
	ended 0
}

@test "without CAP_KILL a failed forward is told, with the reason" {
	unkillable
	wait_until warns 'KILL|not permitted'
}

@test "signals sent by the application to PID 1 come back to it" {
	run -0 init -- sh -c 'trap "echo got it; exit 0" USR1
		kill -USR1 1; for i in 1 2 3 4 5 6 7 8 9; do sleep 0.1; done
		exit 1'
	[[ $output == "got it" ]]
}

@test "PID 1 survives KILL, STOP, SEGV and ABRT from the application" {
	run -0 init -- "$APP" ignoring 11 "$APP" ignoring 6 sh -c \
		'kill -KILL 1; kill -STOP 1; kill -SEGV 1; kill -ABRT 1
			sleep 0.2; kill -0 1'
}

# --- the application's world ------------------------------------------------

# as_direct CMD...: the same output with the init before CMD as without, and
# BEFORE in front of either.
as_direct() {
	local direct
	direct=$(in_pidns "${BEFORE[@]}" "$@")
	run -0 in_pidns "${BEFORE[@]}" "${US[@]}" -- "$@"
	[[ $output == "$direct" ]] || fail "direct:" "$direct" "here:" "$output"
}

@test "the application's signal mask and dispositions are those of a direct exec" {
	local case signals=(grep -E '^Sig(Blk|Ign)' /proc/self/status)
	for case in "blocking 10" "blocking 15" "blocking 34" "ignoring 13" \
		"ignoring 2"; do
		# shellcheck disable=SC2206
		BEFORE=("$APP" $case)
		as_direct "${signals[@]}"
	done
	BEFORE=()
	as_direct "${signals[@]}"
}

@test "HUP ignored, as by nohup(1), stays ignored" {
	BEFORE=("$APP" ignoring 1)
	as_direct grep '^SigIgn' /proc/self/status
}

@test "environment, directory, umask, limits and nice value are those of a direct exec" {
	cd /usr
	umask 027
	BEFORE=(prlimit --nofile=64 --core=0 nice -n 5 env -i A="a b" PATH="$PATH" B=)
	as_direct sh -c 'env | grep -v ^_= | sort; pwd; umask; nice
		cat /proc/self/limits' - "a  b" "" '*'
}

@test "empty arguments and one of 100 kB arrive as they are" {
	local long
	long=$(printf '%0100000d' 7)
	run -0 init -- sh -c 'for a; do echo "<${#a}>"; done' - "" "$long" "" --
	[[ $output == "<0>
<100000>
<0>
<2>" ]]
}

@test "descriptors of the caller reach the application" {
	exec 7</dev/null 42</dev/null
	BEFORE=()
	as_direct sh -c 'ls /proc/self/fd | xargs'
	exec 7<&- 42<&-
}

@test "PID 1 keeps no descriptor but 0, 1 and 2 of its caller" {
	exec 7</dev/null 42</dev/null
	ready -- "$APP" signals 15
	exec 7<&- 42<&-
	[[ ! -e /proc/$INIT/fd/7 && ! -e /proc/$INIT/fd/42 ]]
}

@test "PID 1 sits in /, the application where it was started" {
	cd /usr
	ready -- "$APP" signals 15
	[[ $(readlink "/proc/$INIT/cwd") == / ]]
	[[ $(readlink "/proc/$(first_child "$INIT")/cwd") == /usr ]]
}

@test "LISTEN_PID, when it names PID 1, names the application afterwards" {
	LISTEN_PID=1 run -0 init -- sh -c 'echo "$LISTEN_PID $$"'
	[[ ${output% *} == "${output#* }" ]]
	LISTEN_PID=999 run -0 init -- sh -c 'echo "$LISTEN_PID"'
	[[ $output == 999 ]]
}

@test "the application has a process group of its own in the session of PID 1" {
	run -0 init -- sh -c 'read -r pid _ _ _ group session _ </proc/self/stat
		read -r _ _ _ _ _ first _ </proc/1/stat
		test "$group" = $$ && test "$session" = "$first" && echo yes'
	[[ $output == yes ]]
}

# --- the terminal -----------------------------------------------------------

# on_terminal STEP... -- CMD...: CMD is PID 1 and leads the session of a
# terminal, as under docker run -t.
on_terminal() {
	local steps=()
	need_command python3
	while [[ $1 != -- ]]; do
		steps+=("$1")
		shift
	done
	shift
	timeout 60 python3 "$ROOT/tests/terminal.py" "${steps[@]}" -- \
		unshare --fork --kill-child --pid --mount-proc setsid -c "$@"
}

@test "the application is in the foreground of its terminal" {
	on_terminal send 'hello\n' see "line hello" end 3 -- "${US[@]}" -- \
		sh -c 'read x; echo "line $x"; exit 3'
}

@test "it is so as well when stdin is something else and it reads /dev/tty" {
	on_terminal see ready send 'hello\n' see "line hello" end 3 -- \
		sh -c 'exec "$@" </dev/null' - "${US[@]}" -- \
		sh -c 'echo ready; read x </dev/tty; echo "line $x"; exit 3'
}

@test "^C and ^\\ reach the application, once each" {
	local steps=(see ready send '\x03' see "got 2" send '\x1c' see "got 3")
	steps+=(never $'got 2\r\ngot 2' end 0)
	on_terminal "${steps[@]}" -- "${US[@]}" -- "$APP" signals 3
}

@test "^C ends an application that does nothing about it: 130" {
	on_terminal see ready send '\x03' end 130 -- "${US[@]}" -- \
		sh -c 'echo ready; exec sleep 60'
}

@test "^Z does not leave a lone application stopped for ever" {
	on_terminal see ready send '\x1a' send 'hello\n' see "line hello" \
		end 3 -- "${US[@]}" -- \
		sh -c 'echo ready; read x; echo "line $x"; exit 3'
}

@test "a change of the window's size reaches the application" {
	on_terminal see ready size 30 100 see "got 28" send '\x1c' end 0 -- \
		"${US[@]}" -- "$APP" signals 3
}

# No readline: what it prints depends on the terminal.
SHELL_=(bash --norc --noprofile --noediting -i)

@test "a shell as the application has job control: ^Z, fg, ^C" {
	printf '#!/bin/sh\ntrap "echo on" CONT; echo up\n' >job
	echo 'while :; do read x; done' >>job
	chmod 755 job
	on_terminal see '# ' never "job control" send './job\n' see up \
		send '\x1a' see Stopped see '# ' send 'fg\n' see on \
		send '\x03' see '# ' send 'echo a$((1+1))b\n' see a2b \
		send 'exit 5\n' end 5 -- "${US[@]}" -- "${SHELL_[@]}"
}

@test "below an interactive shell ^Z stops the init with its application, fg resumes both" {
	[[ $KIND != tini ]] || use -s
	{
		echo "#!/bin/sh"
		printf 'exec'
		printf ' %q' "${US[@]}"
		echo ' -- sh -c "echo up; read x; echo line \$x"'
	} >job
	chmod 755 job
	on_terminal see '# ' send './job\n' see up send '\x1a' see Stopped \
		see '# ' send 'fg\n' see job send 'hello\n' see "line hello" \
		see '# ' send 'exit 5\n' end 5 -- \
		sh -c '"$@"; exit $?' - "${SHELL_[@]}"
}

# --- orphans ----------------------------------------------------------------

@test "of ten thousand orphans no zombie is left" {
	run -0 init -- sh -c '"$0" orphans 10000 || exit
		for i in $(seq 50); do
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

@test "SIGCHLD ignored by the caller: the end of the application is seen" {
	run -7 in_pidns "$APP" ignoring 17 "${US[@]}" -- sh -c "exit 7"
}

@test "SIGCHLD blocked by the caller: the end of the application is seen, orphans are reaped" {
	run -7 in_pidns "$APP" blocking 17 "${US[@]}" -- sh -c '"$0" orphans 50
		sleep 0.3; "$0" zombies; exit 7' "$APP"
	has "zombies: 0"
}

# adopts: not PID 1, the parent of an orphan.
adopts() {
	run --separate-stderr -0 timeout 20 "${US[@]}" -- sh -c '
		sh -c "sh -c \"sleep 0.5; ps -o ppid= \\\$\\\$\" & echo ready"
		ps -o ppid= $$; sleep 1'
	[[ $(tr -d ' ' <<<"${lines[1]}") == "$(tr -d ' ' <<<"${lines[2]}")" ]]
}

@test "orphans come to an init that is not PID 1, too" {
	ask subreaper
	adopts
}

@test "they do without an option and without a warning" {
	adopts
	[[ ! $stderr ]]
}

@test "the reaping of an orphan is told, where asked for" {
	ask reaped
	run --separate-stderr -0 init -- sh -c '"$0" orphans 3; sleep 0.3' "$APP"
	[[ $(grep -c pid <<<"$stderr") == 3 ]]
}

# --- the end ----------------------------------------------------------------

@test "the end of the application is the end at once, whatever else runs" {
	local before=$SECONDS
	run -3 init -- sh -c '"$0" ignoring 15 sleep 30 & exit 3' "$APP"
	((SECONDS - before < 5))
}

@test "where asked for what is left gets SIGTERM and time to end in order" {
	ask grace 8
	run -3 init -- sh -c 'sh -c "trap \"sleep 0.3; echo cleaned; exit\" TERM
			echo >up; while :; do sleep 0.05; done" &
		until test -e up; do sleep 0.05; done; exit 3'
	has cleaned
}

@test "that time is bounded, for those who do not listen" {
	local before=$SECONDS
	ask grace 1
	run -3 init -- sh -c '"$0" ignoring 15 sleep 30 & sleep 0.3; exit 3' \
		"$APP"
	((SECONDS - before >= 1 && SECONDS - before < 10))
}

@test "a second SIGTERM cuts it short" {
	ask grace 600
	ready -- sh -c '"$0" ignoring 15 sleep 60 & sleep 0.3; echo ready
		exec "$0" signals 15' "$APP"
	kill -TERM "$INIT"
	wait_until said "got 15"
	over() { kill -TERM "$INIT" 2>/dev/null; gone "$UNSHARE"; }
	wait_until over
	ended 0
}

# --- poor surroundings ------------------------------------------------------

@test "without /proc" {
	need_no_proc
	run -5 in_pidns sh -c 'mount -t tmpfs none /proc && exec "$@"' - \
		"${US[@]}" -- sh -c "exit 5"
}

@test "on a read-only root" {
	run -5 in_pidns sh -c 'mount -o remount,bind,ro / && exec "$@"' - \
		"${US[@]}" -- sh -c "! touch /never 2>/dev/null; exit 5"
}

@test "with descriptors 0, 1 and 2 closed, which they are for the application, too" {
	run -5 sh -c 'exec "$@" <&- >&- 2>&-' - timeout 20 unshare --fork \
		--kill-child --pid --mount-proc "${US[@]}" -- sh -c \
		'for fd in 0 1 2; do test ! -e /proc/$$/fd/$fd || exit 1; done
		exit 5'
}

# bare CMD...: CMD with no descriptor but 0, 1 and 2.
bare() {
	bash -c 'for fd in /proc/$$/fd/*; do
			((${fd##*/} < 3)) || eval "exec ${fd##*/}>&-"
		done; exec "$@"' - "$@"
}

@test "with a limit of 8 descriptors the application runs" {
	run -5 bare timeout -k 5 20 unshare --fork --kill-child --pid \
		--mount-proc prlimit --nofile=8 "${US[@]}" -- sh -c "exit 5"
}

@test "with a limit of 4 descriptors it runs, or is refused with the reason" {
	run --separate-stderr bare timeout -k 5 20 unshare --fork --kill-child --pid \
		--mount-proc prlimit --nofile=4 "${US[@]}" -- \
		sh -c "exit 5"
	if [[ $status != 5 ]]; then
		tells "too many open files|file descriptors|libcap|error 24"
	fi
}

no_fork() {
	run --separate-stderr in_pidns setpriv --reuid=54321 --regid=54321 \
		--clear-groups --inh-caps=-all prlimit --nproc=1 \
		"${US[@]}" -- sh -c "echo started; exit 5"
	[[ $status != 0 && $status != 124 && $output != *started* ]]
}

@test "with no process left a failed fork is told, with the reason" {
	no_fork
	tells "temporarily unavailable|processes"
}

@test "without any environment, by path and by name" {
	run -5 in_pidns env -i "${US[@]}" -- /bin/sh -c "exit 5"
	run -5 in_pidns env -i "${US[@]}" -- sh -c "exit 5"
}

@test "a script without #! is run by the shell" {
	echo 'echo "got $# $1 $2"; exit 7' >script
	chmod 755 script
	run -7 init -- ./script "a b" c
	[[ $output == "got 2 a b c" ]]
}

@test "with messages to a full disk or a closed pipe PID 1 goes on" {
	ask verbose
	run -5 in_pidns sh -c 'exec "$@" 2>/dev/full' - "${US[@]}" -- \
		sh -c '"$0" orphans 3; exit 5' "$APP"
	run -5 in_pidns bash -c 'exec "$@" 2> >(:)' - "${US[@]}" -- \
		sh -c '"$0" orphans 3; sleep 0.2; exit 5' "$APP"
}

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
	sleep 2.5
	[[ $(switches "$INIT") == "$before" ]]
}

# --- capabilities -----------------------------------------------------------

@test "an application of the same uid cannot read PID 1's environment nor write its memory" {
	run -0 in_pidns setpriv --reuid=1000 --regid=1000 --clear-groups \
		--inh-caps=-all "${US[@]}" -- sh -c '
		cat /proc/1/environ 2>/dev/null && exit 1
		(: <>/proc/1/mem) 2>/dev/null && exit 2
		exit 0'
}

@test "capabilities can be dropped, the bounding set as well" {
	ask drop
	run -0 init -- "$APP" syscalls
	has "app: 0 1 1 1 0"
}

@test "PID 1 itself keeps no capability but KILL" {
	local mask
	ready -- "$APP" signals 15
	while read -r mask; do
		(((16#$mask & ~32) == 0))
	done < <(awk '/^Cap(Prm|Eff|Inh|Amb)/ { print $2 }' \
		"/proc/$INIT/status")
}

@test "the application can be run as another user" {
	ask user
	run -0 init -- id -u
	[[ $output == 1000 ]]
}

# --- one below the other ----------------------------------------------------

@test "below itself the exit code arrives" {
	run -9 init -- "${US[@]}" -- sh -c "exit 9"
	run -143 init -- "${US[@]}" -- sh -c 'kill $$'
}

@test "below itself a signal arrives" {
	ready -- "${US[@]}" -- "$APP" signals 15
	kill -USR1 "$INIT"
	wait_until said "got 10"
	kill -TERM "$INIT"
	ended 0
}

@test "below itself no orphan is left" {
	run -0 init -- "${US[@]}" -- sh -c '"$0" orphans 200; sleep 0.5
		"$0" zombies' "$APP"
	has "zombies: 0"
}
