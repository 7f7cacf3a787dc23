/* SPDX-License-Identifier: MIT */
#ifndef MPLOG_H
#define MPLOG_H

/**
 * mplog - logging for programs that work in several processes.
 *
 * Every message carries the name of the process that speaks, has the level and the prefix which
 * the administrator gave to that name in /etc/mplog.conf, and goes to the journal as structured
 * fields: journalctl -t ingestd PROCESS=worker-1.
 *
 * Unless said otherwise a function
 *   - returns 0 or a negative errno value;
 *   - may be called from any thread at any time, before mplog_open() and after mplog_close() too;
 *   - may be called in the child of a fork(2), also in one of a program with threads;
 *   - copies what it is given: no pointer is kept after the call;
 *   - is not async-signal-safe; mplog_write() is the one for signal handlers.
 *
 * See mplog(3) for an overview and mplog(7) for a tutorial.
 */

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MPLOG_EXPORT __attribute__((__visibility__("default")))
#define MPLOG_PRINTF_(fmt, first) __attribute__((__format__(__printf__, fmt, first)))

/* ---- Version -------------------------------------------------------------------------------- */

#define MPLOG_VERSION_MAJOR 0
#define MPLOG_VERSION_MINOR 2

/* ---- Levels: the numbers of syslog(3), so LOG_INFO works as well ---------------------------- */

/* A call may be given a facility with its level: mplog(LOG_AUTHPRIV | LOG_INFO, "..."). It is that
 * record's SYSLOG_FACILITY. */

#define MPLOG_NONE (-1) /* as a level to set: nothing passes */
#define MPLOG_EMERG 0
#define MPLOG_ALERT 1
#define MPLOG_CRIT 2
#define MPLOG_ERR 3
#define MPLOG_WARNING 4
#define MPLOG_NOTICE 5
#define MPLOG_INFO 6
#define MPLOG_DEBUG 7

/* Define it before the include to remove the calls above that level when compiling. */
#ifndef MPLOG_MAX_LEVEL
#define MPLOG_MAX_LEVEL MPLOG_DEBUG
#endif

/* Define it before the include to name the part of the program that speaks: field LOGGER. It has
 * to be a string literal. */
#ifndef MPLOG_LOGGER
#define MPLOG_LOGGER "root"
#endif

/**
 * The number of a level's name: emerg alert crit err warning notice info debug, the aliases error
 * warn critical fatal (crit) trace (debug) none off, in any case, or a digit 0 to 7.
 * Returns 0 and sets *ret_level, or -EINVAL for another name or NULL.
 */
MPLOG_EXPORT int mplog_level_parse(const char *name, int *ret_level);

/** The name of a level ("debug"; "none" for MPLOG_NONE), or NULL for a number that is none. */
MPLOG_EXPORT const char *mplog_level_name(int level);

/** The effective level of the current scope: MPLOG_NONE to MPLOG_DEBUG. */
MPLOG_EXPORT int mplog_level(void);

/**
 * Sets the level of the current scope and of all that are entered in it or forked from it from
 * now on; it stands above the configuration (such as for an option -v). Only a level set from
 * outside with mplog(1) is stronger. Returns 0, or -EINVAL for a number that is no level.
 */
MPLOG_EXPORT int mplog_set_level(int level);

/**
 * Sets the level that holds for the program where neither configuration nor environment say one.
 * Returns 0, or -EINVAL for a number that is no level.
 */
MPLOG_EXPORT int mplog_set_default_level(int level);

/* ---- Life cycle ----------------------------------------------------------------------------- */

#define MPLOG_SINGLE (1u << 0)  /* one process, for debugging: sink "auto" is standard error */
#define MPLOG_ECHO (1u << 1)    /* write to standard error too, unless the configuration says no */
#define MPLOG_STRICT (1u << 2)  /* a mistake in the configuration makes mplog_open() fail */
#define MPLOG_PRIVATE (1u << 3) /* no shared board: mplog(1) sees nothing of this program */

struct mplog_options {
	size_t size;            /* sizeof(struct mplog_options) */
	const char *identifier; /* the program; NULL: its file's name */
	const char *process;    /* its first process; NULL: $MPLOG_PROCESS, or "main" */
	unsigned flags;         /* MPLOG_SINGLE ... */
	int level;              /* as mplog_set_default_level(); 0: info */
	const char *config;     /* read this file alone, not those of mplog.conf(5), unless
				 * $MPLOG_CONF names another; or NULL */
	int facility;           /* LOG_DAEMON ...: SYSLOG_FACILITY where neither configuration nor call
				 * say one; 0: none */
};

/**
 * Names the program and its first process, reads the configuration, makes the board.
 * Call it once, after daemon(3) where that is used. Until then, and after mplog_close(), messages
 * are logged with the built-in defaults, as process "main" of the program's file name.
 *
 * Returns 0, or
 *   -EALREADY  it is open already: nothing was changed
 *   -EINVAL    unknown flags, a number that is no level or no facility, an identifier or process that
 *              is empty, options that are NULL or lack their size
 *   -EBADMSG   MPLOG_STRICT, and the configuration has a mistake or cannot be read: not opened
 *   -ENOMEM    no memory: not opened
 */
MPLOG_EXPORT int mplog_open(const char *identifier, const char *process, unsigned flags);
MPLOG_EXPORT int mplog_open_with(const struct mplog_options *options);

/**
 * Tells what is still to be told (lost and suppressed records, children that died), gives the
 * board's slots, the socket and all memory back. Calling it twice does nothing. Other threads may
 * go on logging, as before mplog_open(). exit(3) without it tells what this process lost and
 * suppressed, and nothing of its children.
 */
MPLOG_EXPORT void mplog_close(void);

/**
 * Looks at the configuration's files now and applies what changed, in this process; the others of
 * the run look with their next record. What cannot be used any more leaves that file's last good
 * version in force. A file that is gone is given up. For one that is being written it waits up to
 * 100 ms, and leaves it then for a later record.
 * Returns 0, or
 *   -EBADMSG   a file has a mistake: its last good version stays
 *   -EACCES or another error of open(2): a file cannot be read, likewise
 *   -ENOMEM    no memory: nothing was changed
 */
MPLOG_EXPORT int mplog_reload(void);

/**
 * Settles all that this process needs to log, before it gives up system calls (seccomp): the sinks are
 * connected, memory is taken, and no file is looked at any more. From then on a log call makes no other
 * system calls than send(2) and write(2), and reads the clock; see mplog_seal(3) for all of them. A
 * child that is forked afterwards begins unsealed. Returns 0, or
 *   -ENOMEM    no memory: not sealed
 */
MPLOG_EXPORT int mplog_seal(void);

/* ---- Process names and scopes --------------------------------------------------------------- */

/*
 * Process names have 1 to 63 bytes of A-Z a-z 0-9 . _ : @ / + -. Other bytes become '_', what is
 * too long is cut, and one warning says so.
 */

/**
 * fork(2), and the child is PROCESS. Returns and sets errno like fork(2), and
 *   EINVAL     process is empty: not forked
 * With NULL it is a plain fork(2). Thread- and fork-safe like fork(2).
 */
MPLOG_EXPORT pid_t mplog_fork(const char *process);

/**
 * Enters a scope: the calling thread is PROCESS until the mplog_leave() that belongs to it. The
 * scope begins with the level set by mplog_set_level() and the fields of the one around it.
 * In a child of a plain fork(2) that has no name yet the first enter by the thread that forked
 * names the whole process.
 *
 * A scope is pushed even where an error is returned (then a copy of the current one), so that
 * every enter has its leave. Returns 0, or
 *   -EINVAL    process is NULL or empty
 *   -ENOMEM    no memory
 */
MPLOG_EXPORT int mplog_enter(const char *process);

/** Leaves the innermost scope: name, level, prefix, fields and sink are what they were before it
 * was entered. Without one it does nothing. */
MPLOG_EXPORT void mplog_leave(void);

/**
 * Names this process anew, with the settings of the new name from now on: for a process whose role
 * changes. Scopes that threads are in stay as they are. Fields, and a level of mplog_set_level(), are
 * kept; a level that an operator set goes with the name that it was set for. Returns 0, or
 *   -EINVAL    process is NULL or empty
 *   -ENOMEM    no memory: nothing was changed
 */
MPLOG_EXPORT int mplog_rename(const char *process);

/** Enters a scope that is left by itself at the end of the block, together with all that were
 * entered in it and not left. A declaration: MPLOG_SCOPE("worker-1"); */
#define MPLOG_SCOPE(process)                                                                       \
	unsigned MPLOG_CONCAT_(mplog_scope_, __LINE__)                                             \
		__attribute__((__cleanup__(mplog_scope_leave_), __unused__)) = mplog_scope_enter_(process)

/**
 * Before exec: puts MPLOG_PROCESS=process and MPLOG_RUN_ID into the environment, so that a program
 * that opens mplog with a NULL process takes its name from there and continues this run, with the
 * levels that were set from outside for processes to come (MPLOG_SET_LEVELS).
 * Not thread-safe, as setenv(3) is not. Returns 0, or
 *   -EINVAL    process is NULL or empty
 *   -ENOMEM    no memory
 */
MPLOG_EXPORT int mplog_export(const char *process);

/** The current process name. The string is the calling thread's and holds until its next call of
 * an mplog function. */
MPLOG_EXPORT const char *mplog_process(void);

/**
 * Adds a field to every record of the current scope, in place of an earlier one of that name;
 * NULL removes it. Names have 1 to 64 characters of A-Z 0-9 _ and begin with a letter.
 * Returns 0, or
 *   -EINVAL    the name is none, or one of mplog's own (see mplog-fields(7))
 *   -E2BIG     the scope's fields have reached 1,000 in number or 1 MiB in size
 *   -ENOMEM    no memory
 */
MPLOG_EXPORT int mplog_set_field(const char *name, const char *value);

/* ---- Logging -------------------------------------------------------------------------------- */

/*
 * All of these return 0 (the record went where it should, or is below the level), 1 (it went to a
 * fallback), 2 (suppressed by its rate limit), or a negative errno value: it is lost, and why
 *   -EINVAL    the level is not 0 to 7, with or without a facility; a length over PTRDIFF_MAX
 *   -EAGAIN    every sink was full until the deadline
 *   -ENOTCONN  there is no sink
 *   -ENOMEM    no memory for a large record
 *   -EMSGSIZE  a large record's text grew while it was being written
 *   or what the last sink said.
 * mplog_once() and mplog_ratelimit() return 2 as well for a call that they hold back.
 * None changes errno, raises SIGPIPE, or is a cancellation point.
 */

struct mplog_field {
	const char *name;
	unsigned type; /* MPLOG_FIELD_* */
	size_t size;   /* MPLOG_FIELD_BLOB: bytes at value.data */
	union {
		int64_t number;
		uint64_t unsigned_number;
		double real;
		const void *data;
	} value;
};

#define MPLOG_FIELD_INT 1u    /* value.number */
#define MPLOG_FIELD_UINT 2u   /* value.unsigned_number */
#define MPLOG_FIELD_REAL 3u   /* value.real */
#define MPLOG_FIELD_BOOL 4u   /* value.unsigned_number: "true" or "false" */
#define MPLOG_FIELD_STRING 5u /* value.data up to its NUL; NULL: the field is left out */
#define MPLOG_FIELD_BLOB 6u   /* size bytes at value.data; NULL: the field is left out */

/**
 * Where a call stands. BLOCK may be NULL, or the site's constant fields as MPLOG_BLOCK_ makes
 * them. It and the strings need live only during the call; NULL strings leave their field out.
 */
struct mplog_site {
	size_t size; /* sizeof(struct mplog_site); the macros add to it: MPLOG_SITE_SIZE_ */
	const char *file, *func, *logger, *block;
	unsigned line;
};

/**
 * What the macros call; for wrappers and bindings, which pass their caller's site.
 * ERROR: 0, or an errno value of either sign: adds ": description" and ERRNO=. FIELDS: n of them.
 * SITE may be NULL.
 */
MPLOG_EXPORT int mplog_emit(const struct mplog_site *site, int level, int error,
			    const struct mplog_field *fields, size_t n, const char *fmt, ...)
	MPLOG_PRINTF_(6, 7);
MPLOG_EXPORT int mplog_vemit(const struct mplog_site *site, int level, int error,
			     const struct mplog_field *fields, size_t n, const char *fmt, va_list ap)
	MPLOG_PRINTF_(6, 0);

/**
 * Logs LENGTH bytes as they are. Async-signal-safe: it may interrupt any other call of mplog, and
 * may be called in the child of a vfork(2).
 */
MPLOG_EXPORT int mplog_write(int level, const char *message, size_t length);

/* The level above which calls do nothing: two loads and one compare. It may be looser than the
 * scope's level, never tighter; mplog_emit() has the last word. */
extern MPLOG_EXPORT __thread const int *mplog_gate_ __attribute__((__tls_model__("initial-exec")));

/** Whether a message of this level would pass, with or without a facility. Thread-, fork- and
 * async-signal-safe. */
static inline bool mplog_enabled(int level)
{
	const int priority = level < 0 ? level : level & MPLOG_DEBUG;

	return priority <= MPLOG_MAX_LEVEL &&
	       priority <= __atomic_load_n(__atomic_load_n(&mplog_gate_, __ATOMIC_RELAXED),
					   __ATOMIC_RELAXED);
}

/** mplog(MPLOG_INFO, "%d files", n): a message. Arguments are evaluated only if it passes. */
#define mplog(level, ...) MPLOG_CALL_(level, 0, __VA_ARGS__)

#define mplog_emerg(...) mplog(MPLOG_EMERG, __VA_ARGS__)
#define mplog_alert(...) mplog(MPLOG_ALERT, __VA_ARGS__)
#define mplog_crit(...) mplog(MPLOG_CRIT, __VA_ARGS__)
#define mplog_err(...) mplog(MPLOG_ERR, __VA_ARGS__)
#define mplog_warning(...) mplog(MPLOG_WARNING, __VA_ARGS__)
#define mplog_notice(...) mplog(MPLOG_NOTICE, __VA_ARGS__)
#define mplog_info(...) mplog(MPLOG_INFO, __VA_ARGS__)
#define mplog_debug(...) mplog(MPLOG_DEBUG, __VA_ARGS__)

/** mplog_errno(MPLOG_ERR, errno, "open %s", path): adds ": No such file or directory" and ERRNO=. */
#define mplog_errno(level, error, ...) MPLOG_CALL_(level, error, __VA_ARGS__)

/** mplog_once(MPLOG_WARNING, "no %s: using the default", path): logged the first time that it would pass,
 * in this process and its children to come; never again at this call. */
#define mplog_once(level, ...) MPLOG_ONCE_(__COUNTER__, level, __VA_ARGS__)

/** mplog_ratelimit(MPLOG_ERR, 5000, 10, "read: %m"): at most BURST at once, and as many again in each
 * INTERVAL_MS, of this call in this process; all others are held back, whatever their level, and evaluate no
 * argument. The next one that passes has their number in MPLOG_SUPPRESSED and behind its text. A child
 * begins with its parent's state. An interval of 0 is no limit; with a burst of 0 none passes. */
#define mplog_ratelimit(level, interval_ms, burst, ...)                                            \
	MPLOG_RATELIMIT_(__COUNTER__, level, interval_ms, burst, __VA_ARGS__)

/** mplog_event(MPLOG_INFO, MPLOG_FIELDS(MPLOG_F("BYTES", n), MPLOG_F("URL", url)), "got %s", url):
 * a message with fields. A field with a bad name is left out, and MPLOG_BAD_FIELD names it. */
#define mplog_event(level, fields_, ...)                                                           \
	MPLOG_EVENT_(__COUNTER__, level, (__VA_ARGS__), fields_)

/** One to 1,000 fields: MPLOG_F, MPLOG_BLOB. */
#define MPLOG_FIELDS(...) { __VA_ARGS__ }

/** A field from any integer, floating, bool or string value. The string is not copied before the
 * call. Numbers are decimal whatever the locale. In C, a < b is an int and becomes 1 or 0, and so
 * does the constant true before C23: (bool)(a < b) becomes "true" or "false". */
/* MPLOG_F(name, value): below, _Generic in C and overloads in C++ */

/** A field of SIZE bytes, which may be any. */
#define MPLOG_BLOB(name, data, size) mplog_field_blob_(name, data, size)

/* ---- The black box -------------------------------------------------------------------------- */

/**
 * Logs what the black box of this process holds: the last of the messages that were below its level
 * (see blackbox in mplog.conf(5)). Messages at the level "dump" and worse do so by themselves, and where
 * a signal has killed the process the others of the program do. Async-signal-safe. Without a black box
 * it does nothing. Returns 0, or
 *   -EAGAIN    the sink was full until the deadline: the rest is kept
 *   -EBUSY     it is being dumped already
 *   -ENOMEM    no memory
 *   or what the sink said: the rest is kept
 */
MPLOG_EXPORT int mplog_dump(void);

/* ---- Figures -------------------------------------------------------------------------------- */

/** For every process called = sent + diverted + lost + suppressed, once no call is under way. */
struct mplog_stats {
	size_t size;         /* sizeof(struct mplog_stats): set it before the call */
	uint64_t called;     /* records that passed the level */
	uint64_t sent;       /* ... went where they should */
	uint64_t diverted;   /* ... to a fallback */
	uint64_t lost;       /* ... nowhere */
	uint64_t suppressed; /* ... were over the rate limit */
	pid_t pid;
	int level;
};

/** The figures of this process. Returns 0, or -EINVAL: stats is NULL or its size is unknown. */
MPLOG_EXPORT int mplog_get_stats(struct mplog_stats *stats);

/**
 * The last figures of a child that died; one record tells of it. Call it when the child's end is
 * known, best before waitpid(2) takes its status away: then the record says how it ended. The
 * status is left for waitpid(2). STATS may be NULL. Returns 0, or
 *   -ESRCH     no such process on the board, or it was told of already
 *   -EBUSY     it is still running
 *   -EINVAL    stats has an unknown size
 */
MPLOG_EXPORT int mplog_reap(pid_t pid, struct mplog_stats *stats);

/**
 * Does so for a child that waitpid(2) or its like has returned already, with the status that it gave:
 * for programs whose loop waits for any child. Returns 0, or
 *   -ESRCH     no such process on the board, or it was told of already
 *   -EINVAL    the status is not that of a process that has ended, or stats has an unknown size
 */
MPLOG_EXPORT int mplog_reaped(pid_t pid, int status, struct mplog_stats *stats);

/* ---- Inside of the macros: not to be used by name ------------------------------------------- */

MPLOG_EXPORT unsigned mplog_scope_enter_(const char *process);
MPLOG_EXPORT void mplog_scope_leave_(const unsigned *depth);

/* For libmplog-syslog: a flag of mplog_open_with(), and a function that changes the identifier and the
 * other flags (MPLOG_ECHO, or 0) which that was given with it.
 * Returns 0 or a negative errno: EINVAL, ENOMEM, or EPERM where the program itself has opened mplog. */
#define MPLOG_FOLLOWS_IDENT_ (1u << 31)
MPLOG_EXPORT int mplog_set_program_(const char *identifier, unsigned flags);

#define MPLOG_CONCAT_(a, b) MPLOG_CONCAT__(a, b)
#define MPLOG_CONCAT__(a, b) a##b
#define MPLOG_STRING_(x) MPLOG_STRING__(x)
#define MPLOG_STRING__(x) #x

/* The constant fields of a call site as the journal takes them: encoded by the compiler. A newline in a
 * file's name would begin another field: then the library encodes them. */
#define MPLOG_BLOCK_                                                                               \
	(__builtin_strchr(__FILE__ MPLOG_LOGGER, '\n') ? NULL : MPLOG_BLOCK_TEXT_)
#define MPLOG_BLOCK_TEXT_                                                                          \
	"LOGGER=" MPLOG_LOGGER "\nCODE_FILE=" __FILE__ "\nCODE_LINE=" MPLOG_STRING_(__LINE__) "\n"

/* The upper bits of a site's size have the sizes of func (bits 16 to 31) and block (32 to 63), which the
 * compiler knows: no call need measure them. Zeroes: they are not known. Who gives such a site another
 * string sets sizeof(struct mplog_site). */
#if SIZE_MAX > 0xffffffff
#define MPLOG_SITE_SIZE_                                                                           \
	(sizeof(struct mplog_site) |                                                               \
	 (sizeof(__func__) > 0xffff ||                                                             \
			  __builtin_strlen(MPLOG_BLOCK_TEXT_) != sizeof(MPLOG_BLOCK_TEXT_) - 1     \
		  ? 0                                                                              \
		  : (sizeof(__func__) - 1) << 16 | (sizeof(MPLOG_BLOCK_TEXT_) - 1) << 32))
#else
#define MPLOG_SITE_SIZE_ sizeof(struct mplog_site)
#endif

#define MPLOG_SITE_ { MPLOG_SITE_SIZE_, __FILE__, __func__, MPLOG_LOGGER, MPLOG_BLOCK_, __LINE__ }

/* ID: each call has variables of its own, so that one in the arguments of another shadows none. */
#define MPLOG_CALL_(level, error, ...) MPLOG_MESSAGE_(__COUNTER__, level, error, __VA_ARGS__)

#define MPLOG_MESSAGE_(id, level, error, ...)                                                      \
	__extension__({                                                                            \
		const int MPLOG_CONCAT_(mplog_level_, id) = (level);                               \
		int MPLOG_CONCAT_(mplog_result_, id) = 0;                                          \
		if (mplog_enabled(MPLOG_CONCAT_(mplog_level_, id))) {                              \
			const struct mplog_site MPLOG_CONCAT_(mplog_site_, id) = MPLOG_SITE_;      \
			MPLOG_CONCAT_(mplog_result_, id) =                                         \
				mplog_emit(&MPLOG_CONCAT_(mplog_site_, id),                        \
					   MPLOG_CONCAT_(mplog_level_, id), error, NULL, 0,        \
					   __VA_ARGS__);                                           \
		}                                                                                  \
		(void)0, MPLOG_CONCAT_(mplog_result_, id);                                         \
	})

/* What a call site with a limit remembers. Zeroes: no call was made yet. */
struct mplog_limit_ {
	int64_t next_ns;       /* no call passes before that moment; 0: none was written */
	int64_t closed_second; /* the second of the wall clock, plus one, in which none passes */
	uint64_t held_back;    /* calls, since the last one that passed */
};

/* Return whether the call passes: 1, or what the macro is to return: 0 (below the level), 2 (held back). */
MPLOG_EXPORT int mplog_once_(struct mplog_limit_ *limit, int level);
MPLOG_EXPORT int mplog_ratelimit_(struct mplog_limit_ *limit, int level, unsigned interval_ms,
				  unsigned burst);
MPLOG_EXPORT int mplog_emit_limited_(struct mplog_limit_ *limit, const struct mplog_site *site, int level,
				     const char *fmt, ...) MPLOG_PRINTF_(4, 5);

#define MPLOG_ONCE_(id, level, ...)                                                                \
	MPLOG_LIMITED_(id, level,                                                                  \
		       __atomic_load_n(&MPLOG_CONCAT_(mplog_limit_, id).next_ns, __ATOMIC_RELAXED) \
			       ? 2                                                                 \
			       : mplog_once_(&MPLOG_CONCAT_(mplog_limit_, id),                     \
					     MPLOG_CONCAT_(mplog_level_, id)),                     \
		       __VA_ARGS__)

#define MPLOG_RATELIMIT_(id, level, interval_ms, burst, ...)                                       \
	MPLOG_LIMITED_(id, level,                                                                  \
		       mplog_ratelimit_(&MPLOG_CONCAT_(mplog_limit_, id),                          \
					MPLOG_CONCAT_(mplog_level_, id), interval_ms, burst),      \
		       __VA_ARGS__)

/* ASK: whether the call passes, as mplog_once_() says it. */
#define MPLOG_LIMITED_(id, level, ask, ...)                                                        \
	__extension__({                                                                            \
		static struct mplog_limit_ MPLOG_CONCAT_(mplog_limit_, id);                        \
		const int MPLOG_CONCAT_(mplog_level_, id) = (level);                               \
		int MPLOG_CONCAT_(mplog_result_, id) = 0;                                          \
		if (mplog_enabled(MPLOG_CONCAT_(mplog_level_, id)))                                \
			MPLOG_CONCAT_(mplog_result_, id) = (ask);                                  \
		if (MPLOG_CONCAT_(mplog_result_, id) == 1) {                                       \
			const struct mplog_site MPLOG_CONCAT_(mplog_site_, id) = MPLOG_SITE_;      \
			MPLOG_CONCAT_(mplog_result_, id) =                                         \
				mplog_emit_limited_(&MPLOG_CONCAT_(mplog_limit_, id),              \
						    &MPLOG_CONCAT_(mplog_site_, id),               \
						    MPLOG_CONCAT_(mplog_level_, id), __VA_ARGS__); \
		}                                                                                  \
		(void)0, MPLOG_CONCAT_(mplog_result_, id);                                         \
	})

/* ARGUMENTS: the format and its arguments, in parentheses. The rest are the fields, in braces. */
#define MPLOG_EVENT_(id, level, arguments, ...)                                                    \
	__extension__({                                                                            \
		const int MPLOG_CONCAT_(mplog_level_, id) = (level);                               \
		int MPLOG_CONCAT_(mplog_result_, id) = 0;                                          \
		if (mplog_enabled(MPLOG_CONCAT_(mplog_level_, id))) {                              \
			const struct mplog_field MPLOG_CONCAT_(mplog_fields_, id)[] = __VA_ARGS__; \
			const struct mplog_site MPLOG_CONCAT_(mplog_site_, id) = MPLOG_SITE_;      \
			MPLOG_CONCAT_(mplog_result_, id) = mplog_emit(                             \
				&MPLOG_CONCAT_(mplog_site_, id), MPLOG_CONCAT_(mplog_level_, id), 0, \
				MPLOG_CONCAT_(mplog_fields_, id),                                  \
				sizeof(MPLOG_CONCAT_(mplog_fields_, id)) /                         \
					sizeof(struct mplog_field),                                \
				MPLOG_UNWRAP_ arguments);                                          \
		}                                                                                  \
		(void)0, MPLOG_CONCAT_(mplog_result_, id);                                         \
	})

#define MPLOG_UNWRAP_(...) __VA_ARGS__
static inline struct mplog_field mplog_field_int_(const char *name, long long value)
{
	struct mplog_field field = { name, MPLOG_FIELD_INT, 0, { 0 } };
	field.value.number = value;
	return field;
}

static inline struct mplog_field mplog_field_uint_(const char *name, unsigned long long value)
{
	struct mplog_field field = { name, MPLOG_FIELD_UINT, 0, { 0 } };
	field.value.unsigned_number = value;
	return field;
}

static inline struct mplog_field mplog_field_real_(const char *name, double value)
{
	struct mplog_field field = { name, MPLOG_FIELD_REAL, 0, { 0 } };
	field.value.real = value;
	return field;
}

static inline struct mplog_field mplog_field_bool_(const char *name, bool value)
{
	struct mplog_field field = { name, MPLOG_FIELD_BOOL, 0, { 0 } };
	field.value.unsigned_number = value;
	return field;
}

static inline struct mplog_field mplog_field_string_(const char *name, const char *value)
{
	struct mplog_field field = { name, MPLOG_FIELD_STRING, 0, { 0 } };
	field.value.data = value;
	return field;
}

static inline struct mplog_field mplog_field_blob_(const char *name, const void *data, size_t size)
{
	struct mplog_field field = { name, MPLOG_FIELD_BLOB, 0, { 0 } };
	field.size = size;
	field.value.data = data;
	return field;
}

#ifdef __cplusplus
} /* extern "C" */

static inline mplog_field mplog_field_(const char *n, bool v) { return mplog_field_bool_(n, v); }
static inline mplog_field mplog_field_(const char *n, char v) { return mplog_field_int_(n, v); }
static inline mplog_field mplog_field_(const char *n, signed char v) { return mplog_field_int_(n, v); }
static inline mplog_field mplog_field_(const char *n, short v) { return mplog_field_int_(n, v); }
static inline mplog_field mplog_field_(const char *n, int v) { return mplog_field_int_(n, v); }
static inline mplog_field mplog_field_(const char *n, long v) { return mplog_field_int_(n, v); }
static inline mplog_field mplog_field_(const char *n, long long v) { return mplog_field_int_(n, v); }
static inline mplog_field mplog_field_(const char *n, unsigned char v) { return mplog_field_uint_(n, v); }
static inline mplog_field mplog_field_(const char *n, unsigned short v) { return mplog_field_uint_(n, v); }
static inline mplog_field mplog_field_(const char *n, unsigned v) { return mplog_field_uint_(n, v); }
static inline mplog_field mplog_field_(const char *n, unsigned long v) { return mplog_field_uint_(n, v); }
static inline mplog_field mplog_field_(const char *n, unsigned long long v) { return mplog_field_uint_(n, v); }
static inline mplog_field mplog_field_(const char *n, float v) { return mplog_field_real_(n, double(v)); }
static inline mplog_field mplog_field_(const char *n, double v) { return mplog_field_real_(n, v); }
static inline mplog_field mplog_field_(const char *n, long double v) { return mplog_field_real_(n, double(v)); }
static inline mplog_field mplog_field_(const char *n, const char *v) { return mplog_field_string_(n, v); }
static inline mplog_field mplog_field_(const char *n, char *v) { return mplog_field_string_(n, v); }
/* Any other pointer would be taken for a bool. */
template <typename T> mplog_field mplog_field_(const char *n, T *v) = delete;
#define MPLOG_F(name, value) mplog_field_(name, value)
#else
#define MPLOG_F(name, v)                                                                           \
	__extension__ _Generic((v),                                                                \
		bool: mplog_field_bool_,                                                           \
		float: mplog_field_real_,                                                          \
		double: mplog_field_real_,                                                         \
		long double: mplog_field_real_,                                                    \
		char *: mplog_field_string_,                                                       \
		const char *: mplog_field_string_,                                                 \
		unsigned char: mplog_field_uint_,                                                  \
		unsigned short: mplog_field_uint_,                                                 \
		unsigned int: mplog_field_uint_,                                                   \
		unsigned long: mplog_field_uint_,                                                  \
		unsigned long long: mplog_field_uint_,                                             \
		default: mplog_field_int_)(name, v)
#endif

#endif
