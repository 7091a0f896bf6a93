#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Drive a program on a pseudo-terminal of its own.

    terminal.py STEP... -- PROGRAM [ARG...]

    see TEXT     wait until TEXT is printed, after what was seen before
    send BYTES   type them; \\n, \\x03 and the like are understood
    size R C     change the window to R rows and C columns
    never TEXT   TEXT must not have been printed so far
    end CODE     the program ends, with this code

PROGRAM has the terminal as descriptors 0 to 2; it is not its controlling one
until somebody asks for that (setsid -c). Ends with 0 if all steps hold, with 1
at the first that does not within ten seconds, and then shows what was printed.
"""

import codecs
import fcntl
import os
import select
import signal
import struct
import sys
import termios
import time

PATIENCE = 10


class Terminal:
    def __init__(self, command):
        self.master, slave = os.openpty()
        self.size(24, 80)
        self.text, self.seen = b"", 0
        self.pid = os.fork()
        if self.pid == 0:
            os.setsid()
            for fd in range(3):
                os.dup2(slave, fd)
            os.closerange(3, 64)
            os.execvp(command[0], command)
        os.close(slave)

    def read(self, deadline):
        """More text; False when the time is over or nobody can print."""
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([self.master], [], [], left)[0]:
            return False
        try:
            more = os.read(self.master, 4096)
        except OSError:
            return False
        self.text += more
        return bool(more)

    def see(self, text):
        deadline = time.monotonic() + PATIENCE
        wanted = text.encode()
        while (at := self.text.find(wanted, self.seen)) < 0:
            if not self.read(deadline):
                return False
        self.seen = at + len(wanted)
        return True

    def send(self, text):
        os.write(self.master, codecs.decode(text, "unicode_escape").encode())
        return True

    def size(self, rows, columns):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ,
                    struct.pack("4H", int(rows), int(columns), 0, 0))
        return True

    def never(self, text):
        return text.encode() not in self.text

    def end(self, code):
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            self.read(time.monotonic() + 0.02)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.pid = 0
                return os.waitstatus_to_exitcode(status) == int(code)
            time.sleep(0.01)
        return False

    def close(self):
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)


def main(arguments):
    split = arguments.index("--")
    steps, terminal = arguments[:split], Terminal(arguments[split + 1:])
    try:
        while steps:
            verb = steps.pop(0)
            words = [steps.pop(0) for _ in range(2 if verb == "size" else 1)]
            if not getattr(terminal, verb)(*words):
                print(f"not so: {verb} {' '.join(words)}; printed:")
                print(terminal.text.decode(errors="replace"))
                return 1
    finally:
        terminal.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
