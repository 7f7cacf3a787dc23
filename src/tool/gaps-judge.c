/* SPDX-License-Identifier: MIT */
/* gaps: what the figures come to. */
#include "gaps.h"

/* Who was killed did not tell of the last ones itself. */
static uint64_t larger(uint64_t told, uint64_t final)
{
	return told > final ? told : final;
}

static uint64_t left_over(uint64_t all, uint64_t part)
{
	return all > part ? all - part : 0;
}

struct verdict gaps_judge(const struct counted *process)
{
	const struct losses *told = &process->told, *final = &process->final;
	struct verdict verdict = {
		.last = larger(numbers_last(&process->numbers), process->last),
		.losses = { .lost = larger(told->lost, final->lost),
			    .diverted = larger(told->diverted, final->diverted),
			    .suppressed = larger(told->suppressed, final->suppressed) },
	};

	verdict.missing = numbers_missing(&process->numbers, verdict.last);
	/* It gave a number and did not live to say what became of the record. */
	if (process->end == END_KILLED)
		verdict.in_flight =
			left_over(process->last, process->sent + final->lost + final->diverted);
	if (verdict.in_flight > verdict.missing)
		verdict.in_flight = verdict.missing;
	verdict.unknown = left_over(verdict.missing, verdict.in_flight + verdict.losses.lost +
							     verdict.losses.diverted);
	return verdict;
}
