/* SPDX-License-Identifier: MIT */
#include "tool/ui/regex.h"

#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

#include "base/cleanup.h"

bool regex_matches(const regex_t *regex, struct bytes text)
{
#ifdef REG_STARTEND
	regmatch_t range = { .rm_so = 0, .rm_eo = (regoff_t)text.size };

	return regexec(regex, text.data ? text.data : "", 1, &range, REG_STARTEND) == 0;
#else
	AUTO_FREE char *copy = strndup(text.data ? text.data : "", text.size);

	return copy && regexec(regex, copy, 0, NULL, 0) == 0;
#endif
}

bool regex_has_upper_case(const char *expression)
{
	mbstate_t state = { 0 };
	wchar_t character;
	size_t size;

	while ((size = mbrtowc(&character, expression, MB_CUR_MAX, &state)) > 0) {
		if (size == (size_t)-1 || size == (size_t)-2) {
			state = (mbstate_t){ 0 };
			size = 1;
		} else if (iswupper((wint_t)character)) {
			return true;
		}
		expression += size;
	}
	return false;
}
