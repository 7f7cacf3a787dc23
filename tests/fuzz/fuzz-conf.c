/* SPDX-License-Identifier: MIT */
/* From the bytes of a configuration file to the bytes of a record. What it finds besides crashes:
 * text that the syntax checker passes and libconfig does not, settings out of their range, and
 * records that do not read back as they were written. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "conf/parse.h"
#include "conf/scan.h"
#include "fuzz/check-record.h"
#include "mplog.h"
#include "scope/scope-config.h"

enum { RECORD_CAPACITY = 1 << 20 };

static const char *const processes[] = { "main", "worker-1" };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_diag(void *userdata, const struct conf_diag *diag)
{
	must(diag->text[0] != '\0' && !strchr(diag->text, '\n'));
	must(diag->line <= *(const unsigned *)userdata);
	/* Of these libconfig finds none any more. */
	must(strcmp(diag->text, "syntax error") != 0);
}

static void check_settings(const struct settings *settings)
{
	for (size_t i = 0; i < SETTING_COUNT; i++) {
		const struct setting_info *info = &setting_infos[i];
		const int number = settings->number[i];

		switch (info->kind) {
		case KIND_LEVEL:
			must(number >= MPLOG_NONE && number <= MPLOG_DEBUG);
			break;
		case KIND_NUMBER:
			must(number >= info->min && number <= info->max);
			break;
		case KIND_CHOICE:
			must(number == info->number || info->choices[number][0] != '\0');
			break;
		case KIND_TEXT:
			must(!settings->text[i] || strlen(settings->text[i]) <= CONF_TEXT_MAX);
			break;
		default:
			must(number >= SETTING_AUTO && number <= 1);
			break;
		}
	}
}

static void log_with(const struct rules *rules, const char *process)
{
	static char buffer[RECORD_CAPACITY];
	static struct settings_fields fields;
	const struct scope_params source = {
		.identifier = "ingestd",
		.run_id = "0123456789abcdef0123456789abcdef",
		.process = process,
		.parent = "main",
		.pid = 1,
		.program_level = LEVEL_UNSET,
		.default_level = LEVEL_UNSET,
		.files = rules,
	};
	struct settings settings;
	struct record record;
	struct scope_config *config;

	memset(&fields, 0, sizeof(fields));
	settings_init(&settings, &fields);
	settings_apply(&settings, rules, source.identifier, process);
	check_settings(&settings);

	config = scope_config_new(&source);
	must(config != NULL);
	must(config->level == settings.number[SETTING_LEVEL]);
	const struct record_source record_source = {
		.head = config->head,
		.fields = config->fields,
		.prefix = config->output.prefix[0],
		.level = MPLOG_INFO,
		.tid = 1,
		.sequence = 1,
		.message = { "text", strlen("text") },
	};
	if (record_compose(&record, buffer, sizeof(buffer), &record_source) <= sizeof(buffer))
		check_record(&record);
	scope_config_free(config);
}

static void log_all(const struct conf_content *content)
{
	const size_t n = content->n_rules + (content->defaults != NULL);
	AUTO_FREE struct rule *rule = calloc(n + 1, sizeof(*rule));
	const struct rules rules = { rule, n };

	must(rule != NULL);
	if (content->defaults)
		rule[0] = *content->defaults;
	if (content->n_rules > 0)
		memcpy(rule + (content->defaults != NULL), content->rules,
		       content->n_rules * sizeof(*rule));
	for (size_t i = 0; i < sizeof(processes) / sizeof(processes[0]); i++)
		log_with(&rules, processes[i]);
}

static unsigned count_lines(const char *text, size_t size)
{
	unsigned n = 1;

	for (size_t i = 0; i < size; i++)
		n += text[i] == '\n';
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned n_lines = count_lines((const char *)data, size);
	struct conf_diags diags = { .diag = check_diag, .userdata = &n_lines, .file = "fuzz" };
	AUTO_FREE char *text = malloc(size + sizeof("\n"));
	struct conf_content *content = NULL;
	size_t n_values;
	int r;

	must(text != NULL);
	memcpy(mempcpy(text, data, size), "\n", sizeof("\n"));
	r = conf_scan(text, size, &diags, &n_values);
	must(r == 0 ? diags.n_errors == 0 : r == -EBADMSG && diags.n_errors == 1);
	if (r == 0) {
		r = conf_parse(text, n_values, "fuzz", &diags, &content);
		must(r == 0 ? diags.n_errors == 0 : r == -EBADMSG && diags.n_errors > 0);
	}
	if (content)
		log_all(content);
	conf_content_unref(content);
	conf_first_diag_clear(&diags.first);
	return 0;
}
