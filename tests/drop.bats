#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Every test runs in a subshell, and "run" sets variables that none here does.
# shellcheck disable=SC2016,SC2030,SC2031,SC2054,SC2154,SC2317
# Layer two: from every situation a container can start in to the five sets of
# PID 1 and of the application, exactly, or to no start at all. A line
# "init: I P E B A" is what /proc/1/status says.
#
# Masks: KILL 20, SETGID 40, SETUID 80, SETPCAP 100, NET_BIND_SERVICE 400,
# NET_RAW 2000.

load helper

setup_file() {
	build_tools
}

setup() {
	prepare
	need_namespaces
	need_command setpriv capsh
	need_caps "$DOCKER"
}

teardown() {
	end_jobs
}

# started ARG...: capini in this situation, with the policy; its application
# reports. SITUATION is a command that goes before it.
started() {
	run -0 timeout 20 unshare --fork --pid --mount-proc \
		"${SITUATION[@]}" "$C" --policy "$POLICY" -- "$APP" report
}

# refused WORD: the same situation, the same policy, and no start.
refused() {
	refuses "$1" unshare --fork --pid --mount-proc "${SITUATION[@]}" \
		"$C" --policy "$POLICY" -- touch "$MARKER"
}

# Situations: what stands between the fresh namespace and capini.
docker_root() {
	SITUATION=(setpriv "--bounding-set=-all,+${DOCKER_NAMES//,/,+}"
		--inh-caps=-all "$@")
}

docker_user() {
	docker_root setpriv --reuid=1000 --regid=1000 --clear-groups "$@"
}

root_with() {
	local names=$1
	shift
	[[ $names == none ]] && names='' || names=,+${names//,/,+}
	SITUATION=(setpriv "--bounding-set=-all$names" --inh-caps=-all "$@")
}

@test "the marker is left as root and as a plain user when the start is good" {
	caps
	SITUATION=()
	run -0 in_pidns "$C" --policy "$POLICY" -- touch "$MARKER"
	[[ -e $MARKER ]]
	rm "$MARKER"
	docker_user
	run -0 in_pidns "${SITUATION[@]}" "$C" --policy "$POLICY" -- \
		touch "$MARKER"
	[[ -e $MARKER ]]
}

# --- (a) uid 0 with capabilities --------------------------------------------

@test "root, Docker's default set: PID 1 keeps nothing, the application what is allowed" {
	docker_root
	caps "allow = NET_BIND_SERVICE" "[process]" "no_new_privs = no" \
		"[init]" "keep_kill = no"
	started
	has "init: 0 0 0 400 0" "app: 0 400 400 400 0" "app-NoNewPrivs: 0" \
		"init-NoNewPrivs: 0" "app-Uid: 0 0 0 0"
}

@test "root, Docker's default set, no_new_privs by default: nothing is kept for signals either" {
	docker_root
	caps "allow = NET_BIND_SERVICE"
	started
	has "init: 0 0 0 400 0" "app: 0 400 400 400 0" "app-NoNewPrivs: 1" \
		"init-NoNewPrivs: 1"
}

@test "root, everything this machine has, KILL kept: it is all that PID 1 has" {
	SITUATION=()
	caps "allow = NET_BIND_SERVICE KILL" "[process]" "no_new_privs = no"
	started
	has "init: 0 20 20 420 0" "app: 0 420 420 420 0"
}

@test "root, nothing allowed, KILL kept: the bounding set is empty all the same" {
	docker_root
	caps "allow = NONE" "[process]" "no_new_privs = no"
	started
	has "init: 0 20 20 0 0" "app: 0 0 0 0 0"
}

@test "root, SETUID allowed: KILL is kept under no_new_privs, too" {
	docker_root
	caps "allow = SETUID"
	started
	has "init: 0 20 20 80 0" "app: 0 80 80 80 0"
}

@test "root, no policy anywhere: every set of both is zero" {
	[[ ! -e /etc/capini.ini ]] || skip "there is an /etc/capini.ini here"
	docker_root
	run --separate-stderr -0 in_pidns "${SITUATION[@]}" "$C" "$APP" report
	has "init: 0 0 0 0 0" "app: 0 0 0 0 0" "app-NoNewPrivs: 1"
	[[ ! $stderr ]]
}

@test "root, no policy file, --allow is the policy" {
	[[ ! -e /etc/capini.ini ]] || skip "there is an /etc/capini.ini here"
	docker_root
	run -0 in_pidns "${SITUATION[@]}" "$C" --allow net_raw -- "$APP" report
	has "init: 0 0 0 2000 0" "app: 0 2000 2000 2000 0"
	run -0 in_pidns "${SITUATION[@]}" "$C" --allow net_raw,chown \
		--drop chown -- "$APP" report
	has "app: 0 2000 2000 2000 0"
	CAPINI_DROP=net_raw run -0 in_pidns "${SITUATION[@]}" "$C" \
		--allow net_raw,chown -- "$APP" report
	has "app: 0 1 1 1 0"
}

@test "root, with a policy file --allow and --drop only take away" {
	docker_root
	caps "allow = NET_RAW CHOWN"
	run -0 in_pidns "${SITUATION[@]}" "$C" --policy "$POLICY" --allow ALL \
		"$APP" report
	has "app: 0 2001 2001 2001 0"
	run -0 in_pidns "${SITUATION[@]}" "$C" --policy "$POLICY" \
		--allow CHOWN,KILL "$APP" report
	has "app: 0 1 1 1 0"
	CAPINI_DROP=ALL run -0 in_pidns "${SITUATION[@]}" "$C" \
		--policy "$POLICY" "$APP" report
	has "init: 0 0 0 0 0" "app: 0 0 0 0 0"
}

@test "root, Docker's default allowed: exactly a80425fb" {
	SITUATION=()
	caps "allow = DOCKER_DEFAULT"
	started
	has "app: 0 $DOCKER $DOCKER $DOCKER 0"
	grep -qxE "init: 0 (0 0|20 20) $DOCKER 0" <<<"$output"
}

@test "root, all but NET_RAW allowed: only NET_RAW is gone" {
	docker_root
	caps "allow = ALL" "drop = NET_RAW"
	started
	has "app: 0 a80405fb a80405fb a80405fb 0"
}

@test "root, noroot and ambient: all five of the application are the allowed one" {
	docker_root
	caps "allow = NET_BIND_SERVICE" "ambient = NET_BIND_SERVICE" \
		"[process]" "securebits = noroot no_setuid_fixup"
	started
	has "init: 0 0 0 400 0" "app: 400 400 400 400 400" \
		"app-securebits: f" "app-NoNewPrivs: 1"
}

@test "root, noroot, ambient left to itself: the same" {
	docker_root
	caps "allow = NET_BIND_SERVICE" "[process]" "securebits = noroot"
	started
	has "app: 400 400 400 400 400" "app-securebits: 3"
}

@test "root, noroot without ambient would take what is allowed: refused" {
	docker_root
	caps "allow = NET_BIND_SERVICE" "ambient = NONE" "[process]" \
		"securebits = noroot"
	refused noroot
}

@test "root, ambient asked for: it is raised for uid 0 as well" {
	docker_root
	caps "allow = NET_BIND_SERVICE NET_RAW" "ambient = NET_RAW"
	started
	has "app: 2000 2400 2400 2400 2000"
}

@test "root, every securebit with its lock" {
	docker_root
	caps "[process]" \
		"securebits = noroot no_setuid_fixup no_cap_ambient_raise"
	started
	has "app-securebits: cf" "app: 0 0 0 0 0"
}

@test "inheritable and ambient capabilities from outside do not reach the application" {
	SITUATION=(setpriv "--bounding-set=-all,+${DOCKER_NAMES//,/,+}"
		--inh-caps=-all,+net_raw,+chown --ambient-caps=+net_raw,+chown)
	caps "allow = NET_BIND_SERVICE"
	started
	has "init: 0 0 0 400 0" "app: 0 400 400 400 0"
}

@test "--exec: the same sets, without a fork" {
	docker_root
	caps "allow = NET_BIND_SERVICE"
	run -0 in_pidns "${SITUATION[@]}" "$C" --exec --policy "$POLICY" -- \
		"$APP" report
	has "init: 0 400 400 400 0" "app: 0 400 400 400 0" "app-NoNewPrivs: 1"
	caps "allow = NET_BIND_SERVICE" "[process]" "user = 1000:1000"
	run -0 in_pidns "${SITUATION[@]}" "$C" --exec --policy "$POLICY" -- \
		"$APP" report
	has "init: 400 400 400 400 400" "app-Uid: 1000 1000 1000 1000"
}

# --- (b) uid 0, everything dropped ------------------------------------------

@test "root without capabilities: nothing to drop, nothing is needed for it" {
	root_with none
	caps "allow = NET_BIND_SERVICE" "enforce = bounding"
	started
	has "init: 0 0 0 0 0" "app: 0 0 0 0 0"
}

@test "root with the allowed capability alone: starts without SETPCAP" {
	root_with net_bind_service
	caps "allow = NET_BIND_SERVICE" "enforce = bounding" "[process]" \
		"no_new_privs = no"
	started
	has "init: 0 0 0 400 0" "app: 0 400 400 400 0"
}

@test "root without SETPCAP and one too many: no_new_privs makes up for it" {
	root_with net_bind_service,chown
	caps "allow = NET_BIND_SERVICE"
	started
	has "init: 0 0 0 401 0" "app: 0 400 400 401 0" "app-NoNewPrivs: 1"
}

@test "root without SETPCAP and one too many: enforce = bounding refuses and names both" {
	root_with net_bind_service,chown
	caps "allow = NET_BIND_SERVICE" "enforce = bounding"
	refused SETPCAP
	contains "$output" CHOWN
	one_line
}

@test "root without SETPCAP and no_new_privs: enforce = guarantee refuses and names both" {
	root_with net_bind_service,chown
	caps "allow = NET_BIND_SERVICE" "[process]" "no_new_privs = no"
	refused SETPCAP
	contains "$output" CHOWN
	one_line
}

@test "root without SETPCAP: enforce = warn starts with one line that names what is left" {
	root_with net_bind_service,chown
	caps "allow = NET_BIND_SERVICE" "enforce = warn" "[process]" \
		"no_new_privs = no"
	run --separate-stderr -0 in_pidns "${SITUATION[@]}" "$C" \
		--policy "$POLICY" -- "$APP" report
	grep -qxE 'app: 0 40[01] 40[01] 401 0' <<<"$output"
	contains "$stderr" CHOWN
	[[ ${#stderr_lines[@]} == 1 ]]
	run ! grep NET_BIND_SERVICE <<<"$stderr"
}

@test "enforce = warn says nothing when nothing is left over" {
	docker_root
	caps "allow = NET_BIND_SERVICE" "enforce = warn"
	run --separate-stderr -0 in_pidns "${SITUATION[@]}" "$C" \
		--policy "$POLICY" -- "$APP" report
	has "init: 0 0 0 400 0"
	[[ ! $stderr ]]
}

@test "root without capabilities cannot switch the user: refused" {
	root_with none
	caps "allow = NONE" "[process]" "user = 1000:1000"
	refused SETUID
}

@test "root without capabilities cannot raise ambient ones: refused, the capability named" {
	root_with none
	caps "allow = NET_BIND_SERVICE" "ambient = NET_BIND_SERVICE"
	refused NET_BIND_SERVICE
}

@test "a required capability that is not there: refused, the capability named" {
	root_with chown,setpcap
	caps "allow = NET_BIND_SERVICE CHOWN" "require = NET_BIND_SERVICE"
	refused NET_BIND_SERVICE
	caps "allow = NET_BIND_SERVICE CHOWN" "require = CHOWN"
	started
	has "app: 0 1 1 1 0"
}

@test "a required capability that a plain user would not hold without ambient: refused" {
	docker_root
	caps "allow = NET_RAW" "ambient = NONE" "require = NET_RAW" \
		"[process]" "user = 1000:1000"
	refused NET_RAW
	caps "allow = NET_RAW" "require = NET_RAW" "[process]" \
		"user = 1000:1000"
	started
	has "app: 2000 2000 2000 2000 2000"
}

# --- (c) a plain user from the start ----------------------------------------

@test "plain user, Docker's bounding set: enforce = bounding refuses and names SETPCAP" {
	docker_user
	caps "allow = NET_BIND_SERVICE" "enforce = bounding"
	refused SETPCAP
	contains "$output" NET_RAW
}

@test "plain user, Docker's bounding set, no_new_privs: out of reach, it starts" {
	docker_user
	caps "allow = NET_BIND_SERVICE"
	started
	has "init: 0 0 0 $DOCKER 0" "app: 0 0 0 $DOCKER 0" \
		"app-NoNewPrivs: 1" "init-NoNewPrivs: 1" "app-Uid: 1000 1000 1000 1000"
}

@test "plain user without no_new_privs: refused" {
	docker_user
	caps "[process]" "no_new_privs = no"
	refused SETPCAP
}

@test "plain user, no_new_privs from the runtime instead of the policy: starts" {
	docker_user setpriv --no-new-privs
	caps "[process]" "no_new_privs = no"
	started
	has "app: 0 0 0 $DOCKER 0" "app-NoNewPrivs: 1"
}

@test "plain user, nothing in the bounding set: starts under the strictest policy" {
	SITUATION=(setpriv --reuid=1000 --regid=1000 --clear-groups
		--bounding-set=-all --inh-caps=-all)
	caps "enforce = bounding" "[process]" "no_new_privs = no"
	started
	has "init: 0 0 0 0 0" "app: 0 0 0 0 0" "app-NoNewPrivs: 0"
}

@test "plain user, all of the bounding set allowed: nothing to do" {
	docker_user
	caps "allow = DOCKER_DEFAULT" "enforce = bounding" "[process]" \
		"no_new_privs = no"
	started
	has "init: 0 0 0 $DOCKER 0" "app: 0 0 0 $DOCKER 0"
}

@test "plain user, only in the bounding set: ambient cannot be had, refused" {
	SITUATION=(setpriv --bounding-set=-all,+net_bind_service
		--inh-caps=-all --reuid=1000 --regid=1000 --clear-groups)
	caps "allow = NET_BIND_SERVICE" "ambient = NET_BIND_SERVICE"
	refused NET_BIND_SERVICE
	caps "allow = NET_BIND_SERVICE" "require = NET_BIND_SERVICE"
	refused NET_BIND_SERVICE
}

# file_caps CAPS: the program under test with these file capabilities.
file_caps() {
	need_command setcap
	setcap "$1" "$C" 2>/dev/null || skip "no file capabilities on this file system"
}

drop_file_caps() {
	setcap -r "$C"
}

@test "plain user, program with setpcap and kill as file capabilities: drops for real" {
	file_caps cap_setpcap,cap_kill+ep
	docker_user
	caps "allow = NET_BIND_SERVICE" "enforce = bounding" "[process]" \
		"no_new_privs = no"
	started
	drop_file_caps
	has "init: 0 20 20 400 0" "app: 0 0 0 400 0"
}

@test "plain user, program with net_bind_service as file capability as well: ambient" {
	file_caps cap_setpcap,cap_kill,cap_net_bind_service+ep
	docker_user
	caps "allow = NET_BIND_SERVICE"
	started
	drop_file_caps
	has "app: 400 400 400 400 400" "init: 0 0 0 400 0"
}

@test "plain user, file capabilities under no_new_privs are none: enforce = bounding refuses" {
	file_caps cap_setpcap,cap_kill+ep
	docker_user setpriv --no-new-privs
	caps "allow = NET_BIND_SERVICE" "enforce = bounding"
	refused SETPCAP
	drop_file_caps
}

@test "plain user, file capabilities permitted and not effective: SETPCAP is raised for the drop" {
	file_caps cap_setpcap+p
	docker_user
	caps "allow = NET_BIND_SERVICE" "enforce = bounding"
	started
	drop_file_caps
	has "init: 0 0 0 400 0" "app: 0 0 0 400 0"
}

@test "plain user, file capabilities permitted and not effective: SETUID and SETGID are raised for the switch" {
	file_caps cap_setuid,cap_setgid,cap_setpcap+p
	docker_user
	caps "enforce = bounding" "[process]" "user = 1001:1001" "groups = 7 8"
	started
	drop_file_caps
	has "init: 0 0 0 0 0" "app: 0 0 0 0 0" "app-Groups: 7 8"
}

@test "a failure of both sides is one line" {
	SITUATION=("$BIN/denysys" setgroups EPERM)
	caps "[process]" "user = 1000:1000" "groups = none" "[init]" \
		"keep_kill = no"
	# Whichever comes first.
	for _ in {1..100}; do
		refused setgroups
		one_line
	done
}

# As Podman and systemd start a plain user: everything set up already.
prepared_user() {
	SITUATION=(setpriv --bounding-set=-all,+net_bind_service
		--inh-caps=-all,+net_bind_service
		--ambient-caps=-all,+net_bind_service
		--reuid=1000 --regid=1000 --clear-groups)
}

@test "plain user with a prepared ambient set: the application keeps it, PID 1 does not" {
	prepared_user
	caps "allow = NET_BIND_SERVICE" "enforce = bounding" "[process]" \
		"no_new_privs = no"
	started
	has "init: 0 0 0 400 0" "app: 400 400 400 400 400"
}

@test "plain user with a prepared ambient set that is not allowed: gone, or no start" {
	prepared_user
	caps "allow = NONE" "enforce = bounding"
	refused NET_BIND_SERVICE
	caps "allow = NONE" "[process]" "no_new_privs = no"
	refused NET_BIND_SERVICE
	caps "allow = NONE"
	started
	has "init: 0 0 0 400 0" "app: 0 0 0 400 0" "app-NoNewPrivs: 1"
}

@test "plain user with an inheritable set, as old Docker did: it is cleared" {
	SITUATION=(setpriv "--bounding-set=-all,+${DOCKER_NAMES//,/,+}"
		"--inh-caps=-all,+${DOCKER_NAMES//,/,+}"
		--reuid=1000 --regid=1000 --clear-groups)
	caps "allow = NET_BIND_SERVICE"
	started
	has "init: 0 0 0 $DOCKER 0" "app: 0 0 0 $DOCKER 0" "app-NoNewPrivs: 1"
}

# --- (d) from root to a user ------------------------------------------------

@test "switch of user with NET_BIND_SERVICE: all five of the application, KILL for PID 1" {
	docker_root
	caps "allow = NET_BIND_SERVICE" "[process]" "user = 1000:1000" \
		"no_new_privs = no"
	started
	has "init: 0 20 20 400 0" "app: 400 400 400 400 400" \
		"app-Uid: 1000 1000 1000 1000" "app-Gid: 1000 1000 1000 1000" \
		"app-Groups: 1000" "init-Uid: 0 0 0 0" "app-NoNewPrivs: 0"
}

@test "switch of user with securebits and no_new_privs" {
	docker_root
	caps "allow = NET_BIND_SERVICE" "[process]" "user = 1000:1000" \
		"securebits = noroot no_setuid_fixup no_cap_ambient_raise"
	started
	has "init: 0 20 20 400 0" "app: 400 400 400 400 400" \
		"app-NoNewPrivs: 1" "app-securebits: cf"
}

@test "switch of user, nothing allowed: nothing is left" {
	docker_root
	caps "[process]" "user = 1000:1000"
	started
	has "app: 0 0 0 0 0" "init: 0 20 20 0 0"
}

@test "switch of user, ambient = NONE: only the bounding set is left" {
	docker_root
	caps "allow = NET_BIND_SERVICE" "ambient = NONE" "[process]" \
		"user = 1000:1000"
	started
	has "app: 0 0 0 400 0"
}

@test "switch of user without KILL: PID 1 becomes that user, too" {
	root_with setuid,setgid,setpcap,net_bind_service
	caps "allow = NET_BIND_SERVICE" "[process]" "user = 1000:1000"
	started
	has "init: 0 0 0 400 0" "app: 400 400 400 400 400" \
		"init-Uid: 1000 1000 1000 1000" "init-Gid: 1000 1000 1000 1000" \
		"app-Uid: 1000 1000 1000 1000"
}

@test "switch of user, keep_kill = no: PID 1 becomes that user, too" {
	docker_root
	caps "[process]" "user = 1000:1000" "[init]" "keep_kill = no"
	started
	has "init: 0 0 0 0 0" "init-Uid: 1000 1000 1000 1000"
}

@test "switch of user without SETPCAP: no_new_privs or no start" {
	root_with setuid,setgid,net_bind_service
	caps "allow = NET_BIND_SERVICE" "enforce = bounding" "[process]" \
		"user = 1000:1000"
	refused SETPCAP
	caps "allow = NET_BIND_SERVICE" "[process]" "user = 1000:1000" \
		"no_new_privs = no"
	refused SETPCAP
	caps "allow = NET_BIND_SERVICE" "[process]" "user = 1000:1000"
	started
	has "app: 400 400 400 4c0 400" "init: 0 0 0 4c0 0" "app-NoNewPrivs: 1"
}

@test "switch of user with SETUID and without SETGID: refused, never without setgroups" {
	root_with setuid,setpcap,net_bind_service
	caps "[process]" "user = 1000:1000"
	refused SETGID
	root_with setgid,setpcap,net_bind_service
	caps "[process]" "user = 1000:1000"
	refused SETUID
}

# --- user and groups --------------------------------------------------------

@test "a user's name brings group, HOME, USER and LOGNAME" {
	local home gid
	IFS=: read -r _ _ _ gid _ home _ < <(getent passwd nobody) ||
		skip "no user nobody here"
	docker_root
	caps "[process]" "user = nobody"
	HOME=/root USER=root LOGNAME=root run -0 in_pidns "${SITUATION[@]}" \
		"$C" --policy "$POLICY" -- \
		sh -c 'echo "$HOME $USER $LOGNAME $(id -u) $(id -g)"'
	[[ $output == "$home nobody nobody $(id -u nobody) $gid" ]]
}

@test "--user does what the key does" {
	docker_root
	caps "allow = NET_RAW"
	run -0 in_pidns "${SITUATION[@]}" "$C" --policy "$POLICY" \
		--user 1000:1001 -- "$APP" report
	has "app-Uid: 1000 1000 1000 1000" "app-Gid: 1001 1001 1001 1001" \
		"app: 2000 2000 2000 2000 2000"
}

@test "a user or group that nobody knows is refused by name" {
	docker_root
	caps "[process]" "user = nosuchuser"
	refused nosuchuser
	caps "[process]" "user = 1000:nosuchgroup"
	refused nosuchgroup
	caps "[process]" "user = 1000:1000" "groups = nosuchgroup"
	refused nosuchgroup
	refuses nosuchuser in_pidns "$C" --user nosuchuser touch "$MARKER"
}

@test "a number that is no account is refused without a group, and so are numbers that are no uid" {
	docker_root
	caps "[process]" "user = 54321"
	refused 54321
	caps "[process]" "user = 4294967295:4294967295"
	refused 4294967295
	caps "[process]" "user = 4294967296:0"
	refused 4294967296
	caps "[process]" "user = 99999999999:0"
	refused 99999999999
	caps "[process]" "user = 1000:4294967296"
	refused 4294967296
}

@test "groups = none leaves none, a list exactly these, whatever was there before" {
	docker_root setpriv --groups=7,8,9
	caps "[process]" "user = 1000:1000" "groups = none"
	started
	has "app-Groups:"
	caps "[process]" "user = 1000:1000" "groups = 44, 29 50"
	started
	has "app-Groups: 29 44 50"
	caps "[process]" "user = 1000:1000"
	started
	has "app-Groups: 1000"
}

@test "groups = init reads the memberships from /etc/group" {
	local id name
	while IFS=: read -r name _ id _; do
		[[ $name == tty ]] && break
	done </etc/group
	[[ $name == tty ]] || skip "no group tty here"
	cp /etc/group "$BATS_TEST_TMPDIR/group"
	sed -i "s/^tty:.*/tty:x:$id:nobody/" "$BATS_TEST_TMPDIR/group"
	caps "[process]" "user = nobody:1234"
	run -0 in_pidns sh -c 'mount --bind "$1" /etc/group; shift; exec "$@"' \
		- "$BATS_TEST_TMPDIR/group" "$C" --policy "$POLICY" -- \
		"$APP" report
	has "app-Groups: $id 1234"
}

@test "lines of any length and comments are read as what they are" {
	local long
	printf -v long 'user%05d,' {1..20000}
	printf '%s\n' '#old:x:4242:1:::' 'short:x:4242:7::/home/short' \
		>"$BATS_TEST_TMPDIR/passwd"
	printf '%s\n' 'bad line' "many:x:77:${long}short" 'none:x:78:' \
		'others:x:79:shorter,sho' 'last:x:80:short' \
		>"$BATS_TEST_TMPDIR/group"
	caps "[process]" "user = 4242"
	run -0 in_pidns sh -c 'mount --bind "$1/passwd" /etc/passwd &&
		mount --bind "$1/group" /etc/group && shift && exec "$@"' \
		- "$BATS_TEST_TMPDIR" "$C" --policy "$POLICY" -- \
		sh -c '"$0" report; echo "$USER $HOME"' "$APP"
	has "app-Uid: 4242 4242 4242 4242" "app-Gid: 7 7 7 7" \
		"app-Groups: 7 77 80" "short /home/short"
}

@test "accounts that cannot be read are no unknown user" {
	need_command strace
	docker_root
	caps "[process]" "user = nobody"
	refuses "/etc/passwd: I" in_pidns strace -o /dev/null \
		-P /etc/passwd -e trace=?open,openat \
		-e inject=?open,openat:error=EIO "$C" --policy "$POLICY" -- \
		touch "$MARKER"
}

@test "already that user: a no-op that needs no privilege" {
	SITUATION=(setpriv --reuid=1000 --regid=1000 --clear-groups
		--bounding-set=-all --inh-caps=-all)
	caps "[process]" "user = 1000:1000"
	started
	has "app-Uid: 1000 1000 1000 1000" "app: 0 0 0 0 0"
	SITUATION=(setpriv --reuid=1001 --regid=1000 --clear-groups
		--bounding-set=-all --inh-caps=-all)
	refused SETUID
}

# --- (e) root of a user namespace -------------------------------------------

need_user_namespaces() {
	setpriv --reuid=65534 --regid=65534 --clear-groups unshare -Ur true \
		2>/dev/null || skip "no user namespaces for plain users here"
	# Inside, nobody is root: the policy is its own.
	userns=(setpriv --reuid=65534 --regid=65534 --clear-groups
		unshare -Ur --fork --pid --mount-proc)
	[[ ! -e $POLICY ]] || chown 65534:65534 "$POLICY"
}

@test "root of a user namespace: a fresh full bounding set comes down to what is allowed" {
	caps "allow = NET_BIND_SERVICE" "[process]" "no_new_privs = no"
	need_user_namespaces
	run -0 "${userns[@]}" "$C" --policy "$POLICY" -- "$APP" report
	has "init: 0 20 20 400 0" "app: 0 400 400 400 0"
}

@test "root of a user namespace with one id: no switch of user, refused" {
	caps "[process]" "user = 1000:1000"
	need_user_namespaces
	refuses "" "${userns[@]}" "$C" --policy "$POLICY" -- touch "$MARKER"
	grep -q '^capini: ' <<<"$output"
}

@test "root of a user namespace: ambient, securebits and no_new_privs" {
	caps "allow = NET_BIND_SERVICE" "[process]" \
		"securebits = noroot no_setuid_fixup"
	need_user_namespaces
	run -0 "${userns[@]}" "$C" --policy "$POLICY" -- "$APP" report
	has "app: 400 400 400 400 400" "app-securebits: f" "app-NoNewPrivs: 1"
}

@test "root of a user namespace: the real root's policy is not root's there" {
	caps "allow = NET_BIND_SERVICE"
	need_user_namespaces
	chown 0:0 "$POLICY"
	refuses "$POLICY" "${userns[@]}" "$C" --policy "$POLICY" -- \
		touch "$MARKER"
}

@test "root of a user namespace with 65536 ids: the switch of user works as outside" {
	local holder
	caps "allow = NET_BIND_SERVICE" "[process]" "user = 1000:1000" \
		"no_new_privs = no"
	mkfifo "$BATS_TEST_TMPDIR/go"
	unshare -U sh -c 'read _ <"$0"; exec unshare --fork --pid --mount \
		--mount-proc "$@"' "$BATS_TEST_TMPDIR/go" \
		"$C" --policy "$POLICY" -- "$APP" report \
		>"$OUT" 2>&1 3>&- &
	holder=$!
	JOBS+=("$holder")
	wait_until reading "$holder"
	echo "0 0 65536" >"/proc/$holder/uid_map"
	echo "0 0 65536" >"/proc/$holder/gid_map"
	echo go >"$BATS_TEST_TMPDIR/go"
	wait "$holder"
	output=$(cat "$OUT")
	has "init: 0 20 20 400 0" "app: 400 400 400 400 400" \
		"app-Uid: 1000 1000 1000 1000" "app-Groups: 1000"
}

reading() {
	[[ $(readlink "/proc/$1/ns/user") != "$(readlink /proc/self/ns/user)" ]]
}

# --- (f) no_new_privs from the runtime --------------------------------------

@test "no_new_privs set before: the same sets for root" {
	docker_root setpriv --no-new-privs
	caps "allow = NET_BIND_SERVICE" "enforce = bounding" "[process]" \
		"no_new_privs = no"
	started
	has "init: 0 0 0 400 0" "app: 0 400 400 400 0" "app-NoNewPrivs: 1"
}

@test "no_new_privs set before: the switch of user and ambient work" {
	docker_root setpriv --no-new-privs
	caps "allow = NET_BIND_SERVICE" "[process]" "user = 1000:1000" \
		"securebits = noroot no_setuid_fixup"
	started
	has "init: 0 20 20 400 0" "app: 400 400 400 400 400" \
		"app-securebits: f" "app-NoNewPrivs: 1"
}

# --- (g) securebits locked from outside -------------------------------------

# locked BITS [CAPSH-OPTION...]
locked() {
	SITUATION=(setpriv "--bounding-set=-all,+${DOCKER_NAMES//,/,+}"
		--inh-caps=-all capsh "${@:2}" "--secbits=$1" --shell=/bin/sh --
		-c 'exec "$@"' -)
}

@test "noroot locked before: root holds nothing and cannot drop" {
	locked 0x03
	caps "allow = NET_BIND_SERVICE" "enforce = bounding"
	refused SETPCAP
	caps "allow = NET_BIND_SERVICE" "[process]" "no_new_privs = no"
	refused SETPCAP
	caps "allow = NET_BIND_SERVICE"
	started
	has "init: 0 0 0 $DOCKER 0" "app: 0 0 0 $DOCKER 0" \
		"app-NoNewPrivs: 1" "app-securebits: 3"
}

@test "all locked before, capabilities by ambient: drop, switch of user and ambient work" {
	SITUATION=(setpriv "--bounding-set=-all,+${DOCKER_NAMES//,/,+}"
		--inh-caps=-all,+kill,+setgid,+setuid,+setpcap,+net_bind_service
		--ambient-caps=+kill,+setgid,+setuid,+setpcap,+net_bind_service
		--securebits=+noroot,+noroot_locked,+no_setuid_fixup,+no_setuid_fixup_locked,+keep_caps_locked)
	caps "allow = NET_BIND_SERVICE" "[process]" "user = 1000:1000" \
		"no_new_privs = no"
	started
	has "init: 0 20 20 400 0" "app: 400 400 400 400 400" \
		"app-securebits: 2f" "app-Uid: 1000 1000 1000 1000"
}

@test "no_cap_ambient_raise locked before: ambient is refused by name" {
	locked 0xc0
	caps "allow = NET_BIND_SERVICE" "ambient = NET_BIND_SERVICE"
	refused NET_BIND_SERVICE
	caps "allow = NET_BIND_SERVICE" "[process]" "user = 1000:1000"
	refused NET_BIND_SERVICE
	caps "allow = NET_BIND_SERVICE"
	started
	has "app: 0 400 400 400 0" "app-securebits: c0"
}

@test "keep_caps locked off before: nothing would survive the switch of user, refused" {
	locked 0x20
	caps "allow = NET_BIND_SERVICE" "[process]" "user = 1000:1000"
	refused securebits
	caps "[process]" "user = 1000:1000"
	started
	has "app: 0 0 0 0 0" "app-securebits: 20"
}

@test "noroot locked off before and wanted: refused" {
	locked 0x02
	caps "[process]" "securebits = noroot"
	refused securebits
}

@test "securebits wanted and set already: no SETPCAP is needed" {
	SITUATION=(setpriv --securebits=+noroot,+noroot_locked
		--bounding-set=-all --inh-caps=-all)
	caps "[process]" "securebits = noroot"
	started
	has "app: 0 0 0 0 0" "app-securebits: 3"
}

@test "securebits wanted without SETPCAP: refused" {
	root_with net_bind_service
	caps "allow = NET_BIND_SERVICE" "[process]" "securebits = noroot"
	refused SETPCAP
}

@test "securebits that were set before stay set" {
	locked 0x40
	caps "[process]" "securebits = noroot"
	started
	has "app-securebits: 43"
}

# --- (h) more allowed than there is -----------------------------------------

@test "a policy wider than the container: what both have, without a word" {
	docker_root
	caps "allow = CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL" \
		"allow = SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE" \
		"allow = NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER" \
		"allow = SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT" \
		"allow = SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME" \
		"allow = SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE"
	run --separate-stderr -0 in_pidns "${SITUATION[@]}" "$C" \
		--policy "$POLICY" -- "$APP" report
	has "init: 0 20 20 280425fb 0" "app: 0 280425fb 280425fb 280425fb 0"
	[[ ! $stderr ]]
}

@test "a policy wider than the container with what is missing in ambient: refused" {
	docker_root
	caps "allow = ALL" "ambient = SYS_ADMIN"
	refused SYS_ADMIN
	caps "allow = ALL" "require = SYS_ADMIN"
	refused SYS_ADMIN
}

@test "a policy of everything changes no bounding set" {
	docker_root
	caps "allow = ALL"
	started
	has "app: 0 $DOCKER $DOCKER $DOCKER 0"
}

# --- (i) /proc --------------------------------------------------------------

# under SCRIPT ARG...: capini as PID 1 behind SCRIPT, which has its own mounts
# and ends in: exec "$@".
under() {
	SITUATION=(sh -ec "$1"'
exec "$@"' - setpriv "--bounding-set=-all,+${DOCKER_NAMES//,/,+}" \
		--inh-caps=-all)
}

no_proc='while umount -l /proc 2>/dev/null; do :; done; test ! -e /proc/self'

switching() {
	caps "allow = NET_BIND_SERVICE" "[process]" "user = 1000:1000" \
		"securebits = noroot no_setuid_fixup"
}

@test "without /proc: the same sets, proven by system calls" {
	need_no_proc
	under "$no_proc"
	switching
	run -0 in_pidns "${SITUATION[@]}" "$C" --policy "$POLICY" -- \
		"$APP" syscalls
	[[ $output == "app: 400 400 400 400 400
app-securebits: f" ]]
	caps "allow = NET_BIND_SERVICE"
	run -0 in_pidns "${SITUATION[@]}" "$C" --policy "$POLICY" -- \
		"$APP" syscalls
	has "app: 0 400 400 400 0"
}

@test "without /proc: PID 1 as seen from outside" {
	need_no_proc
	under "$no_proc"
	switching
	start "${SITUATION[@]}" "$C" --policy "$POLICY" -- "$APP" signals 15
	wait_until said ready
	[[ $(sets "/proc/$INIT/status") == "0 20 20 400 0" ]]
	kill -TERM "$INIT"
	ended 0
}

@test "with an empty directory or a tmpfs on /proc: the same sets" {
	need_no_proc
	under 'mount -t tmpfs none /proc'
	switching
	run -0 in_pidns "${SITUATION[@]}" "$C" --policy "$POLICY" -- \
		"$APP" syscalls
	has "app: 400 400 400 400 400"
}

@test "with hidepid=2 and subset=pid on /proc: the same sets" {
	under 'mount -t proc -o hidepid=2,subset=pid none /proc'
	switching
	started
	has "app: 400 400 400 400 400" "app-Uid: 1000 1000 1000 1000"
}

@test "with the outer /proc still mounted: our own line is found in it" {
	switching
	docker_root
	run -0 timeout 20 unshare --fork --pid "${SITUATION[@]}" \
		"$C" --policy "$POLICY" -- "$APP" report
	has "app: 400 400 400 400 400"
}

@test "with the /proc of a PID namespace that we are not in: refused" {
	need_no_proc
	need_command nsenter
	start "$APP" signals 15
	wait_until said ready
	caps "allow = NET_BIND_SERVICE"
	refuses /proc nsenter --mount --target "$INIT" \
		"$C" --policy "$POLICY" -- touch "$MARKER"
}

@test "with a file of somebody's making on /proc/self/status: refused" {
	cp /proc/self/status "$BATS_TEST_TMPDIR/fake"
	sed -i 's/^NSpid:.*/NSpid:\t1/
		s/^\(Cap...:\t\).*/\10000000000000000/' "$BATS_TEST_TMPDIR/fake"
	under 'mount --bind '"$BATS_TEST_TMPDIR/fake"' /proc/$$/status'
	caps
	refused /proc/self/status
}

@test "with another process's status on /proc/self/status: refused" {
	under 'sleep 20 & mount --bind /proc/$!/status /proc/$$/status'
	caps
	refused /proc/self/status
}

@test "with /proc/self/status not readable: refused" {
	need_command strace
	caps
	refuses /proc/self/status in_pidns strace -o /dev/null \
		-P /proc/self/status -e trace=openat,open \
		-e inject=openat,open:error=EACCES \
		"$C" --policy "$POLICY" -- touch "$MARKER"
}

# --- (j) a kernel that refuses, or lies -------------------------------------

# Every call a start depends on. prctl: CAPBSET_READ 23, CAPBSET_DROP 24,
# GET_SECUREBITS 27, SET_SECUREBITS 28, SET_KEEPCAPS 8, SET_NO_NEW_PRIVS 38,
# GET_NO_NEW_PRIVS 39, CAP_AMBIENT 47 with IS_SET 1, RAISE 2, CLEAR_ALL 4,
# SET_DUMPABLE 4, GET_DUMPABLE 3.
CALLS="capget capset prctl:23 prctl:23:0 prctl:23:10 prctl:23:21 prctl:24
	prctl:24:21 prctl:24:40 prctl:27 prctl:28 prctl:8 prctl:8:1 prctl:38
	prctl:39 prctl:47 prctl:47:1 prctl:47:2 prctl:4 prctl setgroups
	setresuid setresgid"

# Everything set up that can be: whatever is refused or lied about is missed.
demanding() {
	caps "allow = NET_BIND_SERVICE" "enforce = $1" "[process]" \
		"user = 1000:1000" "securebits = noroot no_setuid_fixup"
}

# filtered CALL ERRNO: a start under this filter ends with a refusal, and
# nothing has started.
filtered() {
	run timeout 20 unshare --fork --pid --mount-proc "$BIN/denysys" "$@" \
		"$C" --policy "$POLICY" -- touch "$MARKER"
	[[ $status == 125 && ! -e $MARKER ]] ||
		fail "$*: $status$([[ ! -e $MARKER ]] || echo ', started')" \
			"$output" || return
	grep -q '^capini: ' <<<"$output" || fail "$*: no reason told"
}

need_filters() {
	need_caps 200000
	run "$BIN/denysys" capget EPERM true
	[[ $status == 0 ]] || skip "no seccomp filters here"
	demanding guarantee
	rm -f "$MARKER"
	# What is not refused works: the refusals below are the filter's work.
	run -0 in_pidns "$BIN/denysys" prctl:3 0 true
	run -0 in_pidns "$C" --policy "$POLICY" -- touch "$MARKER"
	[[ -e $MARKER ]]
	rm "$MARKER"
}

@test "a filter that refuses a call with EPERM: no start, whichever call it is" {
	local call wrong=0
	need_filters
	for call in $CALLS; do
		filtered "$call" EPERM || wrong=1
		rm -f "$MARKER"
	done
	return "$wrong"
}

@test "a filter that refuses a call with ENOSYS: no start, whichever call it is" {
	local call wrong=0
	need_filters
	for call in $CALLS; do
		filtered "$call" ENOSYS || wrong=1
		rm -f "$MARKER"
	done
	return "$wrong"
}

@test "a filter that refuses a call with EINVAL: no start, whichever call it is" {
	local call wrong=0
	need_filters
	for call in $CALLS; do
		filtered "$call" EINVAL || wrong=1
		rm -f "$MARKER"
	done
	return "$wrong"
}

# lied CALL: under a filter that says CALL worked, either a refusal or an
# application with exactly the sets of the policy, as /proc has them.
lied() {
	run timeout 20 unshare --fork --pid --mount-proc "$BIN/denysys" "$1" 0 \
		"$C" --policy "$POLICY" -- "$APP" report
	if [[ $status == 125 ]]; then
		grep -q '^capini: ' <<<"$output" ||
			fail "$1: no reason told" || return
		grep -q '^app' <<<"$output" || return 0
		fail "$1: started, and 125:" "$output" || return
	fi
	[[ $status == 0 ]] || fail "$1: $status" "$output" || return
	has "app: 400 400 400 400 400" "app-NoNewPrivs: 1" \
		"app-Uid: 1000 1000 1000 1000" "app-Gid: 1000 1000 1000 1000" \
		"app-Groups: 1000" "app-securebits: f" "init: 0 20 20 400 0" ||
		fail "$1: more than the policy"
}

@test "a filter that lets a call do nothing and says it worked: no start, or the very sets" {
	local call wrong=0
	need_filters
	for call in $CALLS; do
		lied "$call" || wrong=1
	done
	return "$wrong"
}

@test "a filter that lies about a change: no start" {
	local call wrong=0
	need_filters
	for call in capset prctl:24 prctl:24:21 prctl:28 prctl:38 prctl:47:2 \
		setgroups setresuid setresgid prctl:8:1; do
		filtered "$call" 0 || wrong=1
		rm -f "$MARKER"
	done
	return "$wrong"
}

@test "without /proc a filter that lies about a change is found out as well" {
	need_no_proc
	local call wrong=0
	need_filters
	for call in capset prctl:24 prctl:24:21 prctl:28 prctl:38 prctl:47:2 \
		setgroups setresuid setresgid; do
		run timeout 20 unshare --fork --pid --mount sh -c "$no_proc"'
			exec "$@"' - "$BIN/denysys" "$call" 0 \
			"$C" --policy "$POLICY" -- touch "$MARKER"
		[[ $status == 125 && ! -e $MARKER ]] ||
			fail "$call: $status" "$output" || wrong=1
		rm -f "$MARKER"
	done
	return "$wrong"
}

@test "without /proc and without no_new_privs a bounding set that reads as empty is not believed" {
	need_no_proc
	need_filters
	caps "[process]" "no_new_privs = no"
	run timeout 20 unshare --fork --pid --mount sh -c "$no_proc"'
		exec "$@"' - "$BIN/denysys" prctl:23 0 \
		"$C" --policy "$POLICY" -- touch "$MARKER"
	[[ $status == 125 ]] || fail "$status" "$output"
	assert_never_started
}

@test "enforce = bounding and warn do not start on an unproven state either" {
	local call mode wrong=0
	need_filters
	for mode in bounding warn; do
		demanding "$mode"
		for call in capget capset prctl:23 prctl:27 prctl:28 prctl:38 \
			prctl:47:2 setgroups setresuid; do
			filtered "$call" EPERM || wrong=1
			rm -f "$MARKER"
			lied "$call" || wrong=1
		done
	done
	return "$wrong"
}

@test "enforce = warn, the drop refused by a filter: starts, and names what is left" {
	need_filters
	caps "allow = NET_BIND_SERVICE" "enforce = warn" "[process]" \
		"no_new_privs = no"
	run --separate-stderr -0 in_pidns "$BIN/denysys" prctl:24:13 EPERM \
		"$C" --policy "$POLICY" -- "$APP" report
	contains "$stderr" NET_RAW
	[[ ${#stderr_lines[@]} == 1 ]]
	has "init: 0 20 20 2400 0"
}

@test "--exec does not start on an unproven state either" {
	local call
	need_filters
	for call in capget capset prctl:23 prctl:24 prctl:38 setresuid; do
		refuses "" in_pidns "$BIN/denysys" "$call" EPERM \
			"$C" --exec --policy "$POLICY" -- touch "$MARKER"
		refuses "" in_pidns "$BIN/denysys" "$call" 0 \
			"$C" --exec --policy "$POLICY" -- touch "$MARKER"
	done
}

@test "no change is asked for where there is nothing to change" {
	need_filters
	root_with net_bind_service setpriv --no-new-privs
	caps "allow = NET_BIND_SERVICE" "ambient = NONE"
	need_command strace
	run -0 in_pidns "${SITUATION[@]}" strace -f -o "$OUT" \
		-e trace=prctl,setgroups,setresuid,setresgid \
		"$C" --exec --policy "$POLICY" -- true
	run ! grep -E 'PR_CAPBSET_DROP|SECUREBITS, |SET_NO_NEW|AMBIENT_RAISE|^[0-9]+ +set' "$OUT"
}

@test "fork, socketpair and the release failing: no start" {
	local call
	need_command strace
	caps
	for call in clone,clone3,fork,vfork socketpair; do
		refuses "" in_pidns strace -o /dev/null \
			-e "trace=$call" -e "inject=$call:error=EAGAIN" \
			"$C" --policy "$POLICY" -- touch "$MARKER"
	done
}

# --- (k) file capabilities and setuid ---------------------------------------

# with_file_caps CAPS: a copy of the application with file capabilities.
with_file_caps() {
	need_command setcap
	PING=$BATS_TEST_TMPDIR/ping
	cp "$APP" "$PING"
	setcap "$1" "$PING" 2>/dev/null ||
		skip "no file capabilities on this file system"
}

# not_runnable: 126, the file, the capability and the key named.
not_runnable() {
	run -126 in_pidns "${SITUATION[@]}" "$C" --policy "$POLICY" -- \
		"$PING" report
	contains "$output" "$PING"
	contains "$output" NET_RAW
	contains "$output" allow
	run ! grep '^app' <<<"$output"
}

@test "file capabilities outside the policy: 126, with file, capability and key, for every uid" {
	local lines
	with_file_caps cap_net_raw+ep
	docker_root
	for lines in "no_new_privs = yes" "no_new_privs = no" \
		"user = 1000:1000" "securebits = noroot"; do
		caps "allow = NET_BIND_SERVICE" "[process]" "$lines"
		not_runnable
	done
}

@test "one file capability too many is named alone" {
	with_file_caps cap_net_bind_service,cap_net_raw+ep
	docker_root
	caps "allow = NET_BIND_SERVICE"
	not_runnable
	run ! grep -E 'NET_BIND_SERVICE' <<<"$output"
}

@test "file capabilities that are not effective: the application runs without them" {
	with_file_caps cap_net_raw+p
	docker_root
	caps "allow = NET_BIND_SERVICE" "[process]" "user = 1000:1000" \
		"no_new_privs = no"
	run -0 in_pidns "${SITUATION[@]}" "$C" --policy "$POLICY" -- \
		"$PING" report
	grep -qxE 'app: (0|400) 0 0 400 0' <<<"$output"
}

@test "file capabilities within the policy work without no_new_privs, and not with it" {
	with_file_caps cap_net_raw+ep
	docker_root
	caps "allow = NET_RAW" "ambient = NONE" "[process]" \
		"user = 1000:1000" "no_new_privs = no"
	run -0 in_pidns "${SITUATION[@]}" "$C" --policy "$POLICY" -- \
		"$PING" report
	has "app: 0 2000 2000 2000 0"
	caps "allow = NET_RAW" "ambient = NONE" "[process]" "user = 1000:1000"
	run in_pidns "${SITUATION[@]}" "$C" --policy "$POLICY" -- \
		"$PING" report
	[[ $status == 126 ]] || has "app: 0 0 0 2000 0"
}

# A setuid-root copy of the application.
rootly() {
	[[ $(findmnt -no OPTIONS -T "$BATS_TEST_TMPDIR") != *nosuid* ]] ||
		skip "$BATS_TEST_TMPDIR is mounted nosuid"
	ROOTLY=$BATS_TEST_TMPDIR/rootly
	cp "$APP" "$ROOTLY"
	chmod 4755 "$ROOTLY"
}

# setuid POLICY-LINE...: what a setuid-root copy gets, run by uid 1000.
setuid() {
	rootly
	docker_root
	caps "$@"
	run -0 in_pidns "${SITUATION[@]}" "$C" --policy "$POLICY" -- \
		"$ROOTLY" report
}

@test "a setuid-root program gets the bounding set and no more" {
	setuid "allow = NET_BIND_SERVICE" "[process]" "user = 1000:1000" \
		"no_new_privs = no"
	has "app-Uid: 1000 0 0 0"
	grep -qxE 'app: (0|400) 400 400 400 0' <<<"$output"
	setuid "[process]" "user = 1000:1000" "no_new_privs = no"
	has "app: 0 0 0 0 0" "app-Uid: 1000 0 0 0"
}

@test "a setuid-root program gets nothing under no_new_privs" {
	setuid "allow = NET_BIND_SERVICE" "[process]" "user = 1000:1000"
	has "app-Uid: 1000 1000 1000 1000" "app: 400 400 400 400 400"
}

@test "a setuid-root program of a plain user with a full bounding set gets nothing either" {
	rootly
	docker_user
	caps
	run -0 in_pidns "${SITUATION[@]}" "$C" --policy "$POLICY" -- \
		"$ROOTLY" report
	has "app: 0 0 0 $DOCKER 0" "app-Uid: 1000 1000 1000 1000"
}

# --- PID 1 and its descendants ----------------------------------------------

@test "no descendant gets anything back, however it tries" {
	docker_root
	caps "[process]" "user = 1000:1000"
	run -0 in_pidns "${SITUATION[@]}" "$C" --policy "$POLICY" -- \
		sh -c 'su -c true </dev/null; sudo -n true; exec "$0" report' \
		"$APP"
	has "app: 0 0 0 0 0"
	caps
	run -0 in_pidns "${SITUATION[@]}" "$C" --policy "$POLICY" -- \
		setpriv --reuid=0 "$APP" report
	has "app: 0 0 0 0 0"
}

@test "PID 1 cannot be traced or read by processes of its own user" {
	root_with none
	caps
	run -0 in_pidns "${SITUATION[@]}" "$C" --policy "$POLICY" -- \
		sh -c 'cat /proc/1/environ >/dev/null 2>&1; echo "environ $?"
			cat /proc/1/maps >/dev/null 2>&1; echo "maps $?"'
	has "environ 1"
	has "maps 1"
}

@test "not as PID 1: the same sets" {
	docker_root
	caps "allow = NET_BIND_SERVICE"
	run -0 "${SITUATION[@]}" "$C" --policy "$POLICY" -- "$APP" report
	has "app: 0 400 400 400 0"
	run -0 "${SITUATION[@]}" "$C" --user 1000:1000 --policy "$POLICY" -- \
		"$APP" report
	has "app: 400 400 400 400 400"
}

@test "a process with twenty thousand groups is proven like any other" {
	need_namespaces
	caps "allow = CHOWN"
	run -0 in_pidns setpriv --groups "$(seq -s, 20000)" "$C" \
		--policy "$POLICY" -- "$APP" syscalls
	[[ ${lines[0]} == "app: 0 1 1 1 0" ]]
}
