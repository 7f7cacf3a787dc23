# SPDX-License-Identifier: MIT
"""The module as such: the library below it, and what python3 -m mplog says."""

import os
import subprocess
import sys
import unittest

import support

MODULE = os.path.join(support.SOURCE, "src/python/mplog.py")


class Import(support.Case):
    def run_with_library(self, library, *arguments):
        with open(MODULE) as file:
            self.write_program(file.read().replace('"libmplog.so.1"', f'"{library}"'), "mplog.py")
        return subprocess.run([sys.executable, *arguments], cwd=self.directory, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              env={**os.environ, "PYTHONPATH": self.directory})

    def test_missing_library_is_one_sentence(self):
        result = self.run_with_library("libmissing.so.9", "-c", "import mplog")
        self.assertEqual(result.returncode, 1)
        last = result.stderr.splitlines()[-1]
        self.assertRegex(last, r"^ImportError: mplog needs the shared library libmissing\.so\.9, .*: "
                               r"install the package libmplog1 ")
        self.assertNotIn("During handling", result.stderr)

    def test_missing_library_of_the_self_report(self):
        result = self.run_with_library("libmissing.so.9", "-m", "mplog")
        self.assertEqual(result.returncode, 1)
        self.assertRegex(result.stderr, r"\Amplog: mplog needs the shared library [^\n]*\n\Z")

    def test_old_library(self):
        result = self.run_with_library("libc.so.6", "-c", "import mplog")
        self.assertRegex(result.stderr.splitlines()[-1], r"^ImportError: mplog needs version 0\.2 or later")


class SelfReport(support.Case):
    def report(self, *arguments):
        return subprocess.run([sys.executable, "-m", "mplog", *arguments], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def test_library_and_journal(self):
        result = self.report()
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        library = os.path.realpath(os.path.join(os.environ["top_builddir"], ".libs/libmplog.so.1"))
        self.assertIn(f"library:  {library}\n", result.stdout)
        self.assertIn("journal:  /run/systemd/journal/socket: there\n", result.stdout)

    def test_without_journal(self):
        socket = "/run/systemd/journal/socket"
        os.rename(socket, socket + ".away")
        try:
            self.assertIn("/run/systemd/journal/socket: not there (No such file or directory)",
                          self.report().stdout)
        finally:
            os.rename(socket + ".away", socket)

    def test_arguments(self):
        result = self.report("--help")
        self.assertEqual(result.returncode, 1)
        self.assertIn("usage: python3 -m mplog", result.stderr)


class Open(support.Case):
    def test_identifier_is_the_script(self):
        self.run_program("""
            import logging, mplog
            mplog.basicConfig()
            logging.info("%IDENTIFIER")
        """, name="script-of-mine.py")
        self.assertEqual([e["PROCESS"] for e in support.read_journal(
            "SYSLOG_IDENTIFIER=script-of-mine", f"MESSAGE=process=main {self.identifier}")], ["main"])

    def test_again_changes_nothing(self):
        out, _ = self.run_program("""
            import logging, mplog
            print(mplog.open("%IDENTIFIER", "first"), mplog.open("other", "second"))
            mplog.basicConfig("third")
            mplog.basicConfig("third")
            logging.info("once")
        """)
        self.assertEqual(out, "True False\n")
        self.assertEqual(support.described(self.entries()), [("first", "6", "process=first once")])

    def test_mistakes(self):
        self.write_program("defaults = { level = loud; };", "bad")
        out, _ = self.run_program("""
            import mplog
            for options in ({"identifier": ""}, {"identifier": "a\\0b"}, {"process": ""}, {"level": "loud"},
                            {"level": 1.5}, {"facility": 3}, {"config": "%DIRECTORY/bad", "strict": True}):
                try:
                    mplog.open(**{"identifier": "%IDENTIFIER", **options})
                except ValueError as error:
                    print(error)
                else:
                    print("opened with", options)
        """.replace("%DIRECTORY", self.directory), MPLOG_CONF="")
        lines = out.splitlines()
        self.assertEqual(len(lines), 7)
        self.assertNotIn("opened", out)
        self.assertIn("expected emerg, alert", lines[3])

    def test_close_tells_nobody_to_be_quiet(self):
        self.run_program("""
            import logging, mplog
            mplog.basicConfig("%IDENTIFIER")
            logging.info("open")
            mplog.close()
            mplog.open("%IDENTIFIER", level="debug")
            logging.debug("open again")
            stats = mplog.get_stats()
            assert stats.called == stats.sent + stats.diverted + stats.lost + stats.suppressed, stats
        """)
        self.assertEqual([e["MESSAGE"] for e in self.entries()],
                         ["process=main open", "process=main open again"])


if __name__ == "__main__":
    unittest.main()
