# SPDX-License-Identifier: MIT
# Helpers of tests/docker.bats: images, containers, and what the kernel says.
# shellcheck shell=bash disable=SC2034,SC2154

root=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
static=$root/build/static/capini

# One client for all, with a deadline, and never the user's own engine.
docker() {
	local client=/usr/bin/docker
	[ -x "$client" ] || client=docker
	DOCKER_BUILDKIT=0 DOCKER_CONFIG="$BATS_RUN_TMPDIR" \
		timeout -k 5 "${limit:-60}" "$client" \
		-H "${CAPINI_DOCKER_HOST:?}" "$@"
}

# Why can these tests not run? Nothing if they can.
docker_reason() {
	if [ -z "${CAPINI_DOCKER_HOST:-}" ]; then
		echo 'no Docker engine named in CAPINI_DOCKER_HOST'
	elif [ -n "${CAPINI:-}" ] && [ "$(realpath "$CAPINI")" != "$static" ]; then
		echo 'containers run the static build, not this one'
	fi
}

# image NAME < DOCKERFILE: build it, the context is $BATS_FILE_TMPDIR/context
image() {
	docker build -q --network none -t "$1" -f - \
		"$BATS_FILE_TMPDIR/context" 2>&1
}

# policy LINE...: an image "capini-policy" with these lines as its policy, from
# $base or the one with busybox
policy() {
	mkdir -p "$BATS_TEST_TMPDIR/policy"
	printf '%s\n' "$@" >"$BATS_TEST_TMPDIR/policy/capini.ini"
	chmod 644 "$BATS_TEST_TMPDIR/policy/capini.ini"
	printf '%s\n' "FROM ${base:-capini-test}" 'COPY capini.ini /etc/' \
		>"$BATS_TEST_TMPDIR/policy/Dockerfile"
	docker build -q -t capini-policy "$BATS_TEST_TMPDIR/policy" >/dev/null
}

# From two /proc/PID/status, PID 1's and the app's, one line each:
# "init I P E B A nnp", masks without leading zeros.
sets() {
	awk '
	/^Name:/ { who = ++count == 1 ? "init" : "app" }
	/^(CapInh|CapPrm|CapEff|CapBnd|CapAmb):/ {
		sub(/^0+/, "", $2)
		line[who] = line[who] " " ($2 == "" ? "0" : $2)
	}
	/^NoNewPrivs:/ { print who line[who], "nnp=" $2 }
	/^(securebits|capini:)/ { print }' <<<"${1:-$output}"
}

# starts [RUN-OPTION...]: the container runs; $sets is what the kernel says
starts() {
	run -0 docker run --rm --network none "$@" capini-policy \
		cat /proc/1/status /proc/self/status
	sets=$(sets)
	echo "$sets"
}

# are INIT APP: PID 1's and the app's sets
are() {
	[ "$sets" = "init $1
app $2" ]
}

# refuses [RUN-OPTION...]: 125, and the application never ran
refuses() {
	refused 125 "$@"
}

# refused CODE [RUN-OPTION...]
refused() {
	local code=$1 out=$BATS_TEST_TMPDIR/out
	shift
	mkdir -p "$out"
	chmod 777 "$out"
	run docker run --rm --network none -v "$out:/out" "$@" capini-policy \
		"${app:-touch}" /out/started
	echo "exit code $status: $output"
	[ "$status" -eq "$code" ]
	[ ! -e "$out/started" ]
	# Docker's own refusals have 125 as well.
	[[ $output == *"capini: "* ]]
}

# seccomp ERRNO SYSCALL [FIRST-ARGUMENT]: a profile that denies it
seccomp() {
	local args=
	[ -z "${3:-}" ] || args=',"args":[{"index":0,"value":'$3',"op":"SCMP_CMP_EQ"}]'
	cat >"$BATS_TEST_TMPDIR/seccomp.json" <<-END
	{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["$2"],
	"action":"SCMP_ACT_ERRNO","errnoRet":$1$args}]}
	END
}

# denied SYSCALL [FIRST-ARGUMENT]: each kind of denial ends the start
denied() {
	local errno
	for errno in 1 22 38; do	# EPERM EINVAL ENOSYS
		echo "errno $errno"
		seccomp "$errno" "$@"
		refuses --security-opt no-new-privileges \
			--security-opt "seccomp=$BATS_TEST_TMPDIR/seccomp.json"
	done
}

# until_true SECONDS COMMAND...
until_true() {
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		[ "$SECONDS" -lt "$end" ] || return 1
		sleep 0.1
	done
}

# at_dashes WORD... -- WORD...: sets $options and $command
at_dashes() {
	options=()
	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	command=("${@:2}")
}

# in_background [RUN-OPTION...] -- COMMAND...: sets $container
in_background() {
	local options command
	at_dashes "$@"
	container=$(docker run -d --network none "${options[@]}" \
		"${image:-capini-policy}" "${command[@]}")
	echo "$container" >>"$BATS_TEST_TMPDIR/containers"
}

# Does the container's application run, and not capini's copy of itself?
app_runs() {
	local init
	init=$(docker inspect -f '{{.State.Pid}}' "$container")
	app_pid=$(cat "/proc/$init/task/$init/children" 2>/dev/null)
	app_pid=${app_pid%% *}
	[ -n "$app_pid" ] &&
		[ "$(cat "/proc/$app_pid/comm" 2>/dev/null)" = "$1" ]
}

# sets_outside: as the machine's /proc sees the two, with no help from inside
sets_outside() {
	local init
	init=$(docker inspect -f '{{.State.Pid}}' "$container")
	sets=$(sets "$(cat "/proc/$init/status" "/proc/$app_pid/status")")
	echo "$sets"
}

# on_terminal ARG...: docker ARG... on a terminal, the steps of docker/drive.py
# on stdin
on_terminal() {
	local client=/usr/bin/docker python=/usr/bin/python3
	[ -x "$client" ] || client=docker
	[ -x "$python" ] || python=python3
	DOCKER_CONFIG=$BATS_RUN_TMPDIR "$python" \
		"$BATS_TEST_DIRNAME/docker/drive.py" \
		"$client" -H "$CAPINI_DOCKER_HOST" "$@"
}
