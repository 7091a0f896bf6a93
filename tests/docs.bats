#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# README.md, the manual page and conf/ say what the program does, and nothing
# that is not there. What the policies allow is in conf.bats.
# shellcheck disable=SC2154,SC2016 # set by bats and the helper; for grep
load helper

setup_file() {
	build_audit
}

setup() {
	prepare
	README=$ROOT/README.md
	MANUAL=$ROOT/init/capini.1
}

# same WHAT A B: two lists, one item a line, are equal and not empty.
same() {
	[[ $2 && $2 == "$3" ]] || fail "$1:" \
		"$(diff <(echo "$2") <(echo "$3"))"
}

# The options in a column of the help's text, and in the documents.
help_options() {
	"$C" --help | sed -n 's/^  \(-.*\)  .*/\1/p' |
		grep -oE -e '(^|[ ,])--?[a-z]+' | tr -d ' ,' | sort -u
}

readme_options() {
	sed -n '/^## Command line/,/^## /p' "$README" |
		sed -n 's/^| \(`-[^|]*\)|.*/\1/p' | grep -oE -e '`--?[a-z]+' |
		tr -d '`' | sort -u
}

manual_options() {
	grep '^\.It Fl ' "$MANUAL" | grep -oE 'Fl -?[a-z]+' |
		sed 's/^Fl /-/' | sort -u
}

# "section key" of each, in order.
default_keys() {
	awk '/^\[/ { section = $1 }
		/^(# )?[a-z_]+ = / && section != "[signals]" {
			sub(/^# /, ""); print section, $1
		}' "$ROOT/conf/default.ini"
}

readme_keys() {
	awk -F'|' '/^\|.*`\[[a-z]+\]`/ { split($2, part, "`")
			section = part[2] }
		/^## / { section = "" }
		section && section != "[signals]" && $3 ~ /`/ {
			split($3, part, "`"); print section, part[2]
		}' "$README"
}

manual_keys() {
	awk '/^\.Ss / { section = $2 }
		/^\.Sh / { section = "" }
		section && section != "[signals]" && /^\.It Ic / {
			print section, $3
		}' "$MANUAL"
}

documents() {
	find "$ROOT" -maxdepth 1 -name '*.md'
	echo "$MANUAL"
	find "$ROOT/conf" -name '*.ini'
}

@test "conf/ holds the ten policies and no other" {
	same "conf/" "$(printf '%s\n' default docker-default docker-in-docker \
		drop-net-raw icmp-monitor kernel-module-loader packet-capture \
		syslog-forwarder web-api web-server)" \
		"$(cd "$ROOT/conf" && find . -type f | sed 's,^./,,; s,\.ini$,,' |
			LC_ALL=C sort)"
}

@test "every policy of conf/ opens with what it is for and is valid" {
	for file in "$ROOT"/conf/*.ini; do
		[[ $(head -c 2 "$file") == '# ' ]] || fail "$file"
		run -0 --separate-stderr "$C" --check "$file"
	done
}

@test "docker-default.ini and DOCKER_DEFAULT are the same fourteen" {
	run -0 --separate-stderr "$C" --check "$ROOT/conf/docker-default.ini"
	listed=$(sed -n 's/^allow = //p' <<<"$output")
	same "fourteen" 14 "$(wc -l <<<"$listed")"
	same "names" "$(tr , '\n' <<<"${DOCKER_NAMES^^}" | sort)" \
		"$(sort <<<"$listed")"
	caps 'allow = DOCKER_DEFAULT'
	run -0 --separate-stderr "$C" --check "$POLICY"
	same "DOCKER_DEFAULT" "$listed" "$(sed -n 's/^allow = //p' <<<"$output")"
}

@test "what you lose has a row for each of Docker's fourteen" {
	same "rows" "$(tr , '\n' <<<"${DOCKER_NAMES^^}" | sort)" \
		"$(sed -n '/^## What you lose/,/^## N/s/^| \([A-Z_]*\) |.*/\1/p' \
			"$README" | sort)"
}

@test "--help, README.md and the manual page have the same options" {
	same "README.md" "$(help_options)" "$(readme_options)"
	same "manual page" "$(help_options)" "$(manual_options)"
}

@test "default.ini, README.md and the manual page have the same keys" {
	same "README.md" "$(default_keys)" "$(readme_keys)"
	same "manual page" "$(default_keys)" "$(manual_keys)"
}

@test "every variable in --help is in README.md and in the manual page" {
	variables=$("$C" --help | grep -oE '(CAPINI|TINI)_[A-Z_]+' | sort -u)
	[ -n "$variables" ]
	for variable in $variables; do
		grep -qwF "$variable" "$README" || fail "README.md: $variable"
		grep -qwF "$variable" "$MANUAL" || fail "$MANUAL: $variable"
	done
}

@test "every file that the documents name is there" {
	named=$(documents | xargs cat | grep -oE \
		'(^|[` ])(conf|init|tests|include|\.ci)/[A-Za-z0-9_./-]*[A-Za-z0-9]' |
		tr -d '` ' | sort -u)
	named+=$'\n'$(cat "$ROOT"/*.md | grep -oE \
		'`([A-Z]+\.md|Dockerfile\.[a-z]+|LICENSE|\.[a-z-]+)`' |
		tr -d '`' | sort -u)
	[ "$(wc -l <<<"$named")" -gt 5 ]
	for name in $named; do
		[ -e "$ROOT/$name" ] || fail "no $name"
	done
}

@test "every make target that the documents name is there" {
	targets=$(cat "$ROOT"/*.md | grep -oE '(`|^    )make [a-z-]+' |
		sed 's/.* //' | sort -u)
	[ -n "$targets" ]
	for target in $targets; do
		grep -qE "^$target:" "$ROOT/Makefile" || fail "make $target"
	done
}

# Where there is no formatter, the lists and sections at least must match.
# The table of verbs, those that only tell about the program left out.
@test "every verb of capini-audit is in its help, in README.md and in its manual" {
	verbs=$(sed -n 's/^\t*{"\([a-z]*\)", [a-z]*_main}.*/\1/p' \
		"$ROOT/init/audit/main.c" | grep -vx -e help -e version)
	[[ $verbs ]]
	for verb in $verbs; do
		grep -qE "^  (.*, )?$verb( |,|\$)" <("$BIN/capini-audit" help) ||
			fail "--help: $verb"
		grep -q "^| \`$verb\` |" "$README" || fail "README.md: $verb"
		grep -qE "^\.Cm $verb( |\$)" "$ROOT/init/capini-audit.1" ||
			fail "manual: $verb"
	done
}

@test "the options of capini-audit are in its help and in its manual" {
	same options "$("$BIN/capini-audit" help | grep -E '^    -' |
		grep -oE -e ' --[a-z-]+ ' | tr -d ' ' | sort -u)" \
		"$(grep -E '^\.It Fl ' "$ROOT/init/capini-audit.1" |
			grep -oE -e '-[a-z]+(-[a-z]+)*' | sed 's/^-/--/' | sort -u)"
}

@test "the manual pages are sound" {
	for section in NAME SYNOPSIS DESCRIPTION OPTIONS POLICY ENVIRONMENT \
		FILES "EXIT STATUS" EXAMPLES "SEE ALSO"; do
		grep -qx "\.Sh $section" "$MANUAL" || fail "no $section"
	done
	for page in "$ROOT"/init/*.1; do
		same "lists" "$(grep -c '^\.Bl ' "$page")" \
			"$(grep -c '^\.El' "$page")"
		same "displays" "$(grep -c '^\.Bd ' "$page")" \
			"$(grep -c '^\.Ed' "$page")"
		if command -v mandoc >/dev/null; then
			run -0 mandoc -T lint -W warning "$page"
		elif command -v groff >/dev/null; then
			run -0 --separate-stderr groff -ww -mandoc -Tutf8 \
				"$page"
			[ -z "$stderr" ] || fail "$stderr"
		fi
	done
}

@test "the rows of inits compared are the tests of peers.bats, and capini passes all" {
	rows=$(sed -n '/^<!-- peers -->$/,/^<!-- \/peers -->$/p' "$README" |
		grep '^| ' | sed 1d)
	same "rows" "$(sed -n 's/^@test "\(.*\)" {$/\1/p' \
		"$ROOT/tests/peers.bats" | sed 's/\\\\/\\/g')" \
		"$(sed 's/^| \(.*\)\( | [^|]*\)\{4\} |$/\1/' <<<"$rows")"
	run ! grep -v '| yes | [^|]* | [^|]* | [^|]* |$' <<<"$rows"
}
