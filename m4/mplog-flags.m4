# MPLOG_ADD_FLAGS(RESULT, COMPILER-VARIABLE, FLAGS)
# Puts those of FLAGS that the compiler (or its linker) takes without complaint into RESULT, and
# substitutes it. COMPILER-VARIABLE is CFLAGS or LDFLAGS. Unknown flags are only a warning to clang,
# and unknown -Wno- ones not even that to gcc, hence -Werror.
AC_DEFUN([MPLOG_ADD_FLAGS], [
	$1=
	for mplog_flag in $3; do
		AS_VAR_PUSHDEF([mplog_cache], [mplog_cv_flag_$mplog_flag])
		AC_CACHE_CHECK([whether $CC takes $mplog_flag], [mplog_cache], [
			mplog_saved_cflags=$CFLAGS
			mplog_saved_ldflags=$LDFLAGS
			CFLAGS="$CFLAGS -Werror"
			$2="$$2 $mplog_flag"
			AC_LINK_IFELSE([AC_LANG_PROGRAM([], [])],
				[AS_VAR_SET([mplog_cache], [yes])],
				[AS_VAR_SET([mplog_cache], [no])])
			CFLAGS=$mplog_saved_cflags
			LDFLAGS=$mplog_saved_ldflags
		])
		AS_VAR_IF([mplog_cache], [yes], [AS_VAR_APPEND([$1], [" $mplog_flag"])])
		AS_VAR_POPDEF([mplog_cache])
	done
	AC_SUBST([$1])
])
