/* SPDX-License-Identifier: MIT */
#include "api/lifecycle.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <syslog.h>
#include <time.h>

#include "api/blackbox.h"
#include "api/close.h"
#include "api/fdstore.h"
#include "api/guard.h"
#include "api/identity.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/pages.h"
#include "base/timestamp.h"
#include "board/board.h"
#include "board/override-env.h"
#include "notice/conf-errors.h"
#include "notice/notice.h"
#include "process/fork-detect.h"
#include "process/lock.h"
#include "process/seal.h"
#include "process/stack.h"
#include "scope/context.h"
#include "scope/status.h"
#include "sink/stderr-fd.h"

#define ALL_FLAGS (MPLOG_SINGLE | MPLOG_ECHO | MPLOG_STRICT | MPLOG_PRIVATE | MPLOG_FOLLOWS_IDENT_)

static void cleanup_environment(struct environment **environment)
{
	environment_free(*environment);
}

static struct context *make_context(const struct mplog_options *options,
				    struct environment *environment)
{
	struct context *context = calloc(1, sizeof(*context));
	const char *identifier = options->identifier;

	if (!context)
		return NULL;
	context->is_open = true;
	context->environment = environment;
	/* The environment is stronger than the program. */
	context->options.file = environment->env.conf ? environment->env.conf : environment->file;
	context->options.secure = getauxval(AT_SECURE);
	if (identifier)
		(void)stpncpy(context->identifier, identifier, sizeof(context->identifier) - 1);
	else
		identifier_of_program(context->identifier, program_invocation_short_name);
	context->flags = options->flags;
	context->facility = LOG_FAC(options->facility);
	return context;
}

static int load_conf(struct context *context)
{
	const int r = conf_load(&context->options, NULL, 0, NULL, NULL, &context->conf);

	if (!context->conf)
		return r;
	return r < 0 && r != -ENOENT && context->flags & MPLOG_STRICT ? -EBADMSG : 0;
}

static void report_mistakes(struct scope *scope, const struct context *context)
{
	conf_errors_report_env(scope, &context->environment->env);
	if (context->conf)
		conf_errors_report(scope, context->conf);
	else
		conf_errors_report_no_memory(scope, context->options.file);
}

/* Reports under the names that the program would have had. */
static void report_refusal(const struct context *context, const char *process)
{
	char name[PROCESS_NAME_SIZE];
	const struct scope_params params = {
		.identifier = context->identifier,
		.run_id = context_run_id(),
		.process = name,
		.parent = "",
		.pid = getpid_cached(),
		.single = context->flags & MPLOG_SINGLE,
		.echo = context->flags & MPLOG_ECHO,
		.program_level = LEVEL_UNSET,
		.default_level = LEVEL_UNSET,
		.environment = &context->environment->env.rules,
	};
	struct scope *scope = pages_get(sizeof(*scope));

	if (!scope)
		return;
	(void)process_name_sanitize(name, process);
	scope->slot = &scope->own_slot;
	scope->config = scope_config_new(&params);
	if (scope->config) {
		report_mistakes(scope, context);
		scope_config_free(scope->config);
	}
	pages_put(scope, sizeof(*scope));
}

static void make_board(const struct context *context)
{
	const bool shared = !(context->flags & MPLOG_PRIVATE);
	int r;

	global_lock();
	r = board_open(context->identifier, context_run_id(), shared);
	if (r < 0 && shared)
		(void)board_open(context->identifier, context_run_id(), false);
	override_import();
	global_unlock();
	if (r < 0)
		notice_board_failed(r);
}

static const char *first_name(const struct mplog_options *options,
			      const struct environment *environment)
{
	if (options->process)
		return options->process;
	return environment->env.process ? environment->env.process : "main";
}

/* Of two threads that open at the same time one succeeds. */
static int publish_context(struct context *context)
{
	int r = -EALREADY;

	global_lock();
	if (!context_get()->is_open) {
		context_publish(context);
		r = 0;
	}
	global_unlock();
	return r;
}

/* A thread that reloads at the same time writes the same texts of the slot. */
static void publish_files(void)
{
	global_lock();
	(void)status_publish_files();
	global_unlock();
}

static int begin_program(struct thread *thread, const char *process)
{
	char name[PROCESS_NAME_SIZE];
	const bool is_clean = process_name_sanitize(name, process);
	int r;

	make_board(context_get());
	r = identity_rename(name);
	if (r < 0)
		return r;
	thread_open_gates();
	scope_set_gate(thread);
	publish_files();
	sinks_connect(&scope_get_config(&process_scope)->output);
	if (scope_get_config(&process_scope)->blackbox_level >= MPLOG_EMERG && board_is_shared() &&
	    !board_has_rings())
		notice_no_blackbox();
	if (!is_clean)
		notice_name_changed(process, name);
	report_mistakes(&process_scope, context_get());
	fdstore_exchange();
	return 0;
}

static bool is_facility(int number)
{
	return number >= 0 && number <= LOG_LOCAL7 && (number & LOG_PRIMASK) == 0;
}

static int check_options(const struct mplog_options *options)
{
	const bool bad_name = (options->identifier && !*options->identifier) ||
			      (options->process && !*options->process);

	if (bad_name || options->flags & ~ALL_FLAGS || options->level < MPLOG_NONE ||
	    options->level > MPLOG_DEBUG || !is_facility(options->facility))
		return -EINVAL;
	return context_get()->is_open ? -EALREADY : 0;
}

static void read_surroundings(void)
{
	global_lock();
	timestamp_init();
	stderr_open();
	global_unlock();
}

static int open_program(struct thread *thread, const struct mplog_options *options)
{
	CLEANUP(cleanup_environment) struct environment *environment = NULL;
	AUTO_FREE struct context *context = NULL;
	const char *process;
	int r = check_options(options);

	if (r < 0)
		return r;
	environment = environment_load(options->config);
	context = environment ? make_context(options, environment) : NULL;
	if (!context)
		return -ENOMEM;
	process = first_name(options, environment);
	read_surroundings();
	r = load_conf(context);
	if (r < 0) {
		report_refusal(context, process);
		conf_free(context->conf);
		return r;
	}
	if (options->level)
		context_set_default_level(options->level);
	r = publish_context(context);
	if (r < 0) {
		conf_free(context->conf);
		return r;
	}
	environment = NULL; /* the context's */
	context = NULL;     /* in force */
	r = begin_program(thread, process);
	if (r < 0)
		close_program(thread);
	return r;
}

struct opening {
	struct thread *thread;
	const struct mplog_options *options;
	int r;
};

static void open_on_stack(void *argument)
{
	struct opening *opening = argument;

	opening->r = open_program(opening->thread, opening->options);
}

/* One thread after the other opens and closes. The one that closes waits for calls under way, of which this
 * is one. */
static void take_turn(struct thread *thread)
{
	const struct timespec nap = { .tv_nsec = NS_PER_MS / 10 };

	while (!global_turn_try()) {
		epoch_renew(thread);
		(void)nanosleep(&nap, NULL);
	}
}

int lifecycle_open(struct thread *thread, const struct mplog_options *options)
{
	struct opening opening = { thread, options, 0 };

	take_turn(thread);
	stack_run(open_on_stack, &opening);
	global_turn_end();
	stack_trim();
	return opening.r;
}

static void seal_on_stack(void *thread)
{
	global_lock();
	timestamp_init();
	global_unlock();
	scope_update(&process_scope);
	scope_update(scope_of(thread));
	scope_set_gate(thread);
	blackbox_prepare(scope_of(thread));
	sinks_seal();
	epoch_collect();
}

int lifecycle_seal(struct thread *thread)
{
	int r;

	if (seal_is_set())
		return 0;
	stack_keep();
	stack_run(seal_on_stack, thread);
	r = pages_reserve();
	if (r == 0)
		seal_set();
	return r;
}

void lifecycle_close(struct thread *thread)
{
	take_turn(thread);
	close_program(thread);
	global_turn_end();
}

/* exit(3). */
__attribute__((destructor)) static void end_process(void)
{
	GUARD(guard);

	if (guard.thread && !fork_is_pending() && context_get()->is_open)
		end_program(guard.thread);
}
