/* SPDX-License-Identifier: MIT */
/* color: the colour of a name, always the same for that name, wherever it is shown. Pure. */
#pragma once

#include <stddef.h>

/* "\033[38;5;" COLOR "m" begins it. */
#define COLOR_BEGIN "\033[38;5;"
#define COLOR_END   "\033[0m"

/* A number of the palette of 256 colours that can be read on black and on white. */
unsigned color_of_name(const char *name, size_t length);
