/* SPDX-License-Identifier: MIT */
/* route: which sinks a record goes to. */
#pragma once

#include <stdbool.h>

#include "board.h"
#include "record.h"
#include "sink.h"
#include "scope.h"
#include "voice.h"

struct route {
	const struct voice *voice;
	struct slot *slot; /* shows which sink it was; NULL: nobody asks */
	struct deadline deadline;
	int first_error; /* why the sink where it should go failed already for this call, or 0 */
	bool first_only; /* no fallback */

	/* Set by route_record(): where the record should go, and why that failed, if it did. */
	enum sink_id first;
	int error; /* negative errno, or 0 */
};

/* Where the records of a scope go. */
struct route route_of(struct scope *scope);

/* 0: it is where it should be, 1: in a fallback, or the negative errno of the first that failed:
 * it is lost. -ENOTCONN: there is no sink. */
int route_record(struct route *route, const struct record *record);
