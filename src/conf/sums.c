/* SPDX-License-Identifier: MIT */
#include "conf/sums.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

static const double mib = 1 << 20;

/* A pattern stands for the names that match it: taken as a name it does so itself. */
struct subject {
	const char *identifier, *process;
};

static struct subject subject_of(const struct rule *rule)
{
	const bool is_any = strcmp(rule->identifier.pattern, "*") == 0;

	return (struct subject){ is_any ? rule->scope.pattern : rule->identifier.pattern,
				 rule->name.pattern };
}

static bool is_same_subject(const struct subject *a, const struct subject *b)
{
	return strcmp(a->identifier, b->identifier) == 0 && strcmp(a->process, b->process) == 0;
}

static size_t size_of_fields(const struct rule *rule)
{
	size_t size = 0;

	for (size_t i = 0; i < rule->n_fields; i++)
		size += field_assignment_size(&rule->fields[i]);
	return size;
}

static size_t sum_up(const struct rules *rules, struct settings_fields *fields,
		     struct subject subject)
{
	struct settings settings;

	memset(fields, 0, sizeof(*fields));
	settings_init(&settings, fields);
	settings_apply(&settings, rules, subject.identifier, subject.process);
	return fields->sum;
}

static bool was_checked(const struct rules *rules, size_t n)
{
	const struct subject subject = subject_of(&rules->rule[n]);

	for (size_t i = 0; i < n; i++) {
		const struct subject other = subject_of(&rules->rule[i]);

		if (rules->rule[i].n_fields > 0 && is_same_subject(&subject, &other))
			return true;
	}
	return false;
}

static void report_sum(const struct rule *rule, size_t sum, conf_diag_fn *diag, void *userdata)
{
	const struct subject subject = subject_of(rule);
	struct conf_diags diags = { .diag = diag, .userdata = userdata, .file = rule->file };

	conf_error(
		&diags, rule->line,
		"the fields of process \"%.64s\" of \"%.64s\" are %.1f MiB together (expected at most %d MiB)",
		subject.process, subject.identifier, (double)sum / mib,
		SETTINGS_FIELDS_SIZE_MAX >> 20);
	conf_first_diag_clear(&diags.first);
}

int conf_check_sums(const struct conf *conf, conf_diag_fn *diag, void *userdata)
{
	const struct rules *rules = conf_rules(conf);
	AUTO_FREE struct settings_fields *fields = malloc(sizeof(*fields));
	size_t total = 0;
	int r = 0;

	if (!fields)
		return -ENOMEM;
	for (size_t i = 0; i < rules->n; i++)
		total += size_of_fields(&rules->rule[i]);
	for (size_t i = 0; i < rules->n && total > SETTINGS_FIELDS_SIZE_MAX; i++) {
		const struct subject subject = subject_of(&rules->rule[i]);
		size_t sum;

		if (rules->rule[i].n_fields == 0 || was_checked(rules, i))
			continue;
		sum = sum_up(rules, fields, subject);
		if (sum <= SETTINGS_FIELDS_SIZE_MAX)
			continue;
		report_sum(&rules->rule[i], sum, diag, userdata);
		r = -EBADMSG;
	}
	return r;
}
