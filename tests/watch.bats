#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# capini-audit watch and doctor: the kernel as a second witness, and what works
# where.
# shellcheck disable=SC2154,SC2016,SC2030,SC2031 # set by bats and the helper; for
# sh inside

load helper

TRACING=/sys/kernel/tracing

setup_file() {
	build_audit || return
	"${CC:-cc}" -O1 -o "$BIN/needle" "$ROOT/tests/audit/needle.c"
	if [[ $EUID == 0 && ! -d $TRACING/events ]] &&
		mount -t tracefs tracefs "$TRACING" 2>/dev/null; then
		: >"$BATS_FILE_TMPDIR/mounted"
	fi
}

teardown_file() {
	[[ ! -e $BATS_FILE_TMPDIR/mounted ]] || umount "$TRACING"
}

setup() {
	prepare
	A=$BIN/capini-audit
	cd "$BATS_TEST_TMPDIR" || return
}

teardown() {
	end_jobs
}

need_event() {
	need_root
	[[ -d $TRACING/events/capability/cap_capable ]] ||
		skip "this kernel has no event capability:cap_capable"
}

# watches [OPTION...] -- CMD...: the report is in REPORT
watches() {
	run --separate-stderr timeout -k 5 60 "$A" watch "$@"
	REPORT=$stderr
	[[ $status -le 1 ]] || fail "$status" "$REPORT"
}

instances() {
	find "$TRACING/instances" -mindepth 1 -maxdepth 1 \
		-name "capini-audit-$1"
}

@test "watch names what the kernel is asked for, and the call that asks" {
	need_event
	: >file
	watches -- sh -c 'echo out; chown 1 file; chroot / true'
	[[ $output == out && $status == 0 ]]
	contains "$REPORT" "granted: CHOWN SYS_CHROOT"
	grep -qE '^CHOWN +granted +f?chown(at)?, chown \(1 times\)$' \
		<<<"$REPORT" || fail "$REPORT"
	watches -- sh -c 'exit 3'
	[[ $status == 1 ]]
	contains "$REPORT" "granted: NONE"
}

@test "watch tells what was denied" {
	need_event
	: >file
	watches -- setpriv --bounding-set -chown chown 1 file
	grep -qE '^CHOWN +denied +f?chown(at)?, chown \(1 times\)$' \
		<<<"$REPORT" || fail "$REPORT"
}

@test "what run proves is among what watch was told" {
	need_event
	need_namespaces
	for needle in CHOWN DAC_OVERRIDE FOWNER KILL MKNOD NET_RAW SETGID \
		SETUID SYS_ADMIN SYS_CHROOT SYS_NICE; do
		run timeout -k 5 60 unshare --fork --kill-child --pid \
			--mount-proc --net --mount bash -c '
			mount -t tmpfs none . && cd "$PWD" &&
			mount --bind '"$TRACING $TRACING"' || exit
			setpriv --reuid 12345 --clear-groups sleep 60 &
			"$1/needle" prepare
			"$1/capini-audit" watch -- "$1/needle" "$2" $!
			kill $!' - "$BIN" "$needle"
		grep -q "^granted: .*\b$needle\b" <<<"$output" ||
			fail "$needle:" "$output"
	done
}

@test "programs on overlayfs do not seem to use SYS_ADMIN" {
	need_event
	need_namespaces
	cat >work.sh <<-'EOF'
		cat all/file; echo two >>all/file; echo three >all/new
		rm all/new; chmod 600 all/file; ls -l all; mv all/file all/other
		if command -v node; then
			node -e 'require("fs").writeFileSync("all/by-node", "")'
			[ -e all/by-node ] || echo "is it SYS_ADMIN?"
		fi
	EOF
	run timeout -k 5 60 unshare --mount bash -c '
		script=$(<work.sh)
		mount -t tmpfs none . && cd "$PWD" &&
		mkdir lower upper work all && echo one >lower/file &&
		mount -t overlay none -o lowerdir=lower,upperdir=upper \
			-o workdir=work all &&
		"$1" watch -- sh -c "$script"' - "$A"
	contains "$output" "granted: "
	[[ $output != *SYS_ADMIN* ]] || fail "$output"
	run -0 grep -oE 'not shown: [0-9]+' <<<"$output"
	[[ ${output##* } -gt 10 ]]
}

@test "watch looks at what runs already, and what it makes" {
	need_event
	mkfifo go
	sh -c 'read x <go; : >file; (chown 1 file)' 3>&- &
	local program=$!
	JOBS+=("$program")
	"$A" watch --pid "$program" >"$OUT" 2>"$ERR" 3>&- &
	local watch=$!
	JOBS+=("$watch")
	wait_until recording "$watch"
	echo >go
	wait "$program"
	kill -INT "$watch"
	wait "$watch"
	grep -qE '^CHOWN +granted' "$ERR" || fail "$(<"$ERR")"
	[[ -z $(instances "$watch") ]]
}

recording() {
	[[ $(cat "$TRACING/instances/capini-audit-$1/events/capability/enable" \
		2>/dev/null) == 1* ]]
}

@test "watch leaves nothing behind, and takes away what was left" {
	need_event
	for signal in INT TERM KILL; do
		"$A" watch -- sleep 600 >"$OUT" 2>"$ERR" 3>&- &
		local watch=$!
		JOBS+=("$watch")
		wait_until has_child "$watch"
		wait_until recording "$watch"
		local child
		child=$(first_child "$watch")
		JOBS+=("$child")
		kill -"$signal" "$watch"
		wait "$watch" || true
		if [[ $signal == KILL ]]; then
			[[ -n $(instances "$watch") ]]
			watches -- true
			kill "$child"
		fi
		[[ -z $(instances '*') ]] || fail "$signal:" "$(instances '*')"
		wait_until gone "$child"
	done
}

@test "watch says what is missing for it, and ends with 4" {
	need_root
	need_namespaces
	run -4 unshare --mount sh -c 'mount -t tmpfs none /sys/kernel &&
		"$1" watch -- true' - "$A"
	contains "$output" "mount -t tracefs tracefs $TRACING"
	run -2 "$A" watch
	run -2 "$A" watch --pid 1 -- true
	run -2 "$A" watch --for x -- true
}

# --- doctor -----------------------------------------------------------------

# tells ROW PIECE: the row's line has this in it
tells() {
	local line
	line=$(grep "^$1  *" <<<"$output") || fail "no row $1:" "$output"
	contains "$line" "$2"
}

@test "doctor says that run works, and what can be tried" {
	need_root
	run -0 "$A" doctor
	tells ptrace "works"
	tells run "works"
	tells kernel "$(uname -r)"
	tells ip_unprivileged_port_start \
		"$(</proc/sys/net/ipv4/ip_unprivileged_port_start)"
	[[ ! -d $TRACING/events/capability/cap_capable ]] ||
		tells watch "works"
	run -2 "$A" doctor more
}

@test "doctor says what is missing" {
	need_root
	need_command setpriv
	run -4 setpriv --reuid 12345 --clear-groups --bounding-set -all \
		--no-new-privs "$A" doctor
	tells held "NONE: nothing can be tried"
	tells no_new_privs "set"
	tells watch "does not work"
	tells run "does not work"
	run -0 setpriv --bounding-set -sys_ptrace,-net_raw "$A" doctor
	tells "outside of the bounding set" NET_RAW
	tells SYS_PTRACE "not held"
	run -4 "$BIN/denysys" ptrace EPERM "$A" doctor
	tells ptrace "Operation not permitted"
	tells seccomp "filtered"
	tells run "does not work"
}

@test "doctor works for an ordinary user in a user namespace" {
	need_root
	need_command setpriv
	setpriv --reuid 65534 --clear-groups unshare -Urn true 2>/dev/null ||
		skip "no user namespaces here"
	run -0 setpriv --reuid 65534 --clear-groups unshare -Urn "$A" doctor
	tells held "these can be tried"
	tells watch "does not work"
}
