/* SPDX-License-Identifier: MIT */
#include "conf/env.h"

#include <errno.h>
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

/* Only the first mistake in the value of a variable is reported. */
static struct conf_diags *add_diags(const struct loader *loader)
{
	struct conf_diags *diags = &loader->env->diags[loader->env->n_diags++];

	*diags = (struct conf_diags){ loader->diag, loader->userdata, loader->variable };
	return diags;
}

static void malformed_value(const struct loader *loader, enum setting setting, const char *value)
{
	char text[SUGGEST_MAX];

	suggest_value(setting, value, text, sizeof(text));
	conf_warning(add_diags(loader), 0, "%s", text);
}

/* secure_getenv(3): a set-user-ID program must not be steered by its caller. */
static const char *get_variable(const char *variable)
{
	const char *value = secure_getenv(variable);

	return value && value[0] != '\0' ? value : NULL;
}

static int copy_variable(const char *variable, char **ret)
{
	const char *value = get_variable(variable);

	*ret = value ? strdup(value) : NULL;
	return value && !*ret ? -ENOMEM : 0;
}

/* The caller has checked that there is room. */
static void add_rule(struct env *env, const char *variable, const char *name, enum setting setting,
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

/* Returns false: it was reported. */
static bool check_name(const struct loader *loader, const char *name)
{
	const char *mistake = glob_mistake(name);

	if (name[0] == '\0')
		conf_warning(
			add_diags(loader), 0,
			"a process name is missing before \"=\" (expected LEVEL or NAME=LEVEL)");
	else if (mistake)
		conf_warning(add_diags(loader), 0, "malformed pattern \"%.64s\": %s", name,
			     mistake);
	return name[0] != '\0' && !mistake;
}

static bool add_level(const struct loader *loader, char *item)
{
	struct env *env = loader->env;
	char *equals = strchr(item, '=');
	const char *level = trim(equals ? equals + 1 : item), *name = "*";
	int number;

	if (equals) {
		*equals = '\0';
		name = trim(item);
	}
	if (env->rules.n == ENV_RULES_MAX) {
		conf_warning(add_diags(loader), 0, "too many levels (expected at most %d)",
			     ENV_RULES_MAX);
		return false;
	}
	if (!check_name(loader, name))
		return false;
	if (setting_parse(SETTING_LEVEL, level, &number) < 0) {
		malformed_value(loader, SETTING_LEVEL, level);
		return false;
	}
	add_rule(env, level_variable, name, SETTING_LEVEL, number);
	return true;
}

/* "info,worker-*=debug": all of it, or nothing. */
static int load_levels(struct loader *loader)
{
	struct env *env = loader->env;
	const size_t before = env->rules.n;
	char *rest, *item;

	if (copy_variable(level_variable, &env->text) < 0)
		return -ENOMEM;
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
	const char *value = get_variable(variable);
	int debug;

	if (value && strcmp(value, "1") == 0 && setting_parse(SETTING_LEVEL, "debug", &debug) == 0)
		add_rule(env, variable, "*", SETTING_LEVEL, debug);
}

/* The context reads it; what is malformed is reported with the rest. */
static void check_run_id(struct loader *loader)
{
	const char *value = get_variable("MPLOG_RUN_ID");

	loader->variable = "MPLOG_RUN_ID";
	if (value && !run_id_is_valid(value))
		conf_warning(add_diags(loader), 0,
			     "not a run's id (expected 32 hexadecimal digits)");
}

static const struct {
	const char *name;
	enum setting setting;
} variables[ENV_VARIABLES] = {
	{ "MPLOG_SINK", SETTING_SINK },
	{ "MPLOG_ECHO", SETTING_ECHO },
	{ "MPLOG_FORMAT", SETTING_STDERR_FORMAT },
	{ "MPLOG_BLACKBOX", SETTING_BLACKBOX_LEVEL },
};

static void load_variable(struct loader *loader, size_t i)
{
	const char *value = get_variable(variables[i].name);
	int number;

	if (!value)
		return;
	loader->variable = variables[i].name;
	if (setting_parse(variables[i].setting, value, &number) < 0)
		malformed_value(loader, variables[i].setting, value);
	else
		add_rule(loader->env, variables[i].name, "*", variables[i].setting, number);
}

int env_load(struct env *env, conf_diag_fn *diag, void *userdata)
{
	struct loader loader = { env, diag, userdata, NULL };

	*env = (struct env){ .rules = { .rule = env->rule } };
	load_debug_invocation(env);
	for (size_t i = 0; i < ENV_VARIABLES; i++)
		load_variable(&loader, i);
	check_run_id(&loader);
	if (load_levels(&loader) < 0 || copy_variable("MPLOG_CONF", &env->conf) < 0 ||
	    copy_variable("MPLOG_PROCESS", &env->process) < 0) {
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
		conf_first_diag_clear(&env->diags[i].first);
	env->text = env->conf = env->process = NULL;
	env->rules.n = env->n_diags = 0;
}
