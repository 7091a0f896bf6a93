#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# coverage.sh BUILD: which lines and branches of init/*.c the program in BUILD
# has reached, by the counters there, a line a file. Ends with 0 only if it is at
# least LEAST percent of all lines, 95 unless told. BUILD/lines has the sources
# with counts.
set -euo pipefail

build=$1
tool=llvm-cov
type "$tool" >/dev/null 2>&1 || tool=$(compgen -c llvm-cov- | sort -V | tail -n 1)
"${tool/cov/profdata}" merge -o "$build/all.profdata" "$build"/*.profraw
"$tool" show "$build/capini" -instr-profile="$build/all.profdata" init \
	>"$build/lines"
"$tool" report "$build/capini" -instr-profile="$build/all.profdata" init |
	awk -v least="${LEAST:-95}" '
	function show(name) {
		printf "%-18s %7s of %4d lines, %7s of %4d branches\n",
			name, $10, $8, $13, $11
	}
	/^init\/|^[a-z]*\.c / { sub(/^init\//, ""); show("init/" $1) }
	/^TOTAL/ { show("all"); reached = $10 + 0 }
	END { exit reached < least }'
