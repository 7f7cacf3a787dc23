/* SPDX-License-Identifier: MIT */
/* name: the sizes of names, with their NUL. */
#pragma once

enum { PROCESS_NAME_SIZE = 64, IDENTIFIER_SIZE = 256, RUN_ID_SIZE = 33 };
