/* SPDX-License-Identifier: MIT */
#include "tool/live/filter.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/glob.h"
#include "tool/ui/tool.h"

bool filter_is_number(const char *name)
{
	return *name && name[strspn(name, "0123456789")] == '\0';
}

static bool is_pid(const char *name, pid_t pid)
{
	return filter_is_number(name) && strtoll(name, NULL, 10) == pid;
}

static bool is_in_unit(const struct found_board *board, const char *unit)
{
	for (size_t i = 0; i < board->n_members; i++) {
		if (proc_is_in_unit(board->member[i].pid, unit))
			return true;
	}
	return false;
}

bool filter_names_programs(const struct filter *filter)
{
	return filter->identifier || filter->run_id || filter->unit;
}

bool filter_wants_program(const struct filter *filter, const struct found_board *board)
{
	return (!filter->identifier || glob_match_once(filter->identifier, board->identifier)) &&
	       (!filter->run_id || strcasecmp(filter->run_id, board->run_id) == 0) &&
	       (!filter->unit || is_in_unit(board, filter->unit));
}

bool filter_wants_name(const struct filter *filter, const char *name)
{
	for (size_t i = 0; i < filter->n_names; i++) {
		if (glob_match_once(filter->name[i], name))
			return true;
	}
	return filter->n_names == 0;
}

static bool wants_pid(const struct filter *filter, const struct slot_view *view)
{
	for (size_t i = 0; filter->with_pids && !view->is_scope && i < filter->n_names; i++) {
		if (is_pid(filter->name[i], view->pid))
			return true;
	}
	return false;
}

bool filter_wants(const struct filter *filter, const struct slot_view *view)
{
	if (!view->is_alive && (view->is_scope || !filter->with_dead))
		return false;
	return filter_wants_name(filter, view->name) || wants_pid(filter, view);
}

void filter_tell_none(const struct filter *filter)
{
	const char *program = filter->identifier;

	if (filter->n_names)
		tool_complain("no process %s%s%s logs through mplog%s", filter->name[0],
			      program ? " of " : "", program ? program : "",
			      filter->n_names > 1 ? ", nor do the others" : "");
	else
		tool_complain("no program%s%s logs through mplog", program ? " " : "",
			      program ? program : "");
}
