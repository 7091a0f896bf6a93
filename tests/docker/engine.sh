#!/bin/sh
# SPDX-License-Identifier: MIT
# A Docker engine of our own for the tests, apart from any other.
#
#     engine.sh start DIR         start it; socket, data and PID file in DIR
#     engine.sh base DIR CACHE    make debian:bookworm-slim; tarball in CACHE
#     engine.sh stop DIR          stop it, remove what it made
#
# CAPINI_INIT_PATH: the program that `docker run --init` makes PID 1.
# Needs root and docker.io, runc, mmdebstrap. Prints on failure only.
set -eu

die() {
	echo "engine.sh: $*" >&2
	exit 1
}

# Is the process in the PID file the engine of this DIR?
alive() {
	[ -s "$dir/docker.pid" ] || return 1
	pid=$(cat "$dir/docker.pid")
	tr '\0' '\n' <"/proc/$pid/cmdline" 2>/dev/null |
		grep -qxF -e "--pidfile=$dir/docker.pid"
}

# wait_until SECONDS COMMAND...
wait_until() {
	left=$(($1 * 10))
	shift
	while ! "$@" >/dev/null 2>&1; do
		left=$((left - 1))
		[ "$left" -gt 0 ] || return 1
		sleep 0.1
	done
}

ended() { ! kill -0 "$1"; }
answered_or_ended() { ended "$engine" || docker version; }

docker() {
	client=/usr/bin/docker
	[ -x "$client" ] || client=docker
	DOCKER_BUILDKIT=0 DOCKER_CONFIG="$dir/client" "$client" \
		-H "unix://$dir/docker.sock" "$@"
}

start() {
	! alive || die "already running in $dir"
	[ "$(id -u)" -eq 0 ] || die "needs root"
	engine=/usr/sbin/dockerd
	[ -x "$engine" ] || engine=$(command -v dockerd) || die "no dockerd"
	# sun_path holds 107 bytes; containerd's sockets have the longest names.
	[ ${#dir} -le 60 ] || die "path too long for a socket: $dir"
	rm -rf "$dir/docker.sock" "$dir/docker.pid"
	mkdir -p "$dir/client"
	echo '{}' >"$dir/daemon.json"
	set --
	[ -z "${CAPINI_INIT_PATH:-}" ] || set -- --init-path="$CAPINI_INIT_PATH"
	# setsid: a Ctrl-C at the tests is not one at the engine.
	setsid "$engine" --host="unix://$dir/docker.sock" \
		--data-root="$dir/data" --exec-root="$dir/exec" \
		--pidfile="$dir/docker.pid" --group=root \
		--config-file="$dir/daemon.json" \
		--bridge=none --iptables=false --ip6tables=false \
		--exec-opt native.cgroupdriver=cgroupfs "$@" \
		</dev/null >"$dir/docker.log" 2>&1 3>&- 4>&- &
	engine=$!
	wait_until 60 answered_or_ended || :
	if ! docker version >/dev/null 2>&1; then
		tail -n 20 "$dir/docker.log" >&2
		stop
		die "the engine did not answer"
	fi
}

stop() {
	if alive; then
		pid=$(cat "$dir/docker.pid")
		# Its containerd ends with it.
		containerd=$(cat "$dir/exec/containerd/containerd.pid" \
			2>/dev/null || true)
		kill -TERM "$pid"
		wait_until 30 ended "$pid" || kill -KILL "$pid"
		if [ -n "$containerd" ] && ! wait_until 10 ended "$containerd" &&
			tr '\0' '\n' <"/proc/$containerd/cmdline" |
			grep -qF "$dir/exec/"; then
			kill -KILL "$containerd"
		fi
	fi
	awk -v dir="$dir/" 'index($5, dir) == 1 { print $5 }' \
		/proc/self/mountinfo | sort -r | while read -r mount; do
		umount -l "$(printf '%b' "$mount")" || true
	done
	rm -rf "$dir/data" "$dir/exec" "$dir/client" "$dir/docker.sock" \
		"$dir/docker.pid" "$dir/daemon.json"
}

# mmdebstrap with the machine's own mirror and apt settings.
bootstrap() {
	target=$1.new
	# shellcheck disable=SC2016 # apt's own variables
	mirror=$(apt-get indextargets --format '$(REPO_URI)' \
		'RELEASE: bookworm' 'COMPONENT: main' 'CREATED_BY: Packages' |
		head -n 1)
	set --
	for option in Acquire::http::Proxy Acquire::https::Proxy \
		Acquire::Check-Valid-Until Acquire::Check-Date; do
		value=$(apt-config dump --format '%v%n' --no-empty "$option")
		[ -z "$value" ] || set -- "$@" "--aptopt=$option \"$value\""
	done
	mmdebstrap --quiet --variant=minbase --format=tar \
		--aptopt='Acquire::Retries "5"' "$@" \
		bookworm "$target" "${mirror:-http://deb.debian.org/debian}"
}

base() {
	! docker image inspect debian:bookworm-slim >/dev/null 2>&1 || return 0
	tarball=$1/bookworm.tar
	mkdir -p "$1"
	if [ ! -s "$tarball" ]; then
		bootstrap "$tarball" >"$1/mmdebstrap.log" 2>&1 || {
			tail -n 20 "$1/mmdebstrap.log" >&2
			die "mmdebstrap failed"
		}
		mv "$tarball.new" "$tarball"
	fi
	docker import "$tarball" debian:bookworm-slim >/dev/null
}

[ $# -ge 2 ] || die "usage: engine.sh start|stop DIR | base DIR CACHE"
mkdir -p "$2"
dir=$(cd "$2" && pwd -P)
case $1 in
start) start ;;
stop) stop ;;
base) [ $# -eq 3 ] || die "usage: engine.sh base DIR CACHE"; base "$3" ;;
*) die "unknown: $1" ;;
esac
