#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# run.sh BUILD: the static programs for arm64 in BUILD, on another machine.
# First under Debian's kernel for arm64 in an emulated machine, whose init is
# capini itself: what only a kernel can tell. Then the tests under an emulation
# of the processor alone, which answers some system calls in its own way: a test
# that is named in `not-emulated` may fail there. A failure is shown. The last
# line is "emulate: N cases, N failures, N seconds".
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=${here%/tests/*}
build=$(cd "$1" && pwd)
work=$root/build/arm64
cases=0
failed=0
begin=$SECONDS
mkdir -p "$work"
cd "$work"

# package NAME: unpacked, not installed, into the directory NAME.
package() {
	[[ ! -d $1 ]] || return 0
	rm -rf "$1.new" "${1%:*}"_*.deb
	apt-get -q -o APT::Sandbox::User=root download "$1" >apt.log 2>&1 ||
		{ cat apt.log >&2 && return 1; }
	dpkg -x "${1%:*}"_*.deb "$1.new"
	mv "$1.new" "$1"
}

# tally FILE: of its lines "ok ..." and "not ok ..."; a skip is no case.
tally() {
	cases=$((cases + $(grep -E '^(not )?ok ' "$1" | grep -vc '# skip')))
	failed=$((failed + $(grep -c '^not ok ' "$1" || true)))
}

machine() {
	local kernel
	kernel=$(apt-cache depends linux-image-arm64:arm64 |
		awk '/Depends: linux-image-/ { print $2; exit }')
	package "$kernel"
	package busybox-static:arm64
	rm -rf disk
	mkdir -p disk/{bin,dev,etc,proc,sys,tmp}
	cp busybox-static:arm64/bin/busybox "$build/capini" \
		"$build/capini-audit" disk/bin
	aarch64-linux-gnu-gcc -O1 -static -o disk/bin/needle \
		"$root/tests/audit/needle.c"
	cp "$here/tests.sh" disk/tests.sh
	sed -n '/^NEEDLES=(/,/^)/p' "$root/tests/audit.bats" | grep -v '[()]' |
		xargs >disk/needles
	echo 'nobody:x:65534:65534:nobody:/:/bin/sh' >disk/etc/passwd
	printf '[capabilities]\nallow = ALL\n' >disk/etc/capini.ini
	(cd disk && find . | cpio -o --quiet -H newc | gzip -1) >disk.gz
	timeout -k 5 300 qemu-system-aarch64 -M virt -cpu cortex-a57 -m 512 \
		-net none -nographic -no-reboot -initrd disk.gz \
		-kernel "$kernel"/boot/vmlinuz-* -append "console=ttyAMA0 quiet \
		panic=1 rdinit=/bin/capini -- /bin/busybox sh /tests.sh" \
		</dev/null >console 2>&1 || true
	tr -d '\r' <console >machine
	tally machine
	grep -A20 '^not ok ' machine || true
	grep -qx 'end of tests' machine || {
		failed=$((failed + 1))
		echo "the machine did not come to the end:"
		tail -n 20 machine
	}
}

processor() {
	local file name
	mkdir -p processor
	chmod 755 processor
	install -m 755 "$build/capini" processor/arm64
	printf '#!/bin/sh\nexec qemu-aarch64 "%s" "$@"\n' \
		"$work/processor/arm64" >processor/capini
	chmod 755 processor/capini
	for file in policy decode conf drop init; do
		CAPINI=$work/processor/capini bats --tap "$root/tests/$file.bats" \
			>"$file.all" 2>&1 </dev/null || true
		# Those that are named are no cases.
		while IFS= read -r name; do
			[[ $name == \#* || ! $name ]] ||
				sed -i "/ok [0-9]* ${name//[\/.*[]/.}/d" "$file.all"
		done <"$here/not-emulated"
		tally "$file.all"
		grep -A10 '^not ok ' "$file.all" || true
	done
}

machine
processor
echo "emulate: $cases cases, $failed failures, $((SECONDS - begin)) seconds"
[[ $failed == 0 && $cases -gt 0 ]]
