#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Drive a program on a terminal of its own, 24 x 80 at first.

    drive.py PROGRAM [ARG...] <STEPS

One step a line, blank lines and comments (#) aside:

    expect REGEX        it comes, in what has not been matched yet (re.M)
    send TEXT           type it; Python's escapes: \\n, \\x03
    size ROWS COLUMNS   resize the terminal; what is expected after it comes
                        even if PROGRAM did not listen for SIGWINCH yet
    shell COMMAND       run it beside the program; it must succeed

Then the program must end. stdout is all that it wrote, without the carriage
returns. The exit code is the program's, or 99 and a line "drive: ..." when a
step failed.
"""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time

DEADLINE = 30  # seconds for one step


class Failed(Exception):
    pass


class Terminal:
    def __init__(self, argv):
        self.text = ""
        self.seen = 0
        self.resized = False
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("4H", 24, 80, 0, 0))
            try:
                os.execvp(argv[0], argv)
            except OSError as error:
                os.write(2, f"drive: {argv[0]}: {error}\n".encode())
            os._exit(127)

    def read(self, seconds):
        """Take in what there is; False when there will be no more."""
        if not select.select([self.fd], [], [], max(seconds, 0))[0]:
            return True
        try:
            data = os.read(self.fd, 65536)
        except OSError:  # EIO: the last descriptor of the other side is gone
            data = b""
        self.text += data.decode(errors="replace").replace("\r", "")
        return data != b""

    def expect(self, regex):
        end = time.monotonic() + DEADLINE
        more = True
        while True:
            match = re.compile(regex, re.M).search(self.text, self.seen)
            if match:
                self.seen = match.end()
                return
            if not more:
                raise Failed(f"ended before: {regex}")
            if time.monotonic() > end:
                raise Failed(f"never came: {regex}")
            more = self.read(1)
            if self.resized:
                # Docker's client prints before it listens for this signal.
                os.kill(self.pid, signal.SIGWINCH)

    def send(self, text):
        data = text.encode().decode("unicode_escape").encode("latin-1")
        while data:
            data = data[os.write(self.fd, data):]

    def size(self, rows, columns):
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ,
                    struct.pack("4H", int(rows), int(columns), 0, 0))
        self.resized = True

    def step(self, line):
        verb, _, rest = line.partition(" ")
        if verb == "expect":
            self.expect(rest)
        elif verb == "send":
            self.send(rest)
        elif verb == "size":
            self.size(*rest.split())
        elif verb == "shell":
            if subprocess.run(rest, shell=True, stdin=subprocess.DEVNULL,
                              timeout=DEADLINE).returncode != 0:
                raise Failed(f"did not succeed: {rest}")
        else:
            raise Failed(f"unknown step: {line}")

    def finish(self):
        end = time.monotonic() + DEADLINE
        while self.read(end - time.monotonic()):
            if time.monotonic() > end:
                raise Failed("the program did not end")
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])

    def kill(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)


def main():
    steps = [line for line in sys.stdin.read().splitlines()
             if line and not line.startswith("#")]
    terminal = Terminal(sys.argv[1:])
    try:
        for line in steps:
            terminal.step(line)
        code = terminal.finish()
    except (Failed, subprocess.TimeoutExpired) as failure:
        terminal.kill()
        print(f"{terminal.text}\ndrive: {failure}")
        return 99
    print(terminal.text, end="")
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main())
