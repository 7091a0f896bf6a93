# SPDX-License-Identifier: MIT
# What every test file uses. CAPINI is the program to test, an absolute path.
# shellcheck shell=bash

bats_require_minimum_version 1.5.0
ROOT=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
CAPINI=${CAPINI:-$ROOT/build/dynamic/capini}

# Prints the sets of every /proc/PID/status on stdin as "I P E B A", each in
# hexadecimal without leading zeroes.
sets() {
	awk '/^Cap(Inh|Prm|Eff|Bnd|Amb):/ {
		sub(/^0+/, "", $2); printf "%s%s", ($2 == "" ? "0" : $2),
			(/^CapAmb/ ? "\n" : " ") }'
}

# policy LINE...: writes a policy file and prints its path.
policy() {
	printf '%s\n' "$@" >"$BATS_TEST_TMPDIR/policy.ini"
	chmod 644 "$BATS_TEST_TMPDIR/policy.ini"
	echo "$BATS_TEST_TMPDIR/policy.ini"
}

needs_root() {
	[ "$(id -u)" -eq 0 ] || skip "needs root"
}

# As PID 1 of new PID and mount namespaces, with a /proc of their own.
as_pid1() {
	unshare --fork --kill-child --pid --mount-proc "$@"
}

# Ways to start with less than root has.
# shellcheck disable=SC2034
entries() {
	local docker="chown,+dac_override,+fowner,+fsetid,+kill,+setgid,+setuid"
	docker+=",+setpcap,+net_bind_service,+net_raw,+sys_chroot,+mknod"
	docker+=",+audit_write,+setfcap"

	only() { ONLY=(setpriv --inh-caps=-all --bounding-set "-all$1"); }
	DOCKER=(setpriv --inh-caps=-all --bounding-set "-all,+$docker")
	DROPPED=(setpriv --inh-caps=-all --bounding-set=-all)
	PLAIN=(setpriv --reuid 65534 --regid 65534 --clear-groups
		--inh-caps=-all)
}
entries

# The application that tells PID 1's sets and its own.
# shellcheck disable=SC2034
TELL='grep -h ^Cap /proc/1/status /proc/self/status'

# refused COMMAND...: ends with 125, says why, and the application, which
# would have made the file $MARKER, never started.
refused() {
	MARKER=$BATS_TEST_TMPDIR/marker
	rm -f "$MARKER"
	run -125 --separate-stderr "$@" touch "$MARKER"
	[ ! -e "$MARKER" ]
	[ -z "$output" ]
	[[ $stderr == "capini: "* ]]
}

# Waits until COMMAND succeeds, ten seconds at most.
wait_until() {
	local deadline=$((SECONDS + 10))

	until "$@"; do
		[ "$SECONDS" -lt "$deadline" ] || return 1
		sleep 0.02
	done
}

# Temporary files are for processes of every uid.
setup() {
	chmod 755 "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR" "$BATS_TEST_TMPDIR" \
		"$(dirname "$BATS_TEST_TMPDIR")"
}
