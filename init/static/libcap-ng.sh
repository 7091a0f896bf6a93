#!/bin/sh
# SPDX-License-Identifier: MIT
# Put libcap-ng's library sources into DIR for a build with musl.
#
#     libcap-ng.sh DIR
#
# They are the machine's own Debian source package, fetched and authenticated
# by apt with the archives and keys of /etc/apt. Needs no root and changes
# nothing outside of DIR: /etc/apt need not have deb-src entries.
# LIBCAP_NG_SOURCE=DIR takes an unpacked libcap-ng instead.
set -eu

die()
{
	echo "libcap-ng.sh: $*" >&2
	exit 1
}

[ $# -eq 1 ] || die "usage: libcap-ng.sh DIR"
rm -rf "$1"
mkdir -p "$1"
out=$(cd "$1" && pwd)
etc=${APT_ETC:-/etc/apt}

# Every binary archive of this machine as a source archive. An archive that
# the machine trusts without a signature is not trusted here.
source_archives()
{
	mkdir -p "$out/apt/sources" "$out/apt/lists/partial" \
		"$out/apt/cache/archives/partial"
	for file in "$etc/sources.list" "$etc"/sources.list.d/*.list; do
		[ -f "$file" ] || continue
		sed -n -e 's/trusted=[a-z]*//' \
			-e 's/\[ *\]//' -e '/cdrom:/d' \
			-e 's/^[[:blank:]]*deb[[:blank:]]/deb-src /p' "$file"
	done >"$out/apt/sources/archives.list"
	for file in "$etc"/sources.list.d/*.sources; do
		[ -f "$file" ] || continue
		sed -e '/^[Tt]rusted:/d' -e 's/^[Tt]ypes:.*/Types: deb-src/' \
			"$file" >"$out/apt/sources/$(basename "$file")"
	done
}

private_apt()
{
	apt-get -q -o Dir::Etc::sourcelist=/dev/null \
		-o Dir::Etc::sourceparts="$out/apt/sources" \
		-o Dir::State::lists="$out/apt/lists" \
		-o Dir::Cache="$out/apt/cache" \
		-o APT::Sandbox::User=root \
		-o APT::Get::AllowUnauthenticated=false \
		-o Acquire::AllowInsecureRepositories=false \
		-o Acquire::AllowWeakRepositories=false \
		-o Acquire::Languages=none \
		"$@"
}

# apt holds the .dsc to the signed index and each file to the .dsc.
fetch()
{
	for tool in apt-get dpkg-source; do
		command -v "$tool" >/dev/null ||
			die "needs $tool (Debian: make deps); elsewhere set" \
				"LIBCAP_NG_SOURCE to an unpacked libcap-ng"
	done
	source_archives
	private_apt update >"$out/apt/log" 2>&1 ||
		echo "libcap-ng.sh: apt could not read every archive" >&2
	(
		cd "$out/apt"
		private_apt source --download-only libcap-ng >>log 2>&1
	) || {
		cat "$out/apt/log" >&2
		die "apt has no source package libcap-ng"
	}
	dpkg-source --no-check -x "$out"/apt/libcap-ng_*.dsc "$out/package" \
		>>"$out/apt/log"
	basename "$out"/apt/libcap-ng_*.dsc .dsc
}

if [ -n "${LIBCAP_NG_SOURCE:-}" ]; then
	package=$LIBCAP_NG_SOURCE
else
	fetch
	package=$out/package
fi

for file in cap-ng.c cap-ng.h lookup_table.c captab.h; do
	cp "$package/src/$file" "$out/" || die "no $file in $package/src"
done

# What its configure would find with musl, and the ways that it has besides for
# a process without /proc, without threads and without syslogd: PID 1 needs no
# stream, no heap and no syslog(3), which blocks when /dev/log is full. What
# they would open is asked of prctl(2) instead.
cat >"$out/config.h" <<'END'
#define _GNU_SOURCE 1
#define HAVE_SYSCALL_H 1
#define HAVE_SYS_XATTR_H 1
#define HAVE_LINUX_SECUREBITS_H 1
#define HAVE_LINUX_MAGIC_H 1

#include <fcntl.h>
#include <stdio.h>
#include <syslog.h>

#define syslog(...)         ((void)0)
#define open(path, flags)   (-1)
#define fopen(path, mode)   ((FILE *)NULL)
#define snprintf(text, ...) ((text)[0] = '\0')
#define asprintf(text, ...) (-1)
END
rm -rf "$out/apt" "$out/package"
