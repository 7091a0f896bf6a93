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
