#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Real containers. The static build runs FROM scratch beside a static busybox.
#
# These tests use the engine in CAPINI_DOCKER_HOST and no other; without it they
# skip. One of their own, as root (docker.io, runc, mmdebstrap, busybox-static):
#
#     tests/docker/engine.sh start build/docker/engine
#     tests/docker/engine.sh base build/docker/engine build/docker
#     CAPINI_DOCKER_HOST=unix://$PWD/build/docker/engine/docker.sock \
#         bats tests/docker.bats
#     tests/docker/engine.sh stop build/docker/engine
#
# shellcheck disable=SC2154,SC2016 # set by bats and the helper; for sh inside

bats_require_minimum_version 1.5.0
load docker/helper

default=a80425fb	# Docker's 14 capabilities
files=$BATS_FILE_TMPDIR/files	# programs with file capabilities
# Enough for mounts.
mounts=(--cap-add SYS_ADMIN --security-opt seccomp=unconfined
	--security-opt apparmor=unconfined)

setup_file() {
	[ -z "$(docker_reason)" ] || return 0
	local context=$BATS_FILE_TMPDIR/context applet busybox
	busybox=${BUSYBOX:-/bin/busybox}
	if readelf -lW "$busybox" | grep -w INTERP; then
		echo "$busybox is not static: install busybox-static" >&2
		return 1
	fi
	mkdir -p "$context"/{bin,etc}
	cp "$static" "$context/capini"
	cp "$busybox" "$context/bin/busybox"
	for applet in sh cat grep touch sleep mount umount id wget chown; do
		ln -s busybox "$context/bin/$applet"
	done
	"${CC:-cc}" -static -o "$context/bin/securebits" \
		"$BATS_TEST_DIRNAME/docker/securebits.c"
	echo 'root:x:0:0::/:/bin/sh
app:x:1000:1000::/:/bin/sh' >"$context/etc/passwd"
	echo 'root:x:0:
app:x:1000:' >"$context/etc/group"
	# COPY loses file capabilities: these come as a volume.
	mkdir "$files"
	cp "$busybox" "$files/touch"
	setcap cap_net_raw+ep "$files/touch"
	cp "$busybox" "$files/grep"
	setcap cap_net_raw+ep "$files/grep"
	cp "$static" "$files/kill"
	setcap cap_setpcap,cap_kill+ep "$files/kill"
	cp "$static" "$files/bind"
	setcap cap_setpcap,cap_kill,cap_net_bind_service+ep "$files/bind"
	image capini-test <<-END
	FROM scratch
	COPY . /
	ENTRYPOINT ["/capini", "--"]
	END
	image capini-shell <<-END
	FROM debian:bookworm-slim
	COPY capini /
	ENTRYPOINT ["/capini", "--"]
	CMD ["bash"]
	END
}

setup() {
	local reason
	reason=$(docker_reason)
	[ -z "$reason" ] || skip "$reason"
}

teardown() {
	local dir id
	if [ -s "$BATS_TEST_TMPDIR/engine" ]; then
		dir=$(cat "$BATS_TEST_TMPDIR/engine")
		sh "$root/tests/docker/engine.sh" stop "$dir/e"
		rm -rf "$dir"
	fi
	[ -s "$BATS_TEST_TMPDIR/containers" ] || return 0
	while read -r id; do
		docker rm -f "$id" >/dev/null || :
	done <"$BATS_TEST_TMPDIR/containers"
}

# --- a plain docker run ------------------------------------------------------

@test "without a policy, docker run shows PID 1 with no capability at all" {
	run -0 docker run --rm capini-test grep Cap /proc/1/status
	[ "$(cut -f 2 <<<"$output" | sort -u)" = 0000000000000000 ]
	run -0 docker run --rm capini-test grep Cap /proc/self/status
	[ "$(cut -f 2 <<<"$output" | sort -u)" = 0000000000000000 ]
}

@test "a policy that allows nothing leaves PID 1 and the application nothing" {
	policy '[capabilities]' 'allow = NONE'
	starts
	are '0 0 0 0 0 nnp=1' '0 0 0 0 0 nnp=1'
}

@test "PID 1's bounding set is exactly the mask of the allowlist" {
	policy '[capabilities]' 'allow = NET_BIND_SERVICE, CHOWN'
	run -0 docker run --rm capini-policy grep CapBnd /proc/1/status
	[ "$output" = $'CapBnd:\t0000000000000401' ]
	run -0 docker run --rm capini-policy grep CapBnd /proc/self/status
	[ "$output" = $'CapBnd:\t0000000000000401' ]
}

@test "conf/docker-default.ini keeps Docker's own a80425fb" {
	mapfile -t lines <"$root/conf/docker-default.ini"
	policy "${lines[@]}"
	run -0 docker run --rm capini-policy grep CapBnd /proc/1/status
	[ "$output" = $'CapBnd:\t00000000a80425fb' ]
	run -0 docker run --rm capini-policy grep CapEff /proc/self/status
	[ "$output" = $'CapEff:\t00000000a80425fb' ]
}

@test "an image FROM scratch with capini and one program starts" {
	printf '%s\n' 'FROM scratch' 'COPY capini /' \
		'COPY bin/busybox /cat' 'ENTRYPOINT ["/capini", "--"]' |
		image capini-scratch
	run -0 docker run --rm capini-scratch /cat /proc/self/status
	[[ $output == *$'CapBnd:\t0000000000000000'* ]]
}

@test "docker run --read-only --user --cap-drop ALL no-new-privileges works" {
	policy '[capabilities]' 'allow = NET_BIND_SERVICE'
	starts --read-only --user 1000 --cap-drop ALL \
		--security-opt no-new-privileges
	are '0 0 0 0 0 nnp=1' '0 0 0 0 0 nnp=1'
}

# --- (a) root with capabilities ----------------------------------------------

@test "root with Docker's default set: both have the allowlist only" {
	policy '[capabilities]' 'allow = NET_BIND_SERVICE'
	starts
	are '0 0 0 400 0 nnp=1' '0 400 400 400 0 nnp=1'
}

@test "root with many capabilities: PID 1 keeps KILL alone" {
	policy '[capabilities]' 'allow = KILL, NET_BIND_SERVICE' \
		'[process]' 'no_new_privs = no'
	starts --cap-add SYS_ADMIN --cap-add SYS_MODULE --cap-add NET_ADMIN
	are '0 20 20 420 0 nnp=0' '0 420 420 420 0 nnp=0'
}

@test "PID 1 keeps KILL though the bounding set is empty" {
	policy '[capabilities]' 'allow = NONE' '[process]' 'no_new_privs = no'
	starts
	are '0 20 20 0 0 nnp=0' '0 0 0 0 0 nnp=0'
}

@test "root with noroot and nothing ambient is refused" {
	policy '[capabilities]' 'allow = NET_BIND_SERVICE' 'ambient = NONE' \
		'[process]' 'securebits = noroot, no_setuid_fixup'
	refuses
	[[ $output == *noroot* ]]
}

@test "root with noroot holds what is ambient" {
	policy '[capabilities]' 'allow = NET_BIND_SERVICE' \
		'[process]' 'securebits = noroot, no_setuid_fixup'
	starts
	are '0 0 0 400 0 nnp=1' '400 400 400 400 400 nnp=1'
	run -0 docker run --rm capini-policy securebits
	[ "$output" = 'securebits f' ]
}

# --- (b) root, --cap-drop ALL ------------------------------------------------

@test "cap-drop ALL: there is nothing to drop and it starts" {
	policy '[capabilities]' 'allow = NET_BIND_SERVICE'
	starts --cap-drop ALL
	are '0 0 0 0 0 nnp=1' '0 0 0 0 0 nnp=1'
}

@test "cap-drop ALL, cap-add of what is allowed: SETPCAP is not needed" {
	policy '[capabilities]' 'allow = NET_BIND_SERVICE' 'enforce = bounding'
	starts --cap-drop ALL --cap-add NET_BIND_SERVICE
	are '0 0 0 400 0 nnp=1' '0 400 400 400 0 nnp=1'
}

@test "cap-drop ALL, cap-add of more than allowed: the bounding set cannot go" {
	policy '[capabilities]' 'allow = NET_BIND_SERVICE' 'enforce = bounding'
	refuses --cap-drop ALL --cap-add NET_BIND_SERVICE --cap-add CHOWN
	[[ $output == *SETPCAP* ]]
	policy '[capabilities]' 'allow = NET_BIND_SERVICE' \
		'[process]' 'no_new_privs = no'
	refuses --cap-drop ALL --cap-add NET_BIND_SERVICE --cap-add CHOWN
	[[ $output == *SETPCAP* ]]
}

@test "cap-drop ALL, cap-add of more than allowed: no_new_privs is enough" {
	policy '[capabilities]' 'allow = NET_BIND_SERVICE'
	starts --cap-drop ALL --cap-add NET_BIND_SERVICE --cap-add CHOWN
	are '0 0 0 401 0 nnp=1' '0 400 400 401 0 nnp=1'
}

@test "enforce = warn starts with one line that names what is left over" {
	policy '[capabilities]' 'allow = NET_BIND_SERVICE' 'enforce = warn' \
		'[process]' 'no_new_privs = no'
	run -0 --separate-stderr docker run --rm --cap-drop ALL \
		--cap-add NET_BIND_SERVICE --cap-add CHOWN capini-policy \
		cat /proc/1/status /proc/self/status
	[ "${#stderr_lines[@]}" -eq 1 ]
	[[ $stderr == "capini: "*CHOWN* ]]
	[[ $(sets) == *' 401 0 nnp=0' ]]
}

@test "cap-drop ALL: a switch of user is refused" {
	policy '[process]' 'user = 1000'
	refuses --cap-drop ALL
	[[ $output == *SET?ID* ]]
}

@test "cap-drop ALL: an ambient capability is refused" {
	policy '[capabilities]' 'allow = NET_BIND_SERVICE' \
		'ambient = NET_BIND_SERVICE'
	refuses --cap-drop ALL
	[[ $output == *NET_BIND_SERVICE* ]]
}

@test "cap-drop ALL: a required capability is refused" {
	policy '[capabilities]' 'allow = NET_BIND_SERVICE' \
		'require = NET_BIND_SERVICE'
	refuses --cap-drop ALL
	[[ $output == *NET_BIND_SERVICE* ]]
}

# --- (c) USER 1000 -----------------------------------------------------------

@test "USER 1000: enforce = bounding is refused" {
	policy '[capabilities]' 'allow = NET_BIND_SERVICE' 'enforce = bounding'
	refuses --user 1000
	[[ $output == *SETPCAP* ]]
}

@test "USER 1000: the guarantee holds by no_new_privs" {
	policy '[capabilities]' 'allow = NET_BIND_SERVICE'
	starts --user 1000
	are "0 0 0 $default 0 nnp=1" "0 0 0 $default 0 nnp=1"
}

@test "USER 1000: without no_new_privs there is no guarantee and no start" {
	policy '[capabilities]' 'allow = NET_BIND_SERVICE' \
		'[process]' 'no_new_privs = no'
	refuses --user 1000
}

@test "USER 1000, cap-drop ALL: it starts with nothing" {
	policy '[capabilities]' 'allow = NET_BIND_SERVICE' 'enforce = bounding' \
		'[process]' 'no_new_privs = no'
	starts --user 1000 --cap-drop ALL
	are '0 0 0 0 0 nnp=0' '0 0 0 0 0 nnp=0'
}

@test "USER 1000, all of Docker's set allowed: there is nothing to do" {
	policy '[capabilities]' 'allow = DOCKER_DEFAULT' 'enforce = bounding' \
		'[process]' 'no_new_privs = no'
	starts --user 1000
	are "0 0 0 $default 0 nnp=0" "0 0 0 $default 0 nnp=0"
}

@test "USER 1000, cap-add: Docker grants nothing that could be ambient" {
	policy '[capabilities]' 'allow = NET_BIND_SERVICE' \
		'ambient = NET_BIND_SERVICE'
	refuses --user 1000 --cap-drop ALL --cap-add NET_BIND_SERVICE
	[[ $output == *NET_BIND_SERVICE* ]]
}

@test "USER 1000, capini with file capabilities: the bounding set does go" {
	policy '[capabilities]' 'allow = NET_BIND_SERVICE' 'enforce = bounding' \
		'[process]' 'no_new_privs = no'
	starts --user 1000 -v "$files:/x:ro" --entrypoint /x/kill
	are '0 20 20 400 0 nnp=0' '0 0 0 400 0 nnp=0'
}

@test "USER 1000, capini with file capabilities: it can raise ambient ones" {
	policy '[capabilities]' 'allow = NET_BIND_SERVICE' 'enforce = bounding' \
		'[process]' 'no_new_privs = no'
	starts --user 1000 -v "$files:/x:ro" --entrypoint /x/bind
	are '0 20 20 400 0 nnp=0' '400 400 400 400 400 nnp=0'
}

@test "USER 1000, file capabilities under no-new-privileges: as without them" {
	policy '[capabilities]' 'allow = NET_BIND_SERVICE' 'enforce = bounding'
	refuses --user 1000 -v "$files:/x:ro" --entrypoint /x/kill \
		--security-opt no-new-privileges
	[[ $output == *SETPCAP* ]]
}

@test "USER 1000, file capabilities, cap-drop ALL: Docker cannot start capini" {
	mkdir "$BATS_TEST_TMPDIR/out"
	chmod 777 "$BATS_TEST_TMPDIR/out"
	run ! docker run --rm --user 1000 --cap-drop ALL --entrypoint /x/kill \
		-v "$files:/x:ro" -v "$BATS_TEST_TMPDIR/out:/out" capini-test touch /out/started
	[[ $output == *'peration not permitted'* ]]
	[ ! -e "$BATS_TEST_TMPDIR/out/started" ]
}

# --- (d) switch of user ------------------------------------------------------

@test "user = 1000: the application has the allowlist as ambient set" {
	policy '[capabilities]' 'allow = NET_BIND_SERVICE' \
		'[process]' 'user = 1000' 'no_new_privs = no'
	starts
	are '0 20 20 400 0 nnp=0' '400 400 400 400 400 nnp=0'
}

@test "user = 1000 under no_new_privs and securebits: the same sets" {
	policy '[capabilities]' 'allow = NET_BIND_SERVICE' \
		'[process]' 'user = 1000' \
		'securebits = noroot, no_setuid_fixup, no_cap_ambient_raise'
	starts
	are '0 20 20 400 0 nnp=1' '400 400 400 400 400 nnp=1'
	run -0 docker run --rm capini-policy securebits
	[ "$output" = 'securebits cf' ]
}

@test "user = 1000 with nothing allowed: the application has nothing" {
	policy '[process]' 'user = 1000'
	starts
	are '0 20 20 0 0 nnp=1' '0 0 0 0 0 nnp=1'
}

@test "user = 1000 with the four capabilities that this needs: no KILL to keep" {
	policy '[capabilities]' 'allow = NET_BIND_SERVICE' \
		'[process]' 'user = 1000' 'no_new_privs = no'
	starts --cap-drop ALL --cap-add SETUID --cap-add SETGID \
		--cap-add SETPCAP --cap-add NET_BIND_SERVICE
	are '0 0 0 400 0 nnp=0' '400 400 400 400 400 nnp=0'
	# PID 1 is then that user as well, and so may signal the application.
	[ "$(grep -c $'^Uid:\t1000\t1000\t1000\t1000$' <<<"$output")" -eq 2 ]
}

@test "user = 1000 without SETPCAP: the bounding set cannot go" {
	policy '[capabilities]' 'allow = NET_BIND_SERVICE' 'enforce = bounding' \
		'[process]' 'user = 1000'
	refuses --cap-drop ALL --cap-add SETUID --cap-add SETGID \
		--cap-add NET_BIND_SERVICE
	[[ $output == *SETPCAP* ]]
}

@test "user = 1000 without SETGID is refused, groups are never skipped" {
	policy '[process]' 'user = 1000'
	refuses --cap-drop ALL --cap-add SETUID --cap-add SETPCAP
	[[ $output == *SETGID* ]]
}

@test "user = NAME sets ids, groups, HOME, USER and LOGNAME" {
	policy '[process]' 'user = app'
	run -0 docker run --rm capini-policy sh -c \
		'id; echo "$HOME $USER $LOGNAME"'
	[ "${lines[0]}" = 'uid=1000(app) gid=1000(app) groups=1000(app)' ]
	[ "${lines[1]}" = '/ app app' ]
}

@test "user = NAME that the image does not know is refused" {
	policy '[process]' 'user = nobody-here'
	refuses
	[[ $output == *nobody-here* ]]
}

# --- (f) no_new_privs already set --------------------------------------------

@test "under no-new-privileges root has the same sets" {
	policy '[capabilities]' 'allow = NET_BIND_SERVICE' \
		'[process]' 'no_new_privs = no'
	starts --security-opt no-new-privileges
	[[ $sets == *'app 0 400 400 400 0 nnp=1' ]]
	[[ $sets == *' 400 0 nnp=1'*'app'* ]]
}

@test "under no-new-privileges a switch of user has the same sets" {
	policy '[capabilities]' 'allow = NET_BIND_SERVICE' '[process]' \
		'user = 1000' 'securebits = noroot, no_setuid_fixup'
	starts --security-opt no-new-privileges
	are '0 20 20 400 0 nnp=1' '400 400 400 400 400 nnp=1'
	run -0 docker run --rm --security-opt no-new-privileges capini-policy \
		securebits
	[ "$output" = 'securebits f' ]
}

# --- (h) the policy allows more ----------------------------------------------

@test "a policy wider than the container: both have the intersection" {
	policy '[capabilities]' 'allow = ALL' \
		'drop = AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG' \
		'drop = WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF' \
		'drop = CHECKPOINT_RESTORE'
	starts
	are '0 20 20 280425fb 0 nnp=1' '0 280425fb 280425fb 280425fb 0 nnp=1'
}

# --- (i) /proc ---------------------------------------------------------------

@test "without /proc the sets are the same" {
	policy '[capabilities]' 'allow = NET_BIND_SERVICE' '[process]' \
		'user = 1000'
	in_background "${mounts[@]}" --entrypoint /bin/sh -- -c \
		'umount -l /proc && exec /capini -- sleep 1000'
	until_true 20 app_runs sleep
	sets_outside
	are '0 20 20 400 0 nnp=1' '400 400 400 400 400 nnp=1'
}

@test "with hidepid=2,subset=pid the sets are the same" {
	policy '[capabilities]' 'allow = NET_BIND_SERVICE' '[process]' \
		'user = 1000'
	in_background "${mounts[@]}" --entrypoint /bin/sh -- -c \
		'mount -t proc -o hidepid=2,subset=pid proc /proc &&
			exec /capini -- sleep 1000'
	until_true 20 app_runs sleep
	sets_outside
	are '0 20 20 400 0 nnp=1' '400 400 400 400 400 nnp=1'
}

@test "with the machine's own /proc the sets are the same" {
	policy '[capabilities]' 'allow = NET_BIND_SERVICE' '[process]' \
		'user = 1000'
	in_background -v /proc:/proc -- sleep 1000
	until_true 20 app_runs sleep
	sets_outside
	are '0 20 20 400 0 nnp=1' '400 400 400 400 400 nnp=1'
}

@test "a file mounted over PID 1's status ends the start" {
	mkdir -m 777 "$BATS_TEST_TMPDIR/out"
	policy '[capabilities]' 'allow = NET_BIND_SERVICE'
	run -125 docker run --rm --network none "${mounts[@]}" \
		-v "$BATS_TEST_TMPDIR/out:/out" --entrypoint /bin/sh \
		capini-policy -c 'cat /proc/1/status >/out/status &&
			mount --bind /out/status /proc/1/status &&
			exec /capini -- touch /out/started'
	[[ $output == 'capini: '*'/proc/self/status'* ]]
	[ -e "$BATS_TEST_TMPDIR/out/status" ]
	[ ! -e "$BATS_TEST_TMPDIR/out/started" ]
}

# --- (j) seccomp -------------------------------------------------------------

@test "seccomp: a denied capget ends the start" {
	policy '[capabilities]' 'allow = NET_BIND_SERVICE'
	denied capget
}

@test "seccomp: a denied capset ends the start" {
	policy '[capabilities]' 'allow = NET_BIND_SERVICE'
	denied capset
}

@test "seccomp: a denied prctl ends the start" {
	policy '[capabilities]' 'allow = NET_BIND_SERVICE'
	denied prctl
}

@test "seccomp: a denied PR_CAPBSET_READ ends the start" {
	policy '[capabilities]' 'allow = NET_BIND_SERVICE'
	denied prctl 23
}

@test "seccomp: a denied PR_CAPBSET_DROP ends the start" {
	policy '[capabilities]' 'allow = NET_BIND_SERVICE'
	denied prctl 24
}

@test "seccomp: a denied PR_GET_SECUREBITS ends the start" {
	policy '[capabilities]' 'allow = NET_BIND_SERVICE'
	denied prctl 27
}

@test "seccomp: a denied PR_SET_SECUREBITS ends the start" {
	policy '[capabilities]' 'allow = NET_BIND_SERVICE' \
		'[process]' 'securebits = noroot'
	denied prctl 28
}

@test "seccomp: a denied PR_GET_NO_NEW_PRIVS ends the start" {
	policy '[capabilities]' 'allow = NET_BIND_SERVICE'
	denied prctl 39
}

@test "seccomp: a denied PR_CAP_AMBIENT ends a start that needs it" {
	policy '[capabilities]' 'allow = NET_BIND_SERVICE' \
		'[process]' 'user = 1000'
	denied prctl 47
}

@test "seccomp: a denied PR_SET_KEEPCAPS ends a start that needs it" {
	policy '[capabilities]' 'allow = NET_BIND_SERVICE' \
		'[process]' 'user = 1000'
	denied prctl 8
}

@test "seccomp: a denied setgroups ends a switch of user" {
	policy '[process]' 'user = 1000'
	denied setgroups
}

@test "seccomp: a denied setresgid ends a switch of user" {
	policy '[process]' 'user = 1000'
	denied setresgid
}

@test "seccomp: a denied setresuid ends a switch of user" {
	policy '[process]' 'user = 1000'
	denied setresuid
}

@test "seccomp: a call that only pretends to succeed ends the start" {
	local call
	policy '[capabilities]' 'allow = NET_BIND_SERVICE' \
		'[process]' 'user = 1000' 'securebits = noroot'
	for call in capget capset 'prctl 23' 'prctl 24' 'prctl 28' 'prctl 47' \
		setgroups setresgid setresuid; do
		echo "$call"
		# shellcheck disable=SC2086 # a call and its argument
		seccomp 0 $call
		refuses --security-opt no-new-privileges \
			--security-opt "seccomp=$BATS_TEST_TMPDIR/seccomp.json"
	done
}

# --- (k) file capabilities ---------------------------------------------------

@test "a program with file capabilities beyond the policy: both are named" {
	policy '[capabilities]' 'allow = NET_BIND_SERVICE'
	app=/x/touch refused 126 -v "$files:/x:ro"
	[[ $output == *'/x/touch'* ]]
	[[ $output == *NET_RAW* ]]
}

@test "a program with file capabilities that are allowed runs" {
	policy '[capabilities]' 'allow = NET_RAW'
	run -0 docker run --rm -v "$files:/x:ro" capini-policy \
		/x/grep CapEff /proc/self/status
	[ "$output" = $'CapEff:\t0000000000002000' ]
}

# --- bad input ---------------------------------------------------------------

@test "a bad policy: 125, each line is named, nothing starts" {
	policy '[capabilities]' 'allow = NET_BIND_SERVCE' 'alow = KILL'
	refuses
	[[ $output == *'capini: /etc/capini.ini:2: '*NET_BIND_SERVICE* ]]
	[[ $output == *'capini: /etc/capini.ini:3: '*allow* ]]
}

@test "what follows docker run IMAGE is never an option of capini" {
	policy '[capabilities]' 'allow = NONE'
	run -127 docker run --rm capini-policy --allow ALL cat /proc/1/status
	[[ $output == 'capini: '*--allow* ]]
}

@test "CAPINI_DROP takes away from the policy" {
	policy '[capabilities]' 'allow = NET_RAW, NET_BIND_SERVICE'
	starts -e CAPINI_DROP=net_raw
	are '0 0 0 400 0 nnp=1' '0 400 400 400 0 nnp=1'
}

@test "a bad CAPINI_DROP: 125, nothing starts" {
	policy '[capabilities]' 'allow = NET_RAW'
	refuses -e CAPINI_DROP=net_row
	[[ $output == *CAPINI_DROP*net_row* ]]
}

@test "--allow narrows the policy and cannot widen it" {
	policy '[capabilities]' 'allow = NET_RAW, NET_BIND_SERVICE'
	run -0 docker run --rm --entrypoint /capini capini-policy \
		--allow NET_RAW,SYS_ADMIN -- cat /proc/1/status /proc/self/status
	sets=$(sets)
	are '0 0 0 2000 0 nnp=1' '0 2000 2000 2000 0 nnp=1'
}

# --- exit codes and signals --------------------------------------------------

@test "the container ends with the application's exit code" {
	run -42 docker run --rm capini-test sh -c 'exit 42'
	run -143 docker run --rm capini-test sh -c 'kill -TERM $$'
}

@test "a program that is missing or not runnable: 127 and 126" {
	run -127 docker run --rm capini-test /no/such/program
	[[ $output == 'capini: '*'/no/such/program'* ]]
	run -126 docker run --rm capini-test /etc/passwd
	[[ $output == 'capini: '*'/etc/passwd'* ]]
}

@test "docker stop ends the application with SIGTERM" {
	policy '[capabilities]' 'allow = NONE'
	in_background -- sleep 1000
	until_true 20 app_runs sleep
	run -0 docker stop -t 30 "$container"
	run -0 docker wait "$container"
	[ "$output" = 143 ]
}

@test "docker stop ends an application of another user with SIGTERM" {
	policy '[process]' 'user = 1000'
	in_background -- sleep 1000
	until_true 20 app_runs sleep
	run -0 docker stop -t 30 "$container"
	run -0 docker wait "$container"
	[ "$output" = 143 ]
}

@test "docker stop ends an application of another user without KILL" {
	policy '[process]' 'user = 1000'
	in_background --cap-drop ALL --cap-add SETUID --cap-add SETGID \
		--cap-add SETPCAP -- sleep 1000
	until_true 20 app_runs sleep
	run -0 docker stop -t 30 "$container"
	run -0 docker wait "$container"
	[ "$output" = 143 ]
}

# stopped SECONDS CODE: docker stop ends the container in less, with this code
stopped() {
	local before=$EPOCHREALTIME after
	docker stop -t 30 "$container" >/dev/null
	after=$EPOCHREALTIME
	run -0 docker wait "$container"
	echo "ended with $output after $((${after/./} - ${before/./})) us"
	[ "$output" = "$2" ]
	[ $((${after/./} - ${before/./})) -lt $(($1 * 1000000)) ]
}

@test "keep_kill = no, user = 1000: PID 1 is that user, docker stop is quick" {
	policy '[process]' 'user = 1000' '[init]' 'keep_kill = no'
	in_background -- sleep 1000
	until_true 20 app_runs sleep
	sets_outside
	are '0 0 0 0 0 nnp=1' '0 0 0 0 0 nnp=1'
	stopped 10 143
	run -0 docker logs "$container"
	[ -z "$output" ]
}

@test "keep_kill = auto: docker stop ends an application that changed its uid" {
	base=capini-shell policy '[capabilities]' 'allow = SETUID, SETGID'
	in_background -- setpriv --reuid 1000 --clear-groups sleep 1000
	until_true 20 app_runs sleep
	stopped 10 143
	run -0 docker logs "$container"
	[ -z "$output" ]
}

# Only Docker's SIGKILL is left then, after its patience (-t).
@test "an application changed its uid, no KILL: docker logs has one line of it" {
	local options keep
	for keep in no auto; do
		options=(--cap-drop KILL)
		[ "$keep" = auto ] || options=()
		base=capini-shell policy '[capabilities]' \
			'allow = SETUID, SETGID' \
			'[init]' "keep_kill = $keep"
		in_background "${options[@]}" -- \
			setpriv --reuid 1000 --clear-groups sleep 1000
		until_true 20 app_runs sleep
		docker stop -t 1 "$container"
		run -0 docker wait "$container"
		[ "$output" = 137 ]
		run -0 docker logs "$container"
		[ "${#lines[@]}" -eq 1 ]
		[[ $output == 'capini: cannot forward TERM '*' KILL '* ]]
	done
}

# --- docker run -it ----------------------------------------------------------

# Typed at an interactive shell: ^C, ^Z, fg, ^\ and a new size of the window.
job_control() {
	cat <<-'END'
	expect ^\$ 
	send sh -c 'echo ready; exec sleep 1000'\n
	expect ^ready$
	send \x03
	expect ^\$ 
	send echo code=$?\n
	expect ^code=130$
	send sh -c 'trap "echo on" CONT; echo ready; while :; do read x; done'\n
	expect ^ready$
	send \x1a
	expect Stopped
	expect ^\$ 
	send jobs\n
	expect ^\[1\]\+ +Stopped
	expect ^\$ 
	send fg\n
	expect ^on$
	send \x03
	expect ^\$ 
	send sh -c 'echo ready; exec sleep 1000'\n
	expect ^ready$
	send \x1c
	expect Quit
	expect ^\$ 
	send echo code=$?\n
	expect ^code=131$
	send stty size\n
	expect ^24 80$
	size 50 132
	send until [ "$(stty size)" = '50 132' ]; do sleep .1; done; echo wider\n
	expect ^wider$
	send echo pid=$$ parent=$PPID\n
	expect ^pid=\d+ parent=\d+$
	expect ^\$ 
	send exit 42\n
	END
}

@test "docker run -it: a shell has job control, the window's size, its code" {
	run -42 on_terminal run --rm -it --network none -e 'PS1=$ ' \
		-e TERM=dumb capini-shell bash --norc < <(job_control)
	[[ $output == *$'\npid='*' parent=1'$'\n'* ]]
	[[ $output != *'job control'* ]]
	[[ $output != *capini:* ]]
}

@test "docker run -it: a shell of another user has the same" {
	base=capini-shell policy '[process]' 'user = 1000:1000'
	run -42 on_terminal run --rm -it --network none -e 'PS1=$ ' \
		-e TERM=dumb capini-policy bash --norc < <(job_control)
	[[ $output == *$'\npid='*' parent=1'$'\n'* ]]
	[[ $output != *'job control'* ]]
	[[ $output != *capini:* ]]
}

@test "docker exec -it /capini --exec: a shell has the same" {
	image=capini-shell in_background -- sleep 1000
	until_true 20 app_runs sleep
	run -42 on_terminal exec -it -e 'PS1=$ ' -e TERM=dumb "$container" \
		/capini --exec -- bash --norc < <(job_control)
	# In place: no process of ours between Docker and the shell.
	[[ $output == *$'\npid='*' parent=0'$'\n'* ]]
}

@test "docker run -it: ^C ends an application that has no handler for it" {
	run -130 on_terminal run --rm -it --network none capini-shell \
		sh -c 'echo ready; exec sleep 1000' <<-'END'
	expect ^ready$
	send \x03
	END
}

@test "docker run -it: ^Z does not wedge an application that has no shell" {
	run -131 on_terminal run --rm -it --network none capini-shell \
		sh -c 'trap "echo continued" CONT
			echo ready
			while :; do read x; done' <<-'END'
	expect ^ready$
	send \x1a
	expect continued$
	send \x1c
	END
}

# Docker tells the size that the terminal begins with late, too.
@test "docker run -it: the application hears of a new window size" {
	run -7 on_terminal run --rm -it --network none capini-shell \
		bash -c 'trap "[[ \$(stty size) != \"30 100\" ]] || {
				stty size; exit 7; }" WINCH
			echo ready
			while :; do sleep 0.1; done' <<-'END'
	expect ^ready$
	size 30 100
	expect ^30 100$
	END
}

@test "docker run -i without a terminal: stdin goes to the application" {
	run -0 docker run --rm -i --network none capini-shell cat <<<hello
	[ "$output" = hello ]
}

# --- ENTRYPOINT and CMD ------------------------------------------------------

@test "ENTRYPOINT and CMD: with and without arguments to docker run" {
	image capini-cmd <<-'END'
	FROM capini-test
	CMD ["sh", "-c", "echo of the image; exit 3"]
	END
	run -3 docker run --rm --network none capini-cmd
	[ "$output" = 'of the image' ]
	run -4 docker run --rm --network none capini-cmd \
		sh -c 'echo "$# $1|$2|"; exit 4' sh '' 'a b'
	[ "$output" = '2 |a b|' ]
	# The application in ENTRYPOINT, its arguments in CMD.
	image capini-cmd <<-'END'
	FROM capini-test
	ENTRYPOINT ["/capini", "--", "sh", "-c", "echo \"$@\"", "sh"]
	CMD ["-s", "--", "x"]
	END
	run -0 docker run --rm --network none capini-cmd
	[ "$output" = '-s -- x' ]
	run -0 docker run --rm --network none capini-cmd --exec -e 7
	[ "$output" = '--exec -e 7' ]
}

@test "ENTRYPOINT without CMD and without arguments is one clear refusal" {
	run -125 docker run --rm --network none capini-test
	[[ ${lines[0]} == 'capini: '* ]]
}

@test "WORKDIR and ENV of the image reach the application" {
	image capini-cmd <<-'END'
	FROM capini-test
	ENV GREETING="good day"
	WORKDIR /etc
	CMD ["sh", "-c", "echo \"$GREETING in $PWD\""]
	END
	run -0 docker run --rm --network none capini-cmd
	[ "$output" = 'good day in /etc' ]
}

# --- nested ------------------------------------------------------------------

# Below docker-init, capini is not PID 1.
nested_app() {
	local init
	init=$(docker inspect -f '{{.State.Pid}}' "$container")
	capini_pid=$(cat "/proc/$init/task/$init/children" 2>/dev/null)
	capini_pid=${capini_pid%% *}
	app_pid=$(cat "/proc/$capini_pid/task/$capini_pid/children" 2>/dev/null)
	app_pid=${app_pid%% *}
	[ -n "$app_pid" ] && [ "$(cat "/proc/$app_pid/comm")" = "$1" ]
}

@test "docker run --init before capini: silent, and docker stop is quick" {
	policy '[capabilities]' 'allow = NET_BIND_SERVICE'
	in_background --init -- sleep 1000
	until_true 20 nested_app sleep
	[ "$(cat "/proc/$capini_pid/comm")" = capini ]
	sets=$(sets "$(cat "/proc/$capini_pid/status" "/proc/$app_pid/status")")
	are '0 0 0 400 0 nnp=1' '0 400 400 400 0 nnp=1'
	stopped 10 143
	run -0 docker logs "$container"
	[ -z "$output" ]
}

@test "docker run --init before capini: an application's own end is its code" {
	policy '[capabilities]' 'allow = NONE'
	in_background --init -- sh -c 'trap "exit 0" TERM
		touch /ready
		while :; do sleep 0.1; done'
	until_true 20 docker exec "$container" cat /ready
	stopped 10 0
	run -42 docker run --rm --init --network none capini-policy \
		sh -c 'exit 42'
	[ "$output" = '' ]
}

@test "docker run --init before capini: orphans go to capini, it reaps them" {
	policy '[capabilities]' 'allow = NONE'
	# 50 that have lost their parents and end; one that stays.
	in_background --init -- sh -c '
		for i in $(seq 50); do (sleep 0.2 &); done
		(sleep 999 &)
		exec sleep 1000'
	until_true 20 nested_app sleep
	only_two() {
		local child children names=
		children=$(cat "/proc/$capini_pid/task/$capini_pid/children")
		for child in $children; do
			names+="$(tr '\0' ' ' <"/proc/$child/cmdline") "
		done
		echo "children: $names"
		[ "$names" = 'sleep 1000  sleep 999  ' ]
	}
	until_true 20 only_two
}

@test "capini -- capini -- application in a container: as one capini" {
	policy '[capabilities]' 'allow = NET_BIND_SERVICE'
	run -0 docker run --rm --network none capini-policy /capini -- \
		cat /proc/1/status /proc/self/status
	sets=$(sets)
	are '0 0 0 400 0 nnp=1' '0 400 400 400 0 nnp=1'
	run -42 docker run --rm --network none capini-policy /capini -- \
		sh -c 'exit 42'
	[ -z "$output" ]
	run -127 docker run --rm --network none capini-policy /capini -- \
		/no/such/program
	in_background -- /capini -- sleep 1000
	until_true 20 nested_app sleep
	stopped 10 143
	run -0 docker logs "$container"
	[ -z "$output" ]
}

@test "capini as docker-init: docker info knows it, docker run --init uses it" {
	local dir
	dir=$(mktemp -d /tmp/capini-engine.XXXXXX)
	echo "$dir" >"$BATS_TEST_TMPDIR/engine"
	install -m 755 "$static" "$dir/docker-init"
	CAPINI_INIT_PATH=$dir/docker-init \
		sh "$root/tests/docker/engine.sh" start "$dir/e"
	local CAPINI_DOCKER_HOST=unix://$dir/e/docker.sock
	run -0 docker info
	[[ $output == *"Init Binary: $dir/docker-init"* ]]
	[[ $output != *WARNING*init* ]]
	run -0 docker info -f '{{.InitCommit.ID}}'
	[[ $output != N/A ]]
	printf '%s\n' 'FROM scratch' 'COPY bin /bin' | image plain
	# No capini.ini in the image: nothing is allowed.
	run -0 docker run --rm --init --network none plain \
		cat /proc/1/comm /proc/1/status /proc/self/status
	[ "${lines[0]}" = docker-init ]
	sets=$(sets)
	are '0 0 0 0 0 nnp=1' '0 0 0 0 0 nnp=1'
	run -42 docker run --rm --init --network none plain sh -c 'exit 42'
	[ -z "$output" ]
	container=$(docker run -d --init --network none plain sleep 1000)
	until_true 20 app_runs sleep
	stopped 10 143
	run -0 docker logs "$container"
	[ -z "$output" ]
}

# --- docker exec -------------------------------------------------------------

@test "docker exec is beyond PID 1, capini --exec brings the policy to it" {
	policy '[capabilities]' 'allow = NET_BIND_SERVICE'
	in_background -- sleep 1000
	until_true 20 app_runs sleep
	run -0 docker exec "$container" grep CapEff /proc/self/status
	[ "$output" = $'CapEff:\t00000000a80425fb' ]
	run -0 docker exec "$container" /capini --exec -- \
		cat /proc/self/status
	[[ $output == *$'CapEff:\t0000000000000400'*$'CapBnd:\t0000000000000400'* ]]
}

# --- --verify in containers ---------------------------------------------------

health() {
	[ "$(docker inspect -f '{{.State.Health.Status}}' "$container")" = "$1" ]
}

# One of the last health checks has seen this.
health_saw() {
	docker inspect -f '{{range .State.Health.Log}}{{println .Output}}{{end}}' \
		"$container" | grep -q "$1"
}

@test "HEALTHCHECK by --verify=all: a docker exec with more than the policy is unhealthy" {
	policy '[capabilities]' 'allow = NET_BIND_SERVICE' '[process]'
	image capini-health <<-END
	FROM capini-policy
	HEALTHCHECK --interval=1s --retries=1 CMD ["/capini", "--verify=all"]
	END
	image=capini-health in_background -- sleep 1000
	until_true 30 health healthy
	run -0 docker ps --filter health=healthy --format '{{.Status}}'
	[[ $output == *'(healthy)'* ]]
	docker exec -d "$container" /capini --exec -- sleep 1001
	until_true 30 health_saw 'sleep .* exec .*within'
	health healthy
	docker exec -d "$container" sleep 1002
	until_true 30 health unhealthy
	health_saw 'sleep .* exec .*OUTSIDE'
	run -0 docker ps --filter health=unhealthy --format '{{.Status}}'
	[[ $output == *'(unhealthy)'* ]]
	kill "$(pgrep -x -f 'sleep 1002')"
	until_true 30 health healthy
}

@test "docker exec --verify: as root, as a user, with the policy's user" {
	local options
	policy '[capabilities]' 'allow = NET_BIND_SERVICE' '[process]' \
		'user = 1000:1000'
	in_background -- sleep 1000
	until_true 20 app_runs sleep
	for options in '-u 0' '-u 1000' '-u 65534'; do
		# shellcheck disable=SC2086
		run -0 docker exec $options "$container" /capini --verify
		[[ $output == *' capini  '*' init '*' within'* ]]
		# The flags to close docker exec with.
		[[ $output == *'--cap-drop=ALL'*'--cap-add=NET_BIND_SERVICE'* ]]
		# shellcheck disable=SC2086
		run -0 docker exec $options "$container" /capini --verify=all
	done
	# Docker's seccomp profile closes them.
	[[ $output == *'user namespaces: closed'* ]]
}

@test "docker run --pid=container: each container judges its own processes" {
	local first
	policy '[capabilities]' 'allow = NET_BIND_SERVICE'
	in_background -- sleep 1000
	until_true 20 app_runs sleep
	first=$container
	in_background --pid "container:$first" --entrypoint /bin/sleep -- 1000
	run -0 docker exec "$first" /capini --verify=all
	[[ $output == *' sleep '*' other '*' -'* ]]
	# The other one has no capini: its own first process is outside.
	run -1 docker exec "$container" /capini --verify
	[[ $output == *' sleep '*' init '*' OUTSIDE'* ]]
	run -1 docker exec "$container" /capini --verify=all
	[[ $output == *' capini '*' other '*' -'* ]]
}

@test "docker run --pid=host: the container's own processes are judged" {
	policy '[capabilities]' 'allow = NET_BIND_SERVICE'
	in_background --pid host -- sleep 1000
	until_true 20 app_runs sleep
	run -0 docker exec "$container" /capini --verify
	[[ $output == *' capini '*' init '*' within'* ]]
	run -0 docker exec "$container" /capini --verify=all
	docker exec -d "$container" sleep 1000
	until_true 20 docker exec "$container" sh -c \
		'! /capini --verify=all >/dev/null'
}

compose() {
	DOCKER_HOST=$CAPINI_DOCKER_HOST DOCKER_CONFIG=$BATS_RUN_TMPDIR \
		timeout -k 5 60 docker-compose -p capini-test \
		-f "$BATS_TEST_DIRNAME/docker/compose.yaml" "$@"
}

@test "docker-compose: the flags that mirror the policy bind docker exec as well" {
	type -P docker-compose >/dev/null || skip "needs docker-compose"
	policy '[capabilities]' 'allow = NET_BIND_SERVICE'
	image capini-compose <<-END
	FROM capini-policy
	CMD ["sleep", "1000"]
	END
	compose up -d
	container=$(compose ps -q web)
	echo "$container" >>"$BATS_TEST_TMPDIR/containers"
	until_true 30 health healthy
	docker exec -d "$container" sleep 1001
	until_true 30 health_saw 'sleep .* exec .*within'
	health healthy
	run -0 docker exec "$container" /capini --verify=all
	[[ $output != *--cap-drop* ]]
	compose down -t 2
}

# --- Dockerfile.example ------------------------------------------------------

healthy() {
	health healthy
}

@test "Dockerfile.example builds; nginx serves port 80 with one capability" {
	docker image inspect debian:bookworm-slim >/dev/null
	limit=400 run -0 docker build --network host -t capini-example \
		-f "$root/Dockerfile.example" "$root"
	# Docker lets everyone bind to any port in its network namespaces;
	# back to the kernel's own default, so that the capability counts.
	image=capini-example in_background \
		--sysctl net.ipv4.ip_unprivileged_port_start=1024 --
	until_true 60 healthy
	run -0 docker exec "$container" /capini --exec -- bash -c \
		'exec 3<>/dev/tcp/127.0.0.1/80
		printf "GET / HTTP/1.0\r\n\r\n" >&3; cat <&3'
	[[ $output == 'HTTP/1.1 200 OK'* ]]
	app_runs nginx
	sets_outside
	are '0 20 20 400 0 nnp=1' '400 400 400 400 400 nnp=1'
	# www-data
	[[ $(grep Uid: "/proc/$app_pid/status") == $'Uid:\t33\t33\t33\t33' ]]
	run -0 docker stop -t 30 "$container"
	run -0 docker wait "$container"
	[ "$output" = 0 ]
}

@test "Dockerfile.example: without the capability nginx cannot have port 80" {
	docker image inspect capini-example >/dev/null
	run -125 docker run --rm --network none \
		-e CAPINI_DROP=NET_BIND_SERVICE capini-example
	[[ $output == 'capini: '*NET_BIND_SERVICE* ]]
	run ! docker run --rm --network none --user www-data \
		--entrypoint nginx \
		--sysctl net.ipv4.ip_unprivileged_port_start=1024 \
		capini-example -e stderr
	[[ $output == *'bind() to 0.0.0.0:80 failed (13: Permission denied)'* ]]
}
