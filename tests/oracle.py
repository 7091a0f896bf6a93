#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What --verify, --decode and --check should say, worked out a second time
from the text of /proc and of policies alone.

    oracle.py policy SEED             a random policy, its mask in line one
    oracle.py judge MASK CAPINI ARG...   run "CAPINI --verify... ARG..." for
        all processes, for each one and for the first, as JSON and for people;
        every difference is told and ends this with 1
    oracle.py same FILE FILE          do two policies mean the same?
    oracle.py json FIELD...           JSON on stdin is one object; its fields,
        "a.0.b" for an inner one, a line each
    oracle.py columns                 is stdin printable, in 80 columns?
"""

import json
import os
import random
import re
import signal
import subprocess
import sys

NAMES = """CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID
SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW
IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT
SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE
AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG WAKE_ALARM
BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE""".split()
ALL = (1 << len(NAMES)) - 1
DOCKER = 0xa80425fb
KILL = 1 << NAMES.index("KILL")
SETS = {"bounding": "CapBnd", "permitted": "CapPrm", "effective": "CapEff",
        "inheritable": "CapInh", "ambient": "CapAmb"}

wrong = []


def differ(*what):
    wrong.append(" ".join(str(w) for w in what))


def names(mask):
    return [NAMES[bit] if bit < len(NAMES) else bit
            for bit in range(64) if mask >> bit & 1]


# --- policies ---------------------------------------------------------------

def random_policy(seed):
    rng = random.Random(seed)
    mask = rng.choice([0, DOCKER, rng.getrandbits(41), rng.getrandbits(41),
                       rng.getrandbits(41) & rng.getrandbits(41)])
    drop = rng.choice([0, mask & rng.getrandbits(41), rng.getrandbits(41)])
    lines = [f"# {mask & ~drop:x}", "[capabilities]"]
    for key, value in ("allow", mask), ("drop", drop):
        lines += [f"{key} = {rng.choice(['', 'CAP_', 'cap_'])}{name}"
                  for name in names(value)]
    if rng.random() < .5:
        lines += ["[process]", "user = 1000"]
    print("\n".join(lines))


def capabilities(words):
    mask = 0
    for word in words:
        word = word.upper().removeprefix("CAP_")
        mask |= {"ALL": ALL, "NONE": 0, "DOCKER_DEFAULT": DOCKER}.get(
            word) if word in ("ALL", "NONE", "DOCKER_DEFAULT") else \
            1 << NAMES.index(word)
    return mask


def signal_number(word):
    """The number behind a name; any other word as it is."""
    word = word.upper().removeprefix("SIG")
    if word.isdigit():
        return int(word)
    base, sign, offset = re.fullmatch("([^+-]*)([+-]?)(.*)", word).groups()
    number = getattr(signal, "SIG" + base, word)
    if sign:
        number += int(sign + offset)
    return number if isinstance(number, str) else int(number)


def meaning(path):
    """Keys and values of a policy, as sets where order says nothing."""
    found, section, drop = {"allow": 0, "require": 0}, None, 0
    with open(path, encoding="utf-8", errors="replace") as text:
        lines = [line.strip() for line in text]
    for line in lines:
        if not line or line[0] in "#;":
            continue
        if line[0] == "[":
            section = line
            continue
        key, value = (part.strip() for part in line.split("=", 1))
        words = value.replace(",", " ").split()
        if key in ("allow", "require"):
            found[key] |= capabilities(words)
        elif key == "drop":
            drop |= capabilities(words)
        elif key == "ambient" and value.lower() != "auto":
            found[key] = found.get(key, 0) | capabilities(words)
        elif section == "[signals]" or key == "pdeathsig":
            key, value = signal_number(key), signal_number(value)
            if key != value:
                found[section, key] = value
        else:
            found.setdefault((section, key.lower()), set()).update(
                word.lower() for word in words)
    found["allow"] &= ~drop
    return found


DEFAULTS = {("[capabilities]", "ambient"): {"auto"},
            ("[capabilities]", "enforce"): {"guarantee"},
            ("[process]", "groups"): {"init"},
            ("[process]", "no_new_privs"): {"yes"},
            ("[init]", "subreaper"): {"auto"},
            ("[init]", "kill_process_group"): {"no"},
            ("[init]", "warn_on_reap"): {"no"},
            ("[init]", "grace"): {"0"},
            ("[init]", "keep_kill"): {"auto"},
            ("[init]", "verbosity"): {"1"}}


def same(one, other):
    first, second = meaning(one), meaning(other)
    for where in sorted(first.keys() | second.keys(), key=str):
        default = DEFAULTS.get(where)
        if first.get(where, default) != second.get(where, default):
            differ(one, where, first.get(where), second.get(where))


# --- /proc ------------------------------------------------------------------

def fields(path):
    with open(path, "rb") as text:
        lines = [line.split(b":\t", 1) for line in text.read().splitlines()]
    return {line[0].decode(): line[1].decode("utf-8", "replace")
            for line in lines if len(line) == 2}


def look(pid):
    status = fields(f"/proc/{pid}/status")
    tasks = [fields(f"/proc/{pid}/task/{task}/status")
             for task in os.listdir(f"/proc/{pid}/task")]
    with open(f"/proc/{pid}/comm", "rb") as text:
        name = text.read()[:-1]
    with open(f"/proc/{pid}/cgroup", encoding="ascii") as text:
        cgroup = text.read()
    with open(f"/proc/{pid}/stat", "rb") as text:
        started = int(text.read().rsplit(b")", 1)[1].split()[19])
    sets = {}
    for name_of_set, line in SETS.items():
        sets[name_of_set] = 0
        for task in tasks:
            sets[name_of_set] |= int(task[line], 16)
    return {"pid": pid, "name": name, "parent": int(status["PPid"]),
            "state": status["State"][0], "tasks": len(tasks),
            "uid": int(status["Uid"].split()[1]),
            "no_new_privs": all(t["NoNewPrivs"] == "1" for t in tasks),
            "seccomp": int(status["Seccomp"]), "cgroup": cgroup,
            "started": started, "sets": sets}


def look_at_all():
    seen = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            seen[int(entry)] = look(int(entry))
    return seen


def roles(seen):
    """Name what each is; ours is the container that this process is in."""
    own = seen[os.getpid()]["cgroup"]
    init = 1
    if seen[1]["cgroup"] != own:
        init = min((p for p in seen.values() if p["cgroup"] == own),
                   key=lambda p: (p["started"], p["pid"]))["pid"]
    for pid, process in seen.items():
        at = pid
        while at in seen and at != init:
            at = seen[at]["parent"]
        process["role"] = "init" if pid == init else \
            "app" if at == init else \
            "exec" if process["cgroup"] == own else "other"
    return init


def judged(process, allow):
    """The rule: does this process hold to the policy?"""
    sets = process["sets"]
    more = KILL if process["role"] == "init" else 0
    outside = {name: sets[name] & ~(allow | (
        more if name in ("permitted", "effective") else 0)) for name in sets}
    holds = not any(outside[name] for name in sets if name != "bounding") and \
        (not outside["bounding"] or process["no_new_privs"])
    return holds, outside


# --- what capini says -------------------------------------------------------

def run(command):
    done = subprocess.run(command, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=120, check=False)
    if done.stderr:
        differ(command, "said", done.stderr)
    return done.returncode, done.stdout


def load(output):
    def once(pairs):
        if len({key for key, _ in pairs}) != len(pairs):
            raise ValueError("a key twice")
        return dict(pairs)
    return json.loads(output.decode("utf-8"), object_pairs_hook=once)


def plain(name):
    return re.sub("\ufffd+", "\ufffd", name)


def compare(said, process, allow):
    """One process of the JSON with what /proc says of it."""
    holds, outside = judged(process, allow)
    expected = {"pid": process["pid"], "role": process["role"],
                "holds": holds, "uid": process["uid"],
                "no_new_privs": process["no_new_privs"], "securebits": None,
                "seccomp": process["seccomp"]}
    for name, mask in process["sets"].items():
        expected[name] = {"mask": f"{mask:016x}", "capabilities": names(mask),
                          "outside": names(outside[name])}
    name = said.pop("name")
    if plain(name) != plain(process["name"].decode("utf-8", "replace")):
        differ(process["pid"], "is called", repr(name), process["name"])
    if said != expected:
        differ("said", said, "expected", expected)
    return holds


def compare_whole(said, allow, holds, where):
    bounding = int(fields("/proc/self/status")["CapBnd"], 16)
    expected = {"allow": names(allow), "holds": holds, "container_bounding": {
        "mask": f"{bounding:016x}", "capabilities": names(bounding),
        "outside": names(bounding & ~allow)}}
    if set(said) - set(expected) != {"policy", "processes",
                                     "user_namespaces"}:
        differ(where, "has the keys", sorted(said))
    if said["user_namespaces"] not in ("open", "closed", None):
        differ(where, "user_namespaces", said["user_namespaces"])
    for key, value in expected.items():
        if said.get(key) != value:
            differ(where, key, said.get(key), "expected", value)


def alive(process):
    return process["state"] != "Z" or process["tasks"] > 1


def printable(text, where):
    for line in text.split(b"\n"):
        if len(line) > 80 or re.search(rb"[^ -~]", line):
            differ(where, "is no line for a terminal:", line)


def judge_one(command, process, allow):
    holds, outside = judged(process, allow)
    whom = f"--verify={process['pid']}"
    code, output = run([command[0], whom, "--json"] + command[1:])
    said = load(output)
    if code != (not holds):
        differ(whom, "ended with", code)
    compare_whole(said, allow, holds, whom)
    if len(said["processes"]) != 1:
        differ(whom, "tells of", len(said["processes"]))
    compare(said["processes"][0], process, allow)
    code, output = run([command[0], whom] + command[1:])
    if code != (not holds):
        differ(whom, "for people ended with", code)
    printable(output, whom)
    words = set(re.findall(rb"\w+", output))
    wanted = {f"{mask:016x}" for mask in process["sets"].values()}
    for mask in outside.values():
        wanted |= {str(name) for name in names(mask)}
    for word in wanted:
        if word.encode() not in words:
            differ(whom, "lacks the word", word)
    if (b"OUTSIDE" in words) == holds:
        differ(whom, "has the wrong answer for people:", output.decode())


def judge(allow, command):
    seen = look_at_all()
    init = roles(seen)
    living = {pid: p for pid, p in seen.items() if alive(p)}
    code, output = run([command[0], "--verify=all", "--json"] + command[1:])
    said = load(output)
    answers = {}
    for entry in said["processes"]:
        pid = entry["pid"]
        if pid in answers:
            differ("twice:", pid)
        elif pid not in living:
            differ("no such process:", entry)
        else:
            answers[pid] = compare(entry, living[pid], allow)
    if answers.keys() != living.keys():
        differ("left out:", sorted(living.keys() - answers.keys()))
    holds = all(answers.values())
    compare_whole(said, allow, holds, "all")
    if code != (not holds):
        differ("--verify=all ended with", code)
    for process in living.values():
        judge_one(command, process, allow)
    code, output = run([command[0], "--verify", "--json"] + command[1:])
    if [p["pid"] for p in load(output)["processes"]] != [init]:
        differ("--verify does not tell of", init, "but", output)
    code, output = run([command[0], "--verify=all"] + command[1:])
    printable(output, "all")
    if output.split().count(b"OUTSIDE") != list(answers.values()).count(False):
        differ("--verify=all for people:", output.decode())
    shown = [int(pid) for pid in re.findall(rb"(?m)^ *(\d+)  ", output)]
    if sorted(shown) != sorted(living):
        differ("--verify=all for people tells of", shown)
    count = {True: 0, False: 0}
    for answer in answers.values():
        count[answer] += 1
    kinds = sorted({p["role"] for p in living.values()})
    print(len(answers), count[True], count[False], *kinds)


# --- for the tests ----------------------------------------------------------

def pick(where):
    text = sys.stdin.buffer.read()
    whole = load(text)
    if not isinstance(whole, dict) or text.count(b"\n") != 1:
        differ("not one line with an object")
    for path in where:
        value = whole
        for step in path.split("."):
            value = value[int(step) if isinstance(value, list) else step]
        print(value if isinstance(value, str) else json.dumps(value))


def main(verb, arguments):
    if verb == "policy":
        random_policy(arguments[0])
    elif verb == "judge":
        judge(int(arguments[0], 16), arguments[1:])
    elif verb == "same":
        same(*arguments)
    elif verb == "json":
        pick(arguments)
    elif verb == "columns":
        printable(sys.stdin.buffer.read(), "stdin")
    else:
        sys.exit(__doc__)
    for line in wrong[:20]:
        print(line, file=sys.stderr)
    sys.exit(1 if wrong else 0)


main(sys.argv[1] if len(sys.argv) > 1 else "", sys.argv[2:])
