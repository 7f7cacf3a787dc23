/* SPDX-License-Identifier: MIT */
/* report: what the process shows of itself on the board, for mplog status: which files are in
 * force. */
#pragma once

void report_files(void);
