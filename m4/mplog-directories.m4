# MPLOG_DIRECTORY(NAME, CONDITION, WHAT, DEFAULT)
# --with-NAME=DIR says where WHAT is installed, --without-NAME that it is not: then the conditional
# CONDITION is false. DEFAULT may refer to the directories of make.
AC_DEFUN([MPLOG_DIRECTORY], [
	AC_ARG_WITH([$1],
		[AS_HELP_STRING([--with-$1=DIR], [directory of $3 @<:@]m4_bpatsubst([[$4]], [[${}]], [])[@:>@])],
		[], [with_$1=yes])
	AS_IF([test "$with_$1" = yes], [with_$1='$4'])
	AM_CONDITIONAL([$2], [test "$with_$1" != no])
	AC_SUBST([$1], [$with_$1])
])

# MPLOG_EXPAND(VARIABLE, DIRECTORY)
# Puts a directory that refers to others into VARIABLE, as it will be when make has read it.
AC_DEFUN([MPLOG_EXPAND], [
	mplog_prefix=$prefix mplog_exec_prefix=$exec_prefix
	test "$prefix" != NONE || prefix=$ac_default_prefix
	test "$exec_prefix" != NONE || exec_prefix=$prefix
	eval $1=\"$2\"
	eval $1=\"$[]$1\"
	prefix=$mplog_prefix exec_prefix=$mplog_exec_prefix
])
