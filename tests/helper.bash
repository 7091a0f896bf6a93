# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034,SC2154
# What the tests share. CAPINI names the program under test; the tests run a
# copy of it that every user can reach.

bats_require_minimum_version 1.5.0

ROOT=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
: "${CAPINI:=$ROOT/build/dynamic/capini}"

# Docker's fourteen, and the names that setpriv(1) wants.
DOCKER=a80425fb
DOCKER_NAMES=chown,dac_override,fowner,fsetid,kill,setgid,setuid,setpcap
DOCKER_NAMES+=,net_bind_service,net_raw,sys_chroot,mknod,audit_write,setfcap

# Once a file: the program and the test applications, where all may run them.
build_tools() {
	[[ -x $CAPINI ]] || {
		echo "no program to test at $CAPINI: run make" >&2
		return 1
	}
	chmod 755 "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR"
	export BIN=$BATS_FILE_TMPDIR/bin
	mkdir "$BIN"
	install -m 755 "$CAPINI" "$BIN/capini"
	for tool in app denysys; do
		"${CC:-cc}" -O1 -o "$BIN/$tool" "$ROOT/tests/$tool.c" || return
	done
}

: "${CAPINI_AUDIT:=${CAPINI%/*}/capini-audit}"

# The same, and capini-audit.
build_audit() {
	build_tools || return
	[[ -x $CAPINI_AUDIT ]] ||
		fail "no program to test at $CAPINI_AUDIT: run make" || return
	install -m 755 "$CAPINI_AUDIT" "$BIN/capini-audit"
}

# Once a test: its files, a marker that any user could leave, no policy and no
# settings from outside.
prepare() {
	C=$BIN/capini
	APP=$BIN/app
	chmod 755 "$BATS_TEST_TMPDIR"
	MARKER=$BATS_TEST_TMPDIR/open/marker
	mkdir -p "${MARKER%/*}"
	chmod 1777 "${MARKER%/*}"
	OUT=$BATS_TEST_TMPDIR/out
	ERR=$BATS_TEST_TMPDIR/err
	JOBS=()
	umask 022
	unset CAPINI_DROP TINI_SUBREAPER TINI_KILL_PROCESS_GROUP TINI_VERBOSITY
	unset LISTEN_PID
}

# End what a test has left running, by number.
end_jobs() {
	local pid
	for pid in "${JOBS[@]}"; do
		kill -KILL "$pid" 2>/dev/null || true
	done
}

# --- what a test needs ------------------------------------------------------

need_root() {
	[[ $EUID == 0 ]] || skip "needs root"
}

# A fresh PID namespace with its own /proc.
need_namespaces() {
	need_root
	unshare --fork --pid --mount-proc true 2>/dev/null ||
		skip "no new PID namespace here"
}

need_command() {
	local name
	for name; do
		[[ $(type -t "$name") == file ]] || skip "needs $name"
	done
}

# The sanitizers read /proc at their start.
need_no_proc() {
	[[ $CAPINI != */sanitize/* ]] || skip "a sanitizer needs /proc"
}

# And counters are a file that is written, and a variable that says where.
need_plain_build() {
	need_no_proc
	[[ $CAPINI != */coverage/* ]] || skip "an instrumented build writes"
}

# The capabilities of a mask, in our own bounding set.
need_caps() {
	local bounding
	bounding=$(awk '/^CapBnd/ { print $2 }' /proc/self/status)
	((16#$1 == (16#$1 & 16#$bounding))) ||
		skip "the bounding set here ($bounding) is not above $1"
}

# --- policies ---------------------------------------------------------------

# policy LINE...: a policy file of these lines, its path in POLICY.
policy() {
	POLICY=$BATS_TEST_TMPDIR/policy.ini
	printf '%s\n' "$@" >"$POLICY"
	chmod 644 "$POLICY"
}

# caps LINE...: a policy that starts in [capabilities].
caps() {
	policy "[capabilities]" "$@"
}

# --- starting ---------------------------------------------------------------

in_pidns() {
	timeout -k 5 20 unshare --fork --kill-child --pid --mount-proc "$@"
}

# start CMD...: CMD in the background, in a fresh PID namespace; INIT is its
# PID 1 as it is called outside. Its output goes to OUT and ERR.
start() {
	unshare --fork --kill-child --pid --mount-proc "$@" >"$OUT" 2>"$ERR" 3>&- &
	UNSHARE=$!
	JOBS+=("$UNSHARE")
	wait_until has_child "$UNSHARE"
	INIT=$(first_child "$UNSHARE")
	JOBS+=("$INIT")
}

first_child() {
	pgrep -P "$1" | head -n 1 | grep .
}

has_child() {
	first_child "$1" >/dev/null
}

# ended CODE: what start() has started ends by itself, with this code.
ended() {
	local code=0
	wait_until gone "$UNSHARE"
	wait "$UNSHARE" || code=$?
	[[ $code == "$1" ]] || fail "ended with $code instead of $1" \
		"$(cat "$OUT" "$ERR")"
}

# A process that has ended may still be a zombie of ours.
gone() {
	local state
	state=$(awk '/^State/ { print $2 }' "/proc/$1/status" 2>/dev/null) ||
		return 0
	[[ ! $state || $state == Z ]]
}

# wait_until CMD...: until CMD succeeds, at most ten seconds.
wait_until() {
	local deadline=$((SECONDS + 10))
	until "$@"; do
		((SECONDS < deadline)) || fail "waited in vain for: $*" \
			"$(cat "$OUT" "$ERR" 2>/dev/null)"
		sleep 0.02
	done
}

said() {
	grep -qsxF -- "$1" "$OUT"
}

# --- judging ----------------------------------------------------------------

fail() {
	printf '%s\n' "$@" >&2
	return 1
}

contains() {
	[[ $1 == *"$2"* ]] || fail "no \"$2\" in:" "$1"
}

# has LINE...: the output has each of these, as a whole line.
has() {
	local line
	for line; do
		grep -qxF -- "$line" <<<"$output" ||
			fail "no line \"$line\" in:" "$output" || return
	done
}

assert_never_started() {
	[[ ! -e $MARKER ]] || fail "the application was started:" "$output"
}

# refuses WORD CMD...: CMD, which would have the application leave a marker,
# ends with 125 and a line of ours that has WORD; no marker.
refuses() {
	local word=$1
	shift
	[[ $(type -t "$1") == function ]] || set -- timeout 20 "$@"
	run -125 "$@"
	assert_never_started
	grep -a '^capini: ' <<<"$output" | grep -aqF -- "$word" ||
		fail "no line with \"$word\" in:" "$output"
}

# One line for one mistake.
one_line() {
	[[ $(grep -c '^capini: ' <<<"$output") == 1 && ${#lines[@]} == 1 ]] ||
		fail "not one line:" "$output"
}

# sets FILE_OR_TEXT: "I P E B A" of a status file, without leading zeros.
sets() {
	local text=$1
	[[ -e $1 ]] && text=$(cat "$1")
	awk '/^Cap(Inh|Prm|Eff|Bnd|Amb):/ {
		sub(/^0+/, "", $2)
		printf "%s%s", sep, $2 == "" ? "0" : $2
		sep = " "
	} END { print "" }' <<<"$text"
}
