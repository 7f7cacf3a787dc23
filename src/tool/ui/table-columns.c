/* SPDX-License-Identifier: MIT */
#include "tool/ui/table-columns.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "tool/ui/tool.h"

enum { NAMES_SIZE = 256 };

/* "SET BY" is set-by. */
static char name_character(char c)
{
	return c == ' ' || c == '_' ? '-' : (char)tolower((unsigned char)c);
}

static bool is_named(const struct column *column, const char *name, size_t size)
{
	if (strlen(column->title) != size)
		return false;
	for (size_t i = 0; i < size; i++) {
		if (name_character(column->title[i]) != name_character(name[i]))
			return false;
	}
	return true;
}

static void list_names(const struct table_options *options, char names[NAMES_SIZE])
{
	size_t at = 0;

	for (size_t i = 0; i < options->n_columns; i++) {
		const char *title = options->column[i].title;

		for (; at < NAMES_SIZE - 2 && *title; title++)
			names[at++] = name_character(*title);
		names[at++] = ',';
	}
	names[at - 1] = '\0';
}

static int complain_of(const struct table_options *options, const struct command *command,
		       const char *name, size_t size)
{
	char names[NAMES_SIZE];

	list_names(options, names);
	return tool_usage(command, "unknown column \"%.*s\" (expected of %s)", (int)size, name,
			  names);
}

static void show_column(struct table_options *options, size_t column)
{
	for (size_t i = 0; i < options->n_shown; i++) {
		if (options->shown[i] == column)
			return;
	}
	options->shown[options->n_shown++] = column;
}

static void show_usual(struct table_options *options)
{
	for (size_t i = 0; i < options->n_columns; i++) {
		if (!options->column[i].is_extra)
			show_column(options, i);
	}
}

int table_options_choose(struct table_options *options, const struct command *command)
{
	const char *name = options->list;

	if (!name) {
		show_usual(options);
		return STATUS_GOOD;
	}
	for (;;) {
		const size_t size = strcspn(name, ",");
		size_t i = 0;

		while (i < options->n_columns && !is_named(&options->column[i], name, size))
			i++;
		if (i == options->n_columns)
			return complain_of(options, command, name, size);
		show_column(options, i);
		if (!name[size])
			return STATUS_GOOD;
		name += size + 1;
	}
}

bool table_options_are_given(const struct table_options *options)
{
	return options->list || options->has_no_headings || options->is_raw;
}
