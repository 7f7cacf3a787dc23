#ifndef MPLOG_LEVEL_H
#define MPLOG_LEVEL_H

/* Level names <-> numbers: 0 (emerg) to 7 (debug) as in syslog(3), -1 for none. */

#define MPLOG_LEVEL_API __attribute__((visibility("default")))

MPLOG_LEVEL_API int mplog_level_parse(const char *name, int *ret_level);
MPLOG_LEVEL_API const char *mplog_level_name(int level);

#endif
