/* SPDX-License-Identifier: MIT */
/* The directory of the system's own files, wherever ./configure has put it, for a test alone. */
#pragma once

#include "lib/shell.h"

/* In the test's private mount namespace another directory lies over SYSCONFDIR, or over the nearest one
 * above it that is there: it shows what the covered one has, but no configuration of mplog. A later call
 * takes away what there is of that. */
static inline void sysconfdir_cover(void)
{
	shell_run(
		0,
		"sysconfdir='" SYSCONFDIR "' cover=/run/sysconfdir\n"
		"if ! [ -d $cover ]; then\n"
		"  directory=$sysconfdir\n"
		"  until [ -d \"$directory\" ]; do\n"
		"    directory=${directory%%/*}; [ \"$directory\" ] || exit\n"
		"  done\n"
		"  mkdir -m 755 $cover\n"
		"  for entry in \"$directory\"/*; do\n"
		"    copy=$cover/${entry##*/}\n"
		"    case $copy in */mplog.conf*) continue ;; esac\n"
		"    if [ -d \"$entry\" ] && ! [ -L \"$entry\" ]; then\n"
		"      mkdir \"$copy\" && mount --rbind \"$entry\" \"$copy\"\n"
		"    elif [ -r \"$entry\" ]; then\n"
		"      cp -P \"$entry\" \"$copy\"\n"
		"    fi || exit\n"
		"  done\n"
		"  mount --rbind $cover \"$directory\"\n"
		"fi || exit\n"
		"mkdir -p \"$sysconfdir\" && cd \"$sysconfdir\" && rm -rf mplog.conf* && mkdir mplog.conf.d");
}
