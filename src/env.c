/* SPDX-License-Identifier: MIT */
#include "env.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hint.h"
#include "name.h"

static const char level_variable[] = "MPLOG_LEVEL";

struct complaints {
	env_complain_fn *complain;
	void *userdata;
	const char *variable;
};

static void complain(const struct complaints *complaints, const char *text)
{
	if (complaints->complain)
		complaints->complain(complaints->userdata, complaints->variable, text);
}

static void complain_of_value(const struct complaints *complaints, enum setting setting,
			      const char *value)
{
	char text[HINT_MAX];

	hint_unknown_value(setting, value, text, sizeof(text));
	complain(complaints, text);
}

/* secure_getenv(3): a set-user-ID program must not be steered by its caller. */
static const char *get(const char *variable)
{
	const char *value = secure_getenv(variable);

	return value && value[0] != '\0' ? value : NULL;
}

static int copy(const char *variable, char **ret)
{
	const char *value = get(variable);

	*ret = value ? strdup(value) : NULL;
	return value && !*ret ? -ENOMEM : 0;
}

/* The caller sees to there being room. */
static void add(struct env *env, const char *variable, const char *name, enum setting setting,
		int number)
{
	const size_t n = env->rules.n++;

	env->assignment[n] = (struct assignment){ .setting = setting, .number = number };
	env->rule[n] = (struct rule){
		.file = variable,
		.name = glob_compile(name),
		.identifier = glob_compile("*"),
		.scope = glob_compile("*"),
		.assignments = &env->assignment[n],
		.n_assignments = 1,
	};
}

/* Blanks are in no name and no level. */
static char *trim(char *text)
{
	static const char blanks[] = " \t\n";
	size_t length;

	text += strspn(text, blanks);
	for (length = strlen(text); length > 0 && strchr(blanks, text[length - 1]); length--)
		text[length - 1] = '\0';
	return text;
}

static bool parse_name(const struct complaints *complaints, char *item, const char **ret_name,
		       const char **ret_level)
{
	char *equals = strchr(item, '=');
	char text[HINT_MAX];
	const char *mistake;

	if (!equals) {
		*ret_name = "*";
		*ret_level = trim(item);
		return true;
	}
	*equals = '\0';
	item = trim(item);
	*ret_name = item;
	*ret_level = trim(equals + 1);
	if (item[0] == '\0') {
		complain(complaints,
			 "a process name is missing before \"=\" (expected LEVEL or NAME=LEVEL)");
		return false;
	}
	mistake = glob_mistake(item);
	if (mistake) {
		(void)snprintf(text, sizeof(text), "malformed pattern \"%.64s\": %s", item,
			       mistake);
		complain(complaints, text);
	}
	return !mistake;
}

static bool add_level(struct env *env, const struct complaints *complaints, char *item)
{
	const char *name, *level;
	int number;

	if (env->rules.n == ENV_RULES_MAX) {
		complain(complaints, "too many levels (expected at most 64)");
		return false;
	}
	if (!parse_name(complaints, item, &name, &level))
		return false;
	if (setting_parse(SETTING_LEVEL, level, &number) < 0) {
		complain_of_value(complaints, SETTING_LEVEL, level);
		return false;
	}
	add(env, level_variable, name, SETTING_LEVEL, number);
	return true;
}

/* "info,worker-*=debug": all of it, or nothing. */
static int load_levels(struct env *env, struct complaints *complaints)
{
	const size_t before = env->rules.n;
	char *rest, *item;
	int r;

	r = copy(level_variable, &env->text);
	if (r < 0)
		return r;

	complaints->variable = level_variable;
	rest = env->text;
	while ((item = strsep(&rest, ","))) {
		if (!add_level(env, complaints, item)) {
			env->rules.n = before;
			break;
		}
	}
	return 0;
}

/* systemd sets it for a service that it starts again after a failure (RestartMode=debug). */
static void load_debug_invocation(struct env *env)
{
	static const char variable[] = "DEBUG_INVOCATION";
	const char *value = get(variable);
	int debug;

	if (value && strcmp(value, "1") == 0 && setting_parse(SETTING_LEVEL, "debug", &debug) == 0)
		add(env, variable, "*", SETTING_LEVEL, debug);
}

static void check_run_id(struct complaints *complaints)
{
	const char *value = get("MPLOG_RUN_ID");

	complaints->variable = "MPLOG_RUN_ID";
	if (value && !run_id_is_valid(value))
		complain(complaints, "not a run's id (expected 32 hexadecimal digits)");
}

static const struct {
	const char *variable;
	enum setting setting;
} variables[] = {
	{ "MPLOG_SINK", SETTING_SINK },
	{ "MPLOG_ECHO", SETTING_ECHO },
	{ "MPLOG_FORMAT", SETTING_STDERR_FORMAT },
};

enum {
	N_VARIABLES = sizeof(variables) / sizeof(variables[0]),
};

static void load_variable(struct env *env, struct complaints *complaints, size_t i)
{
	const char *value = get(variables[i].variable);
	int number;

	if (!value)
		return;
	complaints->variable = variables[i].variable;
	if (setting_parse(variables[i].setting, value, &number) < 0)
		complain_of_value(complaints, variables[i].setting, value);
	else
		add(env, variables[i].variable, "*", variables[i].setting, number);
}

int env_load(struct env *env, env_complain_fn *complain_fn, void *userdata)
{
	struct complaints complaints = { complain_fn, userdata, NULL };

	*env = (struct env){ .rules = { .rule = env->rule } };

	load_debug_invocation(env);
	for (size_t i = 0; i < N_VARIABLES; i++)
		load_variable(env, &complaints, i);
	if (load_levels(env, &complaints) < 0 || copy("MPLOG_CONF", &env->conf) < 0 ||
	    copy("MPLOG_PROCESS", &env->process) < 0) {
		env_free(env);
		return -ENOMEM;
	}
	check_run_id(&complaints);
	return 0;
}

void env_free(struct env *env)
{
	free(env->text);
	free(env->conf);
	free(env->process);
	env->text = env->conf = env->process = NULL;
	env->rules.n = 0;
}
