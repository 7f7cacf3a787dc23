/* SPDX-License-Identifier: MIT */
#include "say.h"

#include "board.h"
#include "mplog.h"
#include "route.h"

void say(struct scope *scope, struct notice *notice)
{
	struct route route = route_of(scope);

	if (route.voice)
		(void)notice_send(notice, &route);
}

/* FNV-1a */
uint64_t say_key(uint64_t seed, const char *text)
{
	for (; *text; text++)
		seed = (seed ^ (unsigned char)*text) * UINT64_C(1099511628211);
	return seed;
}

void say_name_changed(const char *given, const char *name)
{
	struct notice notice;

	if (!board_tell_once(say_key(1, given)))
		return;
	notice_begin(&notice, NOTICE_NAME, MPLOG_WARNING);
	notice_put(&notice, "MPLOG_NAME", name);
	notice_say(&notice, "Process name changed to ");
	notice_say(&notice, name);
	notice_say(&notice, ": it may have 63 bytes of A-Z a-z 0-9 . _ : @ / + -");
	say(&process_scope, &notice);
}

void say_no_slot(void)
{
	struct notice notice;

	if (!board_tell_once(say_key(1, "slotless")))
		return;
	notice_begin(&notice, NOTICE_BOARD, MPLOG_WARNING);
	notice_say(&notice, "The board is full: mplog(1) cannot see all processes of this program");
	say(&process_scope, &notice);
}

void say_level_expired(struct scope *scope, int level)
{
	struct notice notice;

	notice_begin(&notice, NOTICE_LEVEL, MPLOG_NOTICE);
	notice_put(&notice, "MPLOG_LEVEL", mplog_level_name(level));
	notice_say(&notice, "The level is ");
	notice_say(&notice, mplog_level_name(level));
	notice_say(&notice, " again: the time of the one set from outside is over");
	say(scope, &notice);
}

void say_no_board(int error)
{
	struct notice notice;

	notice_begin(&notice, NOTICE_BOARD, MPLOG_WARNING);
	notice_put_number(&notice, "ERRNO", (uint64_t)-error);
	notice_say(&notice, "No shared board could be made: mplog(1) cannot see this program");
	say(&process_scope, &notice);
}

void say_reloaded(uint64_t version)
{
	struct notice notice;

	if (scope_voice(&process_scope)->level < MPLOG_INFO ||
	    !board_tell_once(say_key(version, "reloaded")))
		return;
	notice_begin(&notice, NOTICE_RELOADED, MPLOG_INFO);
	notice_say(&notice, "The configuration was loaded again");
	say(&process_scope, &notice);
}
