#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Every test runs in a subshell, and "run" sets variables that none here does.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154,SC2317
# Layer one: what is read as a policy and what is refused. Any user can run
# this file; what needs root says so.

load helper

setup_file() {
	build_tools
}

setup() {
	prepare
	POLICIES=$ROOT/tests/policies
}

# What a bad file must be told: lines "# expect: LINE: WORDS" on its top, or in
# a file beside it where its bytes leave no room for a comment.
expectations() {
	local source=$1
	[[ -e ${1%.ini}.expect ]] && source=${1%.ini}.expect
	sed -n '/^# expect: /!q; s/^# expect: //p' "$source"
}

# judged TEXT FILE: every expected mistake is there, and no line besides them.
judged() {
	local expected line words where count
	expected=$(expectations "$2")
	[[ $expected ]] || fail "$2 does not say what to expect" || return
	while IFS= read -r line; do
		words=${line#*: }
		line=${line%%: *}
		where="capini: $2:$line: "
		[[ $line == - ]] && where="capini: $2: "
		grep -aF -- "$where" <<<"$1" | grep -aqF -- "$words" ||
			fail "$2: no \"$where\" with \"$words\" in:" "$1" ||
			return
	done <<<"$expected"
	count=$(cut -d: -f1 <<<"$expected" | sort -u | wc -l)
	[[ $(wc -l <<<"$1") == "$count" ]] ||
		fail "$2: not $count lines:" "$1"
}

# A file that anyone can read and nobody else can write.
own_copy() {
	POLICY=$BATS_TEST_TMPDIR/${1##*/}
	install -m 644 "$1" "$POLICY"
	[[ ! -e ${1%.ini}.expect ]] ||
		install -m 644 "${1%.ini}.expect" "${POLICY%.ini}.expect"
}

check() {
	run timeout 10 "$C" --check "$POLICY"
}

# checks_good LINE...: a policy of these lines is valid.
checks_good() {
	policy "$@"
	check
	[[ $status == 0 ]] || fail "refused:" "$@" "$output"
}

# normal FILE: the normalised policy, warnings apart.
normal() {
	"$C" --check "$1" 2>/dev/null
}

as_plain() {
	need_root
	run "${@:1:1}" setpriv --reuid=1000 --regid=1000 --clear-groups \
		timeout 10 "${@:2}"
}

# --- the corpus -------------------------------------------------------------

@test "every bad policy is refused by --check, with its line and the word for it" {
	local file wrong=0
	for file in "$POLICIES"/bad/*.ini; do
		own_copy "$file"
		check
		[[ $status == 1 ]] || fail "$file: $status" "$output" ||
			wrong=1
		judged "$output" "$POLICY" || wrong=1
	done
	return "$wrong"
}

@test "every bad policy stops the start with the same lines, and nothing runs" {
	local file wrong=0
	for file in "$POLICIES"/bad/*.ini; do
		own_copy "$file"
		run -125 timeout 10 "$C" --policy "$POLICY" -- touch "$MARKER"
		assert_never_started
		judged "$output" "$POLICY" || wrong=1
	done
	return "$wrong"
}

@test "no bad policy is run with --exec either" {
	local file
	for file in "$POLICIES"/bad/*.ini; do
		own_copy "$file"
		run -125 timeout 10 "$C" --exec --policy "$POLICY" -- \
			touch "$MARKER"
		assert_never_started
	done
}

@test "the marker of these tests is left by an application that does start" {
	policy "[capabilities]" "enforce = warn"
	run -0 "$C" --policy "$POLICY" -- touch "$MARKER"
	[[ -e $MARKER ]]
}

@test "every good policy is accepted, and its normal form stays the same when checked again" {
	local file first
	for file in "$POLICIES"/good/*.ini; do
		own_copy "$file"
		first=$(normal "$POLICY") || fail "$file is refused" || return
		printf '%s\n' "$first" >"$BATS_TEST_TMPDIR/normal.ini"
		run -0 "$C" --check "$BATS_TEST_TMPDIR/normal.ini"
		[[ $(normal "$BATS_TEST_TMPDIR/normal.ini") == "$first" ]] ||
			fail "$file: not the same:" "$first" "$output"
	done
}

@test "every policy in conf is accepted, and its normal form stays the same when checked again" {
	local file first count=0
	for file in "$ROOT"/conf/*.ini; do
		own_copy "$file"
		run -0 "$C" --check "$POLICY"
		first=$(normal "$POLICY")
		printf '%s\n' "$first" >"$BATS_TEST_TMPDIR/normal.ini"
		[[ $(normal "$BATS_TEST_TMPDIR/normal.ini") == "$first" ]] ||
			fail "$file: not the same:" "$first"
		count=$((count + 1))
	done
	((count >= 10)) || fail "only $count files in conf"
}

# --- what the normal form says ----------------------------------------------

# says FILE LINE...: the normal form has these lines.
says() {
	local line form
	form=$(normal "$1")
	for line in "${@:2}"; do
		grep -qxF -- "$line" <<<"$form" ||
			fail "no \"$line\" in:" "$form" || return
	done
}

# allows NAME...: the normal form allows exactly these.
allows() {
	local form
	form=$(normal "$POLICY" | sed -n 's/^allow = //p' | tr -s ', ' '[\n*]' |
		sort | tr '\n' ' ')
	[[ $form == "$(printf '%s\n' "$@" | sort | tr '\n' ' ')" ]] ||
		fail "allowed: $form"
}

@test "a policy that sets nothing has every default of the manual" {
	checks_good "[capabilities]"
	says "$POLICY" "allow = NONE" "ambient = auto" "enforce = guarantee" \
		"groups = init" "no_new_privs = yes" "subreaper = auto" \
		"kill_process_group = no" "warn_on_reap = no" "grace = 0" \
		"keep_kill = auto"
	run ! grep -E '^(user|securebits|pdeathsig|remap_exit)' \
		<<<"$(normal "$POLICY")"
}

@test "names are read in any case, with and without CAP_, and written upper case without it" {
	checks_good "[capabilities]" \
		"allow = net_raw CAP_CHOWN cap_kill Cap_SetUid,MKNOD"
	allows NET_RAW CHOWN KILL SETUID MKNOD
}

@test "allow lines add up, drop lines take away, in whatever order" {
	checks_good "[capabilities]" "drop = KILL" "allow = NET_RAW KILL" \
		"allow = CHOWN" "drop = CHOWN"
	allows NET_RAW
}

@test "DOCKER_DEFAULT is the fourteen of Docker" {
	checks_good "[capabilities]" "allow = DOCKER_DEFAULT"
	# shellcheck disable=SC2046
	allows $(tr ',a-z' ' A-Z' <<<"$DOCKER_NAMES")
}

@test "ALL is forty-one capabilities, ALL without NET_RAW forty" {
	checks_good "[capabilities]" "allow = ALL"
	[[ $(normal "$POLICY" | sed -n 's/^allow = //p' | wc -w) == 41 ||
		$(normal "$POLICY" | grep '^allow') == "allow = ALL" ]]
	checks_good "[capabilities]" "allow = ALL" "drop = NET_RAW"
	run ! grep -w NET_RAW <<<"$(normal "$POLICY" | grep '^allow')"
	normal "$POLICY" | grep '^allow' | grep -qw CHECKPOINT_RESTORE
	normal "$POLICY" | grep '^allow' | grep -qw CHOWN
}

@test "every key's value is found again in the normal form" {
	own_copy "$POLICIES/good/every-key.ini"
	says "$POLICY" "ambient = NET_BIND_SERVICE" "enforce = bounding" \
		"require = NET_BIND_SERVICE" "user = www-data:www-data" \
		"groups = none" "no_new_privs = yes" "securebits = noroot" \
		"subreaper = auto" "pdeathsig = TERM" "remap_exit = 143" \
		"verbosity = 1" "grace = 5" "keep_kill = auto" "TERM = QUIT" \
		"HUP = ignore"
	allows SETGID KILL NET_BIND_SERVICE
	own_copy "$POLICIES/good/init-every-key.ini"
	says "$POLICY" "subreaper = yes" "kill_process_group = yes" \
		"pdeathsig = TERM" "remap_exit = 0 130 143 255" \
		"warn_on_reap = yes" "verbosity = 4" "grace = 3600" \
		"keep_kill = no"
}

@test "a long ambient list is written in lines that can be read again" {
	local name
	checks_good "[capabilities]" "allow = ALL" \
		"ambient = DOCKER_DEFAULT NET_ADMIN SYS_PTRACE BPF"
	[[ $(normal "$POLICY" | awk '{ if (length > 190) print }') == "" ]]
	normal "$POLICY" >"$BATS_TEST_TMPDIR/again.ini"
	for name in NET_ADMIN SYS_PTRACE BPF; do
		normal "$BATS_TEST_TMPDIR/again.ini" | grep '^ambient' |
			grep -qw "$name"
	done
}

@test "text that inih would make a directive of is none: a comment stays a comment" {
	own_copy "$POLICIES/good/comments.ini"
	check
	[[ $status == 0 ]]
	allows NONE
}

@test "--check needs no privilege and leaves its answer on stdout, silent on stderr" {
	checks_good "[capabilities]" "allow = NET_RAW"
	run --separate-stderr "$C" --check "$POLICY"
	[[ $status == 0 && ! $stderr && $output == *"allow = NET_RAW"* ]]
	[[ $EUID == 0 ]] || return 0
	run -0 setpriv --reuid=65534 --regid=65534 --clear-groups \
		--bounding-set=-all --inh-caps=-all "$C" --check "$POLICY"
}

@test "root-equivalent capabilities are valid and warned of, one line each" {
	local name
	for name in SYS_ADMIN SYS_MODULE SYS_PTRACE SYS_RAWIO DAC_OVERRIDE \
		DAC_READ_SEARCH SETFCAP BPF MAC_ADMIN; do
		checks_good "[capabilities]" "allow = $name"
		run --separate-stderr -0 "$C" --check "$POLICY"
		contains "$stderr" "$name"
		[[ ${#stderr_lines[@]} == 1 ]]
	done
}

@test "SETUID without KILL, and noroot with nothing ambient, are warned of" {
	checks_good "[capabilities]" "allow = SETUID"
	contains "$output" "KILL"
	checks_good "[capabilities]" "allow = SETUID KILL"
	run ! grep '^capini: ' <<<"$output"
	checks_good "[capabilities]" "allow = NET_RAW" "ambient = NONE" \
		"[process]" "securebits = noroot"
	contains "$(grep '^capini: ' <<<"$output")" "noroot"
}

# --- --check is for everybody -----------------------------------------------

@test "what --check prints means what the file means, in every good policy and in conf" {
	local file count=0
	need_command python3
	for file in "$POLICIES"/good/*.ini "$ROOT"/conf/*.ini; do
		own_copy "$file"
		normal "$POLICY" >"$BATS_TEST_TMPDIR/normal"
		run python3 "$ROOT/tests/oracle.py" same "$POLICY" \
			"$BATS_TEST_TMPDIR/normal"
		[[ $status == 0 ]] || fail "$file:" "$output" || return
		count=$((count + 1))
	done
	((count >= 50)) || fail "only $count policies"
}

# given: what an application has under POLICY, or why it did not start.
given() {
	run in_pidns "$C" --policy "$POLICY" -- "$APP" report
	# PID 1 may still be on its way into its loop.
	printf '%s\n' "$status" "$(grep -v '^init-Sig' <<<"$output")"
}

@test "an application gets the same from what --check prints as from the file" {
	local file before after
	need_namespaces
	need_caps "$DOCKER"
	for file in "$POLICIES"/good/*.ini "$ROOT"/conf/*.ini; do
		own_copy "$file"
		before=$(given)
		normal "$POLICY" >"$BATS_TEST_TMPDIR/normal"
		install -m 644 "$BATS_TEST_TMPDIR/normal" "$POLICY"
		after=$(given)
		[[ $after == "$before" ]] ||
			fail "$file:" "$before" "$after" || return
	done
}

@test "--check says the same to any user without any privilege, of every good policy and of conf" {
	local file answer as=(setpriv --reuid=54321 --regid=54321
		--clear-groups --bounding-set=-all --inh-caps=-all
		--no-new-privs)
	need_root
	for file in "$POLICIES"/good/*.ini "$ROOT"/conf/*.ini; do
		own_copy "$file"
		run "$C" --check "$POLICY"
		answer="$status $output"
		run -0 "${as[@]}" "$C" --check "$POLICY"
		[[ "$status $output" == "$answer" ]] ||
			fail "$file:" "$answer" "$status $output" || return
	done
	for file in "$POLICIES"/bad/*.ini; do
		own_copy "$file"
		run "$C" --check "$POLICY"
		answer="$status $output"
		run -1 "${as[@]}" "$C" --check "$POLICY"
		[[ "$status $output" == "$answer" ]] ||
			fail "$file:" "$answer" "$status $output" || return
	done
}

@test "--check changes nothing, and needs neither /proc nor an environment" {
	need_plain_build
	need_namespaces
	checks_good "[capabilities]" "allow = NET_RAW"
	run -0 unshare --mount sh -c 'mount -t tmpfs none /proc &&
		exec env -i "$@"' - "$C" --check "$POLICY"
	[[ $output == "$(normal "$POLICY")" ]]
	need_command strace
	run -0 strace -f -o "$OUT" "$C" --check "$POLICY"
	run ! grep -E '(capset|set(res)?[ug]id|setgroups|clone3?|v?fork)\(' \
		"$OUT"
	run ! grep -E 'PR_CAPBSET_DROP|PR_SET_|O_WRONLY|O_RDWR|O_CREAT' "$OUT"
}

# --- files ------------------------------------------------------------------

@test "a file of 64 KiB is read, one byte more is refused" {
	POLICY=$BATS_TEST_TMPDIR/policy.ini
	{
		echo "[capabilities]"
		yes "$(printf '# %096d' 0)" | head -c $((661 * 99))
		printf '#%064d\n' 0
		echo "allow = NET_RAW"
	} >"$POLICY"
	chmod 644 "$POLICY"
	[[ $(stat -c %s "$POLICY") == 65536 ]]
	check
	[[ $status == 0 ]] || fail "$output"
	allows NET_RAW
	echo >>"$POLICY"
	check
	[[ $status == 1 ]]
	contains "$output" "capini: $POLICY: "
	refuses "$POLICY" "$C" --policy "$POLICY" touch "$MARKER"
	one_line
}

# refused_file CODE WORD: POLICY is refused by --check with CODE, and stops a
# start, in one line each.
refused_file() {
	check
	[[ $status == "$1" ]] || fail "$status instead of $1: $output" || return
	contains "$output" "$2"
	one_line
	refuses "$POLICY" "$C" --policy "$POLICY" touch "$MARKER"
	one_line
}

@test "a directory is no policy" {
	POLICY=$BATS_TEST_TMPDIR/directory
	mkdir "$POLICY"
	refused_file 1 "regular file"
}

@test "a FIFO is refused at once, with and without a writer" {
	POLICY=$BATS_TEST_TMPDIR/fifo
	mkfifo -m 644 "$POLICY"
	refused_file 1 "regular file"
	# Opened both ways, it has a writer that never writes.
	exec 7<>"$POLICY"
	refused_file 1 "regular file"
	exec 7>&-
}

@test "a socket is no policy" {
	need_command perl
	POLICY=$BATS_TEST_TMPDIR/socket
	perl -MIO::Socket::UNIX -e \
		'IO::Socket::UNIX->new(Local => shift, Listen => 1) or die' \
		"$POLICY"
	check
	[[ $status == 1 || $status == 2 ]]
	one_line
	refuses "$POLICY" "$C" --policy "$POLICY" touch "$MARKER"
}

@test "devices are no policies: /dev/zero, /dev/null, /dev/tty" {
	for POLICY in /dev/zero /dev/null; do
		refused_file 1 "regular file"
	done
	refuses /dev/tty "$C" --policy /dev/tty touch "$MARKER"
}

@test "/dev/stdin with a policy piped in is refused, from a file it is read" {
	checks_good "[capabilities]" "allow = NET_RAW"
	refuses /dev/stdin bash -c \
		'cat "$2" | "$1" --policy /dev/stdin -- touch "$3"' \
		- "$C" "$POLICY" "$MARKER"
	run -0 "$C" --check /dev/stdin <"$POLICY"
	contains "$output" "allow = NET_RAW"
}

@test "a symbolic link to a regular file is read, through two links as well" {
	checks_good "[capabilities]" "allow = NET_RAW"
	ln -s policy.ini "$BATS_TEST_TMPDIR/..data"
	ln -s ..data "$BATS_TEST_TMPDIR/link.ini"
	POLICY=$BATS_TEST_TMPDIR/link.ini
	check
	[[ $status == 0 ]]
	allows NET_RAW
}

@test "a dangling symbolic link, a loop of links: nothing starts" {
	POLICY=$BATS_TEST_TMPDIR/dangling.ini
	ln -s nowhere "$POLICY"
	refused_file 2 "$POLICY"
	POLICY=$BATS_TEST_TMPDIR/loop.ini
	ln -s loop.ini "$POLICY"
	refused_file 2 "$POLICY"
}

@test "a named file that does not exist is an error, and so is one below a file" {
	POLICY=$BATS_TEST_TMPDIR/missing.ini
	refused_file 2 "$POLICY"
	checks_good "[capabilities]"
	POLICY=$POLICY/below.ini
	refused_file 2 "$POLICY"
}

@test "an empty name of a policy is an error" {
	refuses "" "$C" --policy "" touch "$MARKER"
	refuses "" "$C" --policy= touch "$MARKER"
}

@test "a file that group or others may write is refused, whoever owns it" {
	local mode
	for mode in 664 646 666 620 602 777; do
		policy "[capabilities]" "allow = NONE"
		chmod "$mode" "$POLICY"
		refused_file 1 "writable"
	done
	chmod 600 "$POLICY"
	check
	[[ $status == 0 ]]
}

@test "the link's own mode does not count, that of the file behind it does" {
	policy "[capabilities]" "allow = NONE"
	ln -s policy.ini "$BATS_TEST_TMPDIR/link.ini"
	chmod 666 "$POLICY"
	POLICY=$BATS_TEST_TMPDIR/link.ini
	refused_file 1 "writable"
}

@test "a file that belongs to another user is refused, to root as well" {
	need_root
	policy "[capabilities]" "allow = NONE"
	chown 4242 "$POLICY"
	refused_file 1 "4242"
	as_plain -1 "$C" --check "$POLICY"
	chown 1000 "$POLICY"
	as_plain -0 "$C" --check "$POLICY"
	chown 0 "$POLICY"
	as_plain -0 "$C" --check "$POLICY"
}

@test "a file that the caller may not read could not be judged" {
	need_root
	policy "[capabilities]" "allow = NONE"
	chmod 600 "$POLICY"
	as_plain -2 "$C" --check "$POLICY"
	one_line
	as_plain -125 "$C" --policy "$POLICY" touch "$MARKER"
	one_line
	assert_never_started
}

# strained INJECTION: as refused_file, with read(2) of the policy disturbed.
strained() {
	need_command strace
	run strace -o /dev/null -P "$POLICY" -e trace=read -e "$1" \
		"$C" --policy "$POLICY" touch "$MARKER"
	[[ $status == 125 ]] || fail "$status: $output" || return
	assert_never_started
	contains "$output" "$POLICY"
	run strace -o /dev/null -P "$POLICY" -e trace=read -e "$1" \
		"$C" --check "$POLICY"
	[[ $status == 2 ]] || fail "--check: $status: $output"
}

@test "a read error is never the end of a shorter policy" {
	policy "[capabilities]" "allow = ALL"
	printf '# %0126d\n%.0s' 0 {1..200} >>"$POLICY"
	echo "drop = SYS_ADMIN" >>"$POLICY"
	strained inject=read:error=EIO:when=1
	# What comes behind the first read counts as well.
	strained inject=read:error=EIO:when=2
}

@test "a read that says the file ends early is not believed" {
	policy "[capabilities]" "allow = ALL" "drop = SYS_ADMIN"
	strained inject=read:retval=0:when=1
	strained inject=read:retval=21:when=1
}

@test "a read interrupted by a signal goes on" {
	need_command strace
	policy "[capabilities]" "allow = NET_RAW"
	run -0 strace -o /dev/null -P "$POLICY" -e trace=read \
		-e inject=read:error=EINTR:when=1 "$C" --check "$POLICY"
	contains "$output" "allow = NET_RAW"
}

@test "a file that cannot be opened or asked for its owner could not be judged" {
	need_command strace
	policy "[capabilities]" "allow = NET_RAW"
	run -2 strace -o /dev/null -P "$POLICY" -e trace=openat,open \
		-e inject=openat,open:error=EMFILE "$C" --check "$POLICY"
	run -125 strace -o /dev/null -P "$POLICY" -e trace=openat,open \
		-e inject=openat,open:error=EMFILE \
		"$C" --policy "$POLICY" touch "$MARKER"
	assert_never_started
}

@test "the file is read after it was opened, never by its name again" {
	need_command strace
	policy "[capabilities]" "allow = NET_RAW"
	run -0 strace -s 4096 -o "$OUT" -e trace=file "$C" --check "$POLICY"
	[[ $(grep -v ^execve "$OUT" | grep -c -F "$POLICY") == 1 ]]
}

@test "--check cannot tell when its answer cannot be written" {
	policy "[capabilities]" "allow = NET_RAW"
	[[ -c /dev/full ]] || skip "no /dev/full here"
	run -2 sh -c '"$1" --check "$2" >/dev/full' - "$C" "$POLICY"
	one_line
}

@test "--check without a file judges the default place, and cannot tell where there is none" {
	[[ ! -e /etc/capini.ini ]] || skip "there is an /etc/capini.ini here"
	run -2 "$C" --check
	contains "$output" "/etc/capini.ini"
}

# --- options and environment ------------------------------------------------

# bad_start WORD ARG...: these arguments stop the start in one line.
bad_start() {
	policy "[capabilities]" "enforce = warn" "[process]" "user = nobody"
	refuses "$1" "$C" "${@:2}"
	one_line
}

@test "an unknown option stops the start, long or short" {
	bad_start nonsense --nonsense touch "$MARKER"
	bad_start -x -x touch "$MARKER"
	bad_start x -vx touch "$MARKER"
	bad_start x -gxv touch "$MARKER"
	bad_start --verif --verif touch "$MARKER"
}

@test "what a terminal would act on is never in a message" {
	run --separate-stderr -125 "$C" $'--\e[31m\x7f\n\xc2\x9b-m\xc3\xb6hre' true
	[[ $stderr == *$' --?[31m????-m\xc3\xb6hre;'* ]] || fail "$stderr"
}

@test "an abbreviated option stops the start: a new one could change what it means" {
	bad_start --polic --polic "$POLICY" touch "$MARKER"
	bad_start --all --all=NONE touch "$MARKER"
	bad_start --ex --ex touch "$MARKER"
}

@test "an option without its argument, or a flag with one, stops the start" {
	bad_start --policy --policy
	bad_start --allow --allow
	bad_start --drop --drop
	bad_start --user --user
	bad_start -p -p
	bad_start -e -e
	bad_start --exec --exec=yes touch "$MARKER"
}

@test "a single-valued option given twice stops the start" {
	policy "[capabilities]" "enforce = warn"
	bad_start policy --policy "$POLICY" --policy "$POLICY" touch "$MARKER"
	bad_start allow --allow NONE --allow NONE touch "$MARKER"
	bad_start drop --drop NONE --drop NONE touch "$MARKER"
	bad_start user --user nobody --user nobody touch "$MARKER"
	bad_start -p -p TERM -p TERM touch "$MARKER"
}

@test "no program stops the start" {
	bad_start PROGRAM
	bad_start PROGRAM --
	bad_start PROGRAM -v --
	bad_start PROGRAM --exec
}

@test "bad lists, signals and codes on the command line stop the start and are named" {
	bad_start NET_RAWW --allow NET_RAWW touch "$MARKER"
	bad_start CHWN --allow CHOWN,CHWN touch "$MARKER"
	bad_start --allow --allow= touch "$MARKER"
	bad_start NONE --allow NONE,CHOWN touch "$MARKER"
	bad_start NET_RAWW --drop NET_RAWW touch "$MARKER"
	bad_start --drop --drop= touch "$MARKER"
	bad_start TREM -p TREM touch "$MARKER"
	bad_start 65 -p65 touch "$MARKER"
	bad_start 256 -e 256 touch "$MARKER"
	bad_start abc -eabc touch "$MARKER"
	bad_start "a b" --user "a b" touch "$MARKER"
	bad_start --user --user= touch "$MARKER"
}

@test "a misspelt capability on the command line gets the suggestion, too" {
	bad_start NET_BIND_SERVICE --allow net_bind_servce touch "$MARKER"
}

@test "a bad CAPINI_DROP stops the start and is named" {
	CAPINI_DROP=NET_RAWW bad_start CAPINI_DROP touch "$MARKER"
	contains "$output" NET_RAWW
	CAPINI_DROP="NONE,CHOWN" bad_start CAPINI_DROP touch "$MARKER"
}

@test "a bad TINI_VERBOSITY stops the start and is named" {
	TINI_VERBOSITY=much bad_start TINI_VERBOSITY touch "$MARKER"
	TINI_VERBOSITY=9 bad_start TINI_VERBOSITY touch "$MARKER"
}

@test "all mistakes of a command line are told, one line each" {
	CAPINI_DROP=FOO run -125 "$C" --allow BAR --drop BAZ touch "$MARKER"
	assert_never_started
	[[ ${#lines[@]} == 3 ]]
	contains "$output" FOO
	contains "$output" BAR
	contains "$output" BAZ
	run -125 "$C" -x -e 999 --nonsense touch "$MARKER"
	assert_never_started
	[[ ${#lines[@]} == 3 ]]
}

@test "mistakes of the file and of the command line are told together" {
	policy "[capabilities]" "allow = CHWN"
	run -125 "$C" --policy "$POLICY" --drop BAZ touch "$MARKER"
	assert_never_started
	[[ ${#lines[@]} == 2 ]]
	contains "$output" "$POLICY:2: "
	contains "$output" BAZ
}

@test "--user is refused where the file names a user, the same one as well" {
	policy "[process]" "user = nobody"
	refuses --user "$C" --policy "$POLICY" --user nobody touch "$MARKER"
	one_line
}

@test "--check takes one file, and the options that narrow" {
	policy "[capabilities]" "allow = NET_RAW CHOWN"
	run -2 "$C" --check "$POLICY" "$POLICY"
	run -0 "$C" --policy "$POLICY" --check
	contains "$output" NET_RAW
	run -0 "$C" --drop CHOWN --check "$POLICY"
	contains "$output" "allow = NET_RAW"
	run ! grep -w CHOWN <<<"$output"
}

# narrowed "NAMES" ARG...: what a file with NET_RAW and CHOWN comes down to.
narrowed() {
	policy "[capabilities]" "allow = NET_RAW CHOWN"
	run -0 "$C" "${@:2}" --check "$POLICY"
	[[ $(sed -n 's/^allow = //p' <<<"$output" | tr -s ', ' '[\n*]' | sort |
		xargs) == "$1" ]] || fail "not \"$1\":" "$output"
}

@test "nothing on the command line or in the environment widens a policy file" {
	narrowed "CHOWN NET_RAW"
	narrowed "CHOWN NET_RAW" --allow ALL
	narrowed "CHOWN" --allow CHOWN
	narrowed "CHOWN" --allow CHOWN,SYS_ADMIN
	narrowed "NONE" --allow SYS_ADMIN
	narrowed "NONE" --allow NONE
	narrowed "CHOWN" --drop NET_RAW
	narrowed "CHOWN" --drop cap_net_raw,SYS_ADMIN
	narrowed "NONE" --drop ALL
	narrowed "CHOWN NET_RAW" --drop NONE
	CAPINI_DROP=CHOWN narrowed "NET_RAW"
	CAPINI_DROP=ALL narrowed "NONE"
	CAPINI_DROP=CHOWN narrowed "NONE" --drop NET_RAW
	CAPINI_DROP=NONE narrowed "CHOWN NET_RAW"
	CAPINI_DROP=CHOWN narrowed "NET_RAW" --allow ALL
}

@test "what the command line drops cannot stay ambient" {
	policy "[capabilities]" "allow = NET_RAW CHOWN" "ambient = NET_RAW CHOWN"
	run -0 "$C" --drop CHOWN --check "$POLICY"
	contains "$output" "ambient = NET_RAW"
	run ! grep -w CHOWN <<<"$output"
}

@test "what the command line drops and the file requires stops the start" {
	policy "[capabilities]" "allow = NET_RAW CHOWN" "require = CHOWN" \
		"enforce = warn"
	refuses CHOWN "$C" --policy "$POLICY" --drop CHOWN touch "$MARKER"
	CAPINI_DROP=CHOWN refuses CHOWN "$C" --policy "$POLICY" touch "$MARKER"
}
