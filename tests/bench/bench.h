/* SPDX-License-Identifier: MIT */
/* The rows of `make bench`, by what they need. */
#pragma once

/* mplog's calls, and the bare ones that they are measured by. */
void mplog_call(void);
void mplog_fields_call(void);

/* Has the bare calls send what mplog's send. While no service is there. */
void bare_learn(void);
void bare_connect(void);
void bare_send(void);
void bare_send_numbered(void); /* each record with a number of its own, as mplog's have */

void rows_disabled(void);
void rows_limited(void);
void rows_calls(const char *receiver, void (*catch_up)(void));
void rows_many(void);
void rows_blackbox(void);
void rows_stderr(void);
void rows_life(void);
void rows_memory(const char *program);

/* In a process of its own: writes how many bytes mplog takes there. */
int memory_main(void);

enum { ROWS = 24 };
