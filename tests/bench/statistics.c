/* SPDX-License-Identifier: MIT */
#include "statistics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int compare_doubles(const void *a, const void *b)
{
	const double x = *(const double *)a;
	const double y = *(const double *)b;

	return (x > y) - (x < y);
}

struct middle middle_of(const double *values, unsigned n)
{
	static double sorted[STATISTICS_MAX];
	const unsigned off = (unsigned)(0.98 * sqrt(n));
	const unsigned half = n / 2;

	memcpy(sorted, values, n * sizeof(*values));
	qsort(sorted, n, sizeof(*sorted), compare_doubles);
	return (struct middle){
		.value = n % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2,
		.low = sorted[half > off ? half - off : 0],
		.high = sorted[half + off < n ? half + off : n - 1],
	};
}

double minimum_of(const double *values, unsigned n)
{
	double minimum = values[0];

	for (unsigned i = 1; i < n; i++)
		minimum = values[i] < minimum ? values[i] : minimum;
	return minimum;
}

double spread_of(const struct middle *ratio)
{
	return (ratio->high - ratio->low) / ratio->value;
}
