# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2086
# What the emulated machine does, as the application of its init.
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mount -t tmpfs tmp /tmp
ip link set lo up
cd /tmp || exit
: >said

# verdict NAME CODE: of a case; what was said is in the file said.
verdict() {
	if [ "$2" -eq 0 ]; then
		echo "ok $1"
	else
		echo "not ok $1"
		cat said
	fi
}

# ends_with NAME CODE COMMAND...: with this code
ends_with() {
	name=$1 code=$2
	shift 2
	"$@" >said 2>&1
	[ $? -eq "$code" ]
	verdict "$name" $?
}

# said NAME LINE: the last one said LINE.
said() {
	grep -qx "$2" said
	verdict "$1" $?
}

as_init() {
	unshare -f -p -m --mount-proc capini "$@"
}

cat >web.ini <<'END'
[capabilities]
allow = NET_BIND_SERVICE

[process]
user = nobody
securebits = noroot
END

grep -q '^Name:.capini$' /proc/1/status
verdict "capini is the init of the machine" $?
grep -q '^CapEff:.0000000000000020$' /proc/1/status
verdict "which has KILL and nothing else" $?
ends_with "a policy is good" 0 capini --check web.ini
ends_with "the exit code is the application's" 7 as_init -- sh -c 'exit 7'
ends_with "a signal is 128 and its number" 143 as_init -- sh -c 'kill $$'
ends_with "a signal to PID 1 is forwarded" 9 as_init -- \
	sh -c 'trap "exit 9" USR1; kill -USR1 1; sleep 5'
ends_with "orphans are reaped" 0 as_init -- sh -c '(sleep 1 &) &
	sleep 2; ! grep -l "^State:.Z" /proc/[0-9]*/status'
ends_with "a user and a port" 0 as_init --policy web.ini -- \
	grep -h ^Cap /proc/1/status /proc/self/status
said "PID 1 keeps KILL" "CapEff:.0000000000000020"
said "the application has what is ambient" "CapAmb:.0000000000000400"
ends_with "without the policy's capability it is refused" 125 as_init \
	--allow NET_RAW --policy /nothing -- true
ends_with "the init is as the policy says" 0 as_init --policy web.ini -- \
	capini --policy web.ini --verify
ends_with "doctor says that run works" 0 capini-audit doctor

capini --exec --user 12345:12345 -- sleep 600 &
victim=$!
for name in $(cat /needles) CHOWN+FOWNER; do
	want=$(echo ${name%%-*} | tr + ' ')
	# Debian's kernel has perf_event_paranoid=3, which asks for more.
	[ "$name" != PERFMON ] || want=SYS_ADMIN
	for option in --full --fast; do
		mkdir -p "$name"
		chmod 755 "$name"
		mount -t tmpfs none "$name"
		cd "$name" && needle prepare
		capini-audit run $option -- needle "$name" $victim >../said 2>&1
		cd ..
		grep -qxF "needed: $want" said
		verdict "$option $name" $?
		umount "$name" 2>/dev/null
	done
done
kill $victim
echo "end of tests"
poweroff -f
