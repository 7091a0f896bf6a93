#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Every test runs in a subshell, and "run" sets variables that none here does.
# shellcheck disable=SC2030,SC2031,SC2154,SC2317
# The methods of tests/prove, in passing; `make prove` gives each a minute.

load helper

setup() {
	need_namespaces
	need_command python3
	need_caps a80425fb
	export CAPINI
	unset LONG SEED CASE ONLY
}

# proven NAME: its last line tells of cases and of no failure.
proven() {
	grep -qxE "$1: [1-9][0-9]* cases, 0 failures, [0-9]+ seconds" \
		<<<"${lines[-1]}" || fail "$output"
}

@test "whatever the state and the policy, the outcome is that of capabilities(7)" {
	need_no_proc
	CASES=400 run -0 timeout 120 "$ROOT/tests/prove/oracle"
	proven oracle
}

@test "a start with one call of capset or prctl gone wrong is refused, or as it would have been" {
	need_no_proc
	ONLY=capset run -0 timeout 120 "$ROOT/tests/prove/faults"
	proven faults
	ONLY="user: init prctl" run -0 timeout 120 "$ROOT/tests/prove/faults"
	proven faults
}

@test "memory, descriptors and zombies stay flat under mixed load" {
	DURATION=4 run -0 timeout 120 "$ROOT/tests/prove/endurance"
	proven endurance
}

# heap_closed PROGRAM...: as PID 1, and the heap is closed to it once it has
# forked.
heap_closed() {
	in_pidns env LD_PRELOAD="$BATS_TEST_TMPDIR/noheap.so" "$@"
}

@test "PID 1 does not touch the heap once the application runs" {
	need_plain_build
	readelf -lW "$CAPINI" | grep -q INTERP ||
		skip "a static program preloads nothing"
	"${CC:-cc}" -D_GNU_SOURCE -shared -fPIC -O1 \
		-o "$BATS_TEST_TMPDIR/noheap.so" "$ROOT/tests/noheap.c"
	run -99 heap_closed sh -c 'true & : "$(true)"'
	[[ ${lines[0]} == noheap:* ]] || fail "$output"
	cat >"$BATS_TEST_TMPDIR/busy" <<-'END'
	trap 'got=x$got' USR1
	for orphan in 1 2 3 4 5 6 7 8; do
		(sh -c 'kill -KILL $$' &)
		(setsid sleep 0.02 &)
		kill -USR1 1
	done
	(sh -c 'kill -STOP $$' & sleep 0.05; kill -KILL $!)
	sleep 0.2
	[ "$got" ] && exit 7
	END
	run -7 heap_closed "$CAPINI" -w -vvv -g -- \
		env -u LD_PRELOAD sh "$BATS_TEST_TMPDIR/busy"
	[[ $output != *noheap:* && $output == *"reaped zombie"* ]]
}
