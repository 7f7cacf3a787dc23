/* SPDX-License-Identifier: MIT */
#include "tool/journal/judge.h"

/* A killed process could not report its last losses; the board or its parent did. */
static uint64_t larger(uint64_t told, uint64_t final)
{
	return told > final ? told : final;
}

static uint64_t left_over(uint64_t all, uint64_t part)
{
	return all > part ? all - part : 0;
}

/* No process is older than the boot of its machine, nor than its run. */
static bool is_older(const struct tally *tally, const struct counted *process)
{
	if (process->since_us)
		return process->since_us < tally->begins_us;
	return process->booted_us < tally->begins_us && !process->run->begins;
}

void judge_find_older(struct tally *tally)
{
	for (size_t i = 0; i < tally->n; i++)
		tally->process[i]->is_older = is_older(tally, tally->process[i]);
}

bool judge_is_worth_a_line(const struct counted *process)
{
	const struct losses *told = &process->told;

	if (process->records || process->is_reported)
		return true;
	return (told->lost || told->diverted || told->suppressed) &&
	       (process->uid == 0 || process->first_uid == process->run->uid);
}

/* journald deletes old files: the first numbers of an older process are not missing then. */
static uint64_t find_before(const struct counted *process, uint64_t last)
{
	struct range first;
	uint64_t end;

	if (!process->is_older || numbers_has(&process->told_of, 1) ||
	    !numbers_gap(&process->numbers, 0, last, &first) || first.first != 1)
		return 0;
	end = numbers_same_until(&process->told_of, 1);
	return end < first.last ? end : first.last;
}

struct verdict judge(const struct counted *process)
{
	const struct figures *figures = &process->figures;
	const struct losses *told = &process->told, *final = &figures->losses;
	const struct losses *before = &process->told_before;
	struct verdict verdict = {
		.last = larger(numbers_last(&process->numbers), figures->last),
		.losses = { .lost = larger(told->lost, left_over(final->lost, before->lost)),
			    .diverted = larger(told->diverted,
					       left_over(final->diverted, before->diverted)),
			    .suppressed = larger(told->suppressed, left_over(final->suppressed,
									     before->suppressed)) },
	};

	verdict.before = find_before(process, verdict.last);
	verdict.missing = numbers_missing(&process->numbers, verdict.last) - verdict.before;
	/* A killed process may have numbered a record without counting what became of it. */
	if (figures->end == END_KILLED)
		verdict.in_flight =
			left_over(figures->last, figures->sent + final->lost + final->diverted);
	if (verdict.in_flight > verdict.missing)
		verdict.in_flight = verdict.missing;
	verdict.unknown = left_over(verdict.missing, verdict.in_flight + verdict.losses.lost +
							     verdict.losses.diverted);
	return verdict;
}
