# SPDX-License-Identifier: MIT
"""mplog for programs in Python: logging(3py) under the name of the process that speaks.

    import logging, mplog

    mplog.basicConfig("ingestd")
    with mplog.process("worker-1"):
        logging.info("Running")

Records go to the journal with their process name, and their levels are those of /etc/mplog.conf.
The module is a layer above the shared library libmplog.so.1. Its manual is mplog-python(3).
"""

from __future__ import annotations

import ctypes
import errno
import functools
import logging
import os
import re
import sys
import threading
import time
from typing import Any, Callable, Mapping, NamedTuple, TypeVar

__all__ = [
    "Handler", "Logger", "Stats", "basicConfig", "close", "export", "fork", "get_stats",
    "initializer", "level", "open", "process", "process_name", "reload", "rename",
    "set_default_level", "set_field", "set_level",
]

_LIBRARY = "libmplog.so.1"
_JOURNAL = "/run/systemd/journal/socket"

# ---- The library ---------------------------------------------------------------------------------


class _Site(ctypes.Structure):
    _fields_ = [
        ("size", ctypes.c_size_t), ("file", ctypes.c_char_p), ("func", ctypes.c_char_p),
        ("logger", ctypes.c_char_p), ("block", ctypes.c_char_p), ("line", ctypes.c_uint),
    ]


class _Value(ctypes.Union):
    _fields_ = [
        ("number", ctypes.c_int64), ("unsigned_number", ctypes.c_uint64), ("real", ctypes.c_double),
        ("data", ctypes.c_char_p),
    ]


class _Field(ctypes.Structure):
    _anonymous_ = ["value"]
    _fields_ = [
        ("name", ctypes.c_char_p), ("type", ctypes.c_uint), ("size", ctypes.c_size_t),
        ("value", _Value),
    ]


class _Options(ctypes.Structure):
    _fields_ = [
        ("size", ctypes.c_size_t), ("identifier", ctypes.c_char_p), ("process", ctypes.c_char_p),
        ("flags", ctypes.c_uint), ("level", ctypes.c_int), ("config", ctypes.c_char_p),
        ("facility", ctypes.c_int),
    ]


class _Stats(ctypes.Structure):
    _fields_ = [
        ("size", ctypes.c_size_t), ("called", ctypes.c_uint64), ("sent", ctypes.c_uint64),
        ("diverted", ctypes.c_uint64), ("lost", ctypes.c_uint64), ("suppressed", ctypes.c_uint64),
        ("pid", ctypes.c_int), ("level", ctypes.c_int),
    ]


_FUNCTIONS: Mapping[str, tuple[Any, list[Any]]] = {
    "mplog_open_with": (ctypes.c_int, [ctypes.c_void_p]),
    "mplog_close": (None, []),
    "mplog_reload": (ctypes.c_int, []),
    "mplog_rename": (ctypes.c_int, [ctypes.c_char_p]),
    "mplog_export": (ctypes.c_int, [ctypes.c_char_p]),
    "mplog_process": (ctypes.c_char_p, []),
    "mplog_set_field": (ctypes.c_int, [ctypes.c_char_p, ctypes.c_char_p]),
    "mplog_level": (ctypes.c_int, []),
    "mplog_level_parse": (ctypes.c_int, [ctypes.c_char_p, ctypes.c_void_p]),
    "mplog_level_name": (ctypes.c_char_p, [ctypes.c_int]),
    "mplog_set_level": (ctypes.c_int, [ctypes.c_int]),
    "mplog_set_default_level": (ctypes.c_int, [ctypes.c_int]),
    "mplog_get_stats": (ctypes.c_int, [ctypes.c_void_p]),
    "mplog_scope_enter_": (ctypes.c_uint, [ctypes.c_char_p]),
    "mplog_scope_leave_": (None, [ctypes.c_void_p]),
}


def _load_library() -> ctypes.CDLL:
    try:
        library = ctypes.CDLL(_LIBRARY)
    except OSError as error:
        raise ImportError(
            f"mplog needs the shared library {_LIBRARY}, which cannot be loaded ({error}): install "
            "the package libmplog1 or mplog-libs, or the library from its sources with make "
            "install and ldconfig") from None
    try:
        for name, (result, arguments) in _FUNCTIONS.items():
            function = getattr(library, name)
            function.restype, function.argtypes = result, arguments
        ctypes.c_void_p.in_dll(library, "mplog_gate_")
    except (AttributeError, ValueError) as error:
        raise ImportError(
            f"mplog needs version 0.2 or later of {_LIBRARY}; that which was found is older "
            f"({error})") from None
    return library


try:
    _lib = _load_library()
except ImportError as _error:
    if __name__ != "__main__":
        raise
    sys.exit(f"mplog: {_error}")

# Without argtypes: ctypes hands over integers, bytes and what byref() gives with no conversion.
_emit = _lib.mplog_emit


def _encode(text: str) -> bytes:
    """Gives file names the bytes that they have, and every other text some that can be read."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "backslashreplace")


def _name(process: str) -> bytes:
    if not isinstance(process, str) or not process or "\0" in process:
        raise ValueError(f"a process name is a string that is not empty, without NUL: {process!r}")
    return _encode(process)


def _check(result: int, invalid: str = "") -> None:
    """Turns a negative errno of the library into an exception."""
    if result >= 0:
        return
    if invalid and result == -errno.EINVAL:
        raise ValueError(invalid)
    raise OSError(-result, os.strerror(-result))


# ---- Levels --------------------------------------------------------------------------------------

_DEBUG = 7
_NONE = -1
_CACHE_MAX = 4096  # a program that makes up call sites or names does not fill the memory

# The least severe level of logging that has each of syslog's.
_LADDER = ((60, 1), (50, 2), (40, 3), (30, 4), (21, 5), (20, 6))


def _priority_of(levelno: int) -> int:
    for least, priority in _LADDER:
        if levelno >= least:
            return priority
    return _DEBUG


class _Priorities(dict):
    """The syslog level of each level of logging, computed once."""

    def __missing__(self, levelno: int) -> int:
        priority = _priority_of(levelno)
        if len(self) < _CACHE_MAX:
            self[levelno] = priority
        return priority


_priorities = _Priorities()


def _threshold_of(levelno: int) -> int:
    """The syslog level that lets pass what a threshold of logging lets pass."""
    for at_most, threshold in ((10, _DEBUG), (20, 6), (25, 5), (30, 4), (40, 3), (50, 2), (60, 1)):
        if levelno <= at_most:
            return threshold
    return _NONE


def _parse_level(name: int | str) -> int:
    """Takes a number of logging, a name of logging, or a name of mplog ("notice", "none")."""
    if isinstance(name, int) and not isinstance(name, bool):
        return _threshold_of(name)
    if isinstance(name, str):
        number = ctypes.c_int()
        if _lib.mplog_level_parse(_encode(name), ctypes.byref(number)) == 0:
            return number.value
        known = logging.getLevelName(name)
        if isinstance(known, int):
            return _threshold_of(known)
    raise ValueError(
        f"not a level: {name!r}; expected emerg, alert, crit, err, warning, notice, info, debug, "
        "none, or a level of logging")


def level() -> str:
    """The effective level of the current process name, such as "info"."""
    return _lib.mplog_level_name(_lib.mplog_level()).decode()


def set_level(level: int | str) -> None:
    """Sets the level of the current scope, and of all entered in it or forked from it from now on.

    It stands above the configuration, such as for an option -v.
    """
    _check(_lib.mplog_set_level(_parse_level(level)))


def set_default_level(level: int | str) -> None:
    """Sets the level that holds where neither configuration nor environment say one."""
    _check(_lib.mplog_set_default_level(_parse_level(level)))
    _forget_gates()


# ---- The gate: which level passes in this thread, without a call of the library ------------------

# Of each thread: gate, a view of the level of its scope; pointer, a view of the library's
# mplog_gate_; and the address that stood there, which changes where another cell holds the level.
_gates = threading.local()


def _forget_gates() -> None:
    """Has each thread look for its gate again with its next call."""
    global _gates
    _gates = threading.local()


def _view(address: int, ctype: Any, form: str) -> memoryview:
    return memoryview(ctype.from_address(address)).cast("B").cast(form)


def _find_gate() -> int:
    """Finds the thread's gate, and returns what passes it."""
    gates = _gates
    _lib.mplog_level()  # settles what is due, and the thread's gate with it
    cell = ctypes.addressof(ctypes.c_void_p.in_dll(_lib, "mplog_gate_"))  # the calling thread's
    gates.pointer = _view(cell, ctypes.c_ulong, "L")
    gates.address = address = gates.pointer[0]
    gates.gate = gate = _view(address, ctypes.c_int, "i")
    return gate[0]


def _gate_level() -> int:
    gates = _gates
    try:
        if gates.pointer[0] == gates.address:
            return gates.gate[0]
    except AttributeError:
        pass
    return _find_gate()


class Logger(logging.Logger):
    """A logger that asks the library which level passes.

    A record passes if both agree: the library, whose level comes from mplog.conf(5), mplog(1) and
    set_level(), and the levels that were set for this logger and those above it, but for the root
    logger, whose level is the library's.
    """

    def isEnabledFor(self, level: int) -> bool:
        return _priorities[level] <= _gate_level() and super().isEnabledFor(level)

    # Disabled calls are to cost no more than those of logging: they read the gate in place.

    def debug(self, msg: object, *args: Any, **kwargs: Any) -> None:
        try:
            if _gates.gate[0] < 7:
                return
        except AttributeError:
            pass
        if self.isEnabledFor(10):
            self._log(10, msg, args, **kwargs)

    def info(self, msg: object, *args: Any, **kwargs: Any) -> None:
        try:
            if _gates.gate[0] < 6:
                return
        except AttributeError:
            pass
        if self.isEnabledFor(20):
            self._log(20, msg, args, **kwargs)

    debug.__doc__ = logging.Logger.debug.__doc__
    info.__doc__ = logging.Logger.info.__doc__

    def _log(self, level: int, msg: object, args: Any, exc_info: Any = None,
             extra: Mapping[str, object] | None = None, stack_info: bool = False,
             stacklevel: int = 1) -> None:
        if not (exc_info or stack_info) and stacklevel == 1 and _log_directly(
                self, level, msg, args, extra):
            return
        sinfo = None
        if logging._srcfile:  # type: ignore[attr-defined]
            try:
                file, line, function, sinfo = self.findCaller(stack_info, stacklevel)
            except ValueError:
                file, line, function = "(unknown file)", 0, "(unknown function)"
        else:
            file, line, function = "(unknown file)", 0, "(unknown function)"
        if isinstance(exc_info, BaseException):
            exc_info = type(exc_info), exc_info, exc_info.__traceback__
        elif exc_info and not isinstance(exc_info, tuple):
            exc_info = sys.exc_info()
        self.handle(self.makeRecord(self.name, level, file, line, msg, args, exc_info, function,
                                    extra, sinfo))


# logging finds a record's caller by leaving out the frames of its own file.
_srcfile = os.path.normcase(logging.addLevelName.__code__.co_filename)
for _method in (Logger.debug, Logger.info, Logger._log):
    _method.__code__ = _method.__code__.replace(co_filename=_srcfile)


class _RootLogger(Logger, logging.RootLogger):
    """The root logger: its level is the one that holds where mplog.conf(5) says none."""

    def setLevel(self, level: int | str) -> None:
        set_default_level(level)

    def __reduce__(self) -> Any:
        return logging.getLogger, ()


_PLAIN_CLASSES = Logger, _RootLogger


@functools.lru_cache(maxsize=None)
def _class_for(cls: type) -> type:
    if issubclass(cls, Logger):
        return cls
    if cls is logging.Logger:
        return Logger
    return type(cls.__name__, (cls, Logger), {"__module__": cls.__module__})


def _convert(logger: logging.Logger, cls: type) -> None:
    try:
        logger.__class__ = cls
    except TypeError:
        pass  # an object with a layout of its own keeps its class


def _adopt_loggers() -> None:
    """Has all loggers, those to come too, ask the library for their level."""
    root = logging.getLogger()
    if isinstance(root, Logger):
        return
    logging.setLoggerClass(_class_for(logging.getLoggerClass()))
    for logger in list(root.manager.loggerDict.values()):
        if isinstance(logger, logging.Logger):
            _convert(logger, _class_for(type(logger)))
    has_level = _settings is not None and _settings["level"] is not None
    if not has_level and root.level not in (logging.NOTSET, logging.WARNING):
        set_default_level(root.level)  # the program's, from logging.basicConfig()
    _convert(root, _RootLogger)
    root.level = logging.NOTSET
    root.manager._clear_cache()  # type: ignore[attr-defined]


# ---- Fields --------------------------------------------------------------------------------------

_INT, _UINT, _REAL, _BOOL, _BLOB = 1, 2, 3, 4, 6

_ATTRIBUTES = frozenset(logging.makeLogRecord({}).__dict__)
_N_ATTRIBUTES = len(_ATTRIBUTES)
_OTHER_ATTRIBUTES = _ATTRIBUTES | {"message", "asctime", "taskName"}

_field_names: dict[str, tuple[bytes, bytes]] = {}


def _field_name(name: str) -> tuple[bytes, bytes]:
    """An attribute's name in bytes, and the journal's: 1 to 64 of A-Z 0-9 _, the first a letter."""
    known = _field_names.get(name)
    if known is None:
        field = re.sub("[^A-Z0-9_]", "_", str(name).upper()).lstrip("_0123456789")[:64].encode()
        known = _encode(str(name)).replace(b"\0", b"?"), field
        if len(_field_names) < _CACHE_MAX:
            _field_names[name] = known
    return known


def _set_value(field: _Field, value: Any) -> None:
    """The library prints numbers and booleans, as in C. None: the field is left out."""
    if isinstance(value, bool):
        field.type, field.unsigned_number = _BOOL, value
    elif isinstance(value, int) and -(1 << 63) <= value < 1 << 63:
        field.type, field.number = _INT, value
    elif isinstance(value, int) and 0 <= value < 1 << 64:
        field.type, field.unsigned_number = _UINT, value
    elif isinstance(value, float):
        field.type, field.real = _REAL, value
    elif value is None:
        field.type, field.data = _BLOB, None
    else:
        is_binary = isinstance(value, (bytes, bytearray, memoryview))
        data = bytes(value) if is_binary else _encode(str(value))
        field.type, field.size, field.data = _BLOB, len(data), data


def _collect(attributes: Mapping[str, Any]) -> tuple[dict[bytes, Any], list[bytes]]:
    """The attributes that logging does not know, as fields, and the names of those left out."""
    values: dict[bytes, Any] = {}
    origins: dict[bytes, bytes] = {}
    bad: list[bytes] = []
    for name, value in attributes.items():
        if name in _OTHER_ATTRIBUTES:
            continue
        origin, field = _field_name(name)
        # Of two with one name the first is kept, unless the second is written so.
        if not field or (field in origins and origin != field):
            bad.append(origin)
            continue
        if field in origins:
            bad.append(origins[field])
        origins[field] = origin
        values[field] = value
    return values, bad


def _exception_type(cls: type) -> str:
    name = cls.__qualname__
    return name if cls.__module__ == "builtins" else f"{cls.__module__}.{name}"


def _fields(attributes: Mapping[str, Any], exception: type | None) -> tuple[Any, ctypes.c_size_t]:
    values, bad = _collect(attributes)
    if exception is not None and b"EXCEPTION_TYPE" not in values:
        values[b"EXCEPTION_TYPE"] = _exception_type(exception)
    n = 0
    fields = (_Field * (len(values) + len(bad)))()
    # The library refuses these names, and tells the first one of all that it refuses.
    for name in bad:
        fields[n].name, fields[n].type = name or b"?", _BLOB
        n += 1
    for name, value in values.items():
        field = fields[n]
        field.name = name
        try:
            _set_value(field, value)
        except Exception:  # a value that cannot be had costs no message
            field.name, field.type = name.lower(), _BLOB
        n += 1
    return fields, ctypes.c_size_t(n)


# ---- The handler ---------------------------------------------------------------------------------

_PLAIN = logging.Formatter("%(message)s")
_NO_FIELDS = ctypes.c_size_t(0)

# What mplog_emit() is told about each call site: by file, line, function and logger; and by code,
# instruction and logger, with the code, which is no other's as long as it stands here.
_sites: dict[Any, Any] = {}
_code_sites: dict[Any, Any] = {}


def _make_site(file: Any, line: Any, function: Any, logger: Any) -> Any:
    """The library copies the block into the record as it is: no name may begin a field in it."""
    path, name = _encode(str(file or "")), _encode(str(logger or "root"))
    number = line if isinstance(line, int) and 0 <= line < 1 << 31 else 0
    block = None
    if path and number and not re.search(b"[\n\0]", path + name):
        block = b"LOGGER=%b\nCODE_FILE=%b\nCODE_LINE=%d\n" % (name, path, number)
    return ctypes.byref(_Site(ctypes.sizeof(_Site), path or None,
                              _encode(str(function)) if function else None, name, block, number))


def _keep_site(sites: dict[Any, Any], key: Any, site: Any) -> Any:
    if len(sites) >= _CACHE_MAX:
        sites.clear()
    sites[key] = site
    return site


def _encode_message(message: str) -> bytes:
    """The library takes a text up to its first NUL."""
    try:
        text = message.encode()
    except UnicodeEncodeError:
        text = _encode(message)
    return text.replace(b"\0", b"\\x00") if b"\0" in text else text


def _sole_handler(logger: Any) -> Handler | None:
    """The only handler that records of the logger go to, if that is a plain one of ours."""
    found = None
    while logger is not None:
        for handler in logger.handlers:
            if found is not None or type(handler) is not Handler:
                return None
            found = handler
        if not logger.propagate:
            break
        logger = logger.parent
    if found is None or found.filters or found.formatter is not _PLAIN:
        return None
    return found


def _find_code_site(frame: Any, key: Any, logger: Any) -> Any:
    code = frame.f_code
    site = _make_site(code.co_filename, frame.f_lineno, code.co_name, logger.name)
    return _keep_site(_code_sites, key, (site, code))


def _log_directly(logger: Any, level: int, msg: object, args: Any,
                  extra: Mapping[str, object] | None) -> bool:
    """Logs without a LogRecord, which takes longer to make than all else, where nothing sees it.

    Returns False where something may see it, or where the arguments are wrong: logging tells of it.
    """
    handler = _sole_handler(logger)
    if (handler is None or level < handler.level or logger.filters or
            type(logger) not in _PLAIN_CLASSES or
            logging.getLogRecordFactory() is not logging.LogRecord or
            not logging._srcfile):  # type: ignore[attr-defined]
        return False
    frame = sys._getframe(2)
    while frame.f_code.co_filename == _srcfile:
        if frame.f_back is None:
            return False
        frame = frame.f_back
    key = id(frame.f_code), frame.f_lasti, logger.name
    site = _code_sites.get(key) or _find_code_site(frame, key, logger)
    try:
        if args:
            if len(args) == 1 and args[0] and isinstance(args[0], Mapping):
                args = args[0]
            message = str(msg) % args
        else:
            message = str(msg)
        fields, n = None, _NO_FIELDS
        if extra:
            if not _OTHER_ATTRIBUTES.isdisjoint(extra):
                return False
            fields, n = _fields(extra, None)
    except Exception:
        return False
    _emit(site[0], _priorities[level], 0, fields, n, b"%s", _encode_message(message))
    _renew_gates()
    return True


def _renew_gates() -> None:
    """Settings may have changed: once a second all threads look again at what holds for them."""
    global _gates, _gates_renewed
    now = time.monotonic()
    if now - _gates_renewed >= 1:
        _gates_renewed = now
        _gates = threading.local()


_gates_renewed = 0.0


class Handler(logging.Handler):
    """Brings records of logging to mplog.

    It takes no lock, so that no fork leaves one held, and can be pickled. Once there is a handler,
    loggers ask the library for their levels; see Logger. Without a formatter of its own a record's
    text is its message, with traceback and stack behind it.
    """

    def __init__(self, level: int | str = logging.NOTSET) -> None:
        super().__init__(level)
        self.formatter = _PLAIN
        _adopt_loggers()

    def createLock(self) -> None:
        self.lock = None

    def handle(self, record: logging.LogRecord) -> Any:
        result = self.filter(record)
        if isinstance(result, logging.LogRecord):
            record = result
        if result:
            self.emit(record)
        return result

    def emit(self, record: logging.LogRecord) -> None:
        try:
            key = (record.pathname, record.lineno, record.funcName, record.name)
            site = _sites.get(key) or _keep_site(_sites, key, _make_site(*key))
            if self.formatter is _PLAIN and not (record.exc_info or record.exc_text or
                                                 record.stack_info):
                message = record.getMessage()
            else:
                message = self.format(record)
            text = _encode_message(message)
            if len(record.__dict__) == _N_ATTRIBUTES and not record.exc_info:
                _emit(site, _priorities[record.levelno], 0, None, _NO_FIELDS, b"%s", text)
            else:
                fields, n = _fields(record.__dict__, record.exc_info and record.exc_info[0])
                _emit(site, _priorities[record.levelno], 0, fields, n, b"%s", text)
            _renew_gates()
        except RecursionError:
            raise
        except Exception:
            self.handleError(record)

    def __reduce__(self) -> Any:
        state = {"filters": self.filters, "_name": self.get_name(),
                 "formatter": None if self.formatter is _PLAIN else self.formatter}
        return type(self), (self.level,), state

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.filters = state["filters"]
        self.formatter = state["formatter"] or _PLAIN
        if state["_name"]:
            self.set_name(state["_name"])


# ---- Process names and scopes --------------------------------------------------------------------

_Function = TypeVar("_Function", bound=Callable[..., Any])


def process_name() -> str:
    """The current process name, such as "worker-1"."""
    return _lib.mplog_process().decode("utf-8", "backslashreplace")


def rename(process: str) -> None:
    """Names this process anew, with the settings of that name from now on."""
    _check(_lib.mplog_rename(_name(process)))
    _forget_gates()


def set_field(name: str, value: object) -> None:
    """Adds a field to every record of the current scope; None removes it."""
    data = None if value is None else _encode(str(value)).replace(b"\0", b"\\x00")
    _check(_lib.mplog_set_field(_encode(name), data),
           f"not a field's name: {name!r}; expected 1 to 64 characters of A-Z 0-9 _, the first "
           "one a letter, and none that is mplog's own")


class process:
    """A scope: the calling thread is another process until it ends, with the settings of that name.

        with mplog.process("worker-1"):
            ...

        @mplog.process("{name}")
        def task(name): ...

    As a decorator it takes what stands in braces from the arguments of each call, as str.format()
    does. Level and fields are those of set_level() and set_field(), for the scope alone. A scope
    belongs to its thread: it ends before the next await or yield.
    """

    def __init__(self, name: str, *, level: int | str | None = None,
                 fields: Mapping[str, object] | None = None) -> None:
        _name(name)
        if level is not None:
            _parse_level(level)
        self._name = name
        self._level = level
        self._fields = dict(fields or {})
        self._depths = _Depths()

    def __enter__(self) -> str:
        depth = ctypes.c_uint(_lib.mplog_scope_enter_(_name(self._name)))
        _gates.__dict__.clear()
        try:
            if self._level is not None:
                set_level(self._level)
            for name, value in self._fields.items():
                set_field(name, value)
        except BaseException:
            self._leave(depth)
            raise
        self._depths.stack.append(depth)
        return process_name()

    def __exit__(self, *exception: object) -> None:
        self._leave(self._depths.stack.pop())

    @staticmethod
    def _leave(depth: ctypes.c_uint) -> None:
        _lib.mplog_scope_leave_(ctypes.byref(depth))
        _gates.__dict__.clear()

    def _for_call(self, function: Callable[..., Any], args: Any, kwargs: Any) -> process:
        name = self._name
        if "{" in name:
            import inspect
            bound = inspect.signature(function).bind(*args, **kwargs)
            bound.apply_defaults()
            name = name.format(**bound.arguments)
        return process(name, level=self._level, fields=self._fields)

    def __call__(self, function: _Function) -> _Function:
        import inspect
        if (inspect.iscoroutinefunction(function) or inspect.isgeneratorfunction(function) or
                inspect.isasyncgenfunction(function)):
            raise TypeError("a scope ends before the next await or yield: "
                            f"{function.__qualname__}() would be left within it")
        scope = self._for_call

        # It refers to no global variable, so that cloudpickle may take it by value.
        @functools.wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            with scope(function, args, kwargs):
                return function(*args, **kwargs)

        return wrapper  # type: ignore[return-value]

    def __reduce__(self) -> Any:
        return _make_scope, (self._name, self._level, self._fields)


class _Depths(threading.local):
    """The scopes that each thread has entered by one object of class process."""

    def __init__(self) -> None:
        self.stack: list[ctypes.c_uint] = []


def _make_scope(name: str, level: int | str | None, fields: Mapping[str, object]) -> process:
    return process(name, level=level, fields=fields)


# ---- Life cycle ----------------------------------------------------------------------------------

_SINGLE, _ECHO, _STRICT, _PRIVATE = 1, 2, 4, 8

# What the program was opened with, for its workers; None while it is not open.
_settings: dict[str, Any] | None = None

# The same for workers that are programs of their own, beside MPLOG_RUN_ID.
_SETTINGS_VARIABLE = "MPLOG_PYTHON"


def _own_identifier() -> str:
    """The script's name without .py; of a package that is run by python3 -m, the package's."""
    path = sys.argv[0] if getattr(sys, "argv", None) else ""
    name = os.path.basename(path)
    if name == "__main__.py":
        name = os.path.basename(os.path.dirname(os.path.abspath(path)))
    if name.endswith(".py") and name != ".py":
        name = name[:-3]
    return name if name not in ("", "-c", "-m") else "python"


def _open(settings: dict[str, Any], process: str | None) -> bool:
    global _settings
    options = _Options(
        ctypes.sizeof(_Options), _encode(settings["identifier"]),
        None if process is None else _name(process), settings["flags"], 0,
        os.fsencode(settings["config"]) if settings["config"] is not None else None,
        settings["facility"])
    result = _lib.mplog_open_with(ctypes.byref(options))
    _forget_gates()
    if result == -errno.EALREADY:
        return False
    if result == -errno.EBADMSG:
        raise ValueError("the configuration has a mistake, which was logged; mplog check shows it")
    _check(result, f"not an identifier and a facility: {settings['identifier']!r}, "
           f"{settings['facility']!r}")
    if settings["level"] is not None:
        _check(_lib.mplog_set_default_level(settings["level"]))
    _settings = settings
    return True


def open(identifier: str | None = None, process: str | None = None, single: bool = False, *,
         echo: bool = False, strict: bool = False, private: bool = False,
         level: int | str | None = None, config: str | os.PathLike[str] | None = None,
         facility: int = 0) -> bool:
    """Names the program and its first process, and reads the configuration.

    identifier: the program's name, without it the script's. process: "main", or what MPLOG_PROCESS
    says. single: one process, for debugging: records go to standard error. echo: write to standard
    error too. strict: a mistake in the configuration is a ValueError. private: mplog(1) sees
    nothing of this program. level: holds where neither configuration nor environment say one.
    config: a file in place of those of mplog.conf(5). facility: such as syslog.LOG_DAEMON.

    Returns False where it is open already, as in a worker: then nothing is changed.
    """
    if identifier is not None and (not identifier or "\0" in identifier):
        raise ValueError(
            f"an identifier is a string that is not empty, without NUL: {identifier!r}")
    flags = (_SINGLE * bool(single) | _ECHO * bool(echo) | _STRICT * bool(strict) |
             _PRIVATE * bool(private))
    opened = _open({
        "identifier": _own_identifier() if identifier is None else identifier,
        "flags": flags, "level": None if level is None else _parse_level(level),
        "config": None if config is None else os.fsdecode(config), "facility": facility,
        "handler": None,
    }, process)
    if opened:
        _export_settings()
    return opened


def close() -> None:
    """Tells what is still to be told, and gives back the board's slots, the socket and memory."""
    global _settings
    _lib.mplog_close()
    _settings = None
    os.environ.pop(_SETTINGS_VARIABLE, None)
    _forget_gates()


def basicConfig(identifier: str | None = None, process: str | None = None, single: bool = False, *,
                format: str | None = None, handler_level: int | str = logging.NOTSET,
                force: bool = False, **options: Any) -> None:
    """Does open(), with its arguments, and gives the root logger a Handler unless it has one.

    format: as for logging.Formatter(). force: take all other handlers from the root logger first.
    """
    open(identifier, process, single, **options)
    root = logging.getLogger()
    if force:
        for other in root.handlers[:]:
            root.removeHandler(other)
            other.close()
    if not any(isinstance(handler, Handler) for handler in root.handlers):
        _add_root_handler(handler_level, format)
    if _settings is not None:
        _settings["handler"] = [handler_level, format]
        _export_settings()


def _add_root_handler(level: int | str, format: str | None) -> None:
    handler = Handler(level)
    if format is not None:
        handler.setFormatter(logging.Formatter(format))
    logging.getLogger().addHandler(handler)


def reload() -> None:
    """Looks at the configuration's files now and applies what has changed."""
    _check(_lib.mplog_reload())
    _forget_gates()


class Stats(NamedTuple):
    """The figures of this process: called = sent + diverted + lost + suppressed."""

    called: int
    sent: int
    diverted: int
    lost: int
    suppressed: int


def get_stats() -> Stats:
    """The figures of this process."""
    stats = _Stats(ctypes.sizeof(_Stats))
    _check(_lib.mplog_get_stats(ctypes.byref(stats)))
    return Stats(*(getattr(stats, name) for name in Stats._fields))


# ---- Other processes -----------------------------------------------------------------------------

_libc = ctypes.CDLL(None)
_libc.getenv.restype, _libc.getenv.argtypes = ctypes.c_char_p, [ctypes.c_char_p]


def fork(process: str) -> int:
    """os.fork(), and the child is that process."""
    name = _name(process)
    pid = os.fork()
    if pid == 0:
        _lib.mplog_rename(name)
    return pid


def _export(process: bytes) -> None:
    """os.environ does not see what the library puts into the environment."""
    _check(_lib.mplog_export(process))
    for name in ("MPLOG_PROCESS", "MPLOG_RUN_ID", "MPLOG_SET_LEVELS"):
        value = _libc.getenv(name.encode())
        if value is not None:
            os.environ[name] = os.fsdecode(value)
        else:
            os.environ.pop(name, None)


def export(process: str) -> None:
    """Before another program is executed: has it be that process of this run.

    Puts MPLOG_PROCESS, MPLOG_RUN_ID and the levels set from outside into os.environ.
    """
    _export(_name(process))


def _export_settings() -> None:
    """For workers that are programs of their own: they have names of their own, too."""
    import json
    before = os.environ.get("MPLOG_PROCESS")
    _export(_lib.mplog_process())
    if before is None:
        del os.environ["MPLOG_PROCESS"]
    else:
        os.environ["MPLOG_PROCESS"] = before
    os.environ[_SETTINGS_VARIABLE] = json.dumps(_settings)


def _pool_name() -> str | None:
    """The name that multiprocessing, or a pool built on it, has given to this worker."""
    module = sys.modules.get("multiprocessing.process")
    name = module.current_process().name if module else "MainProcess"
    return None if name == "MainProcess" else name


# Whether this worker has its name: by its pool, by child_name, or by the program.
_is_named = False


def _begin_worker(settings: dict[str, Any] | None) -> None:
    """Opens a worker that nothing has opened, and names one that has its parent's name."""
    global _is_named
    name = _pool_name()
    if name is None or _is_named:
        return
    _is_named = True
    if _settings is not None:
        if _lib.mplog_process() == _name_before_fork:
            rename(name)
    elif settings is not None and _open(settings, name) and settings["handler"]:
        if not any(isinstance(handler, Handler) for handler in logging.getLogger().handlers):
            _add_root_handler(*settings["handler"])


def _settings_of_environment() -> dict[str, Any] | None:
    text = os.environ.get(_SETTINGS_VARIABLE)
    if text is None or "MPLOG_RUN_ID" not in os.environ:
        return None
    import json
    try:
        settings = json.loads(text)
    except ValueError:
        return None
    expected = {"identifier": str, "flags": int, "level": (int, type(None)), "facility": int,
                "config": (str, type(None)), "handler": (list, type(None))}
    if not isinstance(settings, dict) or settings.keys() != expected.keys() or not all(
            isinstance(settings[name], types) for name, types in expected.items()):
        return None
    return settings


class initializer:
    """For pools: has each worker be a process of this run, with the settings of this program.

        concurrent.futures.ProcessPoolExecutor(initializer=mplog.initializer())

    Only workers that never import mplog by themselves need it. Make it after open(). Arguments: a
    function to call in the worker afterwards, such as the program's own initializer, and what to
    call it with.
    """

    def __init__(self, function: Callable[..., Any] | None = None, *args: Any) -> None:
        if _settings is not None:
            _export_settings()  # levels may have been set since
        self._settings = _settings
        self._function, self._args = function, args

    def __call__(self) -> None:
        _begin_worker(self._settings)
        if self._function is not None:
            self._function(*self._args)


# ---- Forks ---------------------------------------------------------------------------------------

_name_before_fork: bytes | None = None
_has_pool_hook = False


def _begin_pool_worker(hook: object) -> None:
    """Called by multiprocessing in a worker that was forked, once it knows the worker's name."""
    from multiprocessing import util
    _begin_worker(_settings_of_environment())
    if _name_before_fork is not None and _settings is not None:
        # Such workers end by os._exit(), which does not tell what was lost.
        util.Finalize(None, _lib.mplog_close, exitpriority=-1000)


def _before_fork() -> None:
    global _name_before_fork, _has_pool_hook
    _name_before_fork = _lib.mplog_process()
    util = sys.modules.get("multiprocessing.util")
    if util is not None and not _has_pool_hook:
        util.register_after_fork(_begin_pool_worker, _begin_pool_worker)
        _has_pool_hook = True


def _after_fork_in_child() -> None:
    global _is_named
    _is_named = False
    _forget_gates()


os.register_at_fork(before=_before_fork, after_in_child=_after_fork_in_child)

if __name__ != "__main__" and _pool_name() is not None:
    _begin_worker(_settings_of_environment())

# ---- python3 -m mplog ----------------------------------------------------------------------------


def _library_path() -> str:
    with os.fdopen(os.open("/proc/self/maps", os.O_RDONLY)) as maps:
        for line in maps:
            if "/libmplog.so" in line:
                return line.split(None, 5)[5].rstrip("\n")
    return _LIBRARY


def _journal_state() -> str:
    import socket
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as connection:
        try:
            connection.connect(_JOURNAL)
        except OSError as error:
            return f"not there ({error.strerror}): records go to syslog, or to standard error"
    return "there"


def _main() -> None:
    if len(sys.argv) > 1:
        sys.exit("usage: python3 -m mplog\n\n"
                 "Says where mplog's library is, and whether a journal is there.")
    print(f"module:   {os.path.abspath(__file__)}")
    print(f"library:  {_library_path()}")
    print(f"journal:  {_JOURNAL}: {_journal_state()}")
    print(f"level:    {level()} for {process_name()}, before the configuration is read")


if __name__ == "__main__":
    _main()
