/* SPDX-License-Identifier: MIT */
/* statistics: what the rounds of a row say together. */
#pragma once

enum { STATISTICS_MAX = 606 };

/* The median of some rounds, and its 95 % confidence interval: ranks that the binomial distribution
 * gives. */
struct middle {
	double value, low, high;
};

struct middle middle_of(const double *values, unsigned n); /* of STATISTICS_MAX at most */

double minimum_of(const double *values, unsigned n);

/* Returns the width of the interval beside the median. */
double spread_of(const struct middle *ratio);
