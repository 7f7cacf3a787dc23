/* SPDX-License-Identifier: MIT */
/* measure: contenders side by side, in rounds that interleave them, so that whatever else the
 * machine does meets all of them alike. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* A contender for a row. NULL functions: it cannot do that, or is not installed. */
struct contender {
	const char *name;
	void (*call)(void);
	bool (*prepare)(void); /* once, before the first round; false: is not there. May be NULL */
	/* What it may cost beside the baseline (DESIGN, section 5): a ratio, or so many nanoseconds
	 * more; either is enough. 0: no bar. */
	double bar, bar_ns;
	double bar_slower; /* the least ratio: how much slower than the baseline a peer is */
};

/* How a row is measured. The ratio that is printed is the median of the rounds' ratios, and its spread is
 * the width of the 95 % confidence interval of that median. A bar is missed where the whole interval is
 * over it. */
struct scenario {
	const char *title;
	const char *baseline; /* what a ratio of 1 is; NULL: the first contender */
	/* Nanoseconds that one call took, of so many. */
	double (*round)(void (*call)(void), const struct scenario *scenario);
	unsigned calls;
	unsigned
		rounds; /* at least; more, until the spread of each ratio that has a bar is small */
	unsigned burst; /* after so many calls the receiver catches up; 0: never */
	void (*catch_up)(void); /* NULL: it has the time to do so */
	bool with_latencies;    /* of single calls, in the same rounds */
};

/* --json: an object a line, in place of the table. */
void measure_as_json(bool json);

/* Says which machine this is; later, which bars were missed: returns the program's exit status. */
void measure_begin(void);
int measure_end(void);

/* How many rows there are to come, for the line that shows progress. */
void measure_announce(unsigned rows);

void measure(const struct scenario *scenario, const struct contender *contenders, size_t n);

/* A figure of its own: bytes, mostly. BAR: what it should be at most. */
void measure_figure(const char *title, const char *name, double value, const char *unit,
		    double bar);

/* One thread, one call after the other. The pauses between bursts are not counted. */
double round_of_calls(void (*call)(void), const struct scenario *scenario);

double now_ns(void);

/* How often the calling thread took memory from malloc(3) and its kin. */
extern __thread unsigned long allocations;
