#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# conf/: every policy is valid and allows what its comments say; so are the
# policies in the documents.
# shellcheck disable=SC2154 # set by bats

load helper

setup_file() {
	build_tools
}

setup() {
	prepare
}

# allows FILE NAME...: the normal form allows exactly these.
allows() {
	local file=$ROOT/conf/$1

	shift
	run -0 --separate-stderr "$C" --check "$file"
	[ "$(sed -n 's/^allow = //p' <<<"$output" | sort)" = \
		"$(printf '%s\n' "$@" | sort)" ]
}

@test "default.ini and web-api.ini allow nothing" {
	allows default.ini NONE
	allows web-api.ini NONE
}

@test "default.ini is the policy that stands in for a missing file" {
	run -0 "$C" --check "$ROOT/conf/default.ini"
	policy '[capabilities]' 'allow = NONE'
	[ "$output" = "$("$C" --check "$POLICY")" ]
}

@test "default.ini shows every section and key" {
	for key in allow drop ambient require enforce user groups no_new_privs \
		securebits subreaper kill_process_group pdeathsig remap_exit \
		warn_on_reap verbosity grace keep_kill; do
		grep -qE "^(# )?$key = " "$ROOT/conf/default.ini"
	done
}

@test "every key that default.ini shows as a comment is valid there" {
	sed -E 's/^# ([a-zA-Z_]+ = )/\1/' "$ROOT/conf/default.ini" \
		>"$BATS_TEST_TMPDIR/all.ini"
	sed -i -E '/^(require|user) = /d' "$BATS_TEST_TMPDIR/all.ini"
	run -0 --separate-stderr "$C" --check "$BATS_TEST_TMPDIR/all.ini"
}

@test "the policies for one kind of container allow what it needs" {
	allows web-server.ini NET_BIND_SERVICE
	allows icmp-monitor.ini NET_RAW
	allows syslog-forwarder.ini SYSLOG
	allows packet-capture.ini NET_ADMIN NET_RAW
}

@test "kernel-module-loader.ini warns of what it allows" {
	allows kernel-module-loader.ini SYS_MODULE
	[[ $stderr == *warning*SYS_MODULE* ]]
}

@test "docker-in-docker.ini allows many and not the kernel's own" {
	run -0 --separate-stderr "$C" --check \
		"$ROOT/conf/docker-in-docker.ini"
	[[ $output == *"allow = SYS_ADMIN"* ]]
	[[ $stderr == *warning*SYS_ADMIN* ]]
	for name in SYS_MODULE SYS_RAWIO SYS_BOOT SYS_TIME MAC_ADMIN BPF; do
		run ! grep -q "$name" <<<"$output"
	done
}

@test "docker-default.ini is Docker's mask" {
	need_root
	run -0 "$C" --policy "$ROOT/conf/docker-default.ini" -- \
		grep ^CapBnd /proc/self/status
	[[ $output == *00000000a80425fb ]]
}

@test "drop-net-raw.ini leaves everything but NET_RAW" {
	need_root
	bounding=$(awk '/^CapBnd/ { print $2 }' /proc/self/status)
	run -0 "$C" --policy "$ROOT/conf/drop-net-raw.ini" -- \
		awk '/^CapBnd/ { print $2 }' /proc/self/status
	[ "$output" = "$(printf '%016x' $((0x$bounding & ~0x2000)))" ]
}

@test "the policies in README.md are valid" {
	awk -v dir="$BATS_TEST_TMPDIR" '
		/^```ini/ { file = dir "/" ++n ".ini"; next }
		/^```/ { file = "" }
		file { print >file }' "$ROOT/README.md"
	[ -s "$BATS_TEST_TMPDIR/1.ini" ]
	for file in "$BATS_TEST_TMPDIR"/[0-9]*.ini; do
		run -0 --separate-stderr "$C" --check "$file"
	done
}
