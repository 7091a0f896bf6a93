#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Processes with capability sets of every kind, for others to judge.

    crowd.py random COUNT SEED ALLOW   COUNT processes, a tree of them, with
        threads, orphans and zombies; sets at random around the mask ALLOW
    crowd.py sets I P E B A NNP UID [I P E B A NNP UID]...
        this process; each further seven are those of a thread
    crowd.py name HEX                  this process, under a name of any bytes
    crowd.py zombie                    a child that nobody reaps
    crowd.py leaderless                the first thread ends, another goes on

Each says "ready PID" when all have become what they are, and stays for ever.
"""

import ctypes
import os
import random
import signal
import struct
import sys
import threading

LIBC = ctypes.CDLL(None, use_errno=True)
MACHINE = os.uname().machine
SYS_CAPSET, SYS_EXIT, SYS_SETRESUID = {
    "x86_64": (126, 60, 117),
    "aarch64": (91, 93, 147),
}[MACHINE]
PR_SET_PDEATHSIG = 1
PR_SET_KEEPCAPS, PR_SET_NAME, PR_SET_SECCOMP, PR_CAPBSET_DROP = 8, 15, 22, 24
PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE = 38, 47, 2
KILL = 1 << 5
UIDS = [0, 0, 0, 1, 1000, 65534, 123456, 4294967294]


def bits(mask):
    return [bit for bit in range(64) if mask >> bit & 1]


def check(result, what):
    if result < 0:
        sys.exit(f"crowd: {what}: {os.strerror(ctypes.get_errno())}")


def call(number, *arguments):
    return LIBC.syscall(ctypes.c_long(number),
                        *[ctypes.c_void_p(a) for a in arguments])


def prctl(option, *arguments):
    words = (list(arguments) + [0, 0, 0, 0])[:4]
    check(LIBC.prctl(option, *[ctypes.c_ulong(w) for w in words]),
          f"prctl {option} {words}")


def capset(inheritable, permitted, effective):
    header = struct.pack("=Ii", 0x20080522, 0)
    data = b"".join(
        struct.pack("=III", e >> s & 0xffffffff, p >> s & 0xffffffff,
                    i >> s & 0xffffffff)
        for s in (0, 32)
        for e, p, i in [(effective, permitted, inheritable)])
    header = ctypes.create_string_buffer(header)
    data = ctypes.create_string_buffer(data)
    check(call(SYS_CAPSET, ctypes.addressof(header), ctypes.addressof(data)),
          "capset")


def own(line):
    with open("/proc/thread-self/status", encoding="ascii",
              errors="replace") as text:
        for entry in text:
            if entry.startswith(line + ":"):
                return int(entry.split()[1], 16)
    sys.exit(f"crowd: no {line}")


def filter_nothing():
    """A seccomp filter that lets everything pass."""
    code = ctypes.create_string_buffer(struct.pack("=HBBI", 6, 0, 0,
                                                   0x7fff0000))
    program = ctypes.create_string_buffer(
        struct.pack("@HP", 1, ctypes.addressof(code)))
    prctl(PR_SET_SECCOMP, 2, ctypes.addressof(program))


def become(sets, filtered=False):
    """Take these sets, in this thread alone."""
    inheritable, permitted, effective, bounding, ambient, nnp, uid = sets
    full = own("CapPrm")
    capset(inheritable, full, full)
    if filtered:
        filter_nothing()
    if uid:
        prctl(PR_SET_KEEPCAPS, 1)
        check(call(SYS_SETRESUID, uid, uid, uid), "setresuid")
        capset(inheritable, full, full)
    for bit in bits(own("CapBnd") & ~bounding):
        prctl(PR_CAPBSET_DROP, bit)
    for bit in bits(ambient):
        prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, bit)
    if nnp:
        prctl(PR_SET_NO_NEW_PRIVS, 1)
    capset(inheritable, permitted, effective)


def part(rng, mask):
    """A part of the mask: often all or nothing of it."""
    return rng.choice([mask, 0, mask & rng.getrandbits(64),
                       mask & rng.getrandbits(64)])


def draw(rng, allow, full):
    """Sets within allow, a hair beyond it, or anything."""
    kind = rng.choice(["within"] * 5 + ["hair"] * 4 + ["kill", "random"])
    base = full if kind == "random" else allow & full
    i, p, b = (part(rng, base) for _ in range(3))
    e = part(rng, p)
    a = part(rng, p & i)
    outside = bits(full & ~allow)
    if kind == "hair" and outside:
        bit = 1 << rng.choice(outside)
        where = rng.choice("iipeabbb")
        i |= bit if where in "ia" else 0
        p |= bit if where in "pea" else 0
        e |= bit if where == "e" else 0
        a |= bit if where == "a" else 0
        b |= bit if where == "b" else 0
    if kind == "kill":
        p |= KILL & full
        e |= rng.choice([0, KILL & full])
    return i, p, e, b, a, rng.choice([0, 1]), rng.choice(UIDS)


def rest():
    while True:
        signal.pause()


def with_threads(all_sets, filtered, last_words):
    """The first sets are the leader's, each other is of a thread of its own,
    which takes it while this process still may."""
    done = threading.Semaphore(0)

    def thread(sets):
        become(sets)
        done.release()
        threading.Event().wait()

    for sets in all_sets[1:]:
        threading.Thread(target=thread, args=(sets,), daemon=True).start()
    for _ in all_sets[1:]:
        if not done.acquire(timeout=20):
            sys.exit("crowd: a thread did not become what it should")
    become(all_sets[0], filtered)
    last_words()


def grow(rng, count, allow, full, ready):
    """count processes below this one."""
    while count > 0:
        own_part = min(count, 1 + (rng.randrange(4) if rng.random() < .3
                                   else 0))
        count -= own_part
        seed = rng.getrandbits(64)
        if os.fork() == 0:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            live(random.Random(seed), own_part, allow, full, ready)


def live(rng, count, allow, full, ready):
    grow(rng, count - 1, allow, full, ready)
    if rng.random() < .04:
        os.write(ready, b"z")
        os._exit(0)
    threads = rng.randrange(1, 4) if rng.random() < .1 else 0
    with_threads([draw(rng, allow, full) for _ in range(1 + threads)],
                 rng.random() < .1, lambda: os.write(ready, b"r"))
    rest()


def announce():
    # A change of credentials has cleared what "unshare --kill-child" set.
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    os.write(1, f"ready {os.getpid()}\n".encode())


def crowd(count, seed, allow):
    rng = random.Random(seed)
    full = own("CapPrm") & own("CapBnd")
    incoming, ready = os.pipe()
    grow(rng, count, allow, full, ready)
    os.close(ready)
    told = 0
    while told < count:
        told_now = len(os.read(incoming, 4096))
        if not told_now:
            sys.exit("crowd: a process did not become what it should")
        told += told_now
    become(draw(rng, allow, full))
    announce()


def leaderless():
    def thread():
        while open("/proc/self/stat").read().rsplit(")", 1)[1][1] != "Z":
            pass
        announce()
        threading.Event().wait()

    threading.Thread(target=thread).start()
    call(SYS_EXIT, 0)


def main(verb, arguments):
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if verb == "random":
        crowd(int(arguments[0]), arguments[1], int(arguments[2], 16))
    elif verb == "sets":
        numbers = [int(n, 10 if at % 7 > 4 else 16)
                   for at, n in enumerate(arguments)]
        with_threads([numbers[at:at + 7] for at in range(0, len(numbers), 7)],
                     False, announce)
    elif verb == "name":
        name = ctypes.create_string_buffer(bytes.fromhex(arguments[0]))
        prctl(PR_SET_NAME, ctypes.addressof(name))
        announce()
    elif verb == "zombie":
        child = os.fork()
        if child == 0:
            os._exit(0)
        os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
        os.write(1, f"zombie {child}\n".encode())
        announce()
    elif verb == "leaderless":
        leaderless()
    else:
        sys.exit(__doc__)
    rest()


main(sys.argv[1] if len(sys.argv) > 1 else "", sys.argv[2:])
