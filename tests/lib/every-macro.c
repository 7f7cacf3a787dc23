/* SPDX-License-Identifier: MIT */
/* Every macro of mplog.h in use, in what is common to C and C++. tests/tree/check-header compiles it
 * with every warning and sees to it that none is left out. */
#define MPLOG_LOGGER "every-macro"
#include <mplog.h>

#ifdef MPLOG_LIMITED
#if MPLOG_MAX_LEVEL != MPLOG_WARNING
#error "MPLOG_MAX_LEVEL defined before the include has to hold"
#endif
#endif

int every_level(int n);
int every_field(const char *text, const void *data, size_t size);
int every_scope(void);
int every_flag(void);

int every_level(int n)
{
	int r = 0;

	mplog(MPLOG_INFO, "no arguments");
	mplog(n, "%d of them", 1);
	mplog_emerg("emerg");
	mplog_alert("alert %d", n);
	mplog_crit("crit");
	mplog_err("err %d", n);
	mplog_warning("warning");
	mplog_notice("notice %d %s", n, "x");
	mplog_info("info");
	r += mplog_debug("debug %d", n);
	r += mplog_errno(MPLOG_ERR, n, "open");
	r += mplog_errno(MPLOG_ERR, -n, "open %s", "/nowhere");
	if (mplog_enabled(MPLOG_DEBUG))
		mplog_debug("braces are not needed");
	else
		mplog_info("an else belongs to the right if");
	r += mplog(MPLOG_ALERT | MPLOG_VERSION_MAJOR, "within %d",
		   mplog_info("%d", mplog_debug("x")));
	r += mplog_event(
		MPLOG_INFO, MPLOG_FIELDS(MPLOG_F("N", mplog_info("x")), MPLOG_F("M", 1)), "%d",
		mplog_event(MPLOG_INFO, MPLOG_FIELDS(MPLOG_F("N", MPLOG_VERSION_MINOR)), "x"));
	mplog_once(MPLOG_INFO, "no arguments");
	mplog_ratelimit(n, 1000, 10, "no arguments");
	r += mplog_once(MPLOG_WARNING, "%d", mplog_once(MPLOG_WARNING, "%d", n));
	r += mplog_ratelimit(MPLOG_ERR, 1000, 10, "%d", mplog_ratelimit(n, 1000, 10, "%d", n));
	if (mplog_once(n, "braces are not needed"))
		mplog_ratelimit(n, 1000, 10, "%s", "x");
	else
		mplog_once(n, "an else belongs to the right if");
	return r + mplog(MPLOG_ALERT, "as an expression");
}

int every_field(const char *text, const void *data, size_t size)
{
	char array[] = "array";
	char *mutable_text = array;
	const bool yes = true;
	const char c = 'c';
	const signed char sc = 1;
	const unsigned char uc = 1;
	const short s = 1;
	const unsigned short us = 1;
	const unsigned u = 1;
	const long l = 1;
	const unsigned long ul = 1;
	const long long ll = 1;
	const unsigned long long ull = 1;
	const float f = 1;
	const double d = 1;
	const long double ld = 1;

	mplog_event(MPLOG_INFO, MPLOG_FIELDS(MPLOG_F("ONE", 1)), "one field");
	return mplog_event(
		MPLOG_DEBUG,
		MPLOG_FIELDS(MPLOG_F("BOOL", yes), MPLOG_F("CHAR", c), MPLOG_F("SCHAR", sc),
			     MPLOG_F("UCHAR", uc), MPLOG_F("SHORT", s), MPLOG_F("USHORT", us),
			     MPLOG_F("INT", 1), MPLOG_F("UINT", u), MPLOG_F("LONG", l),
			     MPLOG_F("ULONG", ul), MPLOG_F("LLONG", ll), MPLOG_F("ULLONG", ull),
			     MPLOG_F("FLOAT", f), MPLOG_F("DOUBLE", d), MPLOG_F("LDOUBLE", ld),
			     MPLOG_F("STRING", text), MPLOG_F("LITERAL", "x"),
			     MPLOG_F("ARRAY", array), MPLOG_F("MUTABLE", mutable_text),
			     MPLOG_BLOB("BLOB", data, size)),
		"%s", text);
}

int every_scope(void)
{
	MPLOG_SCOPE("outer");
	{
		MPLOG_SCOPE("inner");
		mplog_info("two scopes of one block each");
	}
	MPLOG_SCOPE("second of its block");
	return mplog_level() == MPLOG_NONE;
}

int every_flag(void)
{
	const unsigned types[] = {
		MPLOG_FIELD_INT,  MPLOG_FIELD_UINT,   MPLOG_FIELD_REAL,
		MPLOG_FIELD_BOOL, MPLOG_FIELD_STRING, MPLOG_FIELD_BLOB,
	};
	const int levels[] = { MPLOG_EMERG,   MPLOG_ALERT,  MPLOG_CRIT, MPLOG_ERR,
			       MPLOG_WARNING, MPLOG_NOTICE, MPLOG_INFO, MPLOG_DEBUG };

	return mplog_open("every-macro", NULL,
			  MPLOG_SINGLE | MPLOG_ECHO | MPLOG_STRICT | MPLOG_PRIVATE) +
	       (int)types[0] + levels[0];
}
