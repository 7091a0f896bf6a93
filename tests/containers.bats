#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# capini-audit in containers as Docker starts them, with programs of Debian.
# Run as docker.bats is.
# shellcheck disable=SC1003,SC2154,SC2016 # set by bats and the helper; for sh inside

bats_require_minimum_version 1.5.0
load docker/helper

setup_file() {
	[ -z "$(docker_reason)" ] || return 0
	mkdir -p "$BATS_FILE_TMPDIR/context"
	cd "$BATS_FILE_TMPDIR/context" || return
	# As images do it: what belongs to root becomes the user's at each start.
	printf '%s\n' 'chown -R redis /data || exit' \
		'exec setpriv --reuid redis --regid redis --clear-groups \' \
		'	redis-server --dir /data --save ""' >redis
	printf '%s\n' 'bin=/usr/lib/postgresql/15/bin' \
		'if [ "$(id -u)" = 0 ]; then' \
		'	find /pg \! -user postgres -exec chown postgres {} + || exit' \
		'	exec setpriv --reuid postgres --regid postgres \' \
		'		--clear-groups sh "$0"' \
		'fi' \
		'chmod 700 /pg && $bin/initdb -N -D /pg >/dev/null || exit' \
		'exec $bin/postgres -D /pg -c unix_socket_directories=/tmp' \
		>postgres
	printf '%s\n' 'global' 'chroot /var/lib/haproxy' 'user haproxy' \
		'group haproxy' 'defaults' 'mode http' 'timeout connect 1s' \
		'timeout client 1s' 'timeout server 1s' 'frontend in' 'bind :80' \
		'http-request return status 200' >haproxy.cfg
	printf '%s\n' '@reboot root touch /tmp/root' \
		'@reboot nobody touch /tmp/nobody' >cron
	printf '%s\n' \
		'require("http").createServer((q, a) => a.end()).listen(3000)' \
		>server.js
	limit=600 docker build -q --network host -t capini-programs -f - . <<-END
	FROM debian:bookworm-slim
	RUN apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install \
		-y --no-install-recommends libcap2-bin iputils-ping nginx-light \
		redis-server haproxy postgresql nodejs openssh-server \
		openssh-client cron dnsmasq tcpdump rsyslog sudo
	RUN mkdir /data /run/sshd && touch /data/old && useradd -m -s /bin/sh ann
	RUN mkdir -m 700 /root/.ssh /home/ann/.ssh && \
		ssh-keygen -q -t ed25519 -N "" -f /root/.ssh/id_ed25519 && \
		cp /root/.ssh/id_ed25519.pub /home/ann/.ssh/authorized_keys && \
		chown -R ann /home/ann/.ssh
	RUN mkdir /pg
	COPY haproxy.cfg /etc/
	COPY cron /etc/cron.d/test
	COPY redis postgres server.js /
	END
}

setup() {
	local reason
	reason=$(docker_reason)
	[ -z "$reason" ] || skip "$reason"
	cd "$BATS_TEST_TMPDIR" || return
	chmod 755 . .. ../..
	mkdir -m 777 out
}

fail() {
	printf '%s\n' "$@" >&2
	return 1
}

# said PIECE...: the report has each
said() {
	local piece
	for piece; do
		[[ $output == *"$piece"* ]] ||
			fail "no \"$piece\" in:" "$output" || return
	done
}

# audit [RUN-OPTION...] -- VERB...: in a fresh container
audit() {
	local options command
	at_dashes "$@"
	run docker run --rm --network none -v "$PWD/out:/out" \
		-v "${static%/*}/capini-audit:/audit:ro" "${options[@]}" \
		--entrypoint /audit capini-programs "${command[@]}"
}

# answers PORT: a request there is answered. A master whose workers cannot
# start accepts it and says nothing.
answers() {
	printf "timeout 3 bash -c 'exec 3<>/dev/tcp/127.0.0.1/%s &&
		printf \"GET / HTTP/1.0\r\n\r\n\" >&3 &&
		grep -q \"200 OK\" <&3'" "$1"
}

# A login as ann, with these options of ssh(1).
login() {
	echo "timeout 5 ssh -o BatchMode=yes -o StrictHostKeyChecking=no" \
		"-o UserKnownHostsFile=/dev/null $1 ann@127.0.0.1 $2"
}

# program NAME: $command, and $works, the command that says whether it does; a
# program that ends by itself says that by its exit code. What fails without
# ending is given $patience seconds.
program() {
	works=
	patience=20
	case $1 in
	nginx)
		patience=6
		command=(nginx -g 'daemon off;')
		# Its workers are the user's.
		works="$(answers 80) && grep -q '^Uid:.33' \$(grep -l \
			'^Name:.nginx' /proc/[0-9]*/status)"
		;;
	haproxy)
		command=(haproxy -db -f /etc/haproxy.cfg)
		works=$(answers 80)
		;;
	redis)
		command=(sh /redis)
		works='timeout 3 redis-cli ping | grep -qx PONG'
		;;
	postgres)
		command=(sh /postgres)
		works='timeout 5 psql -h 127.0.0.1 -U postgres -Atc "SELECT 6 * 7" |
			grep -qx 42'
		;;
	node)
		command=(node /server.js)
		works=$(answers 3000)
		;;
	sshd)
		patience=6
		command=(/usr/sbin/sshd -D)
		works="$(login -T id) | grep -q ann"
		;;
	sshd-tty)
		patience=6
		command=(/usr/sbin/sshd -D)
		works="$(login -tt tty) | grep -q /dev/pts/"
		;;
	cron)
		patience=6
		command=(cron -f)
		works='[ -e /tmp/root ] && [ -e /tmp/nobody ]'
		;;
	dnsmasq)
		command=(dnsmasq -k -C /dev/null --no-resolv --address=/a.test/10.1.2.3)
		works='timeout 3 node -e "
			const dns = new (require(\"dns\").Resolver)();
			dns.setServers([\"127.0.0.1\"]);
			dns.resolve4(\"a.test\", (e, a) =>
				process.exit(!a || a[0] != \"10.1.2.3\"))"'
		;;
	tcpdump)
		command=(bash -c '(sleep 1; echo >/dev/udp/127.0.0.1/9) &
			exec tcpdump -i lo -c 1')
		;;
	sudo)
		command=(sudo -u nobody touch /tmp/nobody)
		;;
	rsyslog)
		command=(rsyslogd -n)
		works='logger hello; sleep 0.2; grep -q hello /var/log/syslog'
		;;
	esac
}

# needs PROGRAM NAMES [RUN-OPTION...]: found in full and in fast mode
needs() {
	program "$1"
	local option
	for option in --fast --full; do
		audit "${@:3}" -- run "$option" -o "/out/$1.ini" \
			${works:+--check "$works"} -- "${command[@]}"
		[ "$status" -eq 0 ] || fail "$option $status $output" || return
		[[ "$output"$'\n' == *"needed: $2"$'\n'* ]] ||
			fail "$option: not $2:" "$output" || return
	done
}

# confirmed PROGRAM NAMES: of what was found the program fails without each of
# these, with nothing else; in a fresh container each time
confirmed() {
	program "$1"
	local engine="/usr/bin/docker -H $CAPINI_DOCKER_HOST"
	local check=${works//\'/\'\\\'\'}
	run timeout 500 "${static%/*}/capini-audit" confirm "out/$1.ini" \
		-o "$1.ini" --timeout "$patience" \
		--run "$engine run --rm --init --name capini-t{n} --network none \
			--cap-drop=ALL {docker} capini-programs $(quoted)" \
		${works:+--check "$engine exec capini-t{n} sh -c '$check'"}
	[[ "$output" == *"needed: $2 ("* ]] ||
		fail "confirm: not $2:" "$output" || return
	chmod 644 "$1.ini"
}

quoted() {
	local word
	for word in "${command[@]}"; do
		printf "'%s' " "${word//\'/\'\\\'\'}"
	done
}

# works PROGRAM POLICY: under capini with this policy it does
works() {
	program "$1"
	local id code=1 running end
	id=$(docker run -d --network none -v "$2:/etc/capini.ini:ro" \
		-v "$static:/capini:ro" --entrypoint /capini capini-programs \
		-- "${command[@]}")
	end=$((SECONDS + patience))
	while [ "$SECONDS" -lt "$end" ]; do
		read -r running code < <(docker inspect -f \
			'{{.State.Running}} {{.State.ExitCode}}' "$id")
		if [ "$running" = false ]; then
			break
		fi
		code=1
		if [ "$works" ] && docker exec "$id" sh -c "$works" \
			>/dev/null 2>&1; then
			code=0
			break
		fi
		sleep 0.2
	done
	[ -z "$works" ] || [ "$running" = true ] || code=1
	[ "$code" -eq 0 ] || docker logs "$id" 2>&1 | tail -n 5
	docker rm -f "$id" >/dev/null
	return "$code"
}

# no_less PROGRAM NAMES: they are enough, and none of them is too much
no_less() {
	local name
	works "$1" "$PWD/$1.ini" || fail "fails with $2" || return
	for name in $2; do
		grep -vx "allow = $name" "$1.ini" >"without-$name.ini"
		! cmp -s "$1.ini" "without-$name.ini"
		chmod 644 "without-$name.ini"
		! works "$1" "$PWD/without-$name.ini" ||
			fail "works without $name" || return
	done
}

@test "nginx: exactly four, and no less" {
	needs nginx "CHOWN DAC_OVERRIDE SETGID SETUID"
	said /var/lib/nginx/body error.log "setuid 33"
	confirmed nginx "CHOWN DAC_OVERRIDE SETGID SETUID"
	no_less nginx "CHOWN DAC_OVERRIDE SETGID SETUID"
}

@test "nginx: a fifth where low ports are the kernel's" {
	needs nginx "CHOWN DAC_OVERRIDE SETGID SETUID NET_BIND_SERVICE" \
		--sysctl net.ipv4.ip_unprivileged_port_start=1024
	said "bind port 80: EACCES"
}

@test "haproxy: three, and no less" {
	needs haproxy "SETGID SETUID SYS_CHROOT"
	confirmed haproxy "SETGID SETUID SYS_CHROOT"
	no_less haproxy "SETGID SETUID SYS_CHROOT"
}

@test "redis: what its entrypoint needs, and no less" {
	needs redis "CHOWN SETGID SETUID"
	[[ $output != *SYS_ADMIN* ]] || fail "$output"
	sed -i 's/^\[capabilities]$/&\nallow = SYS_CHROOT/' out/redis.ini
	confirmed redis "CHOWN SETGID SETUID"
	said "SYS_CHROOT         optional" "CHOWN              confirmed"
	run -0 "$static" --check redis.ini
	no_less redis "CHOWN SETGID SETUID"
}

@test "postgres: what its entrypoint needs, and no less" {
	needs postgres "CHOWN SETGID SETUID"
	[[ $output != *SYS_ADMIN* ]] || fail "$output"
	confirmed postgres "CHOWN SETGID SETUID"
	no_less postgres "CHOWN SETGID SETUID"
}

@test "a server started as its user gets an empty policy" {
	local uid
	needs node NONE
	said pkey_alloc denied-anyway
	[[ $output != *SYS_ADMIN* ]] || fail "$output"
	uid=$(docker run --rm --network none capini-programs id -u postgres)
	program postgres
	audit --tmpfs "/pg:uid=$uid" -- run --user postgres:postgres \
		-o /out/none.ini --check "$works" -- "${command[@]}"
	[ "$status" -eq 0 ] || fail "$output"
	said "needed: NONE"
	[[ $output != *SYS_ADMIN* ]] || fail "$output"
	run -0 "$static" --check out/none.ini
}

@test "sshd: a login with a terminal needs more than one without" {
	needs sshd "SETGID SETUID SYS_CHROOT AUDIT_WRITE"
	confirmed sshd "SETGID SETUID SYS_CHROOT"
	said "AUDIT_WRITE        optional"
	needs sshd-tty "CHOWN SETGID SETUID SYS_CHROOT AUDIT_WRITE"
	said "chown /dev/pts/0"
}

@test "cron: two, and its records for the audit are optional" {
	needs cron "SETGID SETUID AUDIT_WRITE"
	confirmed cron "SETGID SETUID"
}

@test "dnsmasq: the owner of its PID file is optional" {
	needs dnsmasq "CHOWN SETGID SETUID"
	confirmed dnsmasq "SETGID SETUID"
	no_less dnsmasq "SETGID SETUID"
}

@test "tcpdump: three, and no less" {
	needs tcpdump "SETGID SETUID NET_RAW"
	confirmed tcpdump "SETGID SETUID NET_RAW"
	no_less tcpdump "SETGID SETUID NET_RAW"
}

@test "sudo: two, and its records for the audit are optional" {
	needs sudo "SETGID SETUID AUDIT_WRITE"
	confirmed sudo "SETGID SETUID"
	no_less sudo "SETGID SETUID"
}

@test "rsyslog: what its check does not look at is optional, and said to be" {
	needs rsyslog "CHOWN SYSLOG" --cap-add SYSLOG
	confirmed rsyslog NONE
	said "CHOWN              optional" "SYSLOG             optional"
}

@test "ping: its file demands what nothing needs here" {
	audit -- run -- ping -c 1 127.0.0.1
	said filecap "setcap -r" "needed: NET_RAW"
	run docker run --rm --network none \
		-v "${static%/*}/capini-audit:/audit:ro" capini-programs \
		sh -c 'setcap -r /usr/bin/ping && /audit run -- ping -c 1 127.0.0.1'
	said "needed: NONE"
}

@test "what seccomp denies is denied-anyway" {
	audit -- run -- unshare --mount true
	said denied-anyway "needed: NONE"
}

@test "doctor says what a container lacks" {
	audit -- doctor
	[ "$status" -eq 0 ] || fail "$output"
	said "ptrace                      works" "filtered" \
		"watch                       does not work"
	audit --cap-drop ALL -- doctor
	[ "$status" -eq 4 ] || fail "$output"
}
