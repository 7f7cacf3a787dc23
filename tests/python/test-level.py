# SPDX-License-Identifier: MIT
"""The administrator's levels reach loggers, and a call below them costs as little as logging's own."""

import subprocess
import unittest

import support


class Configuration(support.Case):
    def levels(self, text, conf="", **environment):
        """What a program prints, with that configuration."""
        self.configure(conf)
        return self.run_program("import logging, mplog, sys\n" + text, **environment)[0].split()

    def test_rules(self):
        out = self.levels("""
mplog.basicConfig("%IDENTIFIER")
log = logging.getLogger("early.late")
def show():
    print(*(name for name in ("debug", "info", "warning", "error")
            if log.isEnabledFor(getattr(logging, name.upper()))), sep="+")
    log.debug("debug")
    log.info("info")
    log.warning("warning")
show()
for name in ("worker-1", "worker-2"):
    with mplog.process(name):
        show()
show()
""", conf="""processes = ( { name = "main"; level = "warning"; }, { name = "worker-*"; level = "err"; },
              { name = "worker-2"; level = "debug"; } );""")
        self.assertEqual(out, ["warning+error", "error", "debug+info+warning+error", "warning+error"])
        self.assertEqual(
            [(e["PROCESS"], e["MESSAGE"].split()[-1]) for e in self.entries()],
            [("main", "warning"), ("worker-2", "debug"), ("worker-2", "info"), ("worker-2", "warning"),
             ("main", "warning")])

    def test_default_of_the_program(self):
        program = """
%s
mplog.basicConfig("%%IDENTIFIER"%s)
%s
print(mplog.level())
"""
        for before, argument, after in (("", ", level='debug'", ""), ("", ", level=logging.DEBUG", ""),
                                        ("logging.basicConfig(level='DEBUG')", "", ""),
                                        ("", "", "logging.getLogger().setLevel('DEBUG')"),
                                        ("", "", "mplog.set_default_level(10)"),
                                        ("logging.basicConfig(level='ERROR')", ", level='debug'", "")):
            with self.subTest(before + argument + after):
                text = program % (before, argument, after)
                self.assertEqual(self.levels(text), ["debug"])
                self.assertEqual(self.levels(text, conf='defaults = { level = "notice"; };'), ["notice"])
                self.assertEqual(self.levels(text, MPLOG_LEVEL="err"), ["err"])

    def test_level_of_the_program(self):
        self.assertEqual(self.levels("""
mplog.basicConfig("%IDENTIFIER")
for level in ("debug", logging.ERROR, "none", "NOTICE", logging.CRITICAL + 1, 35, "CRITICAL"):
    mplog.set_level(level)
    print(mplog.level())
""", conf='defaults = { level = "info"; };'), ["debug", "err", "none", "notice", "alert", "err", "crit"])

    def test_loggers_restrict_what_passes(self):
        self.assertEqual(self.levels("""
before = logging.getLogger("before")
class Own(logging.Logger):
    def trace(self):
        print("trace", self.isEnabledFor(10))
logging.setLoggerClass(Own)
own = logging.getLogger("own")
mplog.basicConfig("%IDENTIFIER", level="debug")
after = logging.getLogger("after")
own.trace()
after.trace()
print(before.isEnabledFor(10), logging.root.isEnabledFor(10))
before.setLevel(logging.WARNING)
print(before.isEnabledFor(20), before.isEnabledFor(30), logging.getLogger("before.child").isEnabledFor(20))
logging.disable(logging.ERROR)
print(after.isEnabledFor(40), after.isEnabledFor(50))
logging.disable(logging.NOTSET)
after.disabled = True
print(after.isEnabledFor(50), own.isEnabledFor(10))
mplog.set_level("warning")
own.setLevel(logging.DEBUG)
print(own.isEnabledFor(20))
"""), "trace True trace True True True False True False False True False True False".split())

    def test_a_scope_that_c_enters(self):
        self.assertEqual(self.levels("""
mplog.basicConfig("%IDENTIFIER")
print(logging.root.isEnabledFor(10))
mplog._lib.mplog_scope_enter_(b"worker")
print(logging.root.isEnabledFor(10))
""", conf='processes = ( { name = "worker"; level = "debug"; } );'), ["False", "True"])

    def test_the_first_call_in_a_scope(self):
        """No other call has found the scope's gate before."""
        self.levels("""
mplog.basicConfig("%IDENTIFIER")
for name in ("worker-1", "worker-2", "worker-1"):
    logging.root.debug("outside")
    with mplog.process(name):
        logging.root.debug("inside")
logging.root.debug("outside")
""", conf='processes = ( { name = "worker-1"; level = "debug"; } );')
        self.assertEqual(support.described(self.entries("PRIORITY=7")),
                         [("worker-1", "7", "process=worker-1 inside")] * 2)

    def test_threads(self):
        self.assertEqual(self.levels("""
import threading
mplog.basicConfig("%IDENTIFIER")
def work(name):
    with mplog.process(name):
        barrier.wait()
        results[name] = logging.root.isEnabledFor(10)
        logging.debug(name)
        barrier.wait()
results, names = {}, ["worker-1", "worker-2", "worker-3", "worker-4"]
barrier = threading.Barrier(len(names))
threads = [threading.Thread(target=work, args=(name,)) for name in names]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
print(*(results[name] for name in names), logging.root.isEnabledFor(10))
""", conf='processes = ( { name = "worker-[24]"; level = "debug"; } );'),
            "False True False True False".split())
        self.assertEqual(sorted(e["PROCESS"] for e in self.entries()), ["worker-2", "worker-4"])


class Running(support.Case):
    def test_level_from_outside_reaches_a_quiet_worker(self):
        """It calls nothing but logger.debug(), which is below its level."""
        for call in ("log.debug('heard')", "log.isEnabledFor(10) and log.log(10, 'heard')"):
            identifier = self.identifier = support.make_identifier()
            with self.start(f"""
                import logging, mplog, multiprocessing, time
                def work(ready):
                    log = logging.getLogger("quiet")
                    with mplog.process("worker-2"):
                        ready.set()
                        while mplog.get_stats().called == 0:
                            {call}
                            time.sleep(0.001)
                if __name__ == "__main__":
                    mplog.basicConfig("%IDENTIFIER")
                    context = multiprocessing.get_context("fork")
                    ready = context.Event()
                    worker = context.Process(target=work, args=(ready,))
                    worker.start()
                    ready.wait()
                    print("ready", flush=True)
                    worker.join()
                """) as child:
                self.assertEqual(child.stdout.readline(), "ready\n")
                subprocess.run([support.TOOL, "level", "-t", identifier, "worker-2", "debug"],
                               check=True, stdout=subprocess.DEVNULL)
                out, err = child.communicate(timeout=support.TIMEOUT)
                self.assertEqual((child.returncode, out, err), (0, "", ""))
            self.assertEqual(support.described(self.entries("LOGGER=quiet")),
                             [("worker-2", "7", "process=worker-2 heard")])

    def test_an_edit_reaches_threads_that_log_nothing(self):
        with self.start("""
            import logging, mplog, sys, threading, time
            mplog.basicConfig("%IDENTIFIER")
            ready, heard = threading.Event(), []
            logger = logging.getLogger("quiet")
            logger.addFilter(lambda record: heard.append(True) or True)
            def work():
                with mplog.process("quiet"):
                    ready.set()
                    while not heard:
                        logger.debug("heard")
                        time.sleep(0.001)
            thread = threading.Thread(target=work)
            thread.start()
            ready.wait()
            print("ready", flush=True)
            sys.stdin.readline()
            while not heard:
                logging.info("tick")
                time.sleep(0.02)
            thread.join()
            """) as child:
            self.assertEqual(child.stdout.readline(), "ready\n")
            self.configure('processes = ( { name = "quiet"; level = "debug"; } );')
            out, err = child.communicate("\n", timeout=support.TIMEOUT)
            self.assertEqual((child.returncode, out, err), (0, "", ""))
        self.assertEqual([e["MESSAGE"] for e in self.entries("PROCESS=quiet")], ["process=quiet heard"])


class Disabled(support.Case):
    def test_a_disabled_call_calls_nothing(self):
        out, _ = self.run_program("""
            import logging, mplog, sys
            mplog.basicConfig("%IDENTIFIER", level="warning")
            log = logging.getLogger("x")
            calls = []
            with mplog.process("worker-1"):
                log.debug("finds the gate")
                sys.setprofile(lambda frame, event, what: calls.append((event, frame.f_code.co_name)))
                log.debug("%s", "disabled")
                log.info("%s", "disabled")
                sys.setprofile(None)
            print([call for call in calls if call[0] in ("call", "c_call")][:-1])
        """)
        self.assertEqual(out, "[('call', 'debug'), ('call', 'info')]\n")


if __name__ == "__main__":
    unittest.main()
