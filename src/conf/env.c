/* SPDX-License-Identifier: MIT */
#include "conf/env.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/name.h"
#include "conf/suggest.h"

static const char level_variable[] = "MPLOG_LEVEL";

struct loader {
	struct env *env;
	conf_diag_fn *diag;
	void *userdata;
	const char *variable; /* at hand */
};

/* The first mistake in a variable's value is the only one. */
static void malformed(const struct loader *loader, const char *text)
{
	struct env *env = loader->env;
	struct conf_diags diags = {
		.diag = loader->diag,
		.userdata = loader->userdata,
		.file = loader->variable,
	};

	conf_warning(&diags, 0, "%s", text);
	env->diag[env->n_diags++] = (struct env_diag){ loader->variable, diags.first };
}

static void malformed_value(const struct loader *loader, enum setting setting, const char *value)
{
	char text[SUGGEST_MAX];

	suggest_value(setting, value, text, sizeof(text));
	malformed(loader, text);
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

static bool parse_name(const struct loader *loader, char *item, const char **ret_name,
		       const char **ret_level)
{
	char *equals = strchr(item, '=');
	char text[SUGGEST_MAX];
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
		malformed(loader,
			  "a process name is missing before \"=\" (expected LEVEL or NAME=LEVEL)");
		return false;
	}
	mistake = glob_mistake(item);
	if (mistake) {
		(void)snprintf(text, sizeof(text), "malformed pattern \"%.64s\": %s", item,
			       mistake);
		malformed(loader, text);
	}
	return !mistake;
}

static bool add_level(const struct loader *loader, char *item)
{
	struct env *env = loader->env;
	const char *name, *level;
	int number;

	if (env->rules.n == ENV_RULES_MAX) {
		malformed(loader, "too many levels (expected at most 64)");
		return false;
	}
	if (!parse_name(loader, item, &name, &level))
		return false;
	if (setting_parse(SETTING_LEVEL, level, &number) < 0) {
		malformed_value(loader, SETTING_LEVEL, level);
		return false;
	}
	add(env, level_variable, name, SETTING_LEVEL, number);
	return true;
}

/* "info,worker-*=debug": all of it, or nothing. */
static int load_levels(struct loader *loader)
{
	struct env *env = loader->env;
	const size_t before = env->rules.n;
	char *rest, *item;
	int r;

	r = copy(level_variable, &env->text);
	if (r < 0)
		return r;

	loader->variable = level_variable;
	rest = env->text;
	while ((item = strsep(&rest, ","))) {
		if (!add_level(loader, item)) {
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

/* The context reads it; what is malformed is reported with the rest. */
static void check_run_id(struct loader *loader)
{
	const char *value = get("MPLOG_RUN_ID");

	loader->variable = "MPLOG_RUN_ID";
	if (value && !run_id_is_valid(value))
		malformed(loader, "not a run's id (expected 32 hexadecimal digits)");
}

static const struct {
	const char *name;
	enum setting setting;
} variables[ENV_VARIABLES] = {
	{ "MPLOG_SINK", SETTING_SINK },
	{ "MPLOG_ECHO", SETTING_ECHO },
	{ "MPLOG_FORMAT", SETTING_STDERR_FORMAT },
};

static void load_variable(struct loader *loader, size_t i)
{
	const char *value = get(variables[i].name);
	int number;

	if (!value)
		return;
	loader->variable = variables[i].name;
	if (setting_parse(variables[i].setting, value, &number) < 0)
		malformed_value(loader, variables[i].setting, value);
	else
		add(loader->env, variables[i].name, "*", variables[i].setting, number);
}

int env_load(struct env *env, conf_diag_fn *diag, void *userdata)
{
	struct loader loader = { env, diag, userdata, NULL };

	*env = (struct env){ .rules = { .rule = env->rule } };
	load_debug_invocation(env);
	for (size_t i = 0; i < ENV_VARIABLES; i++)
		load_variable(&loader, i);
	check_run_id(&loader);
	if (load_levels(&loader) < 0 || copy("MPLOG_CONF", &env->conf) < 0 ||
	    copy("MPLOG_PROCESS", &env->process) < 0) {
		env_free(env);
		return -ENOMEM;
	}
	return 0;
}

void env_free(struct env *env)
{
	free(env->text);
	free(env->conf);
	free(env->process);
	for (size_t i = 0; i < env->n_diags; i++)
		conf_first_diag_clear(&env->diag[i].first);
	env->text = env->conf = env->process = NULL;
	env->rules.n = env->n_diags = 0;
}
