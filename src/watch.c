/* SPDX-License-Identifier: MIT */
#include "watch.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "clock.h"
#include "emit.h"
#include "mplog.h"
#include "notice.h"
#include "process.h"
#include "program.h"

enum { CHECK_INTERVAL_MS = 1000 };

static _Atomic int64_t tick_ns; /* the coarse clock at the last call */
static _Atomic uint32_t files_seen; /* board.files_generation that was answered */

/* ---- What is told ---------------------------------------------------------------------------- */

/* FNV-1a */
static uint64_t hash(uint64_t seed, const char *text)
{
	for (; *text; text++)
		seed = (seed ^ (unsigned char)*text) * UINT64_C(1099511628211);
	return seed;
}

static void send(struct notice *notice)
{
	struct route route = emit_route(&process_scope);

	if (route.voice)
		(void)notice_send(notice, &route);
}

void watch_note_mistake(void *userdata, const struct conf_complaint *complaint)
{
	struct watch_mistakes *mistakes = userdata;
	const bool same_file = mistakes->n && strcmp(mistakes->file, complaint->file) == 0;

	if (mistakes->n && !same_file)
		watch_tell_mistakes(mistakes);
	mistakes->n++;
	if (same_file && mistakes->severity >= complaint->severity)
		return;
	mistakes->severity = complaint->severity;
	mistakes->line = complaint->line;
	(void)strncpy(mistakes->file, complaint->file, sizeof(mistakes->file) - 1);
	(void)strncpy(mistakes->text, complaint->text, sizeof(mistakes->text) - 1);
}

static void say_place(struct notice *notice, const struct watch_mistakes *mistakes)
{
	notice_put(notice, "MPLOG_FILE", mistakes->file);
	notice_say(notice, mistakes->file);
	if (mistakes->line) {
		notice_put_number(notice, "MPLOG_LINE", mistakes->line);
		notice_say(notice, ":");
		notice_say_number(notice, mistakes->line);
	}
	notice_say(notice, ": ");
	notice_say(notice, mistakes->text);
}

void watch_tell_mistakes(struct watch_mistakes *mistakes)
{
	const uint64_t version = atomic_load(&files_seen) + UINT64_C(14695981039346656037);
	const bool is_error = mistakes->severity == CONF_ERROR;
	const size_t more = mistakes->n - 1;
	struct notice notice;

	if (!mistakes->n)
		return;
	mistakes->n = 0;
	if (!board_tell_once(hash(hash(version + mistakes->line, mistakes->file), mistakes->text)))
		return;
	notice_begin(&notice, NOTICE_MISTAKE, is_error ? MPLOG_ERR : MPLOG_WARNING);
	say_place(&notice, mistakes);
	if (more) {
		notice_say(&notice, " (and ");
		notice_say_number(&notice, more);
		notice_say(&notice, " more: see mplog check)");
	}
	send(&notice);
}

static void tell_reloaded(void)
{
	struct notice notice;

	if (scope_voice(&process_scope)->level < MPLOG_INFO ||
	    !board_tell_once(hash(atomic_load(&files_seen), "reloaded")))
		return;
	notice_begin(&notice, NOTICE_RELOADED, MPLOG_INFO);
	notice_say(&notice, "The configuration was loaded again");
	send(&notice);
}

void watch_tell_name(const char *given, const char *name)
{
	struct notice notice;

	if (!board_tell_once(hash(1, given)))
		return;
	notice_begin(&notice, NOTICE_NAME, MPLOG_WARNING);
	notice_put(&notice, "MPLOG_NAME", name);
	notice_say(&notice, "Process name changed to ");
	notice_say(&notice, name);
	notice_say(&notice, ": it may have 63 bytes of A-Z a-z 0-9 . _ : @ / + -");
	send(&notice);
}

void watch_tell_slotless(void)
{
	struct notice notice;

	if (!board_tell_once(hash(1, "slotless")))
		return;
	notice_begin(&notice, NOTICE_BOARD, MPLOG_WARNING);
	notice_say(&notice, "The board is full: mplog(1) cannot see all processes of this program");
	send(&notice);
}

void watch_tell_expired(struct scope *scope)
{
	const int level = atomic_load(&scope_slot(scope)->level);
	struct route route = emit_route(scope);
	struct notice notice;

	notice_begin(&notice, NOTICE_LEVEL, MPLOG_NOTICE);
	notice_put(&notice, "MPLOG_LEVEL", mplog_level_name(level));
	notice_say(&notice, "The level is ");
	notice_say(&notice, mplog_level_name(level));
	notice_say(&notice, " again: the time of the one set from outside is over");
	(void)notice_send(&notice, &route);
}

/* ---- What is shown --------------------------------------------------------------------------- */

static void report_file(struct text *text, const struct conf_file *file)
{
	static const char *const states[] = {
		[CONF_FILE_LOADED] = "loaded",
		[CONF_FILE_ABSENT] = "absent",
		[CONF_FILE_LAST_GOOD] = "last good",
		[CONF_FILE_LEFT_OUT] = "left out",
	};

	text_put_string(text, file->path);
	text_put_string(text, "\t");
	text_put_number(text, (uint64_t)file->mtime.tv_sec);
	text_put_string(text, "\t");
	text_put_string(text, states[file->state]);
	text_put_string(text, "\t");
	text_put_string(text, file->error ? file->error : "");
	text_put_string(text, "\n");
}

void watch_report(void)
{
	const struct program *program = program_get();
	struct slot *slot = scope_slot(&process_scope);
	char report[SLOT_REPORT_SIZE];
	struct text text = { .data = report, .capacity = sizeof(report) - 1 };

	text_put_string(&text, program->flags & MPLOG_SINGLE ? "single" : "");
	text_put_string(&text, program->conf && conf_is_frozen(program->conf) ? " frozen\n" : "\n");
	for (size_t i = 0; program->conf && i < conf_n_files(program->conf); i++) {
		const struct conf_file file = conf_file(program->conf, i);

		report_file(&text, &file);
	}
	report[text.size < sizeof(report) ? text.size : sizeof(report) - 1] = '\0';
	slot_write_text(slot, slot->report, sizeof(slot->report), report);
}

/* ---- Loading again --------------------------------------------------------------------------- */

static void open_gate_of(struct thread *thread)
{
	__atomic_store_n(thread->gate, &open_gate, __ATOMIC_RELAXED);
}

void watch_open_gates(void)
{
	thread_each(open_gate_of);
}

static int load(unsigned flags, struct watch_mistakes *mistakes)
{
	const struct program *program = program_get();
	struct program *next;
	struct conf *conf;
	int r;

	r = conf_load(&program->options, program->conf, flags, watch_note_mistake, mistakes, &conf);
	if (!conf)
		return r;
	next = program_copy(program, conf);
	if (!next) {
		conf_free(conf);
		return -ENOMEM;
	}
	program_publish(next);
	return r;
}

static bool is_in_force(const struct conf_file *file)
{
	return file->state == CONF_FILE_LOADED || file->state == CONF_FILE_LAST_GOOD;
}

/* A file that was written a moment ago is looked at again, and mostly found to be the same. */
static bool is_another(const struct conf *before, const struct conf *after)
{
	if (conf_n_files(before) != conf_n_files(after))
		return true;
	for (size_t i = 0; i < conf_n_files(after); i++) {
		const struct conf_file one = conf_file(before, i), other = conf_file(after, i);

		if (is_in_force(&one) != is_in_force(&other) || strcmp(one.path, other.path) != 0 ||
		    one.mtime.tv_sec != other.mtime.tv_sec ||
		    one.mtime.tv_nsec != other.mtime.tv_nsec)
			return true;
	}
	return false;
}

/* The caller has the lock, and gives it up here. */
static int reload(unsigned flags, enum reload_answer *ret_answer)
{
	const struct conf *conf = program_get()->conf;
	struct watch_mistakes mistakes = { 0 };
	int r = 0;

	*ret_answer = RELOAD_FROZEN;
	if (!process_is_raw_child() && !conf_is_frozen(conf)) {
		r = load(flags, &mistakes);
		*ret_answer = is_another(conf, program_get()->conf) ? RELOAD_DONE : RELOAD_UNCHANGED;
	}
	process_unlock();
	if (r < 0)
		*ret_answer = RELOAD_KEPT;
	watch_open_gates();
	scope_refresh(&process_scope);
	watch_report();
	watch_tell_mistakes(&mistakes);
	if (*ret_answer == RELOAD_DONE)
		tell_reloaded();
	return r;
}

static void answer(struct slot *slot, uint32_t asked)
{
	enum reload_answer answer;

	if (!process_try_lock())
		return; /* another thread is at it: with the next call */
	(void)reload(CONF_FORGET, &answer);
	atomic_store(&slot->reload_answer, (int)answer);
	atomic_store(&slot->reload_answered, asked);
	slot_open_gate(slot);
}

static bool is_asked(struct slot *slot, uint32_t *ret_asked)
{
	*ret_asked = atomic_load_explicit(&slot->reload_asked, memory_order_relaxed);
	return *ret_asked != atomic_load_explicit(&slot->reload_answered, memory_order_relaxed);
}

int watch_reload(struct thread *thread)
{
	struct board *board = board_get();
	enum reload_answer answer;
	int r;

	if (!program_get()->conf)
		return 0;
	if (board) /* the others of the run look with their next record */
		atomic_store(&files_seen, atomic_fetch_add(&board->files_generation, 1) + 1);
	process_lock();
	r = reload(CONF_FORGET, &answer);
	scope_refresh(scope_of(thread));
	scope_set_gate(thread);
	return r;
}

/* ---- With each call -------------------------------------------------------------------------- */

static bool is_due(struct board *board, int64_t now_ms)
{
	return atomic_load(&board->files_generation) != atomic_load(&files_seen) ||
	       now_ms - atomic_load(&board->files_checked_ms) >= CHECK_INTERVAL_MS;
}

/* True for the one of the tree that looks this second. Who cannot see the files leaves it to others. */
static bool is_our_turn(struct board *board, const struct conf *conf, int64_t now_ms)
{
	int64_t checked_ms = atomic_load(&board->files_checked_ms);

	return now_ms - checked_ms >= CHECK_INTERVAL_MS && !conf_is_frozen(conf) &&
	       atomic_compare_exchange_strong(&board->files_checked_ms, &checked_ms, now_ms);
}

static bool have_files_changed(struct board *board, const struct conf *conf, int64_t now_ms)
{
	const uint32_t generation = atomic_load(&board->files_generation);

	if (generation != atomic_load(&files_seen)) {
		atomic_store(&files_seen, generation);
		return true;
	}
	if (!is_our_turn(board, conf, now_ms) || !conf_is_stale(conf))
		return false;
	atomic_store(&files_seen, atomic_fetch_add(&board->files_generation, 1) + 1);
	return true;
}

static void look_at_files(int64_t now_ms)
{
	struct board *board = board_get();
	const struct conf *conf = program_get()->conf;
	enum reload_answer answer;

	if (!board || !conf || process_is_raw_child() || !is_due(board, now_ms) ||
	    !process_try_lock())
		return;
	if (have_files_changed(board, program_get()->conf, now_ms))
		(void)reload(0, &answer);
	else
		process_unlock();
}

void watch(struct thread *thread, int64_t now_ns)
{
	struct scope *scope = scope_of(thread);
	uint32_t asked;

	if (now_ns != atomic_load_explicit(&tick_ns, memory_order_relaxed)) {
		atomic_store_explicit(&tick_ns, now_ns, memory_order_relaxed);
		look_at_files(now_ns / 1000000);
	}
	if (is_asked(scope_slot(&process_scope), &asked))
		answer(scope_slot(&process_scope), asked);
	if (scope != &process_scope && is_asked(scope_slot(scope), &asked)) {
		atomic_store(&scope_slot(scope)->reload_answered, asked);
		slot_open_gate(scope_slot(scope));
	}
	if (scope->generation == program_generation())
		return;
	scope_refresh(scope);
	scope_set_gate(thread);
}
