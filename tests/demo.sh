#!/bin/sh
# SPDX-License-Identifier: MIT
# capini as a real PID 1 before a web server on port 80, and what the kernel
# says of both. New PID, mount and network namespaces: nothing of this machine
# is touched.
#
#     demo.sh [CAPINI]
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
capini=$(realpath "${1:-$root/build/static/capini}")
python=/usr/bin/python3
[ -x "$python" ] || python=$(command -v python3)
work=$(mktemp -d)
holder=

clean_up()
{
	[ -z "$holder" ] || kill -KILL "$holder" 2>/dev/null || :
	rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

die()
{
	echo "demo: $*" >&2
	exit 1
}

namespaces='--fork --kill-child --pid --mount-proc --net'
identity=yes
joining=
if [ "$(id -u)" -ne 0 ]; then
	namespaces="$namespaces --user --map-root-user"
	identity=
	joining='--user --preserve-credentials'
fi
# shellcheck disable=SC2086 # a list
unshare $namespaces ip link set lo up 2>"$work/refusal" ||
	die "no new namespaces here: $(cat "$work/refusal"). Remedy: run as" \
		"root on the machine itself, or in a container started with" \
		"--privileged"

# A policy must belong to root or to the caller; a checkout may be another's.
cp "$root/conf/web-server.ini" "$work/capini.ini"
cp "$capini" "$work/capini"
echo 'hello from behind capini' >"$work/index.html"
chmod 755 "$work" "$work/capini"
chmod 644 "$work/capini.ini" "$work/index.html"
set --
if [ -n "$identity" ] &&
	! "$capini" --check "$work/capini.ini" 2>/dev/null | grep -q '^user ='
then
	set -- --user 65534:65534
fi

# as_init OPTION...: python's web server under the policy, narrowed
as_init()
{
	# shellcheck disable=SC2086,SC2016 # a list; for the inner shell
	exec unshare $namespaces sh -c 'ip link set lo up && exec "$@"' sh \
		"$work/capini" --policy "$work/capini.ini" "$@" -- \
		"$python" -m http.server --bind 127.0.0.1 \
		--directory "$work" 80
}

# The one child of process $1.
first_child()
{
	read -r child _ <"/proc/$1/task/$1/children" 2>/dev/null || :
	[ -n "${child:-}" ] && echo "$child"
}

show()
{
	printf '\n%s: %s\n' "$1" "$(tr '\0' ' ' <"/proc/$2/cmdline")"
	grep -E '^(NSpid|Uid|Cap...|NoNewPrivs):' "/proc/$2/status"
}

# shellcheck disable=SC2086 # a list
ask()
{
	nsenter --target "$init" $joining \
		--net "$python" -c 'import urllib.request
print(urllib.request.urlopen("http://127.0.0.1:80/", timeout=5)
      .read().decode(), end="")' 2>/dev/null
}

echo '--- the policy, conf/web-server.ini'
grep -vE '^(#|;|$)' "$work/capini.ini"

echo
echo '--- without NET_BIND_SERVICE the web server cannot have port 80'
code=0
(as_init "$@" --drop NET_BIND_SERVICE) >"$work/log" 2>&1 || code=$?
[ "$code" -ne 0 ] || die 'it could'
tail -n 1 "$work/log"

echo
echo '--- under the policy it can, and holds nothing else'
(as_init "$@") >"$work/log" 2>&1 &
holder=$!
deadline=$(($(date +%s) + 20))
until init=$(first_child "$holder") && answer=$(ask); do
	if ! kill -0 "$holder" 2>/dev/null || [ "$(date +%s)" -gt "$deadline" ]
	then
		cat "$work/log" >&2
		die 'the web server did not answer'
	fi
	sleep 0.1
done
show 'PID 1' "$init"
show 'the application' "$(first_child "$init")"
printf '\nGET / on port 80: %s\n' "$answer"

kill -TERM "$init"
code=0
wait "$holder" || code=$?
holder=
printf '\nSIGTERM to PID 1, forwarded; exit code %s (128 + 15 = 143)\n' "$code"
[ "$code" -eq 143 ]
