#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The static build in Podman: as an image's ENTRYPOINT, as its init, in a pod.
# Podman has its storage and state in the tests' own directory and runs runc.
# shellcheck disable=SC2154 # set by bats and the helper

load helper

setup_file() {
	[[ -z $(reason) ]] || return 0
	local context=$BATS_FILE_TMPDIR/context applet
	mkdir -p "$context"/{bin,etc}
	cp "$CAPINI" "$context/capini"
	cp /bin/busybox "$context/bin"
	for applet in sh cat grep sleep; do
		ln -s busybox "$context/bin/$applet"
	done
	printf '[capabilities]\nallow = NET_BIND_SERVICE\n' \
		>"$context/etc/capini.ini"
	# Limits above our own are not ours to set.
	cat >"$BATS_FILE_TMPDIR/containers.conf" <<-END
	[containers]
	default_ulimits = ["nofile=20000:20000", "nproc=32768:32768"]
	[engine]
	runtime = "runc"
	cgroup_manager = "cgroupfs"
	events_logger = "file"
	END
	tar -C "$context" -c . | podman import -q -c 'ENTRYPOINT ["/capini","--"]' \
		- capini-pod
	rm "$context/etc/capini.ini"
	tar -C "$context" -c . | podman import -q - capini-bare
}

teardown_file() {
	[[ -n $(reason) ]] || podman pod rm -a -f -t 0 >/dev/null
	[[ -n $(reason) ]] || podman rm -a -f -t 0 >/dev/null
}

setup() {
	local why
	why=$(reason)
	[[ ! $why ]] || skip "$why"
}

# Why can these tests not run? Nothing if they can.
reason() {
	if [[ $EUID != 0 ]]; then
		echo "needs root"
	elif [[ $(type -t /usr/bin/podman) != file ]]; then
		echo "needs podman"
	elif [[ $CAPINI != */static/capini ]]; then
		echo "containers run the static build, not this one"
	fi
}

podman() {
	CONTAINERS_CONF=$BATS_FILE_TMPDIR/containers.conf timeout -k 5 60 \
		/usr/bin/podman --storage-driver vfs \
		--root "$BATS_FILE_TMPDIR/root" --runroot "$BATS_FILE_TMPDIR/run" \
		--tmpdir "$BATS_FILE_TMPDIR/tmp" "$@" 3>&-
}

# pod [SED-SCRIPT]: play the pod of docker/pod.yaml, changed by the script.
pod() {
	sed -e "${1-}" "$ROOT/tests/docker/pod.yaml" \
		>"$BATS_TEST_TMPDIR/pod.yaml"
	podman kube play --network none "$BATS_TEST_TMPDIR/pod.yaml"
}

pod_down() {
	podman kube down "$BATS_TEST_TMPDIR/pod.yaml" >/dev/null
}

@test "podman run: PID 1 and the application have what the policy allows" {
	run -0 podman run --rm --network none capini-pod \
		cat /proc/1/status /proc/self/status
	[[ $(sets "$(sed -n '/^Name:.capini/,/^Cpus/p' <<<"$output")") == "0 0 0 400 0" ]]
	[[ $(sets "$(sed -n '/^Name:.cat/,/^Cpus/p' <<<"$output")") == "0 400 400 400 0" ]]
}

@test "podman stop ends the application with SIGTERM, at once" {
	podman run -d --name stopped --network none capini-pod sleep 1000
	local before=$SECONDS
	podman stop -t 30 stopped >/dev/null 2>&1
	((SECONDS - before < 15))
	run -0 podman inspect -f '{{.State.ExitCode}}' stopped
	[[ $output == 143 ]]
}

@test "podman run --init --init-path: capini in the place of catatonit, nothing allowed" {
	run -0 podman run --rm --network none --init --init-path "$CAPINI" \
		capini-bare cat /proc/1/status /proc/self/status
	[[ $(grep -c '^CapBnd:.0000000000000000$' <<<"$output") == 2 ]]
	run -7 podman run --rm --network none --init --init-path "$CAPINI" \
		capini-bare sh -c 'exit 7'
	[[ ! $output ]]
}

@test "podman run --init before an image with capini: both work, without a word" {
	run -7 --separate-stderr podman run --rm --network none --init \
		capini-pod sh -c 'grep CapBnd /proc/self/status; exit 7'
	[[ $output == *$'CapBnd:\t0000000000000400'* ]]
	[[ $stderr != *capini* ]]
}

@test "podman kube play: the pod's exec probe is healthy, and so is who execs into it" {
	pod
	run -0 podman healthcheck run web-app
	run -0 podman exec web-app /capini --verify=all
	[[ $output == *"2 processes, 0 outside"* ]]
	podman exec -d web-app /bin/sleep 1000
	run -0 podman exec web-app /capini --verify=all
	[[ $output == *"3 processes, 0 outside"* ]]
	pod_down
}

@test "podman kube play: without the securityContext who execs into the pod is outside" {
	pod '/^      securityContext/,/add:/d'
	run -0 podman exec web-app /capini --verify=all
	[[ $output == *"--cap-add=NET_BIND_SERVICE"* ]]
	podman exec -d web-app /bin/sleep 1000
	wait_until podman exec web-app /bin/sh -c '/bin/cat /proc/[0-9]*/cmdline |
		/bin/grep -q sleep.1000'
	run -1 podman exec web-app /capini --verify=all
	[[ $output == *" sleep "*" exec "*" OUTSIDE"* ]]
	run ! podman healthcheck run web-app
	podman exec web-app /capini --exec -- /bin/sleep 0
	pod_down
}

@test "podman: containers of a pod that share PIDs: each judges its own" {
	podman pod create --name shared --share pid --network none >/dev/null
	podman run -d --pod shared --name first capini-pod sleep 1000
	podman run -d --pod shared --name second --entrypoint sleep capini-pod 1000
	run -0 podman exec first /capini --verify
	run -0 podman exec first /capini --verify=all --json
	[[ $output == *'"role":"init","holds":true'* ]]
	[[ $output == *'"role":"other","holds":null'* ]]
	run -1 podman exec second /capini --verify
}
