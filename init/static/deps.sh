#!/bin/sh
# SPDX-License-Identifier: MIT
# Install what is missing for the named purposes: build, test, demo,
# peers, prove, arm64 (a cross build on another Debian), emulate.
#
#     deps.sh [--dry-run] PURPOSE...
#
# Needs root only when something is missing.
set -eu

dry_run=
if [ "${1:-}" = --dry-run ]; then
	dry_run=yes
	shift
fi

if command -v apt-get >/dev/null; then
	install='apt-get install -y --no-install-recommends'
	has() { dpkg-query -W -f='${Status}\n' "$1" 2>/dev/null |
		grep -qx 'install ok installed'; }
	build='gcc libc6-dev make binutils pkg-config libcap-ng-dev
		libinih-dev musl-dev linux-libc-dev dpkg-dev'
	test='bats util-linux procps strace libcap2-bin iproute2 gcc groff-base
		python3-minimal libpython3-stdlib'
	peers='tini dumb-init catatonit'
	prove='clang llvm clang-tidy clang-tools cppcheck shellcheck'
	demo='util-linux iproute2 python3-minimal libpython3-stdlib'
	arm64='gcc-aarch64-linux-gnu libc6-dev-arm64-cross musl-dev:arm64
		linux-libc-dev:arm64 libcap-ng-dev:arm64 libinih-dev:arm64'
	emulate='qemu-user qemu-system-arm cpio'
elif command -v dnf >/dev/null; then
	install='dnf install -y'
	has() { rpm -q --quiet "$1"; }
	build='gcc make binutils pkgconf-pkg-config libcap-ng-devel inih-devel'
	test='bats util-linux procps-ng strace libcap iproute gcc groff-base
		python3'
	demo='util-linux iproute python3'
elif command -v apk >/dev/null; then
	install='apk add'
	has() { apk info -e "$1" >/dev/null 2>&1; }
	build='gcc musl-dev make binutils pkgconf libcap-ng-dev libcap-ng-static
		inih-dev linux-headers'
	test='bash bats coreutils util-linux procps strace libcap iproute2 gcc mandoc
		python3'
	demo='util-linux iproute2 python3'
else
	echo "deps.sh: neither apt-get, dnf nor apk here; needed are a C11" \
		"compiler, make, pkg-config, libcap-ng and inih with their" \
		"headers; for tests also bats, util-linux, strace" >&2
	exit 1
fi

missing=
for purpose; do
	case $purpose in
	build) packages=$build ;;
	test) packages=$test ;;
	prove) packages=${prove:?only on Debian} ;;
	demo) packages=$demo ;;
	peers) packages=${peers:?only on Debian} ;;
	arm64) packages=${arm64:?only on Debian} ;;
	emulate) packages=${emulate:?only on Debian} ;;
	*)
		echo "deps.sh: no such purpose: $purpose" >&2
		exit 2
		;;
	esac
	for package in $packages; do
		case " $missing " in *" $package "*) continue ;; esac
		has "$package" || missing="$missing $package"
	done
done

if [ -z "$missing" ]; then
	[ -z "$dry_run" ] || echo "nothing is missing"
	exit 0
fi
if [ -n "$dry_run" ]; then
	echo "missing:$missing"
	echo "remedy: $install$missing"
	exit 1
fi
if [ "$(id -u)" -ne 0 ]; then
	echo "deps.sh: missing:$missing" >&2
	echo "deps.sh: run as root: $install$missing" >&2
	exit 1
fi

echo "deps.sh: installing$missing"
# shellcheck disable=SC2086 # both are lists
case $install in
apt-get*)
	export DEBIAN_FRONTEND=noninteractive
	case $missing in *:arm64*) dpkg --add-architecture arm64 ;; esac
	apt-get -q update
	$install $missing
	;;
*) $install $missing ;;
esac
