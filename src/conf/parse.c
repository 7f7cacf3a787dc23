/* SPDX-License-Identifier: MIT */
#include "conf/parse.h"

#include <errno.h>
#include <libconfig.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "conf/rule.h"
#include "conf/value.h"

/* What libconfig takes at most, measured: for a setting 112 bytes where it is a number or string, 280
 * where it is a group with few members; for the text of a string four times as much while it reads. */
enum { SETTING_COST = 300, STRING_COST = 4 * CONF_VALUE_MAX };

static void parse_processes(struct conf_parser *parser, const config_setting_t *list,
			    const struct rule *template, struct conf_content *content)
{
	const int length = config_setting_length(list);

	if (config_setting_type(list) != CONFIG_TYPE_LIST) {
		conf_error(parser->diags, node_line(list),
			   "processes: expected a list ( { name = \"...\"; ... }, ... ), found %s",
			   node_describe(list).text);
		return;
	}
	content->rules = conf_allocate(parser, (size_t)length * sizeof(*content->rules));
	for (int i = 0; i < length && content->rules; i++) {
		const config_setting_t *group = config_setting_get_elem(list, (unsigned)i);
		struct rule *rule = &content->rules[i];

		*rule = *template;
		rule->line = node_line(group);
		content->n_rules++;
		if (config_setting_type(group) == CONFIG_TYPE_GROUP)
			conf_rule(parser, group, rule);
		else
			conf_error(parser->diags, rule->line,
				   "processes: expected an entry { name = \"...\"; ... }, found %s",
				   node_describe(group).text);
	}
}

static void parse_defaults(struct conf_parser *parser, const config_setting_t *group,
			   struct rule_builder *builder)
{
	if (!node_check_group(parser, group))
		return;
	for (int i = 0; i < config_setting_length(group); i++)
		rule_builder_add_setting(builder, parser,
					 config_setting_get_elem(group, (unsigned)i), "defaults");
}

static bool is_sink(const config_setting_t *setting)
{
	return node_is_named(setting, "journal") || node_is_named(setting, "syslog") ||
	       node_is_named(setting, "stderr");
}

/* Groups of the sinks beside `defaults` are a part of it. */
static void parse_file(struct conf_parser *parser, const config_setting_t *root,
		       struct rule template, struct conf_content *content)
{
	const config_setting_t *scope = config_setting_get_member(root, "identifier");
	struct rule_builder builder = { .n_assignments = 0 };
	const char *identifier = scope ? conf_glob(parser, scope) : NULL;

	template.scope = glob_compile(identifier ? identifier : "*");
	for (int i = 0; i < config_setting_length(root); i++) {
		const config_setting_t *setting = config_setting_get_elem(root, (unsigned)i);

		if (node_is_named(setting, "defaults") || (is_sink(setting) && template.line == 0))
			template.line = node_line(setting);
		if (node_is_named(setting, "processes"))
			parse_processes(parser, setting, &template, content);
		else if (node_is_named(setting, "defaults"))
			parse_defaults(parser, setting, &builder);
		else if (is_sink(setting))
			rule_builder_add_group(&builder, parser, setting);
		else if (setting != scope)
			conf_unknown(parser, NULL, setting);
	}
	if (builder.n_assignments == 0 && builder.n_fields == 0)
		return;
	template.is_defaults = true;
	content->defaults = conf_allocate(parser, sizeof(*content->defaults));
	if (!content->defaults)
		return;
	*content->defaults = template;
	rule_builder_finish(&builder, parser, content->defaults);
}

/* libconfig ends the process where it gets no memory: see whether there is enough first. */
static bool has_memory(const char *text, size_t n_values)
{
	const size_t need = 2 * strlen(text) + n_values * SETTING_COST + STRING_COST;
	void *volatile memory = malloc(need);

	free(memory);
	return memory != NULL;
}

/* Whether the setting that stands on that line for the second time is `processes`. */
static bool is_processes(const char *text, int line)
{
	static const char name[] = "processes";

	for (; line > 1 && text; line--)
		text = (text = strchr(text, '\n')) ? text + 1 : NULL;
	return text && strncmp(text + strspn(text, " \t"), name, strlen(name)) == 0;
}

static int read_text(config_t *config, const char *text, size_t n_values, struct conf_diags *diags)
{
	int line;

	if (!has_memory(text, n_values))
		return -ENOMEM;
	if (config_read_string(config, text))
		return 0;
	line = config_error_line(config);
	conf_error(diags, (unsigned)line, "%s%s", config_error_text(config),
		   is_processes(text, line) ? ": put all rules in one list" : "");
	return -EBADMSG;
}

static void destroy_config(config_t *config)
{
	config_destroy(config);
}

static int parse(struct conf_content *content, const char *text, size_t n_values, const char *path,
		 struct conf_diags *diags)
{
	struct conf_parser parser = { diags, &content->arena, false };
	CLEANUP(destroy_config) config_t config;
	struct rule template = { .line = 0 };
	int r;

	config_init(&config);
	r = read_text(&config, text, n_values, diags);
	if (r < 0)
		return r;
	template.file = conf_copy(&parser, path);
	parse_file(&parser, config_root_setting(&config), template, content);
	if (parser.out_of_memory)
		return -ENOMEM;
	return diags->n_errors > 0 ? -EBADMSG : 0;
}

int conf_parse(const char *text, size_t n_values, const char *path, struct conf_diags *diags,
	       struct conf_content **ret)
{
	struct conf_content *content = calloc(1, sizeof(*content));
	int r;

	if (!content)
		return -ENOMEM;
	content->references = 1;
	r = parse(content, text, n_values, path, diags);
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
