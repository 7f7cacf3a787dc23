/* SPDX-License-Identifier: MIT */
#include "conf/node.h"

#include <libconfig.h>
#include <stdio.h>
#include <string.h>

void *conf_allocate(struct conf_parser *parser, size_t size)
{
	void *memory = arena_alloc(parser->arena, size);

	if (!memory)
		parser->out_of_memory = true;
	return memory;
}

const char *conf_copy(struct conf_parser *parser, const char *string)
{
	const char *copy = arena_copy(parser->arena, string);

	if (!copy)
		parser->out_of_memory = true;
	return copy;
}

unsigned node_line(const config_setting_t *node)
{
	return config_setting_source_line(node);
}

bool node_is_named(const config_setting_t *node, const char *name)
{
	return strcmp(config_setting_name(node), name) == 0;
}

bool node_integer(const config_setting_t *node, long long *ret)
{
	switch (config_setting_type(node)) {
	case CONFIG_TYPE_INT:
		*ret = config_setting_get_int(node);
		return true;
	case CONFIG_TYPE_INT64:
		*ret = config_setting_get_int64(node);
		return true;
	default:
		return false;
	}
}

const char *node_string(const config_setting_t *node)
{
	return config_setting_type(node) == CONFIG_TYPE_STRING ? config_setting_get_string(node)
							       : NULL;
}

bool node_check_group(struct conf_parser *parser, const config_setting_t *node)
{
	if (config_setting_type(node) == CONFIG_TYPE_GROUP)
		return true;
	conf_error(parser->diags, node_line(node), "%s: expected a group { ... }, found %s",
		   config_setting_name(node), node_describe(node).text);
	return false;
}

struct node_type node_describe(const config_setting_t *node)
{
	struct node_type type = { "a string" };
	long long number;

	switch (config_setting_type(node)) {
	case CONFIG_TYPE_FLOAT:
		(void)snprintf(type.text, sizeof(type.text), "%g", config_setting_get_float(node));
		break;
	case CONFIG_TYPE_BOOL:
		(void)snprintf(type.text, sizeof(type.text), "%s",
			       config_setting_get_bool(node) ? "true" : "false");
		break;
	case CONFIG_TYPE_GROUP:
		return (struct node_type){ "a group { }" };
	case CONFIG_TYPE_LIST:
		return (struct node_type){ "a list ( )" };
	case CONFIG_TYPE_ARRAY:
		return (struct node_type){ "an array [ ]" };
	default:
		if (node_integer(node, &number))
			(void)snprintf(type.text, sizeof(type.text), "%lld", number);
		break;
	}
	return type;
}
