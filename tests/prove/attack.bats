#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Every test runs in a subshell, and "run" sets variables that none here does.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154,SC2317
# What a hostile application tries from inside, as root and as a user, and how
# it ends: as SECURITY.md says.

: "${CAPINI:=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)/build/dynamic/capini}"

load ../helper

ROOT=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)

setup_file() {
	build_tools
	"${CC:-cc}" -std=c11 -D_GNU_SOURCE -O1 -o "$BIN/attack" \
		"$ROOT/tests/prove/attack.c"
}

setup() {
	prepare
	ATTACK=$BIN/attack
	need_namespaces
	need_caps "$DOCKER"
	# shellcheck disable=SC2034 # by its name
	root=()
	user=(--user 1000:1000)
}

teardown() {
	end_jobs
}

# attacked ARG...: capini as PID 1, ARG... are options and the attack.
attacked() {
	run -0 in_pidns "$C" --policy "$POLICY" "$@"
}

# never WORD...: no attempt with this name was told "yes".
never() {
	local word
	for word; do
		if grep -qE "^$word: yes" <<<"$output"; then
			fail "it could: $word" "$output"
			return 1
		fi
	done
}

# --- capabilities -----------------------------------------------------------

# The whole of it: what the application holds in the end.
regains() {
	attacked "$@" -- "$ATTACK" regain "$APP"
	has "capset: no, EPERM" "inheritable: no, EPERM" "ambient: no, EPERM" \
		"securebits: no, EPERM" "setgroups: no, EPERM" \
		"mount: no, EPERM"
}

@test "capset, ambient, securebits, setuid and a new exec regain nothing" {
	local setting
	for setting in "no_new_privs = yes" "no_new_privs = no"; do
		caps "allow = CHOWN" "[process]" "$setting"
		regains
		has "app: 0 1 1 1 0"
		regains "${user[@]}"
		has "app: 1 1 1 1 1" "setuid 0: no, EPERM"
		caps "[process]" "$setting"
		regains
		has "app: 0 0 0 0 0"
		regains "${user[@]}"
		has "app: 0 0 0 0 0"
	done
}

@test "a setuid-root copy that root has left regains at most what is allowed" {
	[[ $(findmnt -no OPTIONS -T "$BATS_TEST_TMPDIR") != *nosuid* ]] ||
		skip "$BATS_TEST_TMPDIR is mounted nosuid"
	caps "allow = CHOWN" "[process]" "no_new_privs = no"
	attacked -- sh -c 'cp "$1" "$2" && chmod 4755 "$2"' - "$APP" \
		"$BATS_TEST_TMPDIR/open/rootly"
	attacked "${user[@]}" -- "$BATS_TEST_TMPDIR/open/rootly" report
	has "app: 1 1 1 1 0" "app-Uid: 1000 0 0 0"
}

@test "file capabilities that the application sets are refused, or within the policy" {
	need_command setcap
	cp "$APP" "$BATS_TEST_TMPDIR/open/raw"
	caps "[process]" "no_new_privs = no"
	run in_pidns "$C" --policy "$POLICY" -- \
		setcap cap_net_raw+ep "$BATS_TEST_TMPDIR/open/raw"
	[[ $status != 0 ]]
	# With SETFCAP it may, and cannot use what it has set.
	caps "allow = SETFCAP" "[process]" "no_new_privs = no"
	attacked -- sh -c 'setcap cap_net_raw+p "$1" && exec "$1" report' - \
		"$BATS_TEST_TMPDIR/open/raw"
	has "app: 0 80000000 80000000 80000000 0"
	run in_pidns "$C" --policy "$POLICY" -- sh -c \
		'setcap cap_net_raw+ep "$1" && exec "$1" report' - \
		"$BATS_TEST_TMPDIR/open/raw"
	[[ $status == 126 ]] || fail "$status" "$output"
}

@test "a new user namespace: everything inside, nothing outside, as documented" {
	caps "allow = NONE"
	unshare -U true || skip "no user namespaces here"
	touch "$BATS_TEST_TMPDIR/owned"
	run in_pidns "$C" --policy "$POLICY" "${user[@]}" -- unshare -Ur sh -c '
		awk "/^Cap(Eff|Bnd)/ { print \$2 }" /proc/self/status
		chown 1:1 "$0" 2>/dev/null && echo chowned
		hostname stolen 2>/dev/null && echo renamed
		mount -t tmpfs none /mnt 2>/dev/null && echo mounted' \
		"$BATS_TEST_TMPDIR/owned"
	[[ ${lines[0]} == 000001ffffffffff ]] || fail "$output"
	# The two sets, and not one of the words.
	[[ ${#lines[@]} == 2 ]] || fail "$output"
}

@test "capini started by the application, with a policy of its own, gives nothing back" {
	caps "allow = CHOWN"
	mv "$POLICY" "$BATS_TEST_TMPDIR/outer.ini"
	caps "allow = ALL" "enforce = warn" "[process]" "no_new_privs = no"
	chmod 644 "$POLICY"
	run -0 in_pidns "$C" --policy "$BATS_TEST_TMPDIR/outer.ini" -- \
		"$C" --policy "$POLICY" -- "$APP" report
	has "app: 0 1 1 1 0" "app-NoNewPrivs: 1"
}

# --- PID 1 ------------------------------------------------------------------

@test "PID 1's memory, environment, files and namespaces are out of reach" {
	local as
	# PID 1 keeps KILL here, and the application has it as well.
	caps "allow = CHOWN KILL DAC_OVERRIDE SETUID"
	for as in root user; do
		declare -n options=$as
		attacked "${options[@]}" -- "$ATTACK" memory
		never ptrace process_vm_readv process_vm_writev \
			"mem for reading" "mem for writing" environ maps auxv syscall exe cwd root pidfd_getfd setns
	done
}

@test "with SYS_PTRACE in the policy PID 1 is the application's, as documented" {
	caps "allow = SYS_PTRACE KILL"
	attacked -- "$ATTACK" memory
	has "ptrace: yes"
	# And has no capability that the application lacks.
	attacked -- "$APP" report
	grep -qxE "init: 0 (0 0|20 20) 80020 0" <<<"$output"
}

@test "limits of PID 1: an application with its uid can set them, another cannot" {
	caps
	attacked "${user[@]}" -- "$ATTACK" limits
	never NOFILE CPU AS DATA STACK SIGPENDING
	attacked -- "$ATTACK" limits
	has "NOFILE: yes" "CPU: yes"
}

@test "limits of PID 1 taken away by its application: it still forwards and ends" {
	caps
	need_command prlimit
	start "$C" --policy "$POLICY" -- sh -c 'for what in nofile=0 as=0 data=0 \
		stack=0 sigpending=0 fsize=0 nproc=0; do
			prlimit --pid 1 --$what; done; exec "$@"' - \
		"$APP" signals 15
	wait_until said ready
	kill -USR1 "$INIT"
	wait_until said "got 10"
	kill -TERM "$INIT"
	ended 0
}

@test "no signal that the application sends ends or stops PID 1: it goes on forwarding" {
	caps
	start "$C" --policy "$POLICY" -- "$ATTACK" signals "$APP" signals 15
	wait_until said ready
	kill -USR2 "$INIT"
	wait_until said "got 12"
	kill -TERM "$INIT"
	ended 0
	[[ $(grep -cE '^(kill|sigqueue) [0-9]+: yes$' "$OUT") == 128 ]]
	start "$C" --policy "$POLICY" "${user[@]}" -- "$ATTACK" signals \
		"$APP" signals 15
	wait_until said ready
	kill -TERM "$INIT"
	ended 0
	# The kernel lets SIGCONT pass within a session.
	[[ $(grep -c ': yes$' "$OUT") == 2 ]]
}

# --- files, environment, arguments ------------------------------------------

@test "a policy that the application can write decides the next start, one it cannot does not" {
	caps "allow = CHOWN"
	# As a user it cannot.
	run in_pidns "$C" --policy "$POLICY" "${user[@]}" -- \
		sh -c 'echo "allow = ALL" >>"$1"' - "$POLICY"
	[[ $status != 0 ]]
	attacked -- "$APP" report
	has "app: 0 1 1 1 0"
	# As a user, in a file of its own: the caller's is root there.
	install -o 1000 -m 644 "$POLICY" "$BATS_TEST_TMPDIR/open/policy.ini"
	refuses "$BATS_TEST_TMPDIR/open/policy.ini" in_pidns "$C" --policy \
		"$BATS_TEST_TMPDIR/open/policy.ini" -- touch "$MARKER"
	# As the owner it can; root needs no capability for it.
	attacked -- sh -c 'printf "[capabilities]\nallow = CHOWN KILL\n" >"$1"' \
		- "$POLICY"
	attacked -- "$APP" report
	has "app: 0 21 21 21 0"
}

@test "no variable of the environment widens a policy" {
	local setting
	caps "allow = CHOWN"
	for setting in CAPINI_ALLOW=ALL CAPINI_DROP=KILL CAPINI_POLICY=/dev/null \
		TINI_SUBREAPER=1 TINI_KILL_PROCESS_GROUP=1 TINI_VERBOSITY=4 \
		HOME=/tmp PATH="$BATS_TEST_TMPDIR/open:$PATH"; do
		run -0 in_pidns env "$setting" "$C" --policy "$POLICY" -- \
			"$APP" report
		has "app: 0 1 1 1 0" "init: 0 0 0 1 0" "app-NoNewPrivs: 1"
	done
	for setting in CAPINI_DROP=NONSENSE CAPINI_DROP=-CHOWN \
		CAPINI_DROP='~ALL'; do
		refuses CAPINI_DROP in_pidns env "$setting" "$C" \
			--policy "$POLICY" -- touch "$MARKER"
	done
}

@test "behind \"--\" nothing is an option, however it is spelt" {
	local word
	caps "allow = CHOWN"
	for word in --allow=ALL --policy=/dev/null --exec -p --help --; do
		run -127 in_pidns "$C" --policy "$POLICY" -- "$word" ALL
	done
	refuses "" in_pidns "$C" --policy "$POLICY" --policy /dev/null -- \
		touch "$MARKER"
}

@test "options that are not behind \"--\" narrow a policy and never widen it" {
	caps "allow = CHOWN" "[process]" "user = 1000:1000"
	attacked --allow ALL -- "$APP" report
	has "app: 1 1 1 1 1"
	refuses user in_pidns "$C" --policy "$POLICY" --user 0:0 -- \
		touch "$MARKER"
}

# descriptors CMD...: what CMD has, with the standard ones and without.
descriptors() {
	"$@" "$ATTACK" fds | sed 's/[0-9]*]//'
	rm -f "$MARKER"
	"$@" sh -c '"$1" fds >"$2"' - "$ATTACK" "$MARKER" <&- 2>&-
	sed 's/[0-9]*]//' "$MARKER"
}

@test "the application is left no descriptor of capini's, and none is taken" {
	local plain with
	caps "allow = CHOWN"
	plain=$(descriptors in_pidns)
	with=$(descriptors in_pidns "$C" --policy "$POLICY" --)
	contains "$plain" "1: "
	[[ $plain == "$with" ]] || fail "$plain" "with capini:" "$with"
}

# --- terminal and log -------------------------------------------------------

@test "TIOCSTI: capini leaves it as it is without capini, as documented" {
	local plain with
	need_command script
	caps
	plain=$(script -qec "setpriv --bounding-set=-all --inh-caps=-all \
		$ATTACK terminal" /dev/null </dev/null 3>&- | tr -d '\rx^D\b')
	with=$(script -qec "$C --policy $POLICY -- $ATTACK terminal" \
		/dev/null </dev/null 3>&- | tr -d '\rx^D\b')
	contains "$plain" TIOCSTI
	[[ $plain == "$with" ]] || fail "$plain" "$with"
}

@test "a stderr that is closed or has no reader does not end PID 1" {
	caps "[init]" "warn_on_reap = yes"
	run -3 in_pidns sh -c 'exec "$@" 2>&-' - "$C" --policy "$POLICY" -- \
		sh -c '"$1" orphans 50; exit 3' - "$APP"
	run -3 in_pidns bash -c 'exec 2> >(exec true); sleep 0.2; exec "$@"' - \
		"$C" --policy "$POLICY" -- \
		sh -c '"$1" orphans 50; exit 3' - "$APP"
	run -3 in_pidns sh -c 'exec "$@" 2>/dev/full' - "$C" --policy \
		"$POLICY" -- sh -c '"$1" orphans 50; exit 3' - "$APP"
}

@test "a full stderr that nobody reads does not stop PID 1" {
	local pipe=$BATS_TEST_TMPDIR/pipe
	caps "[init]" "warn_on_reap = yes"
	mkfifo "$pipe"
	exec 7<>"$pipe"
	dd if=/dev/zero of="$pipe" bs=4096 count=64 oflag=nonblock \
		2>/dev/null 7>&- || true
	unshare --fork --kill-child --pid --mount-proc "$C" --policy "$POLICY" \
		-- sh -c '"$1" orphans 5; exec "$1" signals 15' - "$APP" \
		>"$OUT" 2>&7 7>&- 3>&- &
	UNSHARE=$!
	JOBS+=("$UNSHARE")
	wait_until said ready
	INIT=$(first_child "$UNSHARE")
	JOBS+=("$INIT")
	kill -TERM "$INIT"
	# shellcheck disable=SC2034 # the helper would show it
	ERR=/dev/null
	ended 0
}

@test "bytes in a file's name do not reach the terminal through capini's messages" {
	local name=$'\e]0;owned\a\nfake: line'
	caps
	run -127 in_pidns "$C" --policy "$POLICY" -- "/no/$name"
	run ! grep -aE $'\e|\a|^fake' <<<"$output"
}
