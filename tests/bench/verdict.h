/* SPDX-License-Identifier: MIT */
/* verdict: the machine that a run is made on, and the bars that it has missed. */
#pragma once

#include <stdbool.h>

/* Says which machine this is. */
void verdict_print_machine(bool as_json);

/* Notes that a row has missed a bar. */
void verdict_miss(const char *row, const char *contender, const char *what, double value,
		  double bar);

/* Names what was missed; returns the program's exit status: 0, or 1 where anything was. */
int verdict_print(bool as_json);
