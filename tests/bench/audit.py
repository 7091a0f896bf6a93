# SPDX-License-Identifier: MIT
"""What a program pays for capini-audit, beside strace -f: the same work bare
and under each of them, in turn.

Almost all of it is stops: two switches of the processor and a dozen calls of
ptrace(2) for each. So the full mode costs what strace(1) costs, and the fast
mode by how many of a program's calls may ask for a capability. Both keep tracer
and program on one processor, which strace leaves to the scheduler.
"""
import os
import shutil
import socket
import subprocess
import time
from collections import defaultdict

REQUEST = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
NGINX = """user www-data; worker_processes 1; daemon off; pid {0}/pid;
error_log {0}/error.log; events {{}}
http {{
    access_log {0}/access.log; keepalive_requests 1000000;
    client_body_temp_path {0}/a; proxy_temp_path {0}/b;
    fastcgi_temp_path {0}/c; uwsgi_temp_path {0}/d; scgi_temp_path {0}/e;
    server {{ listen unix:{0}/socket; location / {{ return 200 answer; }} }}
}}
"""


def tracers(audit):
    """Name -> argv before the program's."""
    return {
        "bare": [],
        "fast": [audit, "run", "--fast", "--"],
        "full": [audit, "run", "--"],
        "strace -f": ["strace", "-f", "-o", "/dev/null"],
    }


def connect(path, server):
    for _ in range(200):
        client = socket.socket(socket.AF_UNIX)
        try:
            client.connect(path)
            return client
        except OSError:
            client.close()
            if server.poll() is not None:
                break
            time.sleep(0.05)
    raise RuntimeError("nginx does not answer")


def nginx(tracer, work, requests):
    """Microseconds a request, on one connection."""
    server = subprocess.Popen(
        [*tracer, "nginx", "-c", f"{work}/nginx.conf"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        with connect(f"{work}/socket", server) as client:
            for count in requests // 10, requests:
                begin = time.monotonic()
                for _ in range(count):
                    client.sendall(REQUEST)
                    if not client.recv(4096).endswith(b"answer"):
                        raise RuntimeError("nginx: not the answer")
                end = time.monotonic()
        return (end - begin) / requests * 1e6
    finally:
        with open(f"{work}/pid", encoding="ascii") as file:
            os.kill(int(file.read()), 15)
        server.wait(60)


def command(tracer, *argv):
    """Milliseconds until it has ended."""
    begin = time.monotonic()
    subprocess.run([*tracer, *argv], check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    return (time.monotonic() - begin) * 1e3


def measure(work, audit, full):
    """Returns samples, the columns, and what could not be measured."""
    samples = defaultdict(lambda: defaultdict(list))
    works = {
        "tar_ms": lambda t: command(t, "tar", "cf", f"{work}/tar",
                                    "/usr/share/doc/libc6", "/usr/include"),
        "cc_ms": lambda t: command(t, "cc", "-Iinclude", "-D_GNU_SOURCE",
                                   "-O2", "-c", "-o", f"{work}/out.o",
                                   "init/names.c"),
        "shell_ms": lambda t: command(
            t, "sh", "-c", "for i in 1 2 3 4 5 6 7 8 9 10; do expr $i; done"),
    }
    skipped = []
    if shutil.which("nginx"):
        with open(f"{work}/nginx.conf", "w", encoding="ascii") as file:
            file.write(NGINX.format(work))
        works["nginx_request_us"] = lambda t: nginx(
            t, work, 3000 if full else 500)
    else:
        skipped.append("nginx: not installed")
    for _ in range(10 if full else 2):
        for name, argv in tracers(audit).items():
            for metric, work_under in works.items():
                samples[metric][name].append(work_under(argv))
    return samples, list(tracers(audit)), skipped
