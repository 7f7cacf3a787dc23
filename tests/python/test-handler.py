# SPDX-License-Identifier: MIT
"""What becomes of a record: its place, fields, text and traceback, with a LogRecord and without."""

import inspect
import io
import logging
import logging.config
import os
import pickle
import tempfile
import threading
import unittest
import unittest.mock

import mplog
import support

IDENTIFIER = support.make_identifier()
DIRECT, BY_RECORD = "direct", "by-record"


def setUpModule():
    file, os.environ["MPLOG_CONF"] = tempfile.mkstemp(dir=os.environ["JOURNALD_STATE"])
    with open(file, "w") as conf:
        conf.write("defaults = { timeout_ms = 60000; };")
    mplog.open(IDENTIFIER, "main", level="debug")
    for name in (DIRECT, BY_RECORD):
        logger = logging.getLogger(name)
        logger.propagate = False
        logger.addHandler(mplog.Handler())
    logging.getLogger(BY_RECORD).filters.append(lambda record: True)


def entries(*matches):
    return support.read_journal(f"SYSLOG_IDENTIFIER={IDENTIFIER}", *matches)


class Case(unittest.TestCase):
    def setUp(self):
        self.mark = support.make_identifier()

    def each(self):
        for name in (DIRECT, BY_RECORD):
            with self.subTest(name):
                yield logging.getLogger(name)

    def entry(self, logger="direct"):
        """The only entry whose message begins with this test's mark."""
        found = [e for e in entries(f"LOGGER={logger}") if self.mark in str(e["MESSAGE"])]
        self.assertEqual(len(found), 1)
        return found[0]


class Place(Case):
    def test_place(self):
        for logger in self.each():
            logger.warning("%s %d", self.mark, 7)
            line = inspect.currentframe().f_lineno - 1
            entry = self.entry(logger.name)
            self.assertEqual(entry["MESSAGE"], f"process=main {self.mark} 7")
            self.assertEqual(entry["CODE_FILE"], __file__)
            self.assertEqual(entry["CODE_LINE"], str(line))
            self.assertEqual(entry["CODE_FUNC"], "test_place")
            self.assertEqual(entry["TID"], str(threading.get_native_id()))
            self.assertEqual(entry["PRIORITY"], "4")
            self.assertEqual(entry["PROCESS"], "main")

    def test_every_method_finds_its_caller(self):
        for logger in self.each():
            adapter = logging.LoggerAdapter(logger, {})
            calls = [logger.debug, logger.info, logger.warning, logger.error, logger.critical,
                     lambda text: logger.log(10, text), adapter.info, adapter.debug]
            for number, call in enumerate(calls):
                call(f"{self.mark}-{number}")
            found = [e for e in entries(f"LOGGER={logger.name}") if self.mark in e["MESSAGE"]]
            self.assertEqual([e["PRIORITY"] for e in found], list("76432767"))
            places = ["test_every_method_finds_its_caller"] * len(calls)
            places[5] = "<lambda>"
            self.assertEqual([e["CODE_FUNC"] for e in found], places)

    def test_stacklevel(self):
        def helper():
            logging.getLogger(DIRECT).info(self.mark, stacklevel=2)
        helper()
        self.assertEqual(self.entry()["CODE_FUNC"], "test_stacklevel")

    def test_sites_are_told_apart(self):
        for logger in self.each():
            codes = [compile(f"def f{i}(logger, text): logger.info(text)", f"/made/up-{i}\n.py", "exec")
                     for i in range(100)]
            for i in range(len(codes)):
                scope = {}
                exec(codes[i], scope)
                codes[i] = None
                scope[f"f{i}"](logger, f"{self.mark} {i}")
            found = [e for e in entries(f"LOGGER={logger.name}") if self.mark in e["MESSAGE"]]
            self.assertEqual([(e["CODE_FUNC"], e["CODE_FILE"]) for e in found],
                             [(f"f{i}", f"/made/up-{i}\n.py") for i in range(100)])

    def test_sites_do_not_fill_memory(self):
        before = mplog._CACHE_MAX
        mplog._CACHE_MAX = 50
        try:
            for logger in self.each():
                for i in range(200):
                    exec(compile("l.debug('x')", f"/x{i}", "exec"), {"l": logger})
            self.assertLessEqual(max(len(mplog._sites), len(mplog._code_sites)), 50)
        finally:
            mplog._CACHE_MAX = before

    def test_levels(self):
        logger = logging.getLogger(DIRECT)
        levels = {5: "7", 10: "7", 15: "7", 20: "6", 25: "5", 30: "4", 40: "3", 50: "2", 60: "1", 99: "1"}
        for level in levels:
            logger.log(level, "%s %d", self.mark, level)
        found = [e for e in entries(f"LOGGER={DIRECT}") if self.mark in e["MESSAGE"]]
        self.assertEqual([e["PRIORITY"] for e in found], list(levels.values()))


class Text(Case):
    def test_any_text(self):
        texts = ["", "a\nb", "\u20ac\U0001f600", "x" * (1 << 20), "%s", "%(no)s", "100 %"]
        for logger in self.each():
            for text in texts:
                logger.info(self.mark + text)
            found = [e["MESSAGE"] for e in entries(f"LOGGER={logger.name}") if self.mark in e["MESSAGE"]]
            self.assertEqual(found, ["process=main " + self.mark + text for text in texts])

    def test_surrogates_and_nul(self):
        for logger in self.each():
            logger.info("%s a\0b", self.mark)
            self.assertTrue(self.entry(logger.name)["MESSAGE"].endswith(r" a\x00b"))
            self.mark = support.make_identifier()
            logger.info("%s %s %s", self.mark, os.fsdecode(b"caf\xe9"), "\ud800")
            self.assertTrue(self.entry(logger.name)["MESSAGE"].endswith("caf\\udce9 \\ud800"))
            self.mark = support.make_identifier()
            logger.info("%s %s", self.mark, os.fsdecode(b"caf\xe9"))
            found = [e["MESSAGE"] for e in entries(f"LOGGER={logger.name}")
                     if self.mark.encode() in (e["MESSAGE"] if isinstance(e["MESSAGE"], bytes) else b"")]
            self.assertEqual(found, [b"process=main " + self.mark.encode() + b" caf\xe9"])
            self.mark = support.make_identifier()

    def test_arguments(self):
        for logger in self.each():
            logger.info("%(mark)s %(n)d", {"mark": self.mark, "n": 3})
            self.assertEqual(self.entry(logger.name)["MESSAGE"], f"process=main {self.mark} 3")

    def test_bad_arguments_are_told_as_ever(self):
        for logger in self.each():
            stderr = io.StringIO()
            with unittest.mock.patch("sys.stderr", stderr):
                logger.info("%d " + self.mark, "no number")
            self.assertIn("--- Logging error ---", stderr.getvalue())
            self.assertIn(self.mark, stderr.getvalue())


class DirectFields(Case):
    LOGGER = DIRECT

    def setUp(self):
        super().setUp()
        self.logger = logging.getLogger(self.LOGGER)

    def entry(self, logger=None):
        return super().entry(logger or self.LOGGER)

    def test_types(self):
        class Color:
            def __str__(self):
                return "red"
        self.logger.info(self.mark, extra={
            "n_bytes": -5, "huge": 1 << 63, "larger": 1 << 70, "ratio": 0.5, "yes": True, "no": False,
            "none": None, "blob": b"\xff\0\n", "text": "a\nb", "color": Color(), "nul": "a\0b"})
        entry = self.entry()
        expected = {"N_BYTES": "-5", "HUGE": str(1 << 63), "LARGER": str(1 << 70), "RATIO": "0.5",
                    "YES": "true", "NO": "false", "BLOB": b"\xff\0\n", "TEXT": "a\nb", "COLOR": "red"}
        self.assertEqual({name: entry.get(name) for name in expected}, expected)
        self.assertIn(entry["NUL"], ("a\0b", b"a\0b"))
        self.assertNotIn("NONE", entry)
        self.assertNotIn("MPLOG_BAD_FIELD", entry)

    def test_kinds(self):
        """Each as the library has it: _INT, _REAL, _BOOL, _BLOB."""
        fields, n = mplog._fields({"a": 1, "b": 1.5, "c": True, "d": "x"}, None)
        self.assertEqual([fields[i].type for i in range(n.value)], [1, 3, 4, 6])

    def test_names_are_made_valid(self):
        self.logger.info(self.mark, extra={
            "user.name": 1, "_private": 2, "x" * 100: 3, "gr\u00fc\u00df": 4})
        entry = self.entry()
        self.assertEqual([entry["USER_NAME"], entry["PRIVATE"], entry["X" * 64], entry["GR_SS"]],
                         list("1234"))

    def test_clash(self):
        for names in (("user", "USER"), ("USER", "user")):
            self.mark = support.make_identifier()
            self.logger.info(self.mark, extra={name: name for name in names})
            entry = self.entry()
            self.assertEqual((entry["USER"], entry["MPLOG_BAD_FIELD"]), ("USER", "user"))
        self.mark = support.make_identifier()
        self.logger.info(self.mark, extra={"a.b": 1, "a-b": 2})
        entry = self.entry()
        self.assertEqual((entry["A_B"], entry["MPLOG_BAD_FIELD"]), ("1", "a-b"))

    def test_bad_fields_cost_no_message(self):
        class Broken:
            def __str__(self):
                raise RuntimeError("no text")
        for extra, told in (({"priority": 0}, "PRIORITY"), ({"___": 1}, "___"), ({"": 1}, "?"),
                            ({"broken": Broken()}, "broken"), ({"mplog_x": 1}, "MPLOG_X"),
                            ({"user\0": 1, "USER_": 2}, "user?")):
            self.mark = support.make_identifier()
            self.logger.warning(self.mark, extra=extra)
            entry = self.entry()
            self.assertEqual(entry["MPLOG_BAD_FIELD"], told)
            self.assertEqual(entry["PRIORITY"], "4")

    def test_attributes_of_logging_are_refused(self):
        for name in ("message", "asctime", "lineno"):
            with self.assertRaises(KeyError):
                self.logger.info(self.mark, extra={name: 1})


class RecordFields(DirectFields):
    LOGGER = BY_RECORD


class Exceptions(Case):
    def test_traceback_is_whole_and_in_one_entry(self):
        def fail(n):
            if n == 0:
                raise KeyError("missing")
            fail(n - 1)
        for logger in self.each():
            try:
                try:
                    fail(20)
                except KeyError as error:
                    raise OSError(5, "no device") from error
            except OSError:
                logger.exception(self.mark)
            entry = self.entry(logger.name)
            self.assertEqual(entry["EXCEPTION_TYPE"], "OSError")
            self.assertEqual(entry["PRIORITY"], "3")
            self.assertTrue(entry["MESSAGE"].startswith(f"process=main {self.mark}\nTraceback (most "))
            self.assertIn("KeyError: 'missing'", entry["MESSAGE"])
            self.assertIn("The above exception was the direct cause", entry["MESSAGE"])
            self.assertTrue(entry["MESSAGE"].endswith("OSError: [Errno 5] no device"))

    def test_type_of_a_module(self):
        logging.getLogger(DIRECT).error(self.mark, exc_info=pickle.PickleError("x"))
        self.assertEqual(self.entry()["EXCEPTION_TYPE"], "_pickle.PickleError"
                         if pickle.PickleError.__module__ == "_pickle" else "pickle.PickleError")

    def test_no_exception(self):
        logging.getLogger(DIRECT).error(self.mark, exc_info=True)
        self.assertNotIn("EXCEPTION_TYPE", self.entry())

    def test_stack(self):
        for logger in self.each():
            logger.info(self.mark, stack_info=True)
            message = self.entry(logger.name)["MESSAGE"]
            self.assertIn("\nStack (most recent call last):\n", message)
            self.assertIn("in test_stack", message.splitlines()[-2])


class Chain(Case):
    """Where something may see a record, there is one."""

    def logger(self, *handlers):
        logger = logging.getLogger(self.mark)
        logger.propagate = False
        for handler in handlers:
            logger.addHandler(handler)
        return logger

    def test_filters_and_levels_of_the_handler(self):
        handler = mplog.Handler("WARNING")
        logger = self.logger(handler)
        logger.info("hidden")
        logger.warning("shown")
        handler.addFilter(lambda record: "secret" not in record.getMessage())
        logger.warning("a secret")
        logger.warning("public")
        self.assertEqual([e["MESSAGE"] for e in entries(f"LOGGER={self.mark}")],
                         ["process=main shown", "process=main public"])

    def test_formatter(self):
        handler = mplog.Handler()
        handler.setFormatter(logging.Formatter("<%(name)s> %(message)s"))
        self.logger(handler).info("formatted")
        self.assertEqual([e["MESSAGE"] for e in entries(f"LOGGER={self.mark}")],
                         [f"process=main <{self.mark}> formatted"])

    def test_record_factory(self):
        def factory(*args, **kwargs):
            record = logging.LogRecord(*args, **kwargs)
            record.request = 17
            return record
        logger = self.logger(mplog.Handler())
        logging.setLogRecordFactory(factory)
        try:
            logger.info("made")
        finally:
            logging.setLogRecordFactory(logging.LogRecord)
        self.assertEqual([e["REQUEST"] for e in entries(f"LOGGER={self.mark}")], ["17"])

    def test_message_of_another_handler_is_no_field(self):
        stream = io.StringIO()
        other = logging.StreamHandler(stream)
        other.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
        self.logger(other, mplog.Handler()).info("seen twice", extra={"kind": "b"})
        entry, = entries(f"LOGGER={self.mark}")
        self.assertEqual((entry["KIND"], entry["MESSAGE"]), ("b", "process=main seen twice"))
        self.assertNotIn("ASCTIME", entry)
        self.assertNotIn("MPLOG_BAD_FIELD", entry)
        self.assertTrue(stream.getvalue().endswith(" seen twice\n"))

    def test_two_handlers(self):
        self.logger(mplog.Handler(), mplog.Handler()).info("twice")
        self.assertEqual(len(entries(f"LOGGER={self.mark}")), 2)

    def test_subclass(self):
        class Upper(mplog.Handler):
            def emit(self, record):
                record.msg = record.msg.upper()
                super().emit(record)
        self.logger(Upper()).info("loud")
        self.assertEqual([e["MESSAGE"] for e in entries(f"LOGGER={self.mark}")], ["process=main LOUD"])

    def test_child_loggers(self):
        self.logger(mplog.Handler())
        child = logging.getLogger(self.mark + ".child")
        child.info("inherited")
        self.assertEqual(len(entries(f"LOGGER={self.mark}.child")), 1)
        child.propagate = False
        child.info("lost")
        self.assertEqual(len(entries(f"LOGGER={self.mark}.child")), 1)

    def test_pickle(self):
        handler = mplog.Handler(logging.ERROR)
        handler.setFormatter(logging.Formatter("! %(message)s"))
        handler.set_name("named-" + self.mark)
        copy = pickle.loads(pickle.dumps(handler))
        self.assertEqual((copy.level, copy.formatter._fmt, copy.get_name()),
                         (logging.ERROR, "! %(message)s", handler.get_name()))
        self.assertIs(pickle.loads(pickle.dumps(mplog.Handler())).formatter, mplog.Handler().formatter)

    def test_it_has_no_lock(self):
        handler = mplog.Handler()
        self.assertIsNone(handler.lock)
        self.logger(handler).info("unlocked")
        handler.flush()
        handler.close()

    def test_dict_config(self):
        logging.config.dictConfig({
            "version": 1, "disable_existing_loggers": False,
            "handlers": {"journal": {"class": "mplog.Handler", "level": "INFO"}},
            "loggers": {self.mark: {"handlers": ["journal"], "propagate": False}}})
        logging.getLogger(self.mark).info("by name")
        self.assertEqual(len(entries(f"LOGGER={self.mark}")), 1)

    def test_file_config(self):
        logging.config.fileConfig(io.StringIO(f"""
[loggers]
keys=root,own
[handlers]
keys=journal
[formatters]
keys=
[logger_root]
handlers=
[logger_own]
qualname={self.mark}
handlers=journal
propagate=0
[handler_journal]
class=mplog.Handler
args=("INFO",)
"""), disable_existing_loggers=False)
        logging.getLogger(self.mark).info("by name")
        self.assertEqual(len(entries(f"LOGGER={self.mark}")), 1)


if __name__ == "__main__":
    unittest.main()
