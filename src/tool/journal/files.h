/* SPDX-License-Identifier: MIT */
/* files: journal files in a directory that cannot be read: sd_journal_open_directory(3) goes without
 * them in silence. */
#pragma once

#include <stddef.h>

/* Complains of each file that cannot be read, and where there is none at all. Returns of how many it
 * complained. */
size_t files_tell_unreadable(const char *directory);
