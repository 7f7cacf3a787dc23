/* SPDX-License-Identifier: MIT */
/* color: the colour of a name, the same wherever the name is shown. Pure. */
#pragma once

#include <stddef.h>

/* A coloured text begins with COLOR_BEGIN, the number of the colour, and "m". */
#define COLOR_BEGIN "\033[38;5;"
#define COLOR_END   "\033[0m"

/* Returns a number of the palette of 256 colours that can be read on black and on white. */
unsigned color_of_name(const char *name, size_t length);
