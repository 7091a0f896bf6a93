#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# capini-audit import and export: policies in others' words and back. With an
# engine in CAPINI_DOCKER_HOST (see docker.bats) also what containers get.
# CAPINI_SEED replays the random sets.
# shellcheck disable=SC2154,SC2016,SC2030,SC2031 # set by bats and the helpers

load helper
load docker/helper

FORMATS=(docker compose k8s podman-label systemd mask)

setup_file() {
	build_audit || return
	if [[ -n ${CAPINI_DOCKER_HOST:-} && -z $(docker_reason) ]]; then
		local context=$BATS_FILE_TMPDIR/context
		mkdir -p "$context/bin"
		cp "${BUSYBOX:-/bin/busybox}" "$context/bin/sh"
		ln -s sh "$context/bin/cat"
		ln -s sh "$context/bin/sleep"
		image capini-import <<-END
			FROM scratch
			COPY . /
			CMD ["cat", "/proc/self/status"]
		END
	fi
}

setup() {
	prepare
	A=$BIN/capini-audit
	cd "$BATS_TEST_TMPDIR" || return
}

need_engine() {
	local reason
	reason=$(docker_reason)
	[[ -z $reason ]] || skip "$reason"
}

# allows NAME... of the policy in $output, which capini accepts
allows() {
	local names="$*"
	printf '%s\n' "$output" >imported.ini
	"$C" --check imported.ini >/dev/null 2>"$ERR" ||
		fail "not accepted:" "$(<"$ERR")" "$output" || return
	[[ $(sed -n 's/^allow = //p' <<<"$output" | xargs) == "$names" ]] ||
		fail "not \"$names\":" "$output"
}

# imports TEXT NAME...: TEXT on stdin allows these
imports() {
	run --separate-stderr "$A" import - <<<"$1"
	[[ $status == 0 ]] || fail "$1" "$stderr" || return
	shift
	allows "$@"
}

# refused TEXT PIECE: nothing on stdout, PIECE on stderr
refused() {
	run --separate-stderr "$A" import - <<<"$1"
	[[ $status == 1 && -z $output ]] || fail "$1: $status" "$output" ||
		return
	contains "$stderr" "$2"
}

@test "a mask, names, a process and a status are taken" {
	imports 0x400 NET_BIND_SERVICE
	imports 0000000000000400 NET_BIND_SERVICE
	imports "cap_net_raw, CHOWN" CHOWN NET_RAW
	imports $'NET_RAW\nCHOWN' CHOWN NET_RAW
	imports NONE NONE
	imports $'CapEff:\t0000000000000001' CHOWN
	run -0 --separate-stderr "$A" import 0x401
	allows CHOWN NET_BIND_SERVICE
	run -0 --separate-stderr "$A" import CHOWN KILL
	allows CHOWN KILL
	run -0 --separate-stderr "$A" import --pid $$
	[[ $(sed -n 's/^allow = //p' <<<"$output" | wc -l) -gt 0 ]]
	grep -v Uid /proc/self/status >status
	run -0 --separate-stderr "$A" import ./status
	printf '%s\n' "$output" >a.ini
	run -0 "$A" export --format mask a.ini
	has "$(awk '/^CapPrm/ { print $2 }' status)"
}

@test "a policy is its own import" {
	for policy in "$ROOT"/conf/*.ini; do
		run -0 --separate-stderr "$C" --check "$policy"
		normal=$output
		run -0 --separate-stderr "$A" import "$policy"
		[[ $output == "$normal" ]] || fail "$policy" "$output"
	done
	printf '[capabilities]\nallow = NET_BIND_SERVCE\n' >bad.ini
	run -1 "$A" import ./bad.ini
	contains "$output" "./bad.ini:2: "
}

@test "the options of docker run are taken, defaults included" {
	local all
	all=$("$A" import 0xa80425fb | sed -n 's/^allow = //p' | xargs)
	imports "docker run --cap-drop NET_RAW --cap-add=NET_RAW x" "$all"
	imports "--cap-drop=ALL --cap-add CAP_CHOWN --user 33:33" CHOWN
	contains "$output" "user = 33:33"
	imports "docker run -it --rm --cap-drop all x --cap-add CHOWN" NONE
	imports $'docker run --cap-drop=ALL \\\n --cap-add KILL x' KILL
	contains "$output" "no_new_privs = yes"
	refused "docker run --cap-add NET_BIND x" 'unknown capability "NET_BIND"'
	refused "docker run --cap-add" "--cap-add needs an argument"
	refused "docker run --cap-add 'KILL" "quotation mark is not closed"
}

@test "a service of compose is taken, in lists of both kinds" {
	imports 'services:
  web:
    image: x # image
    command: |
      cap_add: [SYS_ADMIN]
    cap_drop: [ALL]
    cap_add:
      - NET_BIND_SERVICE
      # not this: - SYS_ADMIN
      - "CHOWN" # why
    user: "33:33"
    environment:
      user: root' CHOWN NET_BIND_SERVICE
	contains "$output" "user = 33:33"
	imports 'cap_drop:
- ALL
cap_add: [ "KILL", '"'CAP_CHOWN'"' ]
security_opt: ["no-new-privileges:false"]' CHOWN KILL
	contains "$output" "no_new_privs = no"
	refused 'cap_add: [KILL' "line 1: cap_add: the list does not end"
	refused $'cap_drop: [ALL]\ncap_add: KILL' "line 2: cap_add is no list"
	refused $'cap_add:\n  - KILL\ncap_add:\n  - CHOWN' "line 3: cap_add is there"
	refused $'cap_add: *caps' "line 1: cap_add is no list"
	refused $'cap_add: [*caps]' "line 1: cap_add: this value is not understood"
	refused $'x:\n  <<: *base\n  cap_add: [KILL]' "line 2: <<"
	refused $'services:\n  a:\n    cap_add: [KILL]\n  b:\n    user: x' \
		"line 4: a second service"
	refused $'cap_add:\n\t- KILL' "line 2: a tab"
	refused $'cap_add: [KILL]\n---\ncap_drop: [ALL]' "line 2: a second document"
	refused $'cap_add: [KILLL]' 'line 1: unknown capability "KILLL"'
}

@test "a securityContext is taken, alone or in a pod of one container" {
	imports 'securityContext:
  runAsUser: 1000
  allowPrivilegeEscalation: false
  capabilities:
    drop: ["ALL"]
    add:
    - NET_BIND_SERVICE' NET_BIND_SERVICE
	contains "$output" "user = 1000"
	contains "$output" "no_new_privs = yes"
	imports 'apiVersion: v1
kind: Pod
spec:
  containers:
  - name: web
    image: x
    args: [add]
    securityContext:
      capabilities:
        drop: [ALL]
  volumes:
  - name: add' NONE
	refused 'spec:
  containers:
  - name: a
    securityContext:
      privileged: true
  - name: b' "line 6: a second service or container"
	refused $'securityContext: {capabilities: {add: [KILL]}}' \
		"line 1: securityContext: write what is in it on lines"
	refused $'initContainers:\n- securityContext:\n    privileged: true' \
		"line 1: initContainers"
	refused $'securityContext:\n  privileged: yes' \
		"line 2: neither true nor false"
}

@test "docker inspect and kubectl get -o json are taken, of one container" {
	imports '[{"Config": {"User": "33"}, "HostConfig": {"CapAdd": ["KILL"],
		"CapDrop": ["ALL"], "Privileged": false,
		"SecurityOpt": ["no-new-privileges:true"]}}]' KILL
	contains "$output" "user = 33"
	imports '{"kind": "Pod", "spec": {"containers": [{"name": "a",
		"securityContext": {"runAsUser": 7, "capabilities":
		{"drop": ["ALL"], "add": ["\u004bILL"]}}}]}}' KILL
	contains "$output" "user = 7"
	refused '[{"HostConfig": {"CapAdd": ["KILL"]' "line 2: not JSON"
	refused $'{"HostConfig":\n{"CapAdd": "KILL"}}' '"CapAdd" is not what'
	refused '{"HostConfig": {"CapAdd": ["KILL"], "CapAdd": []}}' \
		'"CapAdd" is there twice'
	refused '[{"HostConfig": {}}, {"HostConfig": {}}]' \
		"more than one container"
	refused '{"a": 1}' "neither docker inspect"
}

@test "a unit of systemd is taken" {
	imports '[Service]
User=www-data
CapabilityBoundingSet=CAP_CHOWN \
 CAP_KILL
AmbientCapabilities=CAP_KILL
NoNewPrivileges=yes' CHOWN KILL
	contains "$output" "ambient = KILL"
	contains "$output" "user = www-data"
	imports $'[Service]\nCapabilityBoundingSet=' NONE
	refused $'[Service]\nNoNewPrivileges=perhaps' "neither yes nor no"
}

@test "what is nobody's words is refused, and wrong usage ends with 2" {
	refused "hello world" 'unknown capability "hello"'
	refused $'\xff\xfe' "no words of any format"
	run -1 "$A" import - < <(printf 'KILL\0')
	contains "$output" "NUL byte"
	run -2 "$A" import
	run -2 "$A" import --pid 0
	run -2 "$A" import /nowhere/at.all
	contains "$output" "no such file"
	run -2 "$A" export "$ROOT/conf/default.ini"
	run -2 "$A" export --format dockr "$ROOT/conf/default.ini"
	contains "$output" "did you mean docker?"
}

# A random set, few capabilities as often as many.
random_mask() {
	local mask=$((RANDOM << 30 | RANDOM << 15 | RANDOM))
	((RANDOM % 2)) || mask=$((mask & (RANDOM << 30 | RANDOM << 15 | RANDOM)))
	((RANDOM % 3)) || mask=$((1 << RANDOM % 41))
	printf '%x' $((mask & 0x1ffffffffff))
}

@test "each format comes back as the same set" {
	: "${CAPINI_SEED:=$RANDOM}"
	echo "# CAPINI_SEED=$CAPINI_SEED" >&3
	RANDOM=$CAPINI_SEED
	for ((i = 0; i < 40; i++)); do
		mask=$(random_mask)
		case $i in 0) mask=1ffffffffff ;; 1) mask=0 ;; esac
		"$A" import "0x$mask" >policy.ini
		for format in "${FORMATS[@]}"; do
			[[ $format != podman-label || $mask != 0 ]] || continue
			"$A" export --format "$format" policy.ini >words
			"$A" import - <words >back.ini || fail "$mask, $format:" \
				"$(<words)"
			diff <(grep -v '^#' policy.ini) \
				<(grep -v '^#' back.ini) ||
				fail "$mask, $format:" "$(<words)"
		done
	done
}

@test "the label of podman cannot say nothing, and says so" {
	run -1 --separate-stderr "$A" export --format podman-label \
		"$ROOT/conf/default.ini"
	[[ -z $output ]]
	contains "$stderr" "cannot say NONE"
}

@test "explain takes a policy, a mask, names, a process and Docker's default" {
	run -0 "$A" explain "$ROOT/conf/web-server.ini"
	contains "$output" "NET_BIND_SERVICE"
	run -0 "$A" explain 0x400
	contains "$output" "0000000000000400, 1 of 41"
	contains "$output" "net.ipv4.ip_unprivileged_port_start"
	run -0 "$A" explain SYS_ADMIN
	contains "$output" "is root by another name"
	run -0 "$A" explain --docker-default
	contains "$output" "00000000a80425fb, 14 of 41"
	run -0 "$A" explain --pid $$
	run -1 "$A" explain SYS_ADMN
	contains "$output" "did you mean SYS_ADMIN?"
	run -2 "$A" explain
}

# --- in containers ----------------------------------------------------------

# None has SYS_RESOURCE, which not every host can give, or a capability that
# Docker 20.10 does not know.
# has_mask MASK WORD...: a container of these options has exactly that
has_mask() {
	local mask=$1
	shift
	run -0 docker run --rm --network none "$@" capini-import
	grep -qx $'CapBnd:\t'"$mask" <<<"$output" ||
		fail "$*: not $mask" "$output"
}

@test "containers get what the options and the service say" {
	need_engine
	for mask in 0000000000000000 0000000000000400 00000000a80425fb \
		0000003ffeffffff 00000000a80435fb 0000000040240021; do
		"$A" import "0x$mask" >policy.ini
		run -0 "$A" export --format docker policy.ini
		read -ra options <<<"$output"
		has_mask "$mask" "${options[@]}"

		printf 'version: "3"\nservices:\n  one:\n' >compose.yaml
		printf '    image: capini-import\n    network_mode: none\n' \
			>>compose.yaml
		"$A" export --format compose policy.ini |
			sed 's/^/    /' >>compose.yaml
		run -0 timeout 60 docker-compose -H "$CAPINI_DOCKER_HOST" \
			-p "import$$" run --rm one
		contains "$output" $'CapBnd:\t'"$mask"
		run -0 --separate-stderr "$A" import ./compose.yaml
		[[ $(grep -v '^#' <<<"$output") == \
			"$(grep -v '^#' policy.ini)" ]] || fail "$output"
	done
}

@test "docker inspect of a container is imported as what it has" {
	need_engine
	# SYS_RESOURCE is left out, which not every host has to give.
	for options in "" "--cap-drop=ALL" "--cap-drop=NET_RAW" \
		"--cap-drop=ALL --cap-add=SYS_TIME --user 5:6" \
		"--cap-add=ALL --cap-drop=KILL --cap-drop=SYS_RESOURCE"; do
		# shellcheck disable=SC2086 # words
		id=$(docker run -d --network none $options capini-import \
			sleep 60)
		mask=$(docker exec "$id" cat /proc/1/status |
			awk '/^CapBnd/ { print $2 }')
		docker inspect "$id" >inspect.json
		docker rm -f "$id"
		run -0 --separate-stderr "$A" import ./inspect.json
		printf '%s\n' "$output" >policy.ini
		run -0 "$A" export --format mask policy.ini
		# An engine's ALL ends with the last capability it knows.
		[[ $(((0x$output ^ 0x$mask) & 0x3fffffffff)) == 0 ]] ||
			fail "$options: $output, not $mask"
	done
	contains "$(<policy.ini)" "allow = SYS_MODULE"
}
