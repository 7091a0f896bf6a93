#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Drop and proof: the five sets, "I P E B A", of PID 1 (first line) and of the
# application (second line), for every situation that capini is started in.
load common

# situation ENTRY... -- OPTION...: the sets under capini, entered through ENTRY.
situation() {
	local entry=()

	while [ "$1" != -- ]; do
		entry+=("$1")
		shift
	done
	shift
	as_pid1 "${entry[@]}" "$CAPINI" "$@" -- sh -c "$TELL" | sets
}

# Not "run situation": the pipe would hide capini's exit code.
reaches() {
	local expected=$1

	shift
	run -0 situation "$@"
	echo "expected: $expected" | tr '\n' ';'
	[ "$output" = "$expected" ]
}

# ---- (a) root with capabilities

@test "root with Docker's capabilities is left with the allowlist alone" {
	needs_root
	p=$(policy '[capabilities]' 'allow = NET_BIND_SERVICE')
	reaches $'0 0 0 400 0\n0 400 400 400 0' "${DOCKER[@]}" -- --policy "$p"
}

@test "root with all capabilities is left with the allowlist, PID 1 with KILL" {
	needs_root
	p=$(policy '[capabilities]' 'allow = NET_BIND_SERVICE KILL' \
		'[process]' 'no_new_privs = no')
	reaches $'0 20 20 420 0\n0 420 420 420 0' env -- --policy "$p"
}

@test "with nothing allowed PID 1 keeps KILL outside of an empty bounding set" {
	needs_root
	p=$(policy '[process]' 'no_new_privs = no')
	reaches $'0 20 20 0 0\n0 0 0 0 0' "${DOCKER[@]}" -- --policy "$p"
}

@test "keep_kill = no leaves PID 1 nothing" {
	needs_root
	p=$(policy '[process]' 'no_new_privs = no' '[init]' 'keep_kill = no')
	reaches $'0 0 0 0 0\n0 0 0 0 0' "${DOCKER[@]}" -- --policy "$p"
}

@test "no policy file at all: nothing is allowed" {
	needs_root
	[ ! -e /etc/capini.ini ]
	reaches $'0 0 0 0 0\n0 0 0 0 0' env --
}

@test "noroot without ambient would leave a root application nothing: refused" {
	needs_root
	p=$(policy '[capabilities]' 'allow = NET_BIND_SERVICE' 'ambient = NONE' \
		'[process]' 'securebits = noroot, no_setuid_fixup')
	refused "$CAPINI" --policy "$p" --
	[[ $stderr == *noroot* ]]
}

@test "noroot with ambient: a root application holds what is ambient" {
	needs_root
	p=$(policy '[capabilities]' 'allow = NET_BIND_SERVICE' \
		'[process]' 'securebits = noroot, no_setuid_fixup')
	reaches $'0 0 0 400 0\n400 400 400 400 400' "${DOCKER[@]}" -- \
		--policy "$p"
}

@test "securebits are set with their locks, once all is raised" {
	needs_root
	p=$(policy '[capabilities]' 'allow = NET_BIND_SERVICE' '[process]' \
		'securebits = noroot, no_setuid_fixup, no_cap_ambient_raise')
	run -0 "$CAPINI" --policy "$p" -- capsh --print
	[[ $output == *"0xcf"* ]]
	[[ $output == *"secure-no-ambient-raise: yes (locked)"* ]]
}

# ---- (b) root whose runtime dropped capabilities

@test "with --cap-drop ALL there is nothing to drop and nothing to complain of" {
	needs_root
	p=$(policy '[capabilities]' 'allow = NET_BIND_SERVICE' \
		'enforce = bounding')
	reaches $'0 0 0 0 0\n0 0 0 0 0' "${DROPPED[@]}" -- --policy "$p"
}

@test "with the allowlist alone and no SETPCAP there is nothing to drop" {
	needs_root
	only ,+net_bind_service
	p=$(policy '[capabilities]' 'allow = NET_BIND_SERVICE' \
		'enforce = bounding')
	reaches $'0 0 0 400 0\n0 400 400 400 0' "${ONLY[@]}" -- --policy "$p"
}

@test "root without SETPCAP: bounding refuses, guarantee has no_new_privs" {
	needs_root
	only ,+net_bind_service,+chown
	p=$(policy '[capabilities]' 'allow = NET_BIND_SERVICE' \
		'enforce = bounding')
	refused "${ONLY[@]}" "$CAPINI" --policy "$p" --
	[[ $stderr == *SETPCAP*CHOWN* ]]
	p=$(policy '[capabilities]' 'allow = NET_BIND_SERVICE')
	reaches $'0 0 0 401 0\n0 400 400 401 0' "${ONLY[@]}" -- --policy "$p"
}

@test "a switch of user without SETUID is refused" {
	needs_root
	p=$(policy '[process]' 'user = 1000:1000')
	refused "${DROPPED[@]}" "$CAPINI" --policy "$p" --
	[[ $stderr == *SETUID* ]]
}

@test "an ambient capability that is not held is refused" {
	needs_root
	p=$(policy '[capabilities]' 'allow = NET_BIND_SERVICE' \
		'ambient = NET_BIND_SERVICE')
	refused "${DROPPED[@]}" "$CAPINI" --policy "$p" --
	[[ $stderr == *ambient*NET_BIND_SERVICE* ]]
}

# ---- (c) an image with USER

@test "a plain user cannot drop the bounding set: enforce = bounding refuses" {
	needs_root
	p=$(policy '[capabilities]' 'enforce = bounding')
	refused "${DOCKER[@]}" "${PLAIN[@]}" "$CAPINI" --policy "$p" --
	[[ $stderr == *SETPCAP*NET_RAW* ]]
}

@test "a plain user cannot drop the bounding set: no_new_privs closes it" {
	needs_root
	p=$(policy '[capabilities]' 'allow = NET_BIND_SERVICE')
	reaches $'0 0 0 a80425fb 0\n0 0 0 a80425fb 0' \
		"${DOCKER[@]}" "${PLAIN[@]}" -- --policy "$p"
}

@test "without no_new_privs a plain user's wide bounding set is refused" {
	needs_root
	p=$(policy '[process]' 'no_new_privs = no')
	refused "${DOCKER[@]}" "${PLAIN[@]}" "$CAPINI" --policy "$p" --
	[[ $stderr == *SETPCAP*no_new_privs* ]]
}

@test "enforce = warn starts, with one line that names what is left" {
	needs_root
	p=$(policy '[capabilities]' 'allow = DOCKER_DEFAULT' 'drop = NET_RAW' \
		'enforce = warn' '[process]' 'no_new_privs = no')
	run -0 --separate-stderr "${DOCKER[@]}" "${PLAIN[@]}" \
		"$CAPINI" --policy "$p" -- grep CapBnd /proc/self/status
	[[ $output == *a80425fb ]]
	[ "${#stderr_lines[@]}" -eq 1 ]
	[[ $stderr == "capini: "*": NET_RAW" ]]
}

@test "a plain user with an empty bounding set is within every policy" {
	needs_root
	p=$(policy '[capabilities]' 'enforce = bounding')
	reaches $'0 0 0 0 0\n0 0 0 0 0' "${PLAIN[@]}" --bounding-set=-all -- \
		--policy "$p"
}

@test "a policy as wide as the bounding set needs no drop" {
	needs_root
	p=$(policy '[capabilities]' 'allow = DOCKER_DEFAULT' \
		'enforce = bounding')
	reaches $'0 0 0 a80425fb 0\n0 0 0 a80425fb 0' \
		"${DOCKER[@]}" "${PLAIN[@]}" -- --policy "$p"
}

@test "file capabilities on capini itself let a plain user's bounding set go" {
	needs_root
	dir=$(mktemp -d -p /var/tmp)
	cp "$CAPINI" "$dir/capini"
	chmod 755 "$dir"
	setcap cap_setpcap,cap_kill,cap_net_bind_service+ep "$dir/capini"
	p=$(policy '[capabilities]' 'allow = NET_BIND_SERVICE' '[process]' \
		'no_new_privs = no')
	CAPINI=$dir/capini
	reaches $'0 20 20 400 0\n400 400 400 400 400' \
		"${DOCKER[@]}" "${PLAIN[@]}" -- --policy "$p"
	rm -rf "$dir"
}

@test "ambient capabilities that a plain user was given stay within the policy" {
	needs_root
	entry=(setpriv --reuid 65534 --regid 65534 --clear-groups
		--inh-caps=-all,+net_bind_service
		--ambient-caps=+net_bind_service
		--bounding-set=-all,+net_bind_service)
	p=$(policy '[capabilities]' 'allow = NET_BIND_SERVICE')
	reaches $'0 0 0 400 0\n400 400 400 400 400' "${entry[@]}" -- \
		--policy "$p"
	p=$(policy '[capabilities]' 'allow = NONE' 'enforce = bounding')
	refused "${entry[@]}" "$CAPINI" --policy "$p" --
}

@test "inheritable capabilities of an old runtime are cleared" {
	needs_root
	entry=(setpriv --inh-caps=-all,+net_raw "${DOCKER[@]}" setpriv
		--inh-caps=+net_raw --reuid 65534 --regid 65534 --clear-groups)
	reaches $'0 0 0 a80425fb 0\n0 0 0 a80425fb 0' "${entry[@]}" --
}

# ---- (d) root switches to a user

@test "a switch of user keeps the allowlist as ambient, PID 1 keeps KILL" {
	needs_root
	p=$(policy '[capabilities]' 'allow = NET_BIND_SERVICE' '[process]' \
		'user = 1000:1000' 'no_new_privs = no')
	reaches $'0 20 20 400 0\n400 400 400 400 400' "${DOCKER[@]}" -- \
		--policy "$p"
}

@test "a switch of user with securebits and no_new_privs" {
	needs_root
	p=$(policy '[capabilities]' 'allow = NET_BIND_SERVICE' '[process]' \
		'user = 1000:1000' \
		'securebits = noroot no_setuid_fixup no_cap_ambient_raise')
	reaches $'0 20 20 400 0\n400 400 400 400 400' "${DOCKER[@]}" -- \
		--policy "$p"
}

@test "a switch of user with nothing allowed leaves nothing" {
	needs_root
	p=$(policy '[process]' 'user = 1000:1000')
	reaches $'0 20 20 0 0\n0 0 0 0 0' "${DOCKER[@]}" -- --policy "$p"
}

@test "without KILL PID 1 becomes the user itself" {
	needs_root
	only ,+setuid,+setgid,+setpcap,+net_bind_service
	p=$(policy '[capabilities]' 'allow = NET_BIND_SERVICE' \
		'[process]' 'user = 1000:1000')
	reaches $'0 0 0 400 0\n400 400 400 400 400' "${ONLY[@]}" -- \
		--policy "$p"
	run -0 as_pid1 "${ONLY[@]}" "$CAPINI" --policy "$p" -- \
		grep -h '^[UG]id' /proc/1/status
	[ "$output" = $'Uid:\t1000\t1000\t1000\t1000\nGid:\t1000\t1000\t1000\t1000' ]
}

@test "a switch of user needs SETGID too: groups are never inherited" {
	needs_root
	only ,+setuid,+setpcap
	p=$(policy '[process]' 'user = 1000:1000')
	refused "${ONLY[@]}" "$CAPINI" --policy "$p" --
	[[ $stderr == *SETGID* ]]
}

@test "HOME, USER, LOGNAME and the groups are those of the user" {
	needs_root
	p=$(policy '[process]' 'user = nobody')
	run -0 "$CAPINI" --policy "$p" -- sh -c 'id; echo $HOME $USER $LOGNAME'
	[ "$output" = "$(setpriv --reuid nobody --regid nogroup --init-groups id)
/nonexistent nobody nobody" ]
}

@test "groups = none and a list" {
	needs_root
	p=$(policy '[process]' 'user = nobody' 'groups = none')
	run -0 "$CAPINI" --policy "$p" -- grep ^Groups /proc/self/status
	[[ $output =~ ^Groups:[[:space:]]*$ ]]
	p=$(policy '[process]' 'user = nobody' 'groups = adm, 4242')
	run -0 "$CAPINI" --policy "$p" -- id -G
	[ "$output" = "65534 4 4242" ]
}

@test "an unknown user or group is refused, and never replaced by root" {
	needs_root
	for user in nosuch nosuch:0 nobody:nosuch 4242; do
		p=$(policy '[process]' "user = $user")
		refused "$CAPINI" --policy "$p" --
		[[ $stderr == *"${user#nobody:}"* || $stderr == *nosuch* ]]
	done
}

@test "who is the user already needs no privilege to be it" {
	needs_root
	p=$(policy '[process]' 'user = nobody')
	run -0 "${PLAIN[@]}" --bounding-set=-all "$CAPINI" --policy "$p" -- id -u
	[ "$output" = 65534 ]
}

# ---- (e) root of a user namespace

@test "root of a user namespace is left with the allowlist alone" {
	needs_root
	p=$(policy '[capabilities]' 'allow = NET_BIND_SERVICE')
	chown 65534 "$p"
	run -0 "${PLAIN[@]}" unshare --user --map-root-user --fork --pid \
		--mount-proc "$CAPINI" --policy "$p" -- sh -c "$TELL"
	[ "$(sets <<<"$output")" = $'0 0 0 400 0\n0 400 400 400 0' ]
}

@test "a user that the namespace does not map is refused" {
	needs_root
	p=$(policy '[process]' 'user = 1000:1000')
	chown 65534 "$p"
	refused "${PLAIN[@]}" unshare --user --map-root-user --fork --pid \
		"$CAPINI" --policy "$p" --
}

# ---- (f) no_new_privs from the runtime

@test "no_new_privs that is set already hinders nothing" {
	needs_root
	p=$(policy '[capabilities]' 'allow = NET_BIND_SERVICE' '[process]' \
		'user = 1000:1000' 'no_new_privs = no' \
		'securebits = noroot no_setuid_fixup')
	reaches $'0 20 20 400 0\n400 400 400 400 400' \
		"${DOCKER[@]}" --no-new-privs -- --policy "$p"
}

# ---- (g) securebits locked on entry

@test "noroot from the runtime leaves nothing to drop with" {
	needs_root
	p=$(policy '[capabilities]' 'enforce = bounding')
	refused capsh --secbits=0x03 -- -c '"$@"' capsh "$CAPINI" --policy "$p" --
}

@test "securebits that are locked off are refused" {
	needs_root
	p=$(policy '[process]' 'securebits = noroot')
	refused capsh --secbits=0x02 -- -c '"$@"' capsh "$CAPINI" --policy "$p" --
	[[ $stderr == *securebits* ]]
}

@test "where ambient may not be raised a switch of user cannot keep anything" {
	needs_root
	p=$(policy '[capabilities]' 'allow = NET_BIND_SERVICE' '[process]' \
		'user = 1000:1000')
	refused capsh --secbits=0xc0 -- -c '"$@"' capsh "$CAPINI" --policy "$p" --
	[[ $stderr == *ambient* ]]
}

@test "where capabilities may not be kept a switch of user is refused" {
	needs_root
	p=$(policy '[capabilities]' 'allow = NET_BIND_SERVICE' '[process]' \
		'user = 1000:1000')
	refused capsh --secbits=0x20 -- -c '"$@"' capsh "$CAPINI" --policy "$p" --
	[[ $stderr == *keep_caps* ]]
}

# ---- (h) a policy wider than the container

@test "a policy wider than the container gives nothing that is not there" {
	needs_root
	p=$(policy '[capabilities]' 'allow = ALL' '[process]' \
		'no_new_privs = no')
	reaches $'0 20 20 a80425fb 0\n0 a80425fb a80425fb a80425fb 0' \
		"${DOCKER[@]}" -- --policy "$p"
}

@test "a required capability that the application would not hold is refused" {
	needs_root
	p=$(policy '[capabilities]' 'allow = ALL' 'require = SYS_ADMIN')
	refused "${DOCKER[@]}" "$CAPINI" --policy "$p" --
	[[ $stderr == *require*SYS_ADMIN* ]]
}

# ---- (i) /proc

@test "without a /proc system calls alone prove the same" {
	needs_root
	p=$(policy '[capabilities]' 'allow = NET_BIND_SERVICE' '[process]' \
		'user = 1000:1000' 'securebits = noroot no_setuid_fixup')
	run -0 unshare --fork --pid --mount sh -c '
		mount -t tmpfs none /proc && "$@"' sh "$CAPINI" --policy "$p" \
		-v -- sh -c 'echo ran'
	[[ $output == *"no /proc"* ]]
	[[ $output == *ran* ]]
}

@test "hidepid and subset=pid hide nothing that is needed" {
	needs_root
	p=$(policy '[capabilities]' 'allow = NET_BIND_SERVICE' '[process]' \
		'user = 1000:1000')
	run -0 unshare --fork --pid --mount sh -c '
		mount -t proc -o hidepid=2,subset=pid none /proc && "$@"' sh \
		"$CAPINI" --policy "$p" -- grep ^Cap /proc/self/status
	[ "$(sets <<<"$output")" = "400 400 400 400 400" ]
}

@test "the outer /proc shows this process, and is believed only about it" {
	needs_root
	p=$(policy '[capabilities]' 'allow = NET_BIND_SERVICE')
	run -0 unshare --fork --pid "$CAPINI" --policy "$p" -- \
		grep ^Cap /proc/self/status
	[ "$(sets <<<"$output")" = "0 400 400 400 0" ]
}

@test "a /proc of a PID namespace that we are not in is refused" {
	needs_root
	unshare --fork --pid --mount-proc --kill-child sleep 100 3>&- &
	other=$!
	wait_until pgrep -P "$other" sleep
	inner=$(pgrep -P "$other" sleep)
	MARKER=$BATS_TEST_TMPDIR/marker
	run -125 nsenter --target "$inner" --mount "$CAPINI" -- touch "$MARKER"
	kill "$inner" "$other" || true
	[ ! -e "$MARKER" ]
	[[ $output == *"PID namespace"* ]]
}

@test "a file mounted over /proc/self/status is refused" {
	needs_root
	MARKER=$BATS_TEST_TMPDIR/marker
	cat /proc/self/status >"$BATS_TEST_TMPDIR/fake"
	run -125 unshare --fork --pid --mount-proc sh -c '
		mount --bind "$1" /proc/1/status && exec "$2" -- touch "$3"' \
		sh "$BATS_TEST_TMPDIR/fake" "$CAPINI" "$MARKER"
	[ ! -e "$MARKER" ]
	[[ $output == *"/proc/self/status"* ]]
}

@test "another process's status mounted over our own is refused" {
	needs_root
	MARKER=$BATS_TEST_TMPDIR/marker
	run -125 unshare --fork --pid --mount-proc sh -c '
		sleep 100 & mount --bind /proc/$!/status /proc/1/status &&
		exec "$1" -- touch "$2"' sh "$CAPINI" "$MARKER"
	[ ! -e "$MARKER" ]
	[[ $output == *"/proc/self/status"* ]]
}

# ---- (k) file capabilities and set-user-ID

@test "a program whose file capability is not allowed is named, with it: 126" {
	needs_root
	cp /bin/true "$BATS_TEST_TMPDIR/ping"
	setcap cap_net_raw+ep "$BATS_TEST_TMPDIR/ping"
	run -126 "$CAPINI" -- "$BATS_TEST_TMPDIR/ping"
	[[ $output == "capini: $BATS_TEST_TMPDIR/ping: "*NET_RAW*allow* ]]
}

@test "a program gains its file capability where it is allowed" {
	needs_root
	cp "$(command -v grep)" "$BATS_TEST_TMPDIR/grep"
	setcap cap_net_raw+ep "$BATS_TEST_TMPDIR/grep"
	p=$(policy '[capabilities]' 'allow = NET_RAW' 'ambient = NONE' \
		'[process]' 'user = 1000:1000' 'no_new_privs = no')
	run -0 "$CAPINI" --policy "$p" -- "$BATS_TEST_TMPDIR/grep" ^Cap \
		/proc/self/status
	[ "$(sets <<<"$output")" = "0 2000 2000 2000 0" ]
}

@test "a set-user-ID program gains nothing outside of the policy" {
	needs_root
	cp "$(command -v grep)" "$BATS_TEST_TMPDIR/grep"
	chmod 4755 "$BATS_TEST_TMPDIR/grep"
	p=$(policy '[capabilities]' 'allow = NET_BIND_SERVICE' '[process]' \
		'user = 1000:1000' 'no_new_privs = no')
	run -0 "$CAPINI" --policy "$p" -- "$BATS_TEST_TMPDIR/grep" \
		-E '^(Cap|Uid)' /proc/self/status
	[[ $output == $'Uid:\t1000\t0\t0\t0'* ]]
	[ "$(sets <<<"$output")" = "400 400 400 400 0" ]
}

# ---- narrowing

@test "--allow, --drop and CAPINI_DROP narrow a policy and never widen it" {
	needs_root
	p=$(policy '[capabilities]' 'allow = CHOWN KILL NET_RAW')
	tell=(grep ^Cap /proc/self/status)
	run -0 "$CAPINI" --policy "$p" --allow ALL -- "${tell[@]}"
	[ "$(sets <<<"$output")" = "0 2021 2021 2021 0" ]
	run -0 "$CAPINI" --policy "$p" --allow CHOWN,SYS_ADMIN -- "${tell[@]}"
	[ "$(sets <<<"$output")" = "0 1 1 1 0" ]
	run -0 env CAPINI_DROP=cap_chown "$CAPINI" --policy "$p" --drop KILL -- \
		"${tell[@]}"
	[ "$(sets <<<"$output")" = "0 2000 2000 2000 0" ]
	run -0 "$CAPINI" --allow NET_RAW -- "${tell[@]}"
	[ "$(sets <<<"$output")" = "0 2000 2000 2000 0" ]
}

@test "--exec becomes the application, in place and under the same policy" {
	needs_root
	p=$(policy '[capabilities]' 'allow = NET_BIND_SERVICE')
	run -0 sh -c 'echo $$; exec "$@"' sh "$CAPINI" --exec --policy "$p" -- \
		sh -c 'echo $$; grep ^Cap /proc/self/status'
	[ "${lines[0]}" = "${lines[1]}" ]
	[ "$(sets <<<"$output")" = "0 400 400 400 0" ]
}
