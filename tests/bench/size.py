#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What each module and each library costs in a static program, by the
linker's map.

    size.py MAP PROGRAM [--members]

Bytes of the file, and of zeroed memory beside it. What the map gives to no
object (headers, padding) is the last line, so that the sum is the file's size.
A string that several modules use is the first one's.
"""
import os
import re
import sys
from collections import defaultdict

# "NAME ADDRESS SIZE OBJECT"; a long name has the rest on the next line.
PIECE = re.compile(r"^ (\S+)\s+0x[0-9a-f]+\s+0x([0-9a-f]+) (\S.*)$")
ZEROED = (".bss", ".tbss", "COMMON")
NOT_LOADED = (".debug", ".comment", ".note.GNU-stack", ".symtab", ".strtab")


def pieces(path):
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            if line.startswith("Linker script and memory map"):
                break
        held = ""
        for line in lines:
            line = held + line.rstrip("\n")
            held = ""
            if re.match(r"^ \S+$", line):
                held = line
                continue
            found = PIECE.match(line)
            if found and found[1] != "*fill*":
                yield found[1], int(found[2], 16), found[3]


def owner(name, members):
    archive = re.match(r".*/(\S+\.a)\((\S+)\)$", name)
    if archive and (members or archive[1] == "libcap-ng.a"):
        return f"{archive[1]}({archive[2]})"
    if archive:
        return archive[1]
    base = os.path.basename(name)
    return "start files" if "crt" in base else base


def main():
    members = "--members" in sys.argv
    path, program = [a for a in sys.argv[1:] if not a.startswith("--")]
    cost = defaultdict(lambda: [0, 0])
    for section, size, name in pieces(path):
        if section.startswith(".rela"):
            name = "relocations"
        if size and not section.startswith(NOT_LOADED):
            cost[owner(name, members)][section.startswith(ZEROED)] += size
    whole = os.stat(program).st_size
    known = sum(bytes_ for bytes_, _ in cost.values())
    print(f"{'bytes':>8} {'zeroed':>8}  part")
    for name, both in sorted(cost.items(), key=lambda item: -item[1][0]):
        print(f"{both[0]:8} {both[1]:8}  {name}")
    print(f"{whole - known:8} {0:8}  headers and padding")
    print(f"{whole:8} {sum(z for _, z in cost.values()):8}  {program}")


main()
