/* SPDX-License-Identifier: MIT */
/* service: who takes the records, in the private directories of tests/lib/with-journald. */
#pragma once

#include <stddef.h>

/* Sockets of our own in the place of the journal's and of syslog's, and their emptying. A process of
 * its own would measure itself: who sends a little slower than it takes pays for waking it with each
 * record, who is a little faster never does. */
void service_start_drain(void);
void service_drain(void);
void service_stop_drain(void);

/* A real systemd-journald, with an empty journal. */
void service_start_journald(void);
void service_stop_journald(void);

/* What GUARD sends to the journal's socket, once: returns its size. While no service is there. */
size_t service_capture(void (*call)(void), char *buffer, size_t capacity);

/* A socket connected to the journal's. */
int service_connect(void);

/* Ends the program with a message. */
void fail(const char *what) __attribute__((__noreturn__));
