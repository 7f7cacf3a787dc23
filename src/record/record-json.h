/* SPDX-License-Identifier: MIT */
/* record-json: the fields of a record as JSON, straight from its source. Pure. */
#pragma once

#include "record/record.h"

/* Writes, as members of a JSON object, the fields of the record but for those of the head and MESSAGE.
 * Returns the new size of out. Only where the site is usual. */
size_t record_put_json(struct strbuf out, const struct record_source *source);
