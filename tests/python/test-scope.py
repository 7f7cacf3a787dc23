# SPDX-License-Identifier: MIT
"""Scopes as context managers and decorators, names, fields, and children of fork."""

import os
import unittest

import support


class Scope(support.Case):
    def spoken(self):
        return [(e["PROCESS"], e["MESSAGE"].split()[-1]) for e in self.entries()]

    def test_context_manager(self):
        self.run_program("""
            import logging, mplog
            mplog.basicConfig("%IDENTIFIER")
            logging.info("before")
            with mplog.process("1") as name:
                assert name == mplog.process_name() == "1"
                logging.info("outer")
                try:
                    with mplog.process("2", level="debug", fields={"ROLE": "inner"}):
                        logging.debug("inner")
                        raise KeyError("x")
                except KeyError:
                    logging.debug("hidden")
                    logging.info("again")
            logging.info("after")
        """)
        self.assertEqual(self.spoken(), [("main", "before"), ("1", "outer"), ("2", "inner"),
                                         ("1", "again"), ("main", "after")])
        self.assertEqual([e.get("ROLE") for e in self.entries()], [None, None, "inner", None, None])
        self.assertEqual([e["PROCESS_PARENT"] for e in self.entries("PROCESS=2")], ["1"])

    def test_decorator(self):
        self.run_program("""
            import logging, mplog
            mplog.basicConfig("%IDENTIFIER")

            @mplog.process("plain")
            def plain(depth=3):
                "Its documentation."
                logging.info("plain")
                return plain(depth - 1) + 1 if depth else 0

            @mplog.process("task-{number}-{kind}")
            def task(number, *rest, kind="x"):
                logging.info("task")

            assert plain() == 3 and plain.__doc__ == "Its documentation." and plain.__name__ == "plain"
            task(1)
            task(number=2, kind="y")
            assert mplog.process_name() == "main"
        """)
        self.assertEqual(self.spoken(), [("plain", "plain")] * 4 +
                         [("task-1-x", "task"), ("task-2-y", "task")])

    def test_one_object_many_threads(self):
        self.run_program("""
            import logging, mplog, threading
            mplog.basicConfig("%IDENTIFIER")
            scope = mplog.process("shared")
            barrier = threading.Barrier(4)
            def work():
                with scope:
                    barrier.wait()
                    with scope:
                        logging.info("in")
                    assert mplog.process_name() == "shared"
                    barrier.wait()
                assert mplog.process_name() == "main"
                logging.info("out")
            threads = [threading.Thread(target=work) for _ in range(4)]
            [t.start() for t in threads]
            [t.join() for t in threads]
        """)
        self.assertEqual(sorted(self.spoken()), [("main", "out")] * 4 + [("shared", "in")] * 4)

    def test_what_is_left_inside_is_left(self):
        self.run_program("""
            import mplog
            mplog.open("%IDENTIFIER")
            with mplog.process("1"):
                mplog.process("2").__enter__()
                mplog._lib.mplog_scope_enter_(b"3")
                assert mplog.process_name() == "3"
            assert mplog.process_name() == "main"
        """)

    def test_mistakes(self):
        out, _ = self.run_program("""
            import mplog
            mplog.open("%IDENTIFIER")
            async def coroutine(): pass
            def generator(): yield
            def task(name): pass
            def with_bad_field():
                with mplog.process("1", fields={"bad name": 1}):
                    pass
            for call in (lambda: mplog.process(""), lambda: mplog.process("a\\0b"), lambda: mplog.process(1),
                         lambda: mplog.process("x", level="loud"), lambda: mplog.process("x")(coroutine),
                         lambda: mplog.process("x")(generator), lambda: mplog.rename(""),
                         lambda: mplog.set_field("bad name", 1), lambda: mplog.set_field("PROCESS", 1),
                         lambda: mplog.process("{number}")(task)("x"), with_bad_field):
                try:
                    call()
                except (ValueError, TypeError, KeyError) as error:
                    print(type(error).__name__, error)
                else:
                    print("passed")
            assert mplog.process_name() == "main"
        """)
        self.assertEqual([line.split()[0] for line in out.splitlines()],
                         ["ValueError"] * 4 + ["TypeError"] * 2 + ["ValueError"] * 3 +
                         ["KeyError", "ValueError"])
        self.assertIn("expected 1 to 64 characters of A-Z 0-9 _", out)

    def test_names_and_fields_of_the_process(self):
        self.run_program("""
            import logging, mplog
            mplog.basicConfig("%IDENTIFIER", "first")
            mplog.set_field("TENANT", 7)
            logging.info("one")
            mplog.rename("second")
            logging.info("two")
            mplog.set_field("TENANT", None)
            logging.info("three")
        """)
        self.assertEqual(self.spoken(), [("first", "one"), ("second", "two"), ("second", "three")])
        self.assertEqual([e.get("TENANT") for e in self.entries()], ["7", "7", None])


class Fork(support.Case):
    def test_fork(self):
        self.run_program("""
            import logging, mplog, os
            mplog.basicConfig("%IDENTIFIER")
            for i in (1, 2):
                if mplog.fork(f"worker-{i}") == 0:
                    logging.info("child")
                    os._exit(0)
            for i in (1, 2):
                os.wait()
            logging.info("parent")
            try:
                mplog.fork("")
            except ValueError:
                pass
            else:
                os._exit(1)
        """)
        children = [e for e in self.entries("CODE_FUNC=<module>") if "child" in e["MESSAGE"]]
        self.assertEqual(sorted((e["PROCESS"], e["PROCESS_PARENT"]) for e in children),
                         [("worker-1", "main"), ("worker-2", "main")])

    def test_plain_fork_has_child_name(self):
        self.configure('processes = ( { name = "main"; child_name = "child-%c"; } );')
        self.run_program("""
            import logging, mplog, os
            mplog.basicConfig("%IDENTIFIER")
            if os.fork() == 0:
                logging.info("child")
                os._exit(0)
            os.wait()
        """)
        self.assertEqual([e["PROCESS"] for e in self.entries("CODE_FUNC=<module>")], ["child-1"])

    def test_level_of_a_child(self):
        """The parent's gate is not the child's."""
        self.configure('processes = ( { name = "worker"; level = "debug"; } );')
        self.run_program("""
            import logging, mplog, os
            mplog.basicConfig("%IDENTIFIER")
            logging.debug("hidden")
            if mplog.fork("worker") == 0:
                logging.debug("shown")
                os._exit(0)
            os.wait()
            logging.debug("hidden")
        """)
        self.assertEqual([e["MESSAGE"] for e in self.entries("PRIORITY=7")], ["process=worker shown"])

    def test_logging_while_a_threaded_parent_forks(self):
        self.configure("defaults = { timeout_ms = 60000; };")
        self.run_program("""
            import logging, mplog, os, threading
            mplog.basicConfig("%IDENTIFIER")
            done = False
            def talk(n):
                with mplog.process(f"thread-{n}"):
                    while not done:
                        logging.info("talk")
                        logging.warning("talk %s", n, extra={"n": n})
            threads = [threading.Thread(target=talk, args=(n,), daemon=True) for n in range(4)]
            [t.start() for t in threads]
            for i in range(300):
                pid = os.fork()
                if pid == 0:
                    try:
                        with mplog.process("child"):
                            logging.info("first", extra={"n": i})
                            logging.info("second")
                    finally:
                        os._exit(0)
                os.waitpid(pid, 0)
            done = True
            [t.join() for t in threads]
        """)
        for text in ("first", "second"):
            self.assertEqual(len(self.entries(f"MESSAGE=process=child {text}")), 300)

    def test_export(self):
        self.run_program("""
            import logging, mplog, os, subprocess, sys
            mplog.basicConfig("%IDENTIFIER")
            logging.info("first")
            if len(sys.argv) == 1:
                assert "MPLOG_PROCESS" not in os.environ
                mplog.export("second")
                subprocess.run([sys.executable, __file__, "again"], check=True)
        """)
        found = self.entries("CODE_FUNC=<module>")
        self.assertEqual([e["PROCESS"] for e in found], ["main", "second"])
        self.assertEqual(len({e["RUN_ID"] for e in found}), 1)


if __name__ == "__main__":
    unittest.main()
