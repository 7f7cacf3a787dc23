/* SPDX-License-Identifier: MIT */
#include "api/child-name.h"

#include <string.h>

#include "base/name.h"
#include "base/strbuf.h"
#include "board/board.h"
#include "board/child-number.h"
#include "process/ancestry.h"
#include "process/fork-detect.h"
#include "scope/pattern.h"
#include "scope/scope.h"

void child_name_make(const char *pattern, char *ret_name, unsigned *ret_number,
		     const struct scope_config *parent)
{
	struct slot *slot = scope_slot(&process_scope); /* still the parent's */
	struct pattern_vars vars = {
		.process = parent->process,
		.identifier = parent->output.identifier,
		.parent = parent->process,
		.pid = getpid_cached(),
		.number = ancestry_forks(),
		.count = ancestry_forks(),
	};
	char name[PROCESS_NAME_SIZE];
	struct strbuf text = { .data = name, .capacity = sizeof(name) - 1 };

	if (board_is_shared() && board_index(slot) >= 0) {
		vars.count = atomic_fetch_add(&slot->forks, 1) + 1;
		if (strstr(pattern, "%c"))
			vars.number = child_number_claim(slot, getpid_cached(),
							 ancestry_in_other_pidns());
	}
	pattern_expand(&text, pattern, &vars);
	name[text.size < sizeof(name) ? text.size : sizeof(name) - 1] = '\0';
	(void)process_name_sanitize(ret_name, name);
	*ret_number = vars.number;
}
