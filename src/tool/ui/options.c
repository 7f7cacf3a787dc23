/* SPDX-License-Identifier: MIT */
#include "tool/ui/options.h"

#include <getopt.h>
#include <stddef.h>

#include "mplog.h"
#include "tool/ui/since.h"
#include "tool/ui/tool.h"

/* The rows as getopt_long(3) has them. */
struct getopt_table {
	struct option option[OPTIONS_MAX + 1];
	char letters[2 * OPTIONS_MAX + 2];
};

static void fill_table(struct getopt_table *table, const struct command *command,
		       const struct option_row *rows)
{
	char *letter = table->letters;

	if (command->is_in_order)
		*letter++ = '+';
	for (int i = 0; rows[i].name; i++) {
		const int argument = rows[i].flag ? no_argument : required_argument;

		table->option[i] = (struct option){ rows[i].name, argument, NULL, i + 1 };
		if (!rows[i].letter)
			continue;
		*letter++ = rows[i].letter;
		if (argument)
			*letter++ = ':';
	}
}

/* The value is a row's number, or its letter. */
static const struct option_row *find_row(const struct option_row *rows, int value)
{
	if (value <= OPTIONS_MAX)
		return &rows[value - 1];
	for (; rows->name; rows++) {
		if (rows->letter == value)
			return rows;
	}
	return NULL;
}

static int take_value(const struct command *command, const struct option_row *row, void *userdata)
{
	if (!row)
		return tool_usage(command, NULL);
	if (row->parse)
		return row->parse(userdata, optarg);
	if (row->flag)
		*row->flag = true;
	if (row->text)
		*row->text = optarg;
	if (row->time_us && since_parse(optarg, time(NULL), row->time_us) < 0)
		return tool_usage(command, "invalid time \"%s\"", optarg);
	if (row->level && (mplog_level_parse(optarg, row->level) < 0 ||
			   (*row->level == MPLOG_NONE && !row->takes_none)))
		return tool_usage(command, "unknown level \"%s\"", optarg);
	return STATUS_GOOD;
}

int options_parse(const struct command *command, const struct option_row *rows, void *userdata,
		  int argc, char **argv)
{
	struct getopt_table table = { 0 };
	int value, status = STATUS_GOOD;

	fill_table(&table, command, rows);
	while (status == STATUS_GOOD &&
	       (value = getopt_long(argc, argv, table.letters, table.option, NULL)) >= 0)
		status = take_value(command, find_row(rows, value), userdata);
	return status;
}
