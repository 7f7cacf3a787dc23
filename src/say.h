/* SPDX-License-Identifier: MIT */
/* say: what the library has to tell of itself, apart from records that did not arrive. */
#pragma once

#include <stdint.h>

#include "notice.h"
#include "scope.h"

/* As a record of that scope, if it can speak yet. */
void say(struct scope *scope, struct notice *notice);

/* For board_tell_once(). */
uint64_t say_key(uint64_t seed, const char *text);

/* Once a run: */
void say_name_changed(const char *given, const char *name);
void say_no_slot(void);
void say_no_board(int error);
void say_reloaded(uint64_t version);

/* A level that a person set for a time is over. */
void say_level_expired(struct scope *scope, int level);
