# MPLOG_PYTHON(VERSION)
# --with-python=PROGRAM says which Python the module is for, --without-python that it is not installed;
# --with-pythondir=DIR where it is. Without that it is a directory below the prefix in which this Python
# looks for modules: Debian has other ones than the rest. Sets PYTHON, pythondir, the conditional PYTHON,
# and TEST_PYTHON, which has joblib if any Python here has it.
AC_DEFUN([MPLOG_PYTHON], [
	AC_ARG_WITH([python],
		[AS_HELP_STRING([--with-python=PROGRAM],
			[install the module for this Python, $1 or later @<:@python3, if it is there@:>@])],
		[], [with_python=check])
	AC_ARG_WITH([pythondir],
		[AS_HELP_STRING([--with-pythondir=DIR], [directory of the module for Python])],
		[], [with_pythondir=yes])
	AS_CASE([$with_python], [yes|no|check], [], [PYTHON=$with_python
		command -v "$PYTHON" >/dev/null || AC_MSG_ERROR([--with-python: there is no $PYTHON])])
	AS_IF([test "$with_python" = no], [PYTHON=:], [AM_PATH_PYTHON([$1], [], [PYTHON=:])])
	AS_IF([test "$with_python" != check && test "$with_python" != no && test "$PYTHON" = :],
		[AC_MSG_ERROR([no Python $1 or later was found; without it: ./configure --without-python])])
	mplog_prefix=$prefix
	test "$mplog_prefix" != NONE || mplog_prefix=$ac_default_prefix
	AS_IF([test "$PYTHON" != :], [pythondir=$($PYTHON -I -c '
import sys
prefix = sys.argv@<:@1@:>@
own = prefix + "/lib/python%d.%d/site-packages" % sys.version_info@<:@:2@:>@
found = @<:@path for path in sys.path if path.startswith(prefix + "/lib/python")
         and path.endswith(("/site-packages", "/dist-packages"))@:>@
print((found + @<:@own@:>@)@<:@0@:>@.replace(prefix, "$""{prefix}", 1))' "$mplog_prefix")])
	AS_CASE([$with_pythondir], [yes], [], [no], [PYTHON=:], [pythondir=$with_pythondir])
	AC_SUBST([pythondir])
	AM_CONDITIONAL([PYTHON], [test "$PYTHON" != :])
	TEST_PYTHON=$PYTHON
	test "$PYTHON" != : || TEST_PYTHON=python3
	for mplog_python in "$TEST_PYTHON" python3 /usr/bin/python3; do
		AS_IF(["$mplog_python" -c 'import sys, joblib; sys.exit(sys.version_info < (3, 9))' \
			>/dev/null 2>&1], [TEST_PYTHON=$mplog_python; break])
	done
	AC_SUBST([TEST_PYTHON])
])
