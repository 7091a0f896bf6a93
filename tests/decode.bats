#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Every test runs in a subshell, and "run" sets variables that none here does.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154,SC2317
# Masks as names: --decode says what capsh(1) says, in every form that people
# paste. Any user can run this file; what needs root says so.

load helper

setup_file() {
	build_tools
}

setup() {
	prepare
	need_command capsh python3
	ORACLE=$ROOT/tests/oracle.py
}

teardown() {
	end_jobs
	wait "${JOBS[@]}" 2>/dev/null || true
}

json() {
	python3 "$ORACLE" json "$@" <<<"$output"
}

# decodes MASK ARG...: --decode ARG... is what capsh says of MASK, and silent.
decodes() {
	local expected
	expected=$(capsh --decode="$1")
	shift
	run --separate-stderr timeout 10 "$C" --decode "$@"
	[[ $status == 0 && ! $stderr && $output == "$expected" ]] ||
		fail "$*: $status, instead of $expected:" "$output" "$stderr"
}

# unknown WORDS ARG...: 2, nothing on stdout, one line that has the words.
unknown() {
	local words=$1
	shift
	run --separate-stderr timeout 10 "$C" --decode "$@"
	[[ $status == 2 && ! $output && ${#stderr_lines[@]} == 1 &&
		$stderr == "capini: "* ]] ||
		fail "$*: $status:" "$output" "$stderr" || return
	contains "$stderr" "$words"
}

# --- masks ------------------------------------------------------------------

@test "each of the sixty-four bits, none and all of them: as capsh, unknown ones as numbers" {
	local bit mask
	for bit in {0..63}; do
		printf -v mask %016x "$((1 << bit))"
		decodes "$mask" "$mask" || return
	done
	decodes 0 0000000000000000
	decodes ffffffffffffffff ffffffffffffffff
	contains "$output" ,41,
	contains "$output" ,63
	decodes a80425fb 00000000a80425fb
	[[ $output == "0x00000000a80425fb=cap_chown,cap_dac_override,"* ]]
}

@test "two hundred random masks: as capsh" {
	local mask
	for _ in {1..200}; do
		printf -v mask %016x "$((RANDOM << 49 ^ RANDOM << 35 ^
			RANDOM << 20 ^ RANDOM << 10 ^ RANDOM))"
		decodes "$mask" "$mask" || return
	done
}

@test "a mask is read in every form that people paste" {
	local form line
	for form in 00000000a80425fb 00000000A80425FB 0xa80425fb 0XA80425FB \
		0x00000000a80425fb a80425fb A80425fb; do
		decodes a80425fb "$form" || return
		for line in CapInh CapPrm CapEff CapBnd CapAmb; do
			decodes a80425fb "$line:"$'\t'"$form" || return
			decodes a80425fb "$line: $form" || return
			decodes a80425fb "$line:$form" || return
			# What a shell makes of it without quotes.
			decodes a80425fb "$line:" "$form" || return
		done
	done
	decodes a80425fb $'CapEff:\t00000000a80425fb\n'
}

@test "a line of a status file is read as it is there" {
	local line
	while IFS= read -r line; do
		decodes "${line#*$'\t'}" "$line" || return
	done < <(grep ^Cap /proc/self/status)
}

@test "sixteen digits are a mask even when all are decimal" {
	decodes 0000000000000400 0000000000000400
	decodes 0000000000000001 0000000000000001
	decodes 1000000000000000 1000000000000000
}

@test "a number behind 0x is a mask, however short" {
	decodes 1 0x1
	decodes 400 0x400
	decodes 0 0x0
	decodes 20000000000 0x20000000000
}

@test "the short hexadecimal number with a letter in it is a mask" {
	decodes a a
	decodes 1f 1f
	decodes 3fffffffff 3fffffffff
}

@test "the answer needs no /proc, no policy, no privilege" {
	need_plain_build
	need_namespaces
	run -0 unshare --mount sh -c 'mount -t tmpfs none /proc && exec "$@"' \
		- setpriv --reuid=1000 --regid=1000 --clear-groups \
		--bounding-set=-all "$C" --decode 0xa80425fb
	[[ $output == "$(capsh --decode=a80425fb)" ]]
}

@test "in JSON: the mask, names, and numbers for what has none" {
	local bit
	run -0 --separate-stderr "$C" --decode 00000000a80425fb --json
	[[ ! $stderr && $(json mask) == 00000000a80425fb ]]
	[[ $(json capabilities | tr -d '[]" ' | tr , ' ') == "CHOWN \
DAC_OVERRIDE FOWNER FSETID KILL SETGID SETUID SETPCAP NET_BIND_SERVICE NET_RAW \
SYS_CHROOT MKNOD AUDIT_WRITE SETFCAP" ]]
	run -0 --separate-stderr "$C" --json --decode 0xc000030000000001
	[[ $(json capabilities) == \
		'["CHOWN", "CHECKPOINT_RESTORE", 41, 62, 63]' ]] ||
		fail "$output"
	run -0 --separate-stderr "$C" --decode 0x0 --json
	[[ $output == '{"mask":"0000000000000000","capabilities":[]}' ]]
	for bit in {0..40}; do
		run -0 --separate-stderr "$C" --json \
			--decode "$(printf 0x%x "$((1 << bit))")"
		[[ $(json capabilities.0 | tr '[:upper:]' '[:lower:]') == \
			"$(capsh --decode="$(printf %x "$((1 << bit))")" |
				sed 's/.*=cap_//')" ]] || fail "$output"
	done
}

# --- what is no mask --------------------------------------------------------

@test "what is neither a mask nor a PID could not be told" {
	local what
	for what in "" x 0x 0xg 0xa80425fbz a80425fb,a80425fb "a80425fb 0" \
		"a8 0425fb" +a -a 0x-1 -- cap_chown CHOWN 0x0x1 CapEff: \
		CapEff CapFoo:0 CapEff0 "CapEff: x" "Eff: a" \
		"XCapEff: a80425fb" "CapEff: CapEff: a" "CapEff: CapPrm:"; do
		unknown "" "$what" || fail "\"$what\""
	done
}

@test "a mask of more than sixty-four bits could not be told, never cut" {
	unknown "" 10000000000000000
	unknown "" 0x10000000000000000
	unknown "" fffffffffffffffff
	unknown "" 0x00000000000000000000000000000000000000001
	unknown "" "CapEff: 100000000000000000000000000000000"
}

@test "a word with bytes of a terminal is not passed on to it" {
	unknown "" $'\e[31mx'
	run ! grep -a $'\e' <<<"$stderr"
	unknown "" $'x\ny'
}

@test "no word, two words, the option twice: could not be told" {
	run -2 "$C" --decode
	one_line
	run -2 "$C" --decode 0x1 0x2
	one_line
	run -2 "$C" --decode 0x1 --decode 0x2
	one_line
	run -2 "$C" --decode=
	one_line
}

@test "an answer that cannot be written could not be told" {
	[[ -c /dev/full ]] || skip "no /dev/full here"
	run -2 sh -c '"$@" >/dev/full' - "$C" --decode 0xff
	one_line
	run -2 sh -c '"$@" >/dev/full' - "$C" --decode 0xff --json
	one_line
	run -2 sh -c '"$@" >&-' - "$C" --decode 0xff
	one_line
}

# --- processes --------------------------------------------------------------

# decoded STATUS_FILE: what --decode should say of its process.
decoded() {
	awk '/^Cap/ { print $1, $2 }' "$1" | while read -r line mask; do
		echo "$line $(capsh --decode="$mask")"
	done
}

@test "the five sets of a process, as capsh says them, a line each" {
	sleep 1000 3>&- &
	JOBS+=("$!")
	run -0 --separate-stderr "$C" --decode "$!"
	[[ ! $stderr && $output == "$(decoded "/proc/$!/status")" ]] ||
		fail "$output"
	[[ $(cut -d' ' -f1 <<<"$output" | xargs) == \
		"CapInh: CapPrm: CapEff: CapBnd: CapAmb:" ]]
	run -0 "$C" --decode 1
	[[ $output == "$(decoded /proc/1/status)" ]]
}

@test "the five sets of a process where each is another" {
	need_namespaces
	start python3 "$ROOT/tests/crowd.py" sets 2421 2521 421 \
		25ff 2401 0 0
	wait_until grep -qs ready "$OUT"
	run -0 "$C" --decode "$INIT"
	[[ $output == "$(decoded "/proc/$INIT/status")" ]]
	run -0 --separate-stderr "$C" --decode "$INIT" --json
	[[ $(json pid inheritable.mask permitted.mask effective.mask \
		bounding.mask ambient.mask name | xargs) == "$INIT \
0000000000002421 0000000000002521 0000000000000421 00000000000025ff \
0000000000002401 python3" ]] || fail "$output"
	[[ $(json ambient.capabilities) == \
		'["CHOWN", "NET_BIND_SERVICE", "NET_RAW"]' ]] || fail "$output"
}

@test "a process's name may be anything, the JSON is one object all the same" {
	need_namespaces
	start python3 "$ROOT/tests/crowd.py" name 610a225c09ff1b5b306d7f
	wait_until grep -qs ready "$OUT"
	run -0 --separate-stderr "$C" --decode "$INIT" --json
	json name permitted.mask
	[[ $(json name | head -n 1) == a ]]
	run -0 "$C" --decode "$INIT"
	[[ ${#lines[@]} == 5 ]]
}

@test "nobody by that number: it may have been a mask, and the message says how" {
	local dead
	dead=$(sh -c 'echo $$')
	unknown "0x$dead" "$dead"
	unknown "0x$dead" "$dead" --json
	unknown "0x4000000" 4000000
}

@test "a process is asked for without /proc: could not be told" {
	need_plain_build
	need_namespaces
	run -2 --separate-stderr unshare --mount sh -c \
		'mount -t tmpfs none /proc && exec "$@"' - "$C" --decode 1
	[[ ! $output && ${#stderr_lines[@]} == 1 ]]
}

@test "a forged status file is not believed" {
	local fake=$BATS_TEST_TMPDIR/status
	need_namespaces
	sed 's/^Cap\(...\):.*/Cap\1:\t0000000000000000/' /proc/1/status >"$fake"
	run -2 --separate-stderr unshare --mount sh -c \
		'mount --bind "$0" /proc/1/status && exec "$@"' "$fake" \
		"$C" --decode 1
	[[ ! $output && ${#stderr_lines[@]} == 1 ]]
	# Nor that of another process.
	sleep 1000 3>&- &
	JOBS+=("$!")
	run -2 --separate-stderr unshare --mount sh -c \
		'mount --bind "/proc/$0/status" /proc/1/status && exec "$@"' \
		"$!" "$C" --decode 1
	[[ ! $output && ${#stderr_lines[@]} == 1 ]]
}
