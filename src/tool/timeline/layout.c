/* SPDX-License-Identifier: MIT */
#include "tool/timeline/layout.h"

#include <inttypes.h>

#include "tool/timeline/markup.h"

uint64_t layout_since(const struct picture *picture, uint64_t when_us)
{
	return when_us > picture->axis.from_us ? when_us - picture->axis.from_us : 0;
}

void layout_put_x(const struct picture *picture, const char *name, uint64_t when_us)
{
	(void)fprintf(picture->file, " %s=\"%.4f%%\"", name, axis_percent(&picture->axis, when_us));
}

/* The script of a page places elements anew by data-a and data-b. */
void layout_put_span(const struct picture *picture, uint64_t from_us, uint64_t to_us)
{
	const double from = axis_percent(&picture->axis, from_us),
		     to = axis_percent(&picture->axis, to_us);

	(void)fprintf(
		picture->file,
		" x=\"%.4f%%\" width=\"%.4f%%\" data-a=\"%" PRIu64 "\" data-b=\"%" PRIu64 "\"",
		from, to - from, layout_since(picture, from_us), layout_since(picture, to_us));
}

void layout_put_moment(const struct picture *picture, const struct lane *lane, uint64_t when_us)
{
	char text[AXIS_TEXT_SIZE];

	(void)fprintf(picture->file, "%s, ",
		      axis_format_time(&picture->axis, when_us, false, text));
	markup_print(picture->file, lane->name);
}
