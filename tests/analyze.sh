#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# analyze.sh FLAGS...: every analyser over both programs and the scripts, with
# the flags that the compiler gets; then the largest stack frames. What one had
# to say is shown. The last line is "analyze: N cases, N failures, N seconds", a
# case is an analyser; one that is not here is a failure.
set -uo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit
flags=("$@")
build=build/analyze
sources=(init/*.c init/audit/*.c)
cases=0
failed=0
begin=$SECONDS
mkdir -p "$build"

# clean NAME PROGRAM FUNCTION: it ends with 0 and says nothing.
clean() {
	cases=$((cases + 1))
	if ! type "$2" >/dev/null 2>&1; then
		echo "$1: no $2 here"
	elif "$3" >"$build/$1.log" 2>&1 && [[ ! -s $build/$1.log ]]; then
		echo "$1: clean"
		return
	else
		echo "$1:"
		cat "$build/$1.log"
	fi
	failed=$((failed + 1))
}

analyzer() {
	local file
	for file in "${sources[@]}"; do
		gcc "${flags[@]}" -O2 -Werror -fanalyzer -c -o "$build/out.o" \
			"$file" || return
	done
}

# One file at a time: clang 14's analyser takes va_list for uninitialised when
# it gets several. Its count of warnings in system headers is no finding.
tidy() {
	local file
	for file in "${sources[@]}"; do
		clang-tidy --quiet "$file" -- "${flags[@]}" 2>"$build/tidy.err" ||
			{
				cat "$build/tidy.err"
				return 1
			}
	done
}

# Both are filled by the functions that are handed them.
check() {
	cppcheck --quiet --std=c11 --error-exitcode=1 \
		--enable=warning,performance,portability \
		--suppress=missingIncludeSystem \
		--suppress=ctuuninitvar:init/error.c -Iinclude "${sources[@]}"
}

# It puts its own compiler into CC.
compile_all() {
	local file
	for file in "${sources[@]}"; do
		"$CC" "${flags[@]}" -c -o "$build/out.o" "$file" || return
	done
}

scan() {
	export -f compile_all
	scan-build --status-bugs -o "$build/scan" bash -c \
		"$(declare -p flags sources build)"'; compile_all' \
		>"$build/scan.out" 2>&1 || {
		cat "$build/scan.out"
		return 1
	}
}

scripts() {
	shellcheck -S warning init/static/*.sh tests/*.sh tests/*.bash \
		tests/*.bats tests/docker/*.sh tests/docker/*.bash \
		tests/fuzz/*.sh tests/arm64/*.sh tests/prove/all tests/prove/attack \
		tests/prove/*.bats .ci/run
}

# A frame of unknown size is a finding.
stack() {
	local file
	for file in "${sources[@]}"; do
		gcc "${flags[@]}" -O2 -fstack-usage -c \
			-o "$build/$(basename "$file" .c).o" "$file" || return
	done
	! grep -w dynamic "$build"/*.su | grep -vw bounded
}

clean gcc-analyzer gcc analyzer
clean clang-tidy clang-tidy tidy
clean cppcheck cppcheck check
clean scan-build scan-build scan
clean shellcheck shellcheck scripts
clean stack gcc stack
echo "largest stack frames, in bytes:"
sort -t "$(printf '\t')" -k 2nr "$build"/*.su | head -n 8 |
	awk -F '\t' '{ sub(/:[0-9]+:[0-9]+:/, " ", $1); print "  " $2, $1, $3 }'
echo "analyze: $cases cases, $failed failures, $((SECONDS - begin)) seconds"
[[ $failed == 0 ]]
