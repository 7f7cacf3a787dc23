/* SPDX-License-Identifier: MIT */
#include "scope/context.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/name.h"

static struct context closed; /* before mplog_open() and after mplog_close() */

static struct {
	_Atomic(struct context *) current;
	_Atomic int default_level;
	char run_id[RUN_ID_SIZE];
} state = { .current = &closed, .default_level = LEVEL_UNSET };

HOT_DATA _Atomic uint32_t context_generation_now;

/* INVOCATION_ID leaks into every shell and cron job below a unit (systemd#14089): it counts only where
 * systemd says that it started this very process. */
static const char *invocation_id(void)
{
	const char *pid = secure_getenv("SYSTEMD_EXEC_PID");

	return pid && strtol(pid, NULL, 10) == getpid() ? secure_getenv("INVOCATION_ID") : NULL;
}

static void random_id(char *ret)
{
	unsigned char bytes[(RUN_ID_SIZE - 1) / 2];

	while (getrandom(bytes, sizeof(bytes), 0) < 0 && errno == EINTR)
		;
	for (size_t i = 0; i < sizeof(bytes); i++, ret += 2)
		(void)snprintf(ret, 3, "%02x", bytes[i]);
}

void context_init(void)
{
	const char *given = secure_getenv("MPLOG_RUN_ID");

	if (!run_id_is_valid(given))
		given = invocation_id();
	if (run_id_is_valid(given)) {
		for (size_t i = 0; i < RUN_ID_SIZE; i++)
			state.run_id[i] = (char)tolower((unsigned char)given[i]);
	} else {
		random_id(state.run_id);
	}
	identifier_of_program(closed.identifier, program_invocation_short_name);
}

const char *context_run_id(void)
{
	return state.run_id;
}

const struct context *context_get(void)
{
	return atomic_load_explicit(&state.current, memory_order_acquire);
}

struct context *context_copy(const struct context *context, struct conf *conf)
{
	struct context *copy = malloc(sizeof(*copy));

	if (!copy)
		return NULL;
	*copy = *context;
	copy->conf = conf;
	copy->shares_conf = false;
	return copy;
}

void environment_free(struct environment *environment)
{
	if (!environment)
		return;
	env_free(&environment->env);
	free(environment->file);
	free(environment);
}

struct environment *environment_load(const char *file)
{
	struct environment *environment = calloc(1, sizeof(*environment));

	if (environment && env_load(&environment->env, NULL, NULL) == 0) {
		environment->file = file ? strdup(file) : NULL;
		if (environment->file || !file)
			return environment;
	}
	environment_free(environment);
	return NULL;
}

static void free_retired_context(struct retired *retired)
{
	struct context *context = (struct context *)retired; /* its first member */

	if (!context->shares_conf)
		conf_free(context->conf);
	free(context);
}

static void free_environment(struct retired *retired)
{
	environment_free((struct environment *)retired); /* its first member */
}

void context_publish(struct context *context)
{
	struct context *after = context ? context : &closed;
	struct context *before = atomic_exchange(&state.current, after);

	context_invalidate();
	if (before == &closed)
		return;
	before->shares_conf = before->conf == after->conf;
	if (before->environment && before->environment != after->environment)
		epoch_retire(&before->environment->retired, free_environment);
	epoch_retire(&before->retired, free_retired_context);
}

void context_invalidate(void)
{
	atomic_fetch_add(&context_generation_now, 1);
}

void context_set_default_level(int level)
{
	atomic_store(&state.default_level, level);
}

void context_fill_params(struct scope_params *params)
{
	const uint32_t generation = atomic_load(&context_generation_now); /* before the context */
	const struct context *context = context_get();

	params->generation = generation;
	params->identifier = context->identifier;
	params->run_id = state.run_id;
	params->single = context->flags & MPLOG_SINGLE;
	params->echo = context->flags & MPLOG_ECHO;
	params->facility = context->facility;
	params->default_level = atomic_load(&state.default_level);
	params->files = context->conf ? conf_rules(context->conf) : NULL;
	params->environment = context->environment ? &context->environment->env.rules : NULL;
}
