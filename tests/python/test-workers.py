# SPDX-License-Identifier: MIT
"""The same records wherever the tasks run: in this process, in threads, in the workers of any pool."""

import os
import re
import unittest

import support

N_TASKS = 12

# What all of these programs do; each has a way of its own to have tasks done: run(tasks).
TASKS = """
import concurrent.futures, logging, multiprocessing, sys, threading, time
import mplog

log = logging.getLogger("task")

@mplog.process("task-{number}")
def task(number):
    log.debug("Running %d", number)
    try:
        {}[number]
    except KeyError:
        log.exception("Failed", extra={"number": number, "ratio": 0.5})
    if number % 3 == 0:
        threads = [threading.Thread(target=thread, args=(number, i)) for i in range(2)]
        [t.start() for t in threads]
        [t.join() for t in threads]
    time.sleep(0.02)
    log.info("Done")
    return number

def thread(number, i):
    with mplog.process(f"task-{number}/{i}"):
        log.info("Thread %d", i)

def main(run):
    mplog.basicConfig("%IDENTIFIER", level="debug")
    log.info("Starting")
    assert list(run(range(1, %N + 1))) == list(range(1, %N + 1))
    log.info("Ending")
""".replace("%N", str(N_TASKS))

JOBLIB = TASKS + """
import joblib
if __name__ == "__main__":
    main(lambda tasks: joblib.Parallel(n_jobs=int(sys.argv[1]), backend=sys.argv[2])(
        joblib.delayed(task)(number) for number in tasks))
"""

POOL = TASKS + """
if __name__ == "__main__":
    def run(tasks):
        with multiprocessing.get_context(sys.argv[2]).Pool(int(sys.argv[1])) as pool:
            return pool.map(task, tasks, chunksize=1)
    main(run)
"""

EXECUTOR = TASKS + """
if __name__ == "__main__":
    def run(tasks):
        with concurrent.futures.ProcessPoolExecutor(
                int(sys.argv[1]), multiprocessing.get_context(sys.argv[2])) as pool:
            return list(pool.map(task, tasks))
    main(run)
"""


def expected_records():
    records = [("main", "6", "Starting"), ("main", "6", "Ending")]
    for number in range(1, N_TASKS + 1):
        name = f"task-{number}"
        records += [(name, "7", f"Running {number}"), (name, "3", "Failed"), (name, "6", "Done")]
        if number % 3 == 0:
            records += [(f"{name}/{i}", "6", f"Thread {i}") for i in range(2)]
    return sorted((name, priority, f"process={name} {text}") for name, priority, text in records)


class Same(support.Case):
    def check(self, program, n_jobs, *arguments):
        with self.subTest(n_jobs=n_jobs, arguments=arguments):
            self.identifier = support.make_identifier()
            self.run_program(program, str(n_jobs), *arguments)
            entries = self.entries("LOGGER=task")
            for entry in entries:
                if entry["PRIORITY"] == "3":
                    text, traceback = entry["MESSAGE"].split("\n", 1)
                    number = entry["PROCESS"].replace("task-", "")
                    self.assertRegex(traceback, r"\ATraceback \(most recent call last\):\n")
                    self.assertTrue(traceback.endswith("\nKeyError: " + number), traceback)
                    self.assertEqual((entry["NUMBER"], entry["RATIO"], entry["EXCEPTION_TYPE"]),
                                     (number, "0.5", "KeyError"))
                    entry["MESSAGE"] = text
                self.assertEqual(os.path.basename(entry["CODE_FILE"]), "program.py")
            self.assertEqual(support.described(entries), expected_records())
            self.assertEqual(len({entry["RUN_ID"] for entry in entries}), 1)
            return entries

    def test_loky(self):
        for n_jobs in (1, 2, 8):
            self.check(JOBLIB, n_jobs, "loky")

    def test_joblib_multiprocessing(self):
        for n_jobs in (1, 2, 8):
            self.check(JOBLIB, n_jobs, "multiprocessing")

    def test_joblib_threading(self):
        self.check(JOBLIB, 4, "threading")

    def test_pool(self):
        for method in ("fork", "spawn", "forkserver"):
            for n_jobs in (1, 2, 8):
                self.check(POOL, n_jobs, method)

    def test_executor(self):
        for method in ("fork", "spawn", "forkserver"):
            self.check(EXECUTOR, 3, method)


# Tasks of a module that has never heard of mplog.
FOREIGN = """
import logging, os, time
def task(number):
    logging.getLogger("foreign").info("Running %d", number)
    time.sleep(0.05)
"""


class Workers(support.Case):
    def names(self):
        return {entry["PROCESS"] for entry in self.entries("LOGGER=foreign")}

    def check_names(self, pattern):
        entries = self.entries("LOGGER=foreign")
        self.assertEqual(sorted(e["MESSAGE"].split()[-1] for e in entries), ["1", "2", "3", "4"])
        for entry in entries:
            self.assertRegex(entry["PROCESS"], pattern)
        self.assertEqual(len({entry["RUN_ID"] for entry in entries}), 1)

    def setUp(self):
        super().setUp()
        self.write_program(FOREIGN, "foreign.py")

    def test_initializer(self):
        for method, pattern in (("fork", r"\AForkPoolWorker-\d\Z"), ("spawn", r"\ASpawnPoolWorker-\d\Z"),
                                ("forkserver", r"\AForkServerPoolWorker-\d\Z")):
            with self.subTest(method):
                self.identifier = support.make_identifier()
                self.run_program("""
                    import multiprocessing, sys
                    if __name__ == "__main__":
                        import foreign, mplog
                        mplog.basicConfig("%IDENTIFIER")
                        context = multiprocessing.get_context(sys.argv[1])
                        with context.Pool(2, mplog.initializer()) as pool:
                            pool.map(foreign.task, [1, 2, 3, 4], chunksize=1)
                            pool.close()
                            pool.join()
                """, method)
                self.check_names(pattern)

    def test_initializer_calls_another_one(self):
        self.run_program("""
            import concurrent.futures, logging, multiprocessing
            def begin(text):
                logging.info("begin %s", text)
            if __name__ == "__main__":
                import foreign, mplog
                mplog.basicConfig("%IDENTIFIER")
                with concurrent.futures.ProcessPoolExecutor(
                        1, multiprocessing.get_context("spawn"), mplog.initializer(begin, "x")) as pool:
                    list(pool.map(foreign.task, [1, 2, 3, 4]))
        """)
        self.assertEqual([e["MESSAGE"] for e in self.entries("CODE_FUNC=begin")],
                         ["process=SpawnProcess-1 begin x"])
        self.check_names(r"\ASpawnProcess-1\Z")

    def test_initializer_of_loky(self):
        self.run_program("""
            if __name__ == "__main__":
                import foreign, mplog
                from joblib.externals.loky import get_reusable_executor
                mplog.basicConfig("%IDENTIFIER")
                executor = get_reusable_executor(2, initializer=mplog.initializer())
                list(executor.map(foreign.task, [1, 2, 3, 4]))
        """)
        self.check_names(r"\ALokyProcess-\d\Z")

    def test_child_name_is_stronger_than_the_pools(self):
        self.configure('processes = ( { name = "main"; child_name = "worker-%c"; } );')
        self.run_program("""
            import multiprocessing
            if __name__ == "__main__":
                import foreign, mplog
                mplog.basicConfig("%IDENTIFIER")
                with multiprocessing.get_context("fork").Pool(2) as pool:
                    pool.map(foreign.task, [1, 2, 3, 4], chunksize=1)
                    pool.close()
                    pool.join()
        """)
        self.check_names(r"\Aworker-\d\Z")

    def test_a_name_of_the_environment_is_the_programs_alone(self):
        self.run_program("""
            import logging, multiprocessing, os
            import foreign, mplog
            if __name__ == "__main__":
                mplog.basicConfig("%IDENTIFIER")
                logging.getLogger("foreign").info("4")
                assert os.environ["MPLOG_PROCESS"] == "service"
                with multiprocessing.get_context("spawn").Pool(1, mplog.initializer()) as pool:
                    pool.map(foreign.task, [1, 2, 3], chunksize=1)
        """, MPLOG_PROCESS="service")
        self.check_names(r"\A(service|SpawnPoolWorker-1)\Z")

    def test_a_program_that_opens_at_its_top(self):
        """Its workers import it: they are opened by then, and it changes nothing."""
        for method in ("fork", "spawn", "forkserver"):
            with self.subTest(method):
                self.identifier = support.make_identifier()
                self.run_program("""
                    import logging, multiprocessing, sys
                    import foreign, mplog
                    mplog.basicConfig("%IDENTIFIER")
                    if __name__ == "__main__":
                        with multiprocessing.get_context(sys.argv[1]).Pool(2) as pool:
                            pool.map(foreign.task, [1, 2, 3, 4], chunksize=1)
                            pool.close()
                            pool.join()
                """, method)
                self.check_names(r"PoolWorker-\d\Z")

    def test_a_foreign_variable_is_ignored(self):
        for text in ("", "{", "[]", "1", '{"identifier": 1}', '{"identifier": "x", "flags": 0}'):
            self.run_program("""
                import multiprocessing, mplog
                def task(number):
                    assert mplog._settings is None
                if __name__ == "__main__":
                    with multiprocessing.get_context("spawn").Pool(1) as pool:
                        pool.map(task, [1])
            """, MPLOG_PYTHON=text, MPLOG_RUN_ID="0" * 32)

    def test_what_a_forked_worker_lost_is_told(self):
        """It ends by os._exit(). /dev/null is no place for records: those over the queue are lost."""
        self.run_program("""
            import logging, multiprocessing, os, signal, subprocess
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
            import mplog
            journald = int(os.environ["JOURNALD_PID"])
            def task():
                os.kill(journald, signal.SIGSTOP)
                for i in range(2000):
                    logging.info("x" * 100)
                assert mplog.get_stats().lost > 0
                os.kill(journald, signal.SIGCONT)
                subprocess.run(["journalctl", "--sync"], check=True)
            if __name__ == "__main__":
                mplog.basicConfig("%IDENTIFIER", process="boss")
                worker = multiprocessing.get_context("fork").Process(target=task, name="loser")
                worker.start()
                worker.join()
                assert worker.exitcode == 0
        """, MPLOG_CONF=self.lossy())
        told = [e for e in self.entries("PROCESS=loser") if "MPLOG_LOST" in e]
        self.assertEqual(len(told), 1)

    def lossy(self):
        self.configure('defaults = { timeout_ms = 0; sink = "journal"; };')
        return self.conf


class Killed(support.Case):
    def test_black_box_of_a_killed_worker(self):
        """What a worker said below its level is logged once it is dead, by its parent."""
        self.configure('defaults = { level = "info"; blackbox = { level = "debug"; }; };')
        self.run_program("""
            import logging, multiprocessing, os, signal
            import mplog
            log = logging.getLogger("task")
            def task():
                for i in range(50):
                    log.debug("Step %d", i, extra={"step": i})
                os.kill(os.getpid(), signal.SIGKILL)
            if __name__ == "__main__":
                mplog.basicConfig("%IDENTIFIER", process="boss")
                worker = multiprocessing.get_context("fork").Process(target=task, name="victim")
                worker.start()
                worker.join()
                assert worker.exitcode == -signal.SIGKILL
                log.info("The worker is dead")
        """)
        kept = self.entries("PROCESS=victim", "MPLOG_BLACKBOX=1", "PRIORITY=7")
        self.assertEqual([(e["STEP"], e["LOGGER"], e["CODE_FUNC"]) for e in kept],
                         [(str(i), "task", "task") for i in range(50)])


    def test_black_box_of_a_killed_worker_of_loky(self):
        """It is a program of its own: mplog exec has kept its black box."""
        self.configure('defaults = { level = "info"; blackbox = { level = "debug"; }; };')
        self.run_program("""
            import logging, os, signal, sys
            import joblib, mplog
            from joblib.externals.loky.process_executor import TerminatedWorkerError
            log = logging.getLogger("task")
            @mplog.process("victim")
            def task():
                for i in range(50):
                    log.debug("Step %d", i, extra={"step": i})
                os.kill(os.getpid(), signal.SIGKILL)
            if __name__ == "__main__" and len(sys.argv) == 2:
                os.execl(sys.argv[1], "mplog", "exec", "boss", "--", sys.executable, __file__)
            if __name__ == "__main__":
                mplog.basicConfig("%IDENTIFIER")
                try:
                    joblib.Parallel(n_jobs=2, backend="loky")([joblib.delayed(task)()])
                except TerminatedWorkerError:
                    log.info("The worker is dead")
        """, support.TOOL)
        self.assertEqual([e["PROCESS"] for e in self.entries("PRIORITY=6")], ["boss"])
        kept = self.entries("PROCESS=victim", "MPLOG_BLACKBOX=1", "PRIORITY=7")
        self.assertEqual([(e["STEP"], e["CODE_FUNC"]) for e in kept],
                         [(str(i), "task") for i in range(50)])
        self.assertEqual(len({e["RUN_ID"] for e in self.entries()}), 1)


class Many(support.Case):
    def test_no_record_is_lost(self):
        """100,000 records from 8 workers."""
        self.run_program("""
            import logging, sys
            import joblib, mplog
            def task(number):
                with mplog.process(f"worker-{number}"):
                    for i in range(12500):
                        logging.info("Part %d", i)
                stats = mplog.get_stats()
                assert stats.called == stats.sent, stats
            if __name__ == "__main__":
                mplog.basicConfig("%IDENTIFIER")
                joblib.Parallel(n_jobs=8, backend="loky")(joblib.delayed(task)(i) for i in range(8))
        """, MPLOG_CONF=self.patient())
        seen = {f"worker-{i}": [] for i in range(8)}
        for entry in self.entries("CODE_FUNC=task"):
            seen[entry["PROCESS"]].append(int(entry["MESSAGE"].split()[-1]))
        for name, parts in seen.items():
            self.assertEqual(parts, list(range(12500)), name)

    def patient(self):
        self.configure("defaults = { timeout_ms = 60000; };")
        return self.conf


class Demo(support.Case):
    PATH = os.path.join(support.SOURCE, "src/demo/mplog-demo.py")

    def run_demo(self, n_jobs):
        with open(self.PATH) as file:
            text = file.read().replace('"mplog-demo"', '"%IDENTIFIER"')
        return self.run_program(text, f"--n-jobs={n_jobs}")

    def test_one_job(self):
        out, err = self.run_demo(1)
        self.assertEqual(out, "Running: n_jobs=1 ...\n['1', '2', '3']\n")
        stamp = r"\A\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} "
        lines = [re.sub(stamp, "", line) for line in err.splitlines()]
        expected = ["INFO X N root process=main Starting ..."]
        for i in "123":
            expected += [f"DEBUG X N root process={i} {text}"
                         for text in (f"Running process: {i} ...", "Done.")]
        expected.append("INFO X N root process=main Done.")
        self.assertEqual([re.sub(rf" {self.identifier} \d+ ", " X N ", line) for line in lines], expected)
        self.assertEqual(self.entries(), [])

    def test_three_jobs(self):
        out, err = self.run_demo(3)
        self.assertEqual((out, err), ("Running: n_jobs=3 ...\n['1', '2', '3']\n", ""))
        expected = [("main", "6", "process=main " + text) for text in ("Starting ...", "Done.")]
        for i in "123":
            expected += [(i, "7", f"process={i} Running process: {i} ..."), (i, "7", f"process={i} Done.")]
        self.assertEqual(support.described(self.entries()), sorted(expected))


if __name__ == "__main__":
    unittest.main()
