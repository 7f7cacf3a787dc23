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

static bool may_match(const struct rule *rule, const char *process)
{
	return rule->name.kind != GLOB_LITERAL || strcmp(rule->name.pattern, process) == 0;
}

/* Takes a moment of the time of sum_up(): nearly always the answer is no. */
static bool may_be_too_large(const struct rules *rules, struct subject subject)
{
	size_t size = 0, n = 0;

	for (size_t i = 0; i < rules->n; i++) {
		const struct rule *const rule = &rules->rule[i];

		if (rule->n_fields == 0 || !may_match(rule, subject.process))
			continue;
		n += rule->n_fields;
		for (size_t k = 0; k < rule->n_fields; k++)
			size += field_assignment_size(&rule->fields[k]);
	}
	return size > SETTINGS_FIELDS_SIZE_MAX || n > SETTINGS_FIELDS_MAX;
}

static void sum_up(const struct rules *rules, struct settings_fields *fields,
		   struct subject subject)
{
	struct settings settings;

	memset(fields, 0, sizeof(*fields));
	settings_init(&settings, fields);
	settings_apply(&settings, rules, subject.identifier, subject.process);
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

static void report_sum(const struct rule *rule, const struct settings_fields *fields,
		       conf_diag_fn *diag, void *userdata)
{
	const struct subject subject = subject_of(rule);
	struct conf_diags diags = { .diag = diag, .userdata = userdata, .file = rule->file };

	if (fields->sum > SETTINGS_FIELDS_SIZE_MAX)
		conf_error(
			&diags, rule->line,
			"the fields of process \"%.64s\" of \"%.64s\" are %.1f MiB together (expected at most %d MiB)",
			subject.process, subject.identifier, (double)fields->sum / mib,
			SETTINGS_FIELDS_SIZE_MAX >> 20);
	else
		conf_error(
			&diags, rule->line,
			"process \"%.64s\" of \"%.64s\" has too many fields (expected at most %d): %s is left out",
			subject.process, subject.identifier, SETTINGS_FIELDS_MAX,
			fields->left_out->name);
	conf_first_diag_clear(&diags.first);
}

int conf_check_sums(const struct conf *conf, conf_diag_fn *diag, void *userdata)
{
	const struct rules *rules = conf_rules(conf);
	AUTO_FREE struct settings_fields *fields = malloc(sizeof(*fields));
	int r = 0;

	if (!fields)
		return -ENOMEM;
	for (size_t i = 0; i < rules->n; i++) {
		const struct subject subject = subject_of(&rules->rule[i]);

		if (rules->rule[i].n_fields == 0 || was_checked(rules, i) ||
		    !may_be_too_large(rules, subject))
			continue;
		sum_up(rules, fields, subject);
		if (!fields->left_out)
			continue;
		report_sum(&rules->rule[i], fields, diag, userdata);
		r = -EBADMSG;
	}
	return r;
}
