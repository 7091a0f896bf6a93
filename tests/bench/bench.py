#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""capini beside the inits of Debian, measured in one run.

Where a start's time goes, by small static programs that do one thing each, 3,000
runs in turn (virtual machine on an AMD EPYC, Linux 6.18; medians in
microseconds, the program's own start and end of 114 taken off). capini takes 390
to 430 over a direct start there, tini 760, limit 119:

- One more execve(2), which limit has as well: 114, and 45 more for a program of
  capini's size that does nothing else.
- fork(2), exit and wait: 90. limit has vfork(2); here both sides work before the
  execve(2).
- /proc/self/status, three times: 31 for the first time in a process, when the
  kernel makes its entries there.
- prctl(2), 390 of 510 system calls, 0.14 each: bounding and ambient sets are asked
  for one capability at a time, by two readers in each process.
- PR_CAPBSET_DROP, 40 calls with new credentials each: 20.
- /etc/passwd and /etc/group 11, the policy and its strict read 23.
- No dynamic linking, and no CPUID, which leaves the virtual machine for 4 each
  time: an empty program takes 71 with musl, 324 with static glibc, 433 with
  dynamic glibc. That is why inits that do so little take so long.

What limit, the drop, the fork and one reading of /proc in each process take
together is a third of tini's start: less is not to be had with a proof by two
witnesses.

    bench.py DIR CAPINI AUDIT [full]

DIR holds the built bench, app and limit. Needs root; writes build/bench.tsv. No
time is good or bad by itself: what counts is the ratio to a peer, and to
"limit", the least that an init must do, both measured in between.

DIRECT is the application as PID 1 with no init at all: start_over_direct and
exit_over_direct are differences to it within the same round. capsh sets no
securebits here (it cannot any more when it may), and the bash that it runs is
not in its bytes.
"""
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict

import audit

POLICY = """[capabilities]
allow = NET_BIND_SERVICE
ambient = auto
require = NET_BIND_SERVICE

[process]
user = nobody
no_new_privs = yes
securebits = noroot
"""
PEERS = ("tini", "tini-static", "dumb-init", "catatonit")
PACKAGES = ("tini", "dumb-init", "catatonit", "util-linux", "libcap2-bin",
            "musl", "strace", "nginx-light")
# Of capsh(1): what is outside of POLICY's allow.
KEPT = "cap_net_bind_service"


def found(name):
    return shutil.which(name, path="/usr/sbin:/usr/bin:/sbin:/bin")


def all_capabilities():
    """The names that capsh knows and this kernel has."""
    text = subprocess.run([found("capsh"), "--decode=1ffffffffff"], text=True,
                          capture_output=True, check=True).stdout
    with open("/proc/sys/kernel/cap_last_cap", encoding="ascii") as file:
        last = int(file.read())
    return text.strip().split("=")[1].split(",")[:last + 1]


def subjects(work):
    """Name -> argv before the application's."""
    capini = f"{work}/capini"
    both = [f"-all,+{KEPT[4:]}"]
    drop = ",".join(c for c in all_capabilities() if c != KEPT)
    return {
        "direct": [],
        "limit": [f"{work}/limit"],
        "capini": [capini, "--policy", f"{work}/default.ini", "--"],
        "capini-full": [capini, "--policy", f"{work}/full.ini", "--"],
        "tini": [found("tini"), "--"],
        "tini-static": [found("tini-static"), "--"],
        "dumb-init": [found("dumb-init"), "--"],
        "catatonit": [found("catatonit"), "--"],
        "tini+setpriv": [
            found("tini"), "--", found("setpriv"), "--reuid", "nobody",
            "--regid", "nogroup", "--init-groups", "--bounding-set", *both,
            "--inh-caps", *both, "--ambient-caps", *both, "--securebits",
            "+noroot,+noroot_locked", "--no-new-privs"],
        "tini+capsh": [
            found("tini"), "--", found("capsh"), f"--drop={drop}", "--keep=1",
            "--user=nobody", f"--inh={KEPT}", f"--addamb={KEPT}",
            "--no-new-privs", "--", "-c", 'exec "$0" "$@"'],
    }


class Run:
    def __init__(self, directory, capini, full):
        self.full = full
        self.samples = defaultdict(lambda: defaultdict(list))
        self.skipped = []
        self.work = tempfile.mkdtemp(prefix="capini-bench.")
        os.chmod(self.work, 0o755)
        for source in (f"{directory}/bench", f"{directory}/app",
                       f"{directory}/limit", capini):
            shutil.copy(source, self.work)
        shutil.copy("conf/default.ini", self.work)
        with open(f"{self.work}/full.ini", "w", encoding="ascii") as file:
            file.write(POLICY)
        # A page that is not yet on disk counts as dirty of who maps it.
        os.sync()
        self.subjects = subjects(self.work)

    def take(self, metric, rounds, names, *app):
        """Run the driver; its samples are added to ours."""
        path = f"{self.work}/subjects"
        with open(path, "w", encoding="ascii") as file:
            for name in names:
                argv = self.subjects[name]
                file.write("\t".join([name, *argv]) + "\n")
        done = subprocess.run(
            [f"{self.work}/bench", metric, str(rounds), path, *app],
            text=True, capture_output=True, timeout=1800, check=False)
        for line in sorted(set(done.stderr.splitlines())):
            self.skipped.append(f"{metric}: {line}")
        for line in done.stdout.splitlines():
            what, name, value = line.split("\t")
            self.samples[what][name].append(float(value))

    def over_direct(self, metric):
        direct = self.samples[metric]["direct"]
        for name, values in self.samples.pop(metric).items():
            self.samples[metric.replace("_us", "_over_direct_us")][name] = [
                value - least for value, least in zip(values, direct)]

    def files(self):
        for name in self.subjects:
            argv = self.subjects[name]
            programs = [a for a in argv if a.startswith("/") and
                        os.access(a, os.X_OK)]
            if programs:
                self.samples["file_bytes"][name] = [
                    float(sum(os.stat(p).st_size for p in programs))]

    def measure(self):
        app = f"{self.work}/app"
        every = list(self.subjects)
        inits = [name for name in every if "+" not in name]
        reapers = [name for name in inits if name != "direct"]
        peers = [name for name in reapers if name != "capini-full"]
        many = 10 if self.full else 1
        self.files()
        self.take("start", 80 * many, every, app, "start")
        self.over_direct("start_us")
        self.over_direct("exit_us")
        self.take("calls", 3, every, app, "start")
        self.take("instructions", 1, every, app, "start")
        self.take("memory", 5, reapers, app, "wait")
        self.take("idle", 10 if self.full else 4, reapers, app, "wait")
        self.take("signals", 12 * many, reapers, app, "wait")
        for count, live, rounds in ((1000, 0, 5), (1000, 1000, 3),
                                    (10000, 0, 1)):
            for metric in "reaping", "throughput":
                self.take(metric, rounds * (3 if self.full else 1), peers, app,
                          "orphans", str(count), str(live), "0", "1")
        for count in (1000, 10000) if self.full else (1000,):
            self.take("throughput", 5, peers, app, "orphans", str(count), "0",
                      "1", "1")
        self.growth(app)

    def growth(self, app):
        least = ["limit", "capini", "tini"]
        for count, waves in (((1000, 10), (1000, 50), (30000, 1))
                             if self.full else ((1000, 10),)):
            self.take("reaping", 3 if waves > 1 else 1, least, app, "orphans",
                      str(count), "0", "0", str(waves))
        for count in (100, 1000, 10000):
            self.take("verify", 3 if self.full or count < 10000 else 1,
                      ["capini"], app, "orphans", str(count), "0", "0", "1")
        self.check_growth()

    def check_growth(self):
        """Policies of 1, 8 and 62 KiB."""
        self.subjects["check"] = [f"{self.work}/capini", "--check"]
        for size in (1, 8, 62):
            path = f"{self.work}/{size}.ini"
            line = "# " + "x" * 60 + "\nallow = NET_RAW\n"
            with open(path, "w", encoding="ascii") as file:
                file.write("[capabilities]\n")
                file.write(line * ((size * 1024 - 16) // len(line)))
            self.take("run", 50 if self.full else 20, ["check"], path)
            for what in ("run_us", "run_cpu_us"):
                values = self.samples.pop(what)["check"]
                if what == "run_us":
                    self.samples[f"check_us_{size}KiB"]["capini"] = values
            if any(self.samples.pop("run_status")["check"]):
                self.skipped.append(f"check of {size} KiB: refused")


def spread(values):
    middle = statistics.median(values)
    return middle, statistics.median(abs(v - middle) for v in values)


def number(value):
    if value == 0:
        return "0"
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.1f}"


def write_tsv(path, samples, columns, others):
    with open(path, "w", encoding="ascii") as file:
        file.write("\t".join(("metric", "subject", "samples", "median", "mad",
                              *(f"to_{o}" for o in others))) + "\n")
        for metric, of in samples.items():
            for name in (c for c in columns if of.get(c)):
                middle, mad = spread(of[name])
                row = [metric, name, str(len(of[name])), f"{middle:.2f}",
                       f"{mad:.2f}"]
                for other in others:
                    base = statistics.median(of[other]) if of.get(other) else 0
                    row.append(f"{middle / base:.3f}" if base > 0 else "")
                file.write("\t".join(row) + "\n")


def print_table(samples, columns, owns, others):
    """With the ratios of the first of owns that a row has to each of others."""
    print("| median (MAD) | " + " | ".join(columns) +
          "".join(f" | to {other}" for other in others) + " |")
    print("|---" * (len(columns) + len(others) + 1) + "|")
    for metric, of in samples.items():
        cells = []
        for name in columns:
            values = of.get(name)
            if not values:
                cells.append("")
                continue
            middle, mad = spread(values)
            cells.append(number(middle) + (f" ({number(mad)})" if mad else ""))
        for other in others:
            base = statistics.median(of[other]) if of.get(other) else 0
            own = next((of[own] for own in owns if of.get(own)), None)
            cells.append(f"{statistics.median(own) / base:.2f}"
                         if own and base > 0 else "")
        print(f"| {metric} | " + " | ".join(cells) + " |")


def about(load):
    versions = subprocess.run(
        ["dpkg-query", "-W", "-f", "${Package} ${Version}, ", *PACKAGES],
        text=True, capture_output=True, check=False).stdout
    versions = ", ".join(dict.fromkeys(versions.rstrip(", ").split(", ")))
    print(f"Linux {os.uname().release} {os.uname().machine}, "
          f"{os.cpu_count()} CPUs, load {load:.2f} before; "
          f"{versions}")


def main():
    directory, capini, capini_audit = sys.argv[1:4]
    load = os.getloadavg()[0]
    run = Run(directory, capini, "full" in sys.argv[4:])
    try:
        run.measure()
        cost, tracers, skipped = audit.measure(run.work, capini_audit,
                                               run.full)
    finally:
        shutil.rmtree(run.work, ignore_errors=True)
    columns = [name for name in run.subjects if name not in ("direct", "check")]
    write_tsv("build/bench.tsv", run.samples, columns,
              ("limit", *PEERS, "tini+setpriv", "tini+capsh"))
    write_tsv("build/bench-audit.tsv", cost, tracers,
              ("bare", "strace -f"))
    about(load)
    print_table(run.samples, columns, ("capini-full", "capini"),
                ("tini", "limit"))
    print("\nThe two ratios are of capini-full, the whole policy machinery at "
          "work, or of capini\nwhere the row has no other.\n")
    print_table(cost, tracers, ("fast",), ("bare", "strace -f"))
    print("\nThe ratios are of the fast mode of capini-audit.")
    for line in run.skipped + skipped:
        print(f"not measured: {line}")


main()
