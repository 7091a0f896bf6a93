#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Every test runs in a subshell, and "run" sets variables that none here does.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154,SC2317
# What a container really has: --verify against an oracle that reads the text
# of /proc, and --exec. A PID namespace with capini as its PID 1 is the
# container, nsenter(1) is docker exec.
#
# CAPINI_SEED replays the random test. Masks: KILL 20, NET_BIND_SERVICE 400,
# NET_RAW 2000, SYS_ADMIN 200000.

load helper

setup_file() {
	build_tools
}

setup() {
	prepare
	need_namespaces
	need_command setpriv nsenter python3
	need_caps "$DOCKER"
	# shellcheck disable=SC2153
	CROWD=$ROOT/tests/crowd.py
	ORACLE=$ROOT/tests/oracle.py
	# What Docker gives a container, and who comes into it.
	DOCKER_SETS=(setpriv "--bounding-set=-all,+${DOCKER_NAMES//,/,+}"
		--inh-caps=-all)
	CGROUPS=()
}

# end_all: what a test has started, before it starts more.
end_all() {
	end_jobs
	wait "${JOBS[@]}" 2>/dev/null || true
	JOBS=()
}

teardown() {
	local cgroup
	end_all
	for cgroup in "${CGROUPS[@]}"; do
		wait_until rmdir_quietly "$cgroup"
	done
}

rmdir_quietly() {
	[[ ! -d $1 ]] || rmdir "$1" 2>/dev/null
}

# --- containers, and what enters them ---------------------------------------

# container CMD...: CMD under capini and POLICY, as Docker starts it, until it
# has said "ready".
container() {
	start "${DOCKER_SETS[@]}" "$C" --policy "$POLICY" -- "$@"
	wait_until grep -qs ready "$OUT"
}

# namespace CMD...: CMD itself is PID 1 and says "ready".
namespace() {
	start "$@"
	wait_until grep -qs ready "$OUT"
}

inside() {
	timeout 60 nsenter -t "$INIT" -p -m "$@"
}

# enter CMD...: CMD inside, in the background, until it has said "ready"; its
# number there in ENTERED.
enter() {
	local said=$BATS_TEST_TMPDIR/entered.${#JOBS[@]}
	# Another one may have said it there before.
	: >"$said"
	nsenter -t "$INIT" -p -m "$@" >"$said" 2>&1 3>&- &
	JOBS+=("$!")
	wait_until grep -qs '^ready' "$said"
	ENTERED=$(sed -n 's/^ready //p' "$said")
}

# crowd ARG...: enter with a process of the crowd.
crowd() {
	enter python3 "$CROWD" "$@"
}

# --- asking -----------------------------------------------------------------

# verify CODE ARG...: --verify from inside, without a word on stderr.
verify() {
	local code=$1
	shift
	run --separate-stderr inside "$C" --policy "$POLICY" "$@"
	[[ $status == "$code" ]] ||
		fail "$* ended with $status instead of $code:" "$output" \
			"$stderr" || return
	[[ ! $stderr ]] || fail "said on stderr:" "$stderr"
}

# unknown WORDS CMD...: 2, with one line that has the words; no JSON, or one
# that says the same.
unknown() {
	local words=$1
	shift
	run --separate-stderr timeout 60 "$@"
	[[ $status == 2 ]] || fail "$status instead of 2:" "$output" \
		"$stderr" || return
	[[ ${#stderr_lines[@]} == 1 && $stderr == "capini: "* ]] ||
		fail "not one line of ours:" "$stderr" || return
	contains "$stderr" "$words" || return
	[[ $output != "{"* ]] || [[ $(json holds) == null ]]
}

unknown_inside() {
	local words=$1
	shift
	unknown "$words" nsenter -t "$INIT" -p -m "$C" --policy "$POLICY" "$@"
}

# json FIELD...: of the object that is the output, a line each.
json() {
	python3 "$ORACLE" json "$@" <<<"$output"
}

# is FIELD VALUE...: fields of the only process that the output tells of.
is() {
	local value
	while (($#)); do
		value=$(json "processes.0.$1") || return
		[[ $value == "$2" ]] ||
			fail "$1 is $value instead of $2:" "$output" || return
		shift 2
	done
}

# roles: "PID ROLE" of each process, in the order of PIDs, in one line.
roles() {
	python3 -c 'import json, sys
print(*("%s %s" % who for who in sorted((p["pid"], p["role"]) for p in
	json.load(sys.stdin)["processes"])), sep=", ")' <<<"$output"
}

fits() {
	python3 "$ORACLE" columns <<<"$output"
}

# --- the rule ---------------------------------------------------------------

@test "a container that capini has started holds: PID 1, the application, all" {
	caps "allow = NET_BIND_SERVICE"
	container "$APP" children 3
	verify 0 --verify
	verify 0 --verify=1
	verify 0 --verify=2
	verify 0 --verify=all
	verify 0 --verify --json
	is pid 1 name capini role init holds true uid 0 no_new_privs true \
		securebits null bounding.mask 0000000000000400 \
		bounding.capabilities '["NET_BIND_SERVICE"]' \
		permitted.mask 0000000000000000 permitted.capabilities '[]'
	[[ $(json policy allow holds) == "$POLICY
[\"NET_BIND_SERVICE\"]
true" ]]
	verify 0 --verify=2 --json
	is pid 2 name app role app effective.mask 0000000000000400 \
		effective.outside '[]'
}

@test "an application started with enforce = warn does not hold, PID 1 neither" {
	caps "allow = NET_BIND_SERVICE" "enforce = warn" "[process]" \
		"no_new_privs = no"
	start setpriv "--bounding-set=-all,+net_bind_service,+net_raw" \
		--inh-caps=-all "$C" --policy "$POLICY" -- "$APP" children 1
	wait_until said ready
	verify 1 --verify
	contains "$output" NET_RAW
	verify 1 --verify=2 --json
	is role app holds false bounding.outside '["NET_RAW"]' \
		permitted.outside '["NET_RAW"]' \
		effective.outside '["NET_RAW"]' inheritable.outside '[]' \
		ambient.outside '[]'
	verify 1 --verify=all
}

@test "a container held to a narrower policy than its own does not hold" {
	caps "allow = NET_BIND_SERVICE"
	container "$APP" children 1
	verify 0 --verify=all --drop NET_RAW
	verify 1 --verify=all --drop NET_BIND_SERVICE
	verify 1 --verify=all --allow NET_RAW
	CAPINI_DROP=NET_BIND_SERVICE verify 1 --verify=all
	# The file is still the upper bound.
	verify 0 --verify=all --allow ALL
	[[ $(sed -n 2p "$POLICY") == "allow = NET_BIND_SERVICE" ]]
}

# answer CODE I P E B A NNP: a process with these sets, under NET_BIND_SERVICE.
answer() {
	local code=$1
	shift
	crowd sets "$@" 0
	verify "$code" "--verify=$ENTERED" || fail "for $*"
	verify "$code" "--verify=$ENTERED" --json
	is holds "$([[ $code == 0 ]] && echo true || echo false)"
}

@test "one capability too many, in any one of the five sets, does not hold" {
	caps "allow = NET_BIND_SERVICE"
	namespace "$APP" signals 15
	answer 0 400 400 400 400 400 0
	answer 0 0 0 0 0 0 0
	answer 1 2400 400 400 400 400 0
	is inheritable.outside '["NET_RAW"]' permitted.outside '[]'
	answer 1 400 2400 400 400 400 0
	is permitted.outside '["NET_RAW"]' effective.outside '[]'
	answer 1 400 2400 2400 400 400 0
	is effective.outside '["NET_RAW"]'
	answer 1 400 400 400 2400 400 0
	is bounding.outside '["NET_RAW"]' no_new_privs false
	answer 1 2400 2400 400 400 2400 0
	is ambient.outside '["NET_RAW"]'
}

@test "no_new_privs makes up for the bounding set, and for no other" {
	caps "allow = NET_BIND_SERVICE"
	namespace "$APP" signals 15
	answer 0 400 400 400 2400 400 1
	is bounding.outside '["NET_RAW"]' no_new_privs true
	answer 0 0 0 0 1fffeffffff 0 1
	answer 1 2400 400 400 400 400 1
	answer 1 400 2400 400 400 400 1
	answer 1 400 2400 2400 400 400 1
	answer 1 2400 2400 400 400 2400 1
}

# as_init CODE I P E B A NNP: the same, of PID 1.
as_init() {
	local code=$1
	shift
	namespace python3 "$CROWD" sets "$@" 0
	verify "$code" --verify || fail "for $*"
	verify "$code" --verify=1 --json
	is role init
	end_all
}

@test "PID 1 may keep KILL, permitted and effective, and no other process" {
	caps "allow = NET_BIND_SERVICE"
	as_init 0 0 20 20 400 0 1
	as_init 0 0 20 0 0 0 0
	as_init 0 400 420 420 400 400 0
	as_init 1 20 0 0 0 0 0
	as_init 1 20 20 0 0 20 0
	as_init 1 0 0 0 20 0 0
	as_init 0 0 0 0 20 0 1
	as_init 1 0 2020 0 0 0 1
	namespace "$APP" signals 15
	answer 1 0 20 20 400 0 1
	is role exec
	contains "$(json processes.0.permitted.outside)" KILL
}

@test "KILL that capini keeps for its signals is no fault" {
	caps "[process]" "user = 1000" "no_new_privs = no"
	container "$APP" children 1
	verify 0 --verify --json
	is permitted.capabilities '["KILL"]' permitted.outside '[]'
	verify 0 --verify=all --json
}

@test "what any thread has, the process has" {
	caps "allow = NET_BIND_SERVICE"
	namespace "$APP" signals 15
	crowd sets 0 0 0 0 0 0 0 0 2000 2000 0 0 0 0
	verify 1 "--verify=$ENTERED" --json
	is permitted.outside '["NET_RAW"]' effective.outside '["NET_RAW"]' \
		holds false
	verify 1 --verify=all
	# Not even its bounding set, where one thread is without no_new_privs.
	crowd sets 0 0 0 2400 0 1 0 400 400 400 400 400 0 0
	verify 1 "--verify=$ENTERED" --json
	is holds false no_new_privs false bounding.outside '["NET_RAW"]'
	crowd sets 0 0 0 2400 0 1 0 400 400 400 400 400 1 0
	verify 0 "--verify=$ENTERED" --json
	is ambient.mask 0000000000000400 no_new_privs true
}

@test "a process whose first thread has ended is judged by the others" {
	caps "allow = NET_BIND_SERVICE"
	namespace "$APP" signals 15
	crowd leaderless
	verify 1 --verify=all --json
	contains "$output" "\"pid\":$ENTERED,"
	verify 1 "--verify=$ENTERED" --json
	is holds false
}

@test "zombies are left out, and cannot be judged when named" {
	local zombie
	caps "allow = ALL"
	namespace python3 "$CROWD" zombie
	zombie=$(sed -n 's/^zombie //p' "$OUT")
	verify 0 --verify=all --json
	[[ $(roles) == "1 init" ]] || fail "$output"
	unknown_inside "$zombie" "--verify=$zombie"
}

@test "processes of a container in the container are judged as its own" {
	caps "allow = NET_BIND_SERVICE"
	namespace "${DOCKER_SETS[@]}" "$APP" signals 15
	enter unshare --fork --kill-child --pid python3 "$CROWD" \
		sets 0 0 0 400 0 0 0
	verify 1 --verify=all --json
	[[ $(roles) =~ ^1\ init(, [0-9]+ exec){2}$ ]] || fail "$(roles)"
}

# --- who is who -------------------------------------------------------------

@test "what docker exec brings is marked and judged, its descendants as well" {
	caps "allow = NET_BIND_SERVICE"
	container "$APP" children 1
	verify 0 --verify=all --json
	[[ $(roles) =~ ^1\ init(,\ [0-9]+\ app){2}$ ]] || fail "$(roles)"
	enter "${DOCKER_SETS[@]}" "$APP" children 1
	verify 1 --verify=all --json
	[[ $(roles) =~ ^1\ init,\ 2\ app,\ 3\ app(,\ [0-9]+\ exec){2}$ ]] ||
		fail "$(roles)"
	[[ $(json holds) == false ]]
	verify 1 --verify=all
	contains "$output" exec
	[[ $(grep -cw OUTSIDE <<<"$output") == 2 ]]
	# The container's own are as they were.
	verify 0 --verify
	verify 0 --verify=2
}

@test "a shell that capini --exec has started holds where a plain one does not" {
	caps "allow = NET_BIND_SERVICE"
	container "$APP" children 1
	enter "${DOCKER_SETS[@]}" "$C" --exec --policy "$POLICY" -- \
		"$APP" children 1
	verify 0 --verify=all --json
	[[ $(roles) == *exec* ]]
	enter "${DOCKER_SETS[@]}" setpriv --reuid=1000 --regid=1000 \
		--clear-groups "$APP" children 1
	verify 1 --verify=all
}

@test "the verifying process leaves itself out, but not who called it" {
	caps "allow = NET_BIND_SERVICE"
	container "$APP" children 1
	# It has everything that this machine has.
	verify 0 --verify=all --json
	[[ $(json container_bounding.outside) != "[]" ]]
	run inside sh -c '"$@"; exit $?' - "$C" --policy "$POLICY" \
		--verify=all --json
	[[ $status == 1 && $(roles) == *exec ]] || fail "$output"
}

@test "an orphan of docker exec is PID 1's, as the kernel has it" {
	caps "allow = NET_BIND_SERVICE"
	container "$APP" signals 15
	inside sh -c '"$@" >/dev/null 2>&1 3>&- &' - "$C" --exec \
		--policy "$POLICY" "$APP" children 1
	wait_until eval 'verify 0 --verify=all --json &&
		[[ $(roles) =~ ^1\ init(,\ [0-9]+\ app){3}$ ]]'
}

# make_cgroup [NAME]: a cgroup of our own in CGROUP, in whatever hierarchy.
make_cgroup() {
	local mount
	while read -r mount; do
		CGROUP=$mount/capini-test-$BASHPID$1
		if mkdir "$CGROUP" 2>/dev/null; then
			CGROUPS+=("$CGROUP")
			return
		fi
	done < <(findmnt -rno TARGET -t cgroup2
		findmnt -rno TARGET -t cgroup | grep -v cpuset)
	skip "no cgroup can be made here"
}

# in_cgroup CMD...: a command that does this in CGROUP, into IN_CGROUP.
in_cgroup() {
	IN_CGROUP=(sh -c 'echo 0 >"$0/cgroup.procs" && exec "$@"'
		"$CGROUP" "$@")
}

# A pod: a pause process as PID 1, and a container beside it, each in a cgroup
# of its own, one of them with a name that begins as the other's.
pod() {
	make_cgroup -pause
	in_cgroup "${DOCKER_SETS[@]}" "$APP" children 0
	start "${IN_CGROUP[@]}"
	wait_until grep -q app "/proc/$INIT/comm"
	make_cgroup
	in_cgroup "${DOCKER_SETS[@]}" "$C" --policy "$POLICY" -- \
		"$APP" children 1
	nsenter -t "$INIT" -p -m "${IN_CGROUP[@]}" \
		>"$BATS_TEST_TMPDIR/pod" 2>&1 3>&- &
	JOBS+=("$!")
	wait_until grep -qs ready "$BATS_TEST_TMPDIR/pod"
}

@test "in a PID namespace that is shared only our own container is judged" {
	local own
	need_command findmnt
	caps "allow = NET_BIND_SERVICE"
	pod
	in_cgroup "$C" --policy "$POLICY" --verify=all --json
	run -0 --separate-stderr inside "${IN_CGROUP[@]}"
	[[ ! $stderr && $(json holds) == true ]]
	[[ $(roles) =~ ^1\ other,\ ([0-9]+)\ init(,\ [0-9]+\ app){2}$ ]] ||
		fail "$(roles)" "$output"
	own=${BASH_REMATCH[1]}
	is pid 1 holds null role other
	# By default the container's own first is judged.
	in_cgroup "$C" --policy "$POLICY" --verify --json
	run -0 inside "${IN_CGROUP[@]}"
	is pid "$own" role init holds true
	# Docker exec into it is judged, the neighbour's is not.
	in_cgroup "${DOCKER_SETS[@]}" "$APP" children 1
	enter "${IN_CGROUP[@]}"
	in_cgroup "$C" --policy "$POLICY" --verify=all --json
	run -1 inside "${IN_CGROUP[@]}"
	contains "$(roles)" exec
	in_cgroup "$C" --policy "$POLICY" --verify=all
	run -1 inside "${IN_CGROUP[@]}"
	fits
}

@test "the same with a cgroup namespace, in which the neighbour is outside" {
	need_command findmnt
	unshare --cgroup true || skip "no cgroup namespace here"
	caps "allow = NET_BIND_SERVICE"
	pod
	in_cgroup unshare --cgroup "$C" --policy "$POLICY" --verify=all --json
	run -0 --separate-stderr inside "${IN_CGROUP[@]}"
	[[ ! $stderr ]]
	[[ $(roles) =~ ^1\ other,\ [0-9]+\ init(,\ [0-9]+\ app){2}$ ]] ||
		fail "$(roles)" "$output"
}

@test "a container's processes in cgroups below its own are its own" {
	need_command findmnt
	caps "allow = NET_BIND_SERVICE"
	make_cgroup
	in_cgroup "${DOCKER_SETS[@]}" "$C" --policy "$POLICY" -- \
		"$APP" children 1
	start "${IN_CGROUP[@]}"
	wait_until said ready
	in_cgroup "$C" --policy "$POLICY" --verify=all --json
	mkdir "$CGROUP/below"
	CGROUPS=("$CGROUP/below" "$CGROUP")
	CGROUP+=/below in_cgroup "${DOCKER_SETS[@]}" "$APP" children 1
	enter "${IN_CGROUP[@]}"
	in_cgroup "$C" --policy "$POLICY" --verify=all --json
	run -1 inside "${IN_CGROUP[@]}"
	[[ $(roles) =~ ^1\ init(,\ [0-9]+\ (app|exec)){4}$ ]] ||
		fail "$(roles)"
}

# --- against the oracle -----------------------------------------------------

# crowded COUNT SEED: two crowds around a random policy, one below PID 1 and
# one that came in; the oracle's count of processes, and of those that hold,
# is added to TOTAL, HOLDING and BREAKING.
crowded() {
	local seed=$2 mask
	POLICY=$BATS_TEST_TMPDIR/policy.ini
	python3 "$ORACLE" policy "$seed" >"$POLICY"
	mask=$(sed -n '1s/^# //p' "$POLICY")
	namespace python3 "$CROWD" random "$(($1 * 3 / 4))" "$seed" "$mask"
	crowd random "$(($1 / 4))" "exec $seed" "$mask"
	run inside python3 "$ORACLE" judge "$mask" "$C" --policy "$POLICY"
	[[ $status == 0 ]] ||
		fail "CAPINI_SEED=$CAPINI_SEED $seed:" "$output" || return
	[[ $output == *" app exec init" ]]
	# shellcheck disable=SC2086
	set -- $output
	TOTAL=$((TOTAL + $1))
	HOLDING=$((HOLDING + $2))
	BREAKING=$((BREAKING + $3))
	end_all
}

@test "of five hundred random processes the verdict is that of the oracle, under random policies" {
	local round
	TOTAL=0 HOLDING=0 BREAKING=0
	: "${CAPINI_SEED:=$((RANDOM << 15 | RANDOM))}"
	echo "# CAPINI_SEED=$CAPINI_SEED" >&3
	for round in 1 2 3 4 5 6 7; do
		crowded 100 "$CAPINI_SEED.$round"
	done
	((TOTAL >= 500 && HOLDING >= 100 && BREAKING >= 100)) ||
		fail "$TOTAL processes, $HOLDING hold, $BREAKING do not"
	echo "# $TOTAL processes, $HOLDING hold, $BREAKING do not" >&3
}

# --- many, and gone ---------------------------------------------------------

# effort ARG...: the system calls of --verify=all for what app ARG makes.
effort() {
	start "$APP" "$@"
	wait_until said ready
	run -1 inside strace -c -o "$BATS_TEST_TMPDIR/calls" "$C" \
		--policy "$POLICY" --verify=all --json
	[[ $(roles | tr , '\n' | grep -c app) == "$2" ]]
	EFFORT=$(awk '$NF == "total" { print $4 }' \
		"$BATS_TEST_TMPDIR/calls")
	end_all
}

@test "two thousand processes: each is told of once, at a cost that grows no faster than they" {
	local few
	need_command strace
	caps "allow = NET_BIND_SERVICE"
	effort children 400
	few=$EFFORT
	effort children 2000
	((few > 400 && EFFORT < 6 * few)) ||
		fail "400 take $few calls, 2000 take $EFFORT"
}

@test "a process and its descendants in five hundred generations: the same" {
	local few
	need_command strace
	caps "allow = NET_BIND_SERVICE"
	# More are more than fork(2) is quick with.
	effort line 100
	few=$EFFORT
	effort line 500
	((few > 100 && EFFORT < 6 * few)) ||
		fail "100 take $few calls, 500 take $EFFORT"
}

@test "processes that come and go while it looks are no error, and nobody's guests" {
	local round
	caps "allow = NET_BIND_SERVICE"
	container bash -c 'echo ready
		while :; do "$1" orphans 40; done &
		while :; do "$1" orphans 40; done &
		while :; do /bin/true & /bin/true & wait; done' - "$APP"
	for round in {1..20}; do
		verify 0 --verify=all --json
		json holds
		run ! grep -E '"role":"(exec|other)"' <<<"$output"
		verify 0 --verify=all
		verify 0 --verify
	done
}

@test "a process that ends between two looks is no longer there" {
	local dead
	caps
	namespace "$APP" signals 15
	dead=$(inside sh -c 'echo $$')
	unknown_inside "$dead" "--verify=$dead"
	unknown_inside "$dead" "--verify=$dead" --json
}

# --- names ------------------------------------------------------------------

@test "names of any bytes break neither JSON nor a line, nor reach a terminal" {
	local hex
	caps "allow = NET_BIND_SERVICE"
	namespace "$APP" signals 15
	for hex in 610a62 0a436170456666 5c 5c6e 5c5c6e0a 22 27 1b5b33316d78 \
		09 7f 08080808 00 ff fffefd c3 c328 e282 f09f9880 \
		e280ae787565 c29b33316d 61616161616161616161616161c3a9 \
		0d0a 202020 2f2e2e2f 7b7d5b5d2c3a; do
		crowd name "$hex"
	done
	run inside python3 "$ORACLE" judge 400 "$C" --policy "$POLICY"
	[[ $status == 0 ]] || fail "$output"
	[[ $output == "2"[0-9]" "* ]]
}

@test "a name is in the JSON as it is" {
	local hex name=$'a\n"\\\t\e[1m' want
	caps "allow = ALL"
	namespace "$APP" signals 15
	# shellcheck disable=SC1003
	for name in $'a\n"\\\t\e[1m' $'\n' '\n' '\' 'naïve' '"'; do
		hex=$(printf %s "$name" | od -An -tx1 | tr -d ' \n')
		crowd name "$hex"
		verify 0 "--verify=$ENTERED" --json
		want=$(printf %s. "$name")
		[[ $(json processes.0.name; echo .) == "${want%.}"$'\n.' ]] ||
			fail "$hex: $output"
		verify 0 "--verify=$ENTERED"
		fits
	done
}

@test "a name that looks like a line of the status file is only a name" {
	caps "allow = NET_BIND_SERVICE"
	namespace "$APP" signals 15
	# "\nCapEff:\t0" and "\nNoNewPrivs:\t1"
	crowd name 0a4361704566663a0930
	verify 1 "--verify=$ENTERED" --json
	crowd name 0a4e6f4e657750726976733a0931
	verify 1 "--verify=$ENTERED" --json
	is no_new_privs false
}

# --- /proc as it may be -----------------------------------------------------

# hidden MODE: a container with its /proc mounted so, and one process that
# docker exec has brought and that holds.
hidden() {
	caps "allow = NET_BIND_SERVICE"
	start sh -c 'mount -t proc -o "hidepid=$0" proc /proc && exec "$@"' \
		"$1" "${DOCKER_SETS[@]}" "$C" --policy "$POLICY" -- \
		"$APP" children 1
	wait_until said ready
}

@test "hidepid: what is not to be seen could not be told, as a user and as Docker's root" {
	local mode
	for mode in 1 2 4; do
		hidden "$mode"
		for as in "--reuid=1000 --regid=1000 --clear-groups" \
			"--bounding-set=-sys_ptrace --inh-caps=-all \
				--regid=1000 --clear-groups"; do
			# shellcheck disable=SC2086
			for what in --verify=all "--verify=all --json" \
				--verify "--verify --json" --verify=1; do
				unknown "" nsenter -t "$INIT" -p -m setpriv \
					$as "$C" --policy "$POLICY" $what ||
					fail "hidepid=$mode, $as, $what"
			done
		done
		contains "$stderr" "1"
		unknown hidepid nsenter -t "$INIT" -p -m setpriv \
			--reuid=1000 --regid=1000 --clear-groups "$C" \
			--policy "$POLICY" --verify=all
		end_all
	done
}

@test "hidepid: what is seen and does not hold does not hold" {
	local mode as=(setpriv --reuid=1000 --regid=1000 --clear-groups)
	for mode in 1 2; do
		hidden "$mode"
		enter "${DOCKER_SETS[@]}" "${as[@]}" "$APP" children 1
		run -1 --separate-stderr inside "${as[@]}" "$C" \
			--policy "$POLICY" --verify=all --json
		[[ $(json holds) == false ]]
		run -1 --separate-stderr inside "${as[@]}" "$C" \
			--policy "$POLICY" --verify=all
		end_all
	done
}

@test "hidepid: a visible process whose parent is hidden is judged, and no endless search" {
	local mode as=(setpriv --reuid=1000 --regid=1000 --clear-groups)
	for mode in 1 2 4; do
		caps "[process]" "user = 1000:1000"
		start sh -c 'mount -t proc -o "hidepid=$0" proc /proc &&
			exec "$@"' "$mode" "${DOCKER_SETS[@]}" "$C" \
			--policy "$POLICY" -- "$APP" children 1
		wait_until said ready
		unknown hidepid nsenter -t "$INIT" -p -m "${as[@]}" "$C" \
			--policy "$POLICY" --verify=all --json
		# Who may be asked for, may be judged.
		enter "${DOCKER_SETS[@]}" "${as[@]}" "$APP" children 1
		run -1 --separate-stderr inside "${as[@]}" "$C" \
			--policy "$POLICY" --verify=all --json
		[[ $(json holds) == false ]]
		end_all
	done
}

@test "hidepid: who may trace every process sees and judges all" {
	local mode
	for mode in 1 2 4; do
		hidden "$mode"
		verify 0 --verify=all --json
		[[ $(roles) =~ ^1\ init(,\ [0-9]+\ app){2}$ ]] ||
			fail "$(roles)"
		verify 0 --verify
		end_all
	done
}

@test "hidepid with a group that sees everything: as a member all is judged" {
	caps "allow = NET_BIND_SERVICE"
	start sh -c 'mount -t proc -o hidepid=2,gid=4242 proc /proc &&
		exec "$@"' - "${DOCKER_SETS[@]}" "$C" --policy "$POLICY" -- \
		"$APP" children 1
	wait_until said ready
	run -0 --separate-stderr inside setpriv --reuid=1000 --regid=1000 \
		--groups=4242 "$C" --policy "$POLICY" --verify=all --json
	[[ ! $stderr && $(roles) =~ ^1\ init(,\ [0-9]+\ app){2}$ ]]
}

@test "as a plain user the answers are the same as root's" {
	local as=(setpriv --reuid=1000 --regid=1000 --clear-groups) what root
	caps "allow = NET_BIND_SERVICE" "[process]" "user = 1000"
	container "$APP" children 1
	for what in --verify --verify=2 --verify=all "--verify=all --json"; do
		# shellcheck disable=SC2086
		verify 0 $what
		root=$output
		# shellcheck disable=SC2086
		run -0 inside "${as[@]}" "$C" --policy "$POLICY" $what
		[[ $output == "$root" ]] || fail "$what" "$root" "$output"
	done
	enter "${DOCKER_SETS[@]}" "$APP" children 1
	run -1 inside "${as[@]}" "$C" --policy "$POLICY" --verify=all
	# Without a capability in any set as well.
	run -1 inside "${as[@]}" setpriv --no-new-privs "$C" \
		--policy "$POLICY" --verify=all
}

# elsewhere WORDS CMD...: CMD changes what /proc is; nothing can be told then.
elsewhere() {
	local words=$1 what
	shift
	for what in --verify --verify=1 --verify=all "--verify=all --json"; do
		# shellcheck disable=SC2086
		unknown "$words" unshare --fork --kill-child --pid --mount \
			"$@" "$C" --policy "$POLICY" $what ||
			fail "$what" || return
	done
}

@test "a /proc of another PID namespace tells nothing of ours" {
	caps "allow = ALL"
	elsewhere "PID namespace" sh -c 'exec "$@"' -
}

@test "no /proc, an empty one, one of another file system: could not be told" {
	need_no_proc
	caps "allow = ALL"
	elsewhere /proc sh -c 'mount -t tmpfs none /proc && exec "$@"' -
	elsewhere /proc sh -c 'mount -t sysfs none /proc && exec "$@"' -
	mkdir "$BATS_TEST_TMPDIR/root"
	elsewhere /proc sh -c 'root=$0
		mount -t tmpfs none "$root"
		for dir in /*; do
			[ "$dir" != /proc ] || continue
			if [ -d "$dir" ] && [ ! -h "$dir" ]; then
				mkdir "$root$dir"
				mount --rbind "$dir" "$root$dir"
			else
				cp -a "$dir" "$root$dir"
			fi
		done
		exec chroot "$root" "$@"' "$BATS_TEST_TMPDIR/root"
}

@test "a forged /proc is not believed" {
	need_no_proc
	local fake=$BATS_TEST_TMPDIR/proc
	caps "allow = ALL"
	mkdir -p "$fake/1/task/1" "$fake/self"
	setpriv --bounding-set=-all --inh-caps=-all cat /proc/self/status |
		sed 's/^Pid:.*/Pid:\t1/; s/^NSpid:.*/NSpid:\t1/' |
		tee "$fake/1/status" >"$fake/self/status"
	elsewhere /proc sh -c 'mount --bind "$0" /proc && exec "$@"' "$fake"
}

@test "a status file that something is mounted over is not believed" {
	local source
	caps "allow = NET_BIND_SERVICE"
	container "$APP" children 1
	crowd sets 0 0 0 1fffeffffff 0 0 0
	verify 1 --verify=all
	inside sed "s/^Pid:.*/Pid:	$ENTERED/" /proc/2/status \
		>"$BATS_TEST_TMPDIR/status"
	# That of another process passes for procfs.
	for source in "$BATS_TEST_TMPDIR/status" /proc/2/status; do
		inside mount --bind "$source" "/proc/$ENTERED/status"
		run inside "$C" --policy "$POLICY" --verify=all --json
		[[ $status != 0 ]] || fail "$source: $output" || return
		run inside "$C" --policy "$POLICY" "--verify=$ENTERED"
		[[ $status != 0 ]] || fail "$source: $output" || return
		inside umount "/proc/$ENTERED/status"
	done
	verify 1 --verify=all
	# That of a parent.
	inside mount --bind "$BATS_TEST_TMPDIR/status" /proc/2/status
	run -1 inside "$C" --policy "$POLICY" --verify=all
}

# --- what could not be told -------------------------------------------------

@test "nobody by that number: could not be told" {
	caps "allow = ALL"
	namespace "$APP" signals 15
	unknown_inside 4000000 --verify=4000000
	unknown_inside 4000000 --verify=4000000 --json
}

@test "what is neither a PID nor all could not be told" {
	local what
	caps "allow = ALL"
	namespace "$APP" signals 15
	for what in 0 -1 "" " 1" "1 " 1x x +1 0x1 ALL All 99999999999 \
		4294967297 18446744073709551617; do
		unknown_inside "--verify" "--verify=$what" || fail "\"$what\""
	done
	unknown_inside '"1"' --verify 1
	unknown_inside '"all"' --verify=all all
	unknown_inside "" --verify=all --check
}

@test "without the policy it could not be told, unless --allow is one" {
	[[ ! -e /etc/capini.ini ]] || skip "there is an /etc/capini.ini here"
	namespace "$APP" signals 15
	POLICY=$BATS_TEST_TMPDIR/missing.ini
	unknown_inside "$POLICY" --verify
	unknown_inside "$POLICY" --verify=all --json
	unknown_inside "$POLICY" --verify --allow ALL
	unknown /etc/capini.ini nsenter -t "$INIT" -p -m "$C" --verify
	unknown /etc/capini.ini nsenter -t "$INIT" -p -m "$C" --verify=all \
		--drop NET_RAW
	run -0 --separate-stderr inside "$C" --verify=all --allow ALL
	[[ ! $stderr ]]
	run -1 inside "$C" --verify=all --allow NET_RAW --json
	[[ $(json allow) == '["NET_RAW"]' ]]
	run -1 inside "$C" --verify=all --allow ALL --drop CHOWN --json
	run ! grep -w CHOWN <<<"$(json allow)"
}

@test "a bad policy could not be held against anybody: all its mistakes, and 2" {
	caps "allow = CHWN" "alow = CHOWN"
	namespace "$APP" signals 15
	run -2 --separate-stderr inside "$C" --policy "$POLICY" --verify=all
	[[ ! $output && ${#stderr_lines[@]} == 2 ]]
	contains "$stderr" "capini: $POLICY:2: "
	contains "$stderr" "capini: $POLICY:3: "
	caps "allow = CHOWN"
	unknown_inside NONSENSE --verify --drop NONSENSE
	chmod 666 "$POLICY"
	unknown_inside writable --verify
	chmod 600 "$POLICY"
	unknown "$POLICY" nsenter -t "$INIT" -p -m setpriv --reuid=1000 \
		--regid=1000 --clear-groups "$C" --policy "$POLICY" --verify
}

@test "an answer that cannot be written could not be told" {
	local what
	[[ -c /dev/full ]] || skip "no /dev/full here"
	caps "allow = ALL"
	namespace "$APP" children 300
	for what in --verify --verify=all "--verify=all --json"; do
		# shellcheck disable=SC2086
		unknown "" nsenter -t "$INIT" -p -m sh -c \
			'"$@" >/dev/full; exit $?' - "$C" --policy "$POLICY" \
			$what
	done
}

# strained CALL ERROR WHEN: this call fails so, and --verify=all does not say
# that all is well. It holds where no call fails.
strained() {
	run --separate-stderr inside strace -o /dev/null -e "trace=$1" \
		-e "inject=$1:error=$2:when=$3" \
		"$C" --policy "$POLICY" --verify=all --json
	[[ $status == 2 ]] ||
		fail "$*: $status instead of 2:" "$output" "$stderr"
}

@test "a /proc that cannot be read to its end is never a good answer" {
	need_no_proc
	local when
	need_command strace
	caps "allow = ALL"
	namespace "$APP" children 3
	enter python3 "$CROWD" sets 0 0 0 0 0 0 0 0 0 0 0 0 0 0
	strained getdents64 EIO 1
	strained getdents64 EIO 2
	for when in 10 11 12 13 14 15 16 17 18; do
		strained open,openat EMFILE "$when+"
		strained read EIO "$when+"
	done
}

@test "no single failing call makes a good answer of a bad one" {
	local call count n trace=$BATS_TEST_TMPDIR/trace
	local as=(setpriv "--bounding-set=-all,+net_bind_service"
		--inh-caps=-all)
	need_command strace
	caps "allow = NET_BIND_SERVICE"
	container "$APP" children 1
	crowd sets 0 0 0 0 0 0 0 0 2000 2000 0 0 0 0
	verify 1 --verify=all
	# strace(1) holds.
	inside "${as[@]}" strace -o "$trace" "$C" --policy "$POLICY" \
		--verify=all >/dev/null || true
	for call in open openat read getdents64 fstatfs statfs readlink \
		readlinkat pipe pipe2 fork clone prctl wait4; do
		count=$(grep -c "^$call(" "$trace" || true)
		for ((n = 1; n <= count; n++)); do
			# The dynamic linker's calls are among them: no "run",
			# which warns of its 127.
			if output=$(inside "${as[@]}" strace \
				-o /dev/null -e "trace=$call" \
				-e "inject=$call:error=EMFILE:when=$n" \
				"$C" --policy "$POLICY" --verify=all 2>&1); then
				fail "$call, the ${n}th:" "$output"
			fi
		done
	done
}

@test "a thread that cannot be read is not taken for one without capabilities" {
	local call when thread
	need_command strace
	caps "allow = NET_BIND_SERVICE"
	namespace "$APP" signals 15
	crowd sets 0 0 0 0 0 0 0 0 2000 2000 0 0 0 0
	thread=$(inside ls "/proc/$ENTERED/task" | tail -n 1)
	run inside strace -o "$BATS_TEST_TMPDIR/trace" -e trace=openat,open \
		"$C" --policy "$POLICY" "--verify=$ENTERED"
	[[ $status == 1 ]]
	call=$(grep "\"$thread/status\"" "$BATS_TEST_TMPDIR/trace")
	call=${call%%(*}
	when=$(grep "^$call(" "$BATS_TEST_TMPDIR/trace" |
		grep -n "\"$thread/status\"")
	run inside strace -o /dev/null -e "trace=$call" \
		-e "inject=$call:error=EMFILE:when=${when%%:*}" \
		"$C" --policy "$POLICY" "--verify=$ENTERED"
	[[ $status == 2 ]] || fail "$status: $output"
}

# --- what people see --------------------------------------------------------

@test "the table shows each set as it is, as the policy says, and what is too many" {
	local set
	caps "allow = NET_BIND_SERVICE"
	namespace "$APP" signals 15
	crowd sets 2400 202400 2400 1fffeffffff 400 0 1000
	verify 1 "--verify=$ENTERED"
	fits
	for set in inheritable permitted effective bounding ambient \
		no_new_privs; do
		grep -iq "$set" <<<"$output" || fail "no $set in:" "$output"
	done
	for set in 0000000000002400 0000000000202400 000001fffeffffff \
		0000000000000400; do
		contains "$output" "$set"
	done
	for set in NET_RAW SYS_ADMIN CHECKPOINT_RESTORE MAC_ADMIN; do
		grep -qw "$set" <<<"$output" || fail "no $set in:" "$output"
	done
	contains "$output" 1000
	contains "$output" OUTSIDE
}

@test "whoever is within takes one line of the table of all, whoever is not is shown whole" {
	caps "allow = NET_BIND_SERVICE"
	container "$APP" children 5
	verify 0 --verify=all
	fits
	[[ $(grep -cE '^ +[0-9]+ ' <<<"$output") == 7 ]]
	run ! grep -E '^ +permitted' <<<"$output"
	crowd sets 0 2000 0 0 0 0 0
	verify 1 --verify=all
	[[ $(grep -cE '^ +permitted' <<<"$output") == 1 ]]
	grep -E '^ +permitted' <<<"$output" | grep -qw NET_RAW
}

@test "no line is wider than 80 columns, whatever the policy and the file's name" {
	local name
	namespace "$APP" signals 15
	crowd sets 0 1fffeffffff 1fffeffffff 1fffeffffff 0 0 4294967294
	for list in ALL NONE DOCKER_DEFAULT "DOCKER_DEFAULT SYS_ADMIN BPF"; do
		caps "allow = $list"
		run inside "$C" --policy "$POLICY" --verify=all
		fits
		run inside "$C" --policy "$POLICY" "--verify=$ENTERED"
		fits
	done
}

@test "a policy's name reaches neither terminal nor JSON raw" {
	local name
	namespace "$APP" signals 15
	for name in $'a\nb' $'\e[31m' $'\t"\\' $'\xff'; do
		caps "allow = ALL"
		mv "$POLICY" "$BATS_TEST_TMPDIR/$name"
		POLICY=$BATS_TEST_TMPDIR/$name
		verify 0 --verify --json
		json policy >/dev/null
		[[ $name == *$'\xff' ]] ||
			[[ $(json policy; echo .) == "$POLICY"$'\n.' ]]
		verify 0 --verify
		run ! grep -aE $'[\e\t\xff]|^b' <<<"$output"
	done
}

@test "seccomp's mode is shown" {
	local mode
	need_command perl
	caps "allow = ALL"
	namespace "$APP" signals 15
	verify 0 --verify --json
	mode=$(awk '/^Seccomp:/ { print $2 }' "/proc/$INIT/status")
	is seccomp "$mode"
	enter "$BIN/denysys" setgroups EPERM "$APP" children 1
	verify 0 --verify=all --json
	contains "$output" '"seccomp":2'
	verify 0 --verify=all
	contains "$output" filter
}

@test "capabilities beyond the last that has a name are numbers" {
	caps "allow = ALL"
	start unshare --user --map-root-user "$APP" children 1 ||
		skip "no user namespaces here"
	wait_until said ready
	# In its own user namespace it has what the kernel knows, and no more.
	verify 0 --verify=2 --json
	[[ $(json processes.0.bounding.capabilities) != *41* ]]
}

# --- what no policy reaches -------------------------------------------------

need_user_namespaces() {
	unshare --user --map-root-user true 2>/dev/null ||
		skip "no user namespaces here"
}

# userns LIMIT ARG...: --verify in a user namespace where so many more may be
# made.
userns() {
	run --separate-stderr timeout 60 unshare --user --map-root-user --pid \
		--mount --fork --kill-child --mount-proc sh -c \
		'[ "$0" = any ] || echo "$0" >/proc/sys/user/max_user_namespaces
		"$@"; exit $?' "$1" "$C" --policy "$POLICY" "${@:2}"
	[[ $status == 0 && ! $stderr ]] || fail "$status" "$output" "$stderr"
}

@test "whether user namespaces are open is told as it is" {
	need_user_namespaces
	caps "allow = ALL"
	userns 0 --verify --json
	[[ $(json user_namespaces) == closed ]]
	userns 0 --verify=all
	contains "$output" "user namespaces: closed"
	fits
	userns any --verify=all --json
	[[ $(json user_namespaces) == open ]]
	userns any --verify
	contains "$output" "user namespaces: open"
	fits
}

# flags: what the output says to give the runtime: capabilities for docker run,
# for compose, for Kubernetes.
flags() {
	grep -o -- '--cap-add=[A-Z_]*' <<<"$output" | sed 's/.*=//' | sort |
		xargs echo docker:
	awk '/^ *cap_add:/ { on = 1; next }
		on && !/^ *- / { exit }
		on { print $2 }' <<<"$output" | sort | xargs echo compose:
	awk '/^ *add:/ { on = 1; next }
		on && !/^ *- / { exit }
		on { print $2 }' <<<"$output" | sort | xargs echo kubernetes:
}

@test "a container that is wider than its policy: the flags that close docker exec, too" {
	caps "allow = NET_BIND_SERVICE CHOWN"
	container "$APP" children 1
	run -0 inside "${DOCKER_SETS[@]}" "$C" --policy "$POLICY" --verify
	fits
	for word in docker\ run --cap-drop=ALL cap_drop: cap_add: \
		securityContext: capabilities: drop: add:; do
		contains "$output" "$word"
	done
	[[ $(flags) == "docker: CHOWN NET_BIND_SERVICE
compose: CHOWN NET_BIND_SERVICE
kubernetes: CHOWN NET_BIND_SERVICE" ]] || fail "$(flags)" "$output"
	contains "$output" NET_RAW
	run -0 inside "${DOCKER_SETS[@]}" "$C" --policy "$POLICY" --verify=all
	contains "$output" --cap-drop=ALL
	run -0 --separate-stderr inside "${DOCKER_SETS[@]}" "$C" \
		--policy "$POLICY" --verify --json
	[[ $(json container_bounding.mask) == 00000000a80425fb ]]
	contains "$(json container_bounding.outside)" NET_RAW
	run ! grep -w CHOWN <<<"$(json container_bounding.outside)"
}

@test "nothing allowed: the flags drop all and add nothing" {
	caps
	container "$APP" children 1
	run -0 inside "${DOCKER_SETS[@]}" "$C" --policy "$POLICY" --verify
	contains "$output" --cap-drop=ALL
	run ! grep -F -- --cap-add <<<"$output"
	[[ $(flags) == "docker:
compose:
kubernetes:" ]] || fail "$(flags)"
}

@test "a container as narrow as its policy gets no advice" {
	caps "allow = NET_BIND_SERVICE"
	container "$APP" children 1
	run -0 --separate-stderr inside setpriv \
		"--bounding-set=-all,+net_bind_service" --inh-caps=-all \
		"$C" --policy "$POLICY" --verify=all
	run ! grep -E -- '--cap-|cap_add|securityContext' <<<"$output"
	run -0 --separate-stderr inside setpriv \
		"--bounding-set=-all,+net_bind_service" --inh-caps=-all \
		"$C" --policy "$POLICY" --verify --json
	[[ $(json container_bounding.outside) == "[]" ]]
}

@test "with the flags that it gives, the container starts, and docker exec holds" {
	local names
	for line in "user = 1000" "no_new_privs = yes"; do
		caps "allow = NET_BIND_SERVICE" "[process]" "$line"
		container "$APP" children 1
		run -0 inside "${DOCKER_SETS[@]}" "$C" --policy "$POLICY" \
			--verify
		names=$(flags | sed -n 's/^docker: //p' | tr 'A-Z ' 'a-z,')
		end_all
		DOCKER_SETS=(setpriv "--bounding-set=-all,+${names//,/,+}"
			--inh-caps=-all)
		container "$APP" children 1
		verify 0 --verify=all
		run -0 inside "${DOCKER_SETS[@]}" "$C" --policy "$POLICY" \
			--verify
		run ! grep -F -- --cap-drop <<<"$output"
		end_all
	done
}

@test "it leaves nothing behind and needs nothing to write" {
	need_plain_build
	caps "allow = NET_BIND_SERVICE"
	container "$APP" children 1
	verify 0 --verify=all --json
	first=$output
	run -0 inside sh -c 'mount -o remount,bind,ro / 2>/dev/null
		cd / && exec env -i "$@"' - "$C" --policy "$POLICY" \
		--verify=all --json
	[[ $output == "$first" ]] || fail "$first" "$output"
	verify 0 --verify=all --json
	[[ $output == "$first" ]]
}

# --- --exec -----------------------------------------------------------------

@test "--exec: PID and parent are the caller's, and no process was made" {
	need_command strace
	caps "allow = NET_BIND_SERVICE"
	run -0 in_pidns "${DOCKER_SETS[@]}" sh -c 'echo $$ $PPID
		exec "$@" sh -c "echo \$\$ \$PPID"' - \
		"$C" --exec --policy "$POLICY" --
	[[ ${lines[0]} == "${lines[1]}" && ${lines[0]} == "1 0" ]]
	run -0 in_pidns sh -c '"$@" sh -c "echo \$PPID"; :' - "$C" --exec \
		--policy "$POLICY" --
	[[ $output == 1 ]]
	run -0 in_pidns strace -f -o "$OUT" -e trace=process,prctl "$C" --exec \
		--policy "$POLICY" -- true
	run ! grep -E '(clone|clone3|fork|vfork)\(' "$OUT"
	run ! grep PR_SET_CHILD_SUBREAPER "$OUT"
	[[ $(grep -c 'execve(.* = 0' "$OUT") == 2 ]]
}

@test "--exec: the same sets as a start, or no start at all" {
	local sets line
	for line in "allow = NET_BIND_SERVICE" "allow = NONE" \
		"allow = NET_BIND_SERVICE SETUID" "allow = ALL"; do
		caps "$line"
		run -0 in_pidns "${DOCKER_SETS[@]}" "$C" --policy "$POLICY" -- \
			"$APP" report
		sets=$(grep '^app' <<<"$output")
		run -0 in_pidns "${DOCKER_SETS[@]}" "$C" --exec \
			--policy "$POLICY" -- "$APP" report
		[[ $(grep '^app' <<<"$output") == "$sets" ]] ||
			fail "$line" "$sets" "$output"
	done
	caps "allow = NET_BIND_SERVICE" "enforce = bounding"
	refuses NET_RAW in_pidns "${DOCKER_SETS[@]}" setpriv --reuid=1000 \
		--regid=1000 --clear-groups "$C" --exec --policy "$POLICY" -- \
		touch "$MARKER"
	caps "allow = NET_BIND_SERVICE" "require = SYS_ADMIN"
	refuses SYS_ADMIN in_pidns "${DOCKER_SETS[@]}" "$C" --exec \
		--policy "$POLICY" -- touch "$MARKER"
}

@test "--exec in a container: as root, as a user, and into the policy's user" {
	caps "allow = NET_BIND_SERVICE"
	container "$APP" children 1
	run -0 inside "${DOCKER_SETS[@]}" "$C" --exec --policy "$POLICY" -- \
		"$APP" report
	has "app: 0 400 400 400 0" "app-NoNewPrivs: 1"
	run -0 inside "${DOCKER_SETS[@]}" setpriv --reuid=1000 --regid=1000 \
		--clear-groups "$C" --exec --policy "$POLICY" -- "$APP" report
	has "app: 0 0 0 $DOCKER 0" "app-NoNewPrivs: 1" \
		"app-Uid: 1000 1000 1000 1000"
	caps "allow = NET_BIND_SERVICE" "[process]" "user = 1000:1000"
	run -0 inside "${DOCKER_SETS[@]}" "$C" --exec --policy "$POLICY" -- \
		"$APP" report
	has "app: 400 400 400 400 400" "app-Uid: 1000 1000 1000 1000"
}

@test "--exec: what a direct exec would have had is all there" {
	need_plain_build
	local what direct
	caps "allow = ALL"
	for what in "ignoring 13" "ignoring 17" "blocking 10" "blocking 34"; do
		# shellcheck disable=SC2086
		direct=$(in_pidns "$APP" $what grep ^Sig[BIC] /proc/self/status)
		# shellcheck disable=SC2086
		run -0 in_pidns "$APP" $what "$C" --exec --policy "$POLICY" -- \
			grep ^Sig[BIC] /proc/self/status
		[[ $output == "$direct" ]] || fail "$what" "$direct" "$output"
	done
	what='env | grep -v ^_=; pwd; umask; ulimit -a; ls /proc/self/fd
		echo "$@"'
	cd /usr
	umask 027
	exec 8</dev/null
	direct=$(in_pidns sh -c "$what" - "a  b" "" '*')
	run -0 in_pidns "$C" --exec --policy "$POLICY" -- sh -c "$what" - \
		"a  b" "" '*'
	exec 8<&-
	[[ $output == "$direct" ]] || fail "$direct" "$output"
}

@test "--exec and --verify make a health check: 0 where it holds, 1 where not" {
	caps "allow = NET_BIND_SERVICE"
	container "$APP" children 1
	run -0 inside "${DOCKER_SETS[@]}" "$C" --exec --policy "$POLICY" -- \
		"$C" --policy "$POLICY" --verify=all
	run -1 inside "${DOCKER_SETS[@]}" sh -c '"$@"; exit $?' - "$C" \
		--policy "$POLICY" --verify=all
	run -0 inside "${DOCKER_SETS[@]}" "$C" --exec --policy "$POLICY" -- \
		sh -c '"$@"; exit $?' - "$C" --policy "$POLICY" --verify=all
}
