/* SPDX-License-Identifier: MIT */
/* catalog: what the journal's catalog says of a record. */
#pragma once

#include "tool/view/view.h"

/* Prints the text, a line below another, as journalctl -x does; nothing where there is none. The
 * record's fields that libsystemd puts into the text may be any bytes. */
void catalog_print(const struct journal_entry *entry);
