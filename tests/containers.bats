#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# capini-audit in containers as Docker starts them, with servers of Debian. Run
# as docker.bats is.
# shellcheck disable=SC1003,SC2154,SC2016 # set by bats and the helper; for sh inside

bats_require_minimum_version 1.5.0
load docker/helper

setup_file() {
	[ -z "$(docker_reason)" ] || return 0
	mkdir -p "$BATS_FILE_TMPDIR/context"
	# As images do it: what belongs to root becomes the user's at each start.
	printf '%s\n' 'chown -R redis /data || exit' \
		'exec setpriv --reuid redis --regid redis --clear-groups \' \
		'	redis-server --dir /data --save ""' \
		>"$BATS_FILE_TMPDIR/context/entrypoint"
	limit=400 docker build -q --network host -t capini-servers -f - \
		"$BATS_FILE_TMPDIR/context" <<-END
	FROM debian:bookworm-slim
	RUN apt-get update && apt-get install -y --no-install-recommends \
		libcap2-bin nginx-light redis-server iputils-ping
	RUN mkdir /data && touch /data/old
	COPY entrypoint /entrypoint
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
		--entrypoint /audit capini-servers "${command[@]}"
}

# A request that is answered: a master whose workers cannot start accepts it
# and says nothing.
request='exec 3<>/dev/tcp/127.0.0.1/80 && printf "GET / HTTP/1.0\r\n\r\n" >&3 &&
	grep -q "200 OK" <&3'
http="timeout 3 bash -c '$request'"

@test "nginx needs exactly four where Docker starts it" {
	for option in --full --fast; do
		audit -- run "$option" -o /out/nginx.ini --check "$http" -- \
			nginx -g 'daemon off;'
		[ "$status" -eq 0 ] || fail "$output"
		said "needed: CHOWN DAC_OVERRIDE SETGID SETUID" \
			/var/lib/nginx/body error.log "setuid 33"
	done
}

@test "nginx needs a fifth where low ports are the kernel's" {
	audit --sysctl net.ipv4.ip_unprivileged_port_start=1024 -- \
		run --check "$http" -- nginx -g 'daemon off;'
	said "needed: CHOWN DAC_OVERRIDE SETGID SETUID NET_BIND_SERVICE" \
		"bind port 80: EACCES"
}

# serves POLICY: nginx under capini with this policy answers
serves() {
	local id code=1
	id=$(docker run -d --network none -v "$1:/etc/capini.ini:ro" \
		-v "$static:/capini:ro" --entrypoint /capini capini-servers \
		-- nginx -g 'daemon off;')
	for _ in {1..10}; do
		[ "$(docker inspect -f '{{.State.Running}}' "$id")" = true ] ||
			break
		if docker exec "$id" timeout 3 bash -c "$request" 2>/dev/null &&
			docker exec "$id" bash -c \
			'for f in /proc/[0-9]*/status; do
				grep -q "^Name:.nginx" $f && cat $f
			done | grep -q "^Uid:.33"'; then
			code=0
			break
		fi
		sleep 0.2
	done
	docker rm -f "$id" >/dev/null
	return "$code"
}

@test "nginx: what was found is enough for capini, and without any one it fails" {
	audit -- run -o /out/nginx.ini --check "$http" -- nginx -g 'daemon off;'
	[ "$status" -eq 0 ] || fail "$output"
	serves "$PWD/out/nginx.ini"
	for name in CHOWN DAC_OVERRIDE SETGID SETUID; do
		grep -vx "allow = $name" out/nginx.ini >"$name.ini"
		chmod 644 "$name.ini"
		! serves "$PWD/$name.ini" || fail "works without $name"
	done
}

@test "redis: what the entrypoint needs, and confirm agrees" {
	audit -- run -o /out/redis.ini \
		--check "redis-cli ping | grep -qx PONG" -- sh /entrypoint
	[ "$status" -eq 0 ] || fail "$output"
	said "needed: CHOWN SETGID SETUID"
	[[ $output != *SYS_ADMIN* ]] || fail "$output"
	local engine="/usr/bin/docker -H $CAPINI_DOCKER_HOST"
	sed -i 's/^\[capabilities]$/&\nallow = SYS_CHROOT/' out/redis.ini
	run timeout 300 "${static%/*}/capini-audit" confirm out/redis.ini \
		-o confirmed.ini --timeout 20 --run "$engine run --rm --init \
			--name capini-t{n} --network none --cap-drop=ALL \
			{docker} capini-servers sh /entrypoint" \
		--check "$engine exec capini-t{n} redis-cli ping | grep -qx PONG"
	[ "$status" -eq 3 ] || fail "$output"
	said "SYS_CHROOT         optional" "CHOWN              confirmed" \
		"needed: CHOWN SETGID SETUID"
	run -0 "$static" --check confirmed.ini
}

@test "a server that needs nothing gets an empty policy" {
	audit -- run --user redis:redis -o /out/none.ini \
		--check "redis-cli ping | grep -qx PONG" -- \
		redis-server --save ""
	[ "$status" -eq 0 ] || fail "$output"
	said "needed: NONE"
	run -0 "$static" --check out/none.ini
}

@test "ping: its file demands what nothing needs here" {
	audit -- run -- ping -c 1 127.0.0.1
	said filecap "setcap -r" "needed: NET_RAW"
	run docker run --rm --network none \
		-v "${static%/*}/capini-audit:/audit:ro" capini-servers \
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
