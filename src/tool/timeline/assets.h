/* SPDX-License-Identifier: MIT */
/* assets: style.css, page.css and script.js as strings, which make turns into assets.c. */
#pragma once

extern const char timeline_style[];  /* of the picture */
extern const char timeline_page[];   /* of the page around it */
extern const char timeline_script[]; /* of the page */
