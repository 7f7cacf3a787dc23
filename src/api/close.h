/* SPDX-License-Identifier: MIT */
/* close: what is left to do when the library or the program ends. */
#pragma once

#include "process/thread.h"

/* Reports what is pending, and marks the slot as that of a process that ended by itself. */
void end_program(struct thread *thread);

/* Ends the program's part, and closes the library, in the thread whose turn it is to open and to close; does
 * nothing where it is not open. */
void close_program(struct thread *thread);
