/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <libconfig.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "conf-rule.h"
#include "conf-unknown.h"

/* What libconfig takes for a setting at most, measured: 112 bytes for a number or string, 280 for
 * a group with few members. */
enum { SETTING_COST = 300 };

static unsigned line_of(const config_setting_t *value)
{
	return config_setting_source_line(value);
}

static bool is_named(const config_setting_t *setting, const char *name)
{
	return strcmp(config_setting_name(setting), name) == 0;
}

void *conf_allocate(struct conf_parser *parser, size_t size)
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
	content->rules = conf_allocate(parser, (size_t)length * sizeof(*content->rules));
	for (int i = 0; i < length && content->rules; i++) {
		const config_setting_t *group = config_setting_get_elem(list, (unsigned)i);
		struct rule *rule = &content->rules[i];

		*rule = *template;
		rule->line = line_of(group);
		content->n_rules++;
		if (config_setting_type(group) == CONFIG_TYPE_GROUP)
			conf_rule(parser, group, rule);
		else
			conf_error(parser->report, rule->line,
				   "processes: expected an entry { name = \"...\"; ... }, found %s",
				   conf_found(group).text);
	}
}

static void parse_defaults(struct conf_parser *parser, const config_setting_t *group,
			   struct draft *draft)
{
	if (!conf_is_group(parser, group))
		return;
	for (int i = 0; i < config_setting_length(group); i++)
		conf_draft_setting(parser, config_setting_get_elem(group, (unsigned)i), "defaults",
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
	const char *identifier = scope ? conf_glob(parser, scope) : NULL;

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
			conf_draft_group(parser, setting, &draft);
		else if (setting != scope)
			conf_unknown(parser, NULL, config_setting_name(setting), line_of(setting));
	}
	if (draft.n_assignments == 0 && draft.n_fields == 0)
		return;
	template.is_defaults = true;
	content->defaults = conf_allocate(parser, sizeof(*content->defaults));
	if (!content->defaults)
		return;
	*content->defaults = template;
	conf_draft_finish(parser, &draft, content->defaults);
}

/* Before 1.7 libconfig dies where it gets no memory: see whether there is enough first. */
static bool has_memory(const struct conf_normalised *normalised)
{
	const size_t need = 2 * normalised->size + normalised->n_values * SETTING_COST;
	void *volatile memory = malloc(need + 1);

	free(memory);
	return memory != NULL;
}

static int read_text(config_t *config, const struct conf_normalised *normalised,
		     struct conf_report *report)
{
	if (!has_memory(normalised))
		return -ENOMEM;
	if (config_read_string(config, normalised->text))
		return 0;
	conf_error(report, (unsigned)config_error_line(config), "%s", config_error_text(config));
	return -EBADMSG;
}

#if HAVE_CONFIG_SET_FATAL_ERROR_FUNC
/* From 1.7 on libconfig ends the process where it gets no memory, unless somebody jumps. */
static __thread jmp_buf *out_of_memory;

static void jump(const char *message)
{
	(void)message;
	if (out_of_memory)
		longjmp(*out_of_memory, 1);
	abort();
}

static int read_config(config_t *config, const struct conf_normalised *normalised,
		       struct conf_report *report)
{
	jmp_buf here;
	int r;

	if (setjmp(here) != 0) {
		out_of_memory = NULL;
		return -ENOMEM;
	}
	out_of_memory = &here;
	config_set_fatal_error_func(jump);
	r = read_text(config, normalised, report);
	out_of_memory = NULL;
	return r;
}
#else
static int read_config(config_t *config, const struct conf_normalised *normalised,
		       struct conf_report *report)
{
	return read_text(config, normalised, report);
}
#endif

static void destroy_config(config_t *config)
{
	config_destroy(config);
}

int conf_parse(const struct conf_normalised *normalised, const char *path,
	       struct conf_report *report, struct conf_content **ret)
{
	CLEANUP(destroy_config) config_t config;
	struct conf_content *content = calloc(1, sizeof(*content));
	struct conf_parser parser = { report, content ? &content->arena : NULL, false,
				      report->n_errors > 0 };
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
