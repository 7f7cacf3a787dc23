# SPDX-License-Identifier: MIT
"""What the tests of the module share: a program's name of its own for each test, and the journal."""

import json
import os
import subprocess
import sys
import tempfile
import textwrap
import unittest
import uuid

TOOL = os.path.join(os.environ["top_builddir"], "mplog")
SOURCE = os.environ["top_srcdir"]
TIMEOUT = 600  # a hang


def sync():
    subprocess.run(["journalctl", "--sync"], check=True)


def read_journal(*matches):
    """The entries with all of the matches, as dictionaries; values are strings, or bytes."""
    sync()
    output = subprocess.run(["journalctl", "-q", "--all", "-o", "json", *matches], check=True,
                            stdout=subprocess.PIPE).stdout
    entries = [json.loads(line) for line in output.splitlines()]
    for entry in entries:
        for name, value in entry.items():
            if isinstance(value, list) and value and all(isinstance(byte, int) for byte in value):
                entry[name] = bytes(value)
    return entries


def described(entries):
    """What a program says, wherever its tasks run."""
    return sorted((e["PROCESS"], e["PRIORITY"], e["MESSAGE"]) for e in entries)


def make_identifier():
    return "python-" + uuid.uuid4().hex[:12]


class Case(unittest.TestCase):
    """A directory, and programs in it that have the test's own identifier and configuration."""

    maxDiff = None

    def setUp(self):
        self.directory = tempfile.mkdtemp()
        self.identifier = make_identifier()
        self.configure("")

    def configure(self, text):
        path = os.path.join(self.directory, "next.conf")
        with open(path, "w") as file:
            file.write(text)
        self.conf = os.path.join(self.directory, "mplog.conf")
        os.rename(path, self.conf)

    def write_program(self, text, name="program.py"):
        path = os.path.join(self.directory, name)
        with open(path, "w") as file:
            file.write(textwrap.dedent(text))
        return path

    def start(self, text, *arguments, name="program.py", **environment):
        """Starts a program; %IDENTIFIER in its text is the test's."""
        path = self.write_program(text.replace("%IDENTIFIER", self.identifier), name)
        return subprocess.Popen([sys.executable, path, *arguments], stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                cwd=self.directory,
                                env={**os.environ, "MPLOG_CONF": self.conf, **environment})

    def run_program(self, text, *arguments, **environment):
        """Runs a program, which has to succeed; returns standard output and standard error."""
        with self.start(text, *arguments, **environment) as child:
            try:
                out, err = child.communicate(timeout=TIMEOUT)
            except subprocess.TimeoutExpired:
                child.kill()
                self.fail("the program hangs: " + "".join(map(str, child.communicate())))
        self.assertEqual(child.returncode, 0, err)
        return out, err

    def entries(self, *matches):
        return read_journal("SYSLOG_IDENTIFIER=" + self.identifier, *matches)


if __name__ == "__main__":
    sys.exit("a part of the tests beside it")
