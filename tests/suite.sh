#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# suite.sh METHOD CAPINI FILE...: the tests of a program that was built to be
# watched. A failure is shown. The last line is "METHOD: N cases, N failures, N
# seconds".
set -uo pipefail

method=$1
export CAPINI=$2
begin=$SECONDS
tap=$(mktemp)
trap 'rm -f "$tap"' EXIT

bats --tap "${@:3}" >"$tap" 2>&1 </dev/null
awk '/^ok / { shown = 0 } /^not ok / { shown = 1 } shown' "$tap"
failed=$(grep -c '^not ok ' "$tap")
passed=$(grep '^ok ' "$tap" | grep -vc '# skip')
[[ $passed -gt 0 ]] || failed=$((failed + 1))
echo "$method: $((passed + failed)) cases, $failed failures," \
	"$((SECONDS - begin)) seconds"
[[ $failed == 0 ]]
