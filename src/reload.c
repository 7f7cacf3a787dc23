/* SPDX-License-Identifier: MIT */
#include "reload.h"

#include <errno.h>
#include <stdatomic.h>

#include "board.h"
#include "conf.h"
#include "mistakes.h"
#include "program.h"
#include "report.h"
#include "say.h"
#include "scope.h"
#include "self.h"
#include "thread.h"

static _Atomic uint32_t version;

uint32_t reload_version(void)
{
	return atomic_load(&version);
}

void reload_set_version(uint32_t answered)
{
	atomic_store(&version, answered);
}

void reload_open_gates(void)
{
	thread_set_gates(&open_gate);
}

static int load(unsigned flags)
{
	const struct program *program = program_get();
	struct program *next;
	struct conf *conf;
	int r;

	r = conf_load(&program->options, program->conf, flags, NULL, NULL, &conf);
	if (!conf) {
		conf_errors_report_no_memory(program->options.file);
		return r;
	}
	next = program_copy(program, conf);
	if (!next) {
		conf_free(conf);
		return -ENOMEM;
	}
	program_publish(next);
	return r;
}

void reload_tell_others(void)
{
	struct board *board = board_get();
	const struct conf *conf = program_get()->conf;
	const int64_t changed = conf ? conf_changed_ns(conf) : 0;
	int64_t known = board ? atomic_load(&board->files_changed_ns) : changed;

	while (changed > known) {
		if (!atomic_compare_exchange_weak(&board->files_changed_ns, &known, changed))
			continue;
		reload_set_version(atomic_fetch_add(&board->files_generation, 1) + 1);
		return;
	}
}

int reload(unsigned flags, enum reload_answer *ret_answer)
{
	const struct conf *conf = program_get()->conf;
	int r = 0;

	*ret_answer = RELOAD_FROZEN;
	/* It may have been closed meanwhile. */
	if (conf && self_may_parse() && !conf_root_changed(conf)) {
		r = load(flags);
		reload_tell_others();
		/* A file that was written a moment ago is looked at again, and mostly found to be
		 * the same. */
		*ret_answer =
			conf_is_same(conf, program_get()->conf) ? RELOAD_UNCHANGED : RELOAD_DONE;
	}
	report_files(); /* a slot's texts have one writer at a time */
	self_unlock();
	if (r < 0)
		*ret_answer = RELOAD_KEPT;
	reload_open_gates();
	scope_refresh(&process_scope);
	conf_errors_report(program_get()->conf);
	if (*ret_answer == RELOAD_DONE)
		say_reloaded(reload_version());
	return r;
}
