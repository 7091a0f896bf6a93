#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The table of what inits do: peers.bats against capini, tini, dumb-init and
# catatonit, as Markdown.
#
#     peers.sh                   print it
#     peers.sh README.md         put it there, between <!-- peers --> and
#                                <!-- /peers -->
#     peers.sh --check README.md say how the rows there differ
#
# Ends with 1 when the rows differ, or when capini's are not all "yes"; with 2
# when something is missing. CAPINI names the program, JOBS how many inits at a
# time (2). Needs root.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
kinds=(capini tini dumb-init catatonit)
: "${CAPINI:=$here/../build/dynamic/capini}" "${JOBS:=2}"
export CAPINI
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

die() {
	echo "peers.sh: $*" >&2
	exit 2
}

needs() {
	local name missing=()
	[[ $EUID == 0 ]] || die "needs root"
	[[ -x $CAPINI ]] || die "no program at $CAPINI: run make"
	for name in tini dumb-init catatonit bats strace python3; do
		command -v "$name" >/dev/null || missing+=("$name")
	done
	command -v setcap >/dev/null || missing+=(libcap2-bin)
	[[ ${#missing[@]} == 0 ]] ||
		die "missing, run: apt-get install ${missing[*]}"
}

# test_one KIND: its TAP into a file. How many fail is the table's matter.
test_one() {
	local init=
	[[ $1 == capini ]] || init=$(command -v "$1")
	KIND=$1 INIT=$init timeout -k 10 900 bats --tap "$here/peers.bats" \
		>"$work/$1" 2>"$work/$1.err" </dev/null || :
}

test_all() {
	local kind
	for kind in "${kinds[@]}"; do
		while (($(jobs -rp | wc -l) >= JOBS)); do wait -n; done
		test_one "$kind" &
	done
	wait
}

# A line "NAME<TAB>RESULT" for each test of a TAP file.
results() {
	sed -nE -e 's/^ok [0-9]+ (.*) # skip no such option$/\1\t-/p;t' \
		-e 's/^ok [0-9]+ (.*) # skip.*$/\1\t?/p;t' \
		-e 's/^not ok [0-9]+ (.*)$/\1\tno/p;t' \
		-e 's/^ok [0-9]+ (.*)$/\1\tyes/p' "$work/$1" |
		sed -E 's/ # timeout.*\t/\t/; s/ in [0-9]+(ms|sec)\t/\t/'
}

table() {
	local kind
	echo "| behaviour | capini | tini | dumb-init | catatonit |"
	echo "|---|---|---|---|---|"
	for kind in "${kinds[@]}"; do
		results "$kind" | awk -v kind="$kind" '{ print kind "\t" $0 }'
	done | awk -F'\t' -v kinds="${kinds[*]}" '
		$1 == "capini" { row[++rows] = $2 }
		{ result[$1, $2] = $3 }
		END {
			count = split(kinds, kind, " ")
			for (i = 1; i <= rows; i++) {
				line = "| " row[i] " |"
				for (k = 1; k <= count; k++) {
					r = result[kind[k], row[i]]
					line = line " " (r ? r : "?") " |"
				}
				print line
			}
		}'
	echo
	versions
}

versions() {
	local kind
	printf 'capini %s' "$("$CAPINI" --version | sed 's/.* //')"
	for kind in "${kinds[@]:1}"; do
		printf ', %s %s' "$kind" "$(dpkg-query -W -f='${Version}' \
			"$kind" 2>/dev/null || echo "of this system")"
	done
	echo ", Linux $(uname -r | sed 's/-.*//')"
}

between() {
	sed -n '/^<!-- peers -->$/,/^<!-- \/peers -->$/p' "$1"
}

rows() {
	grep '^|' "$1" || :
}

replace() {
	[[ $(between "$1" | tail -n 1) == "<!-- /peers -->" ]] ||
		die "$1: no lines <!-- peers --> and <!-- /peers -->"
	awk -v table="$work/table" '
		/^<!-- \/peers -->$/ { inside = 0 }
		!inside { print }
		/^<!-- peers -->$/ {
			inside = 1
			while ((getline line < table) > 0) print line
		}' "$1" >"$work/file"
	cat "$work/file" >"$1"
}

needs
test_all
table >"$work/table"
case ${1:-} in
'') cat "$work/table" ;;
--check)
	between "$2" >"$work/there"
	diff <(rows "$work/there") <(rows "$work/table")
	;;
*) replace "$1" ;;
esac
[[ $(rows "$work/table" | wc -l) -gt 2 ]] || die "no test has run"
rest='[^|]*|[^|]*|[^|]*|$'
if rows "$work/table" | sed 1,2d | grep -v "| yes |$rest" >&2; then
	echo "peers.sh: capini does not pass these" >&2
	exit 1
fi
