/* SPDX-License-Identifier: MIT */
/* preload: has the run-time linker load libmplog-syslog into a command, in front of the C library. */
#pragma once

/* Puts the library into LD_PRELOAD, for commands that are executed from now on; COMMAND is the one that
 * execvp(3) will be given. Returns NULL; or, in words, why that cannot be: then nothing is changed. Sets
 * *ret_file to the file that the words are about. */
const char *preload_syslog(const char *command, const char **ret_file);
