/* SPDX-License-Identifier: MIT */
/* What a struct conf is to the files that make it and look at it. */
#pragma once

#include "conf-layer.h"

struct conf {
	struct conf_layer *layers;
	size_t n_layers;
	char *directory; /* of the drop-ins; or NULL */
	struct conf_identity directory_identity;
	bool directory_unsettled;
	struct conf_identity root; /* of "/" */
	struct rule *rule;
	struct rules rules;
};
