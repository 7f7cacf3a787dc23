/* SPDX-License-Identifier: MIT */
#include "conf-parts.h"

#include <errno.h>
#include <libconfig.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "conf-unknown.h"
#include "field.h"

enum {
	/* `defaults` and the groups beside it may each have all settings. */
	ASSIGNMENTS_MAX = 2 * SETTING_COUNT,
	/* What libconfig takes for a setting at most, measured: 112 bytes for a number or string, 280
	 * for a group with few members. */
	SETTING_COST = 300,
	NAME_MAX_LENGTH = 63, /* of a process name */
};

/* A rule in the making. */
struct draft {
	struct assignment assignment[ASSIGNMENTS_MAX];
	size_t n_assignments;
	struct field_assignment *fields;
	size_t n_fields;
	const char *name, *identifier;
};

static unsigned line_of(const config_setting_t *value)
{
	return config_setting_source_line(value);
}

static bool is_named(const config_setting_t *setting, const char *name)
{
	return strcmp(config_setting_name(setting), name) == 0;
}

static void *allocate(struct conf_parser *parser, size_t size)
{
	void *memory = arena_alloc(parser->arena, size);

	if (!memory)
		parser->out_of_memory = true;
	return memory;
}

const char *conf_copy(struct conf_parser *parser, const char *string)
{
	const char *result = arena_copy(parser->arena, string);

	if (!result)
		parser->out_of_memory = true;
	return result;
}

static bool is_group(struct conf_parser *parser, const config_setting_t *setting)
{
	if (config_setting_type(setting) == CONFIG_TYPE_GROUP)
		return true;
	conf_error(parser->report, line_of(setting), "%s: expected a group { ... }, found %s",
		   config_setting_name(setting), conf_found(setting).text);
	return false;
}

/* The setting GROUP.KEY, or SETTING_COUNT: there is none. */
static enum setting find_setting(const char *group, const char *key)
{
	for (unsigned i = 0; i < SETTING_COUNT; i++) {
		const struct setting_info *info = &setting_infos[i];

		if (info->key[0] == key[0] && strcmp(info->key, key) == 0 &&
		    (group ? info->group && strcmp(info->group, group) == 0 : !info->group))
			return (enum setting)i;
	}
	return SETTING_COUNT;
}

static bool is_settings_group(const char *name)
{
	for (size_t i = 0; i < SETTING_COUNT; i++) {
		if (setting_infos[i].group && strcmp(setting_infos[i].group, name) == 0)
			return true;
	}
	return false;
}

static void parse_value(struct conf_parser *parser, const config_setting_t *value,
			enum setting setting, struct draft *draft)
{
	struct assignment *assignment = &draft->assignment[draft->n_assignments];

	if (conf_value(parser, value, setting, assignment))
		draft->n_assignments++;
}

static void parse_settings_group(struct conf_parser *parser, const config_setting_t *group,
				 struct draft *draft)
{
	const char *name = config_setting_name(group);

	if (!is_group(parser, group))
		return;
	for (int i = 0; i < config_setting_length(group); i++) {
		const config_setting_t *value = config_setting_get_elem(group, (unsigned)i);
		const enum setting setting = find_setting(name, config_setting_name(value));

		if (setting == SETTING_COUNT)
			conf_unknown(parser, name, config_setting_name(value), line_of(value));
		else
			parse_value(parser, value, setting, draft);
	}
}

static void parse_fields(struct conf_parser *parser, const config_setting_t *group,
			 struct draft *draft)
{
	const int length = config_setting_length(group);

	if (!is_group(parser, group))
		return;
	if (length > SETTINGS_FIELDS_MAX) {
		conf_error(parser->report, line_of(group), "fields: more than %d of them",
			   SETTINGS_FIELDS_MAX);
		return;
	}
	draft->fields = allocate(parser, (size_t)length * sizeof(*draft->fields));
	for (int i = 0; i < length && draft->fields; i++) {
		const config_setting_t *value = config_setting_get_elem(group, (unsigned)i);

		if (conf_field(parser, value, &draft->fields[draft->n_fields]))
			draft->n_fields++;
	}
}

/* A setting as `defaults` and rules have it. */
static void parse_setting(struct conf_parser *parser, const config_setting_t *value,
			  const char *within, struct draft *draft)
{
	const char *name = config_setting_name(value);
	const enum setting setting = find_setting(NULL, name);

	if (setting != SETTING_COUNT)
		parse_value(parser, value, setting, draft);
	else if (is_named(value, "fields"))
		parse_fields(parser, value, draft);
	else if (is_settings_group(name))
		parse_settings_group(parser, value, draft);
	else
		conf_unknown(parser, within, name, line_of(value));
}

static const char *parse_glob(struct conf_parser *parser, const config_setting_t *value)
{
	const char *text = conf_string(parser, value, "\"worker-*\"");

	if (!text)
		return NULL;
	if (text[0] == '\0') {
		conf_error(parser->report, line_of(value), "%s: empty (\"*\" matches all)",
			   config_setting_name(value));
		return NULL;
	}
	if (!glob_is_valid(text)) {
		conf_error(
			parser->report, line_of(value),
			"%s: malformed pattern \"%.64s\": a \"[\" without \"]\", an unknown [:class:], or a \"\\\" last",
			config_setting_name(value), text);
		return NULL;
	}
	return conf_copy(parser, text);
}

/* No process has a name with other bytes, or a longer one. */
static void check_name(struct conf_parser *parser, const char *name, unsigned line)
{
	const struct glob glob = glob_compile(name);

	if (glob.literal > NAME_MAX_LENGTH)
		conf_warning(parser->report, line,
			     "name: matches nothing: process names have at most %d bytes",
			     NAME_MAX_LENGTH);
	for (size_t i = 0; i < glob.literal; i++) {
		static const char bytes[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
					    "0123456789._:@/+-";
		if (strchr(bytes, name[i]))
			continue;
		conf_warning(
			parser->report, line,
			"name: \"%.64s\" matches nothing: process names have A-Z a-z 0-9 . _ : @ / + - alone",
			name);
		return;
	}
}

static void finish(struct conf_parser *parser, const struct draft *draft, struct rule *rule)
{
	const size_t size = draft->n_assignments * sizeof(draft->assignment[0]);
	struct assignment *assignments = allocate(parser, size);

	if (assignments)
		memcpy(assignments, draft->assignment, size);
	rule->assignments = assignments;
	rule->n_assignments = draft->n_assignments;
	rule->fields = draft->fields;
	rule->n_fields = draft->n_fields;
	rule->name = glob_compile(draft->name ? draft->name : "*");
	rule->identifier = glob_compile(draft->identifier ? draft->identifier : "*");
}

static void check_scope(struct conf_parser *parser, const struct rule *rule)
{
	if (rule->identifier.kind == GLOB_LITERAL && rule->scope.pattern &&
	    rule->scope.kind == GLOB_LITERAL &&
	    strcmp(rule->identifier.pattern, rule->scope.pattern) != 0)
		conf_warning(
			parser->report, rule->line,
			"identifier: \"%.64s\" matches nothing here: the whole file is for \"%.64s\"",
			rule->identifier.pattern, rule->scope.pattern);
}

static void parse_rule(struct conf_parser *parser, const config_setting_t *group, struct rule *rule)
{
	struct draft draft = { .n_assignments = 0 };
	bool has_name = false;

	for (int i = 0; i < config_setting_length(group); i++) {
		const config_setting_t *value = config_setting_get_elem(group, (unsigned)i);

		if (is_named(value, "name")) {
			has_name = true;
			draft.name = parse_glob(parser, value);
			if (draft.name)
				check_name(parser, draft.name, line_of(value));
		} else if (is_named(value, "identifier")) {
			draft.identifier = parse_glob(parser, value);
		} else {
			parse_setting(parser, value, "processes", &draft);
		}
	}
	if (!has_name)
		conf_error(
			parser->report, rule->line,
			"processes: an entry without name (expected one such as name = \"worker-*\")");
	finish(parser, &draft, rule);
	check_scope(parser, rule);
}

static void parse_processes(struct conf_parser *parser, const config_setting_t *list,
			    const struct rule *template, struct conf_content *content)
{
	const int length = config_setting_length(list);

	if (config_setting_type(list) != CONFIG_TYPE_LIST) {
		conf_error(parser->report, line_of(list),
			   "processes: expected a list ( { name = \"...\"; ... }, ... ), found %s",
			   conf_found(list).text);
		return;
	}
	content->rules = allocate(parser, (size_t)length * sizeof(*content->rules));
	for (int i = 0; i < length && content->rules; i++) {
		const config_setting_t *group = config_setting_get_elem(list, (unsigned)i);
		struct rule *rule = &content->rules[i];

		*rule = *template;
		rule->line = line_of(group);
		content->n_rules++;
		if (config_setting_type(group) == CONFIG_TYPE_GROUP)
			parse_rule(parser, group, rule);
		else
			conf_error(parser->report, rule->line,
				   "processes: expected an entry { name = \"...\"; ... }, found %s",
				   conf_found(group).text);
	}
}

static void parse_defaults(struct conf_parser *parser, const config_setting_t *group,
			   struct draft *draft)
{
	if (!is_group(parser, group))
		return;
	for (int i = 0; i < config_setting_length(group); i++)
		parse_setting(parser, config_setting_get_elem(group, (unsigned)i), "defaults",
			      draft);
}

static bool is_sink(const config_setting_t *setting)
{
	return is_named(setting, "journal") || is_named(setting, "syslog") ||
	       is_named(setting, "stderr");
}

/* Groups of the sinks beside `defaults` are a part of it. */
static void parse_file(struct conf_parser *parser, const config_setting_t *root,
		       struct rule template, struct conf_content *content)
{
	const config_setting_t *scope = config_setting_get_member(root, "identifier");
	struct draft draft = { .n_assignments = 0 };
	const char *identifier = scope ? parse_glob(parser, scope) : NULL;

	template.scope = glob_compile(identifier ? identifier : "*");
	for (int i = 0; i < config_setting_length(root); i++) {
		const config_setting_t *setting = config_setting_get_elem(root, (unsigned)i);

		if (is_named(setting, "defaults") || (is_sink(setting) && template.line == 0))
			template.line = line_of(setting);
		if (is_named(setting, "processes"))
			parse_processes(parser, setting, &template, content);
		else if (is_named(setting, "defaults"))
			parse_defaults(parser, setting, &draft);
		else if (is_sink(setting))
			parse_settings_group(parser, setting, &draft);
		else if (setting != scope)
			conf_unknown(parser, NULL, config_setting_name(setting), line_of(setting));
	}
	if (draft.n_assignments == 0 && draft.n_fields == 0)
		return;
	template.is_defaults = true;
	content->defaults = allocate(parser, sizeof(*content->defaults));
	if (!content->defaults)
		return;
	*content->defaults = template;
	finish(parser, &draft, content->defaults);
}

#if HAVE_CONFIG_SET_FATAL_ERROR_FUNC
/* From 1.7 on libconfig ends the process where it gets no memory, unless somebody jumps. */
static __thread jmp_buf *out_of_memory;

static void jump(const char *message)
{
	(void)message;
	if (out_of_memory)
		longjmp(*out_of_memory, 1);
}
#endif

/* Before 1.7 libconfig dies where it gets no memory: see whether there is enough first. */
static bool has_memory(const struct conf_normalised *normalised)
{
	const size_t need = 2 * normalised->size + normalised->n_values * SETTING_COST;
	void *volatile memory = malloc(need + 1);

	free(memory);
	return memory != NULL;
}

static int read_config(config_t *config, const struct conf_normalised *normalised,
		       struct conf_report *report)
{
	int r = -ENOMEM;
#if HAVE_CONFIG_SET_FATAL_ERROR_FUNC
	jmp_buf here;

	if (setjmp(here) != 0) {
		out_of_memory = NULL;
		return -ENOMEM;
	}
	out_of_memory = &here;
	config_set_fatal_error_func(jump);
#endif
	if (has_memory(normalised)) {
		r = config_read_string(config, normalised->text) ? 0 : -EBADMSG;
		if (r < 0)
			conf_error(report, (unsigned)config_error_line(config), "%s",
				   config_error_text(config));
	}
#if HAVE_CONFIG_SET_FATAL_ERROR_FUNC
	out_of_memory = NULL;
#endif
	return r;
}

static void destroy_config(config_t *config)
{
	config_destroy(config);
}

int conf_parse(const struct conf_normalised *normalised, const char *path,
	       struct conf_report *report, struct conf_content **ret)
{
	CLEANUP(destroy_config) config_t config;
	struct conf_content *content = calloc(1, sizeof(*content));
	struct conf_parser parser = { report, content ? &content->arena : NULL, false };
	struct rule template = { .line = 0 };
	int r;

	config_init(&config);
	if (!content)
		return -ENOMEM;
	content->references = 1;
	r = read_config(&config, normalised, report);
	if (r == 0) {
		template.file = conf_copy(&parser, path);
		parse_file(&parser, config_root_setting(&config), template, content);
		r = parser.out_of_memory ? -ENOMEM : report->n_errors > 0 ? -EBADMSG : 0;
	}
	if (r == 0)
		*ret = content;
	else
		conf_content_unref(content);
	return r;
}

struct conf_content *conf_content_ref(struct conf_content *content)
{
	if (content)
		(void)__atomic_add_fetch(&content->references, 1, __ATOMIC_RELAXED);
	return content;
}

void conf_content_unref(struct conf_content *content)
{
	if (!content || __atomic_sub_fetch(&content->references, 1, __ATOMIC_ACQ_REL) > 0)
		return;
	arena_free(&content->arena);
	free(content);
}
