#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# run.sh SECONDS BUILD: run each fuzzer in BUILD for that long, two at a time,
# and tell how many inputs it has tried. What an input breaks stays in BUILD.
# Ends with 0 only if nothing crashed, leaked or hung. The last line is
# "fuzz: N cases, N failures, N seconds".
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
seconds=$1
build=$2
failed=0
all=0
begin=$SECONDS
harnesses=()
pids=()

# fuzz NAME: what it learns stays in BUILD, the seeds are only read.
fuzz() {
	local name=$1 seeds=("tests/fuzz/corpus/$1")
	case $name in
	policy | strict) seeds+=(tests/policies conf) ;;
	esac
	mkdir -p "$build/corpus/$name" "${seeds[0]}"
	# 3: what the parsers say of each mistake is of no use here.
	timeout -k 10 $((seconds + 60)) "$build/$name" -close_fd_mask=3 \
		-max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 \
		-max_len=4096 -print_final_stats=1 -verbosity=1 \
		-artifact_prefix="$build/$name." "$build/corpus/$name" \
		"${seeds[@]}" >"$build/$name.log" 2>&1
}

# judge NAME CODE
judge() {
	local tried
	tried=$(awk '/number_of_executed_units/ { print $2 }' \
		"$build/$1.log")
	if [[ $2 == 0 && ${tried:-0} -gt 0 ]]; then
		all=$((all + tried))
		printf '%-10s %10d inputs, %d s\n' "$1" "$tried" "$seconds"
	else
		failed=$((failed + 1))
		echo "$1: failed with exit code $2:"
		grep -avE '^#|^INFO' "$build/$1.log" | tail -n 40 || true
	fi
}

collect() {
	local code=0
	wait "${pids[0]}" || code=$?
	judge "${harnesses[0]}" "$code"
	harnesses=("${harnesses[@]:1}")
	pids=("${pids[@]:1}")
}

for source in tests/fuzz/*.c; do
	[[ ${#pids[@]} -lt 2 ]] || collect
	name=$(basename "$source" .c)
	fuzz "$name" &
	harnesses+=("$name")
	pids+=("$!")
done
while [[ ${#pids[@]} -gt 0 ]]; do
	collect
done
echo "fuzz: $all cases, $failed failures, $((SECONDS - begin)) seconds"
[[ $failed == 0 ]]
