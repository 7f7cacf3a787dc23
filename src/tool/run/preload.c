/* SPDX-License-Identifier: MIT */
#include "tool/run/preload.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/cleanup.h"

enum {
	LIST_MAX = 2 * PATH_MAX,
	PROGRAM_HEADERS_MAX = 256,
#if __SIZEOF_POINTER__ == 8
	OUR_CLASS = ELFCLASS64,
#else
	OUR_CLASS = ELFCLASS32,
#endif
};

#if __SIZEOF_POINTER__ == 8
typedef Elf64_Ehdr elf_header;
typedef Elf64_Phdr program_header;
#else
typedef Elf32_Ehdr elf_header;
typedef Elf32_Phdr program_header;
#endif

/* ---- Which file it will be -------------------------------------------------------------------- */

static bool is_executable(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

/* Returns false where there is none: executing it will say so. */
static bool find_command(char path[PATH_MAX], const char *command)
{
	const char *directory = getenv("PATH");
	int size;

	if (strchr(command, '/'))
		return snprintf(path, PATH_MAX, "%s", command) < PATH_MAX && is_executable(path);
	for (directory = directory ? directory : "/bin:/usr/bin"; directory;) {
		const char *const end = strchrnul(directory, ':');

		size = snprintf(path, PATH_MAX, "%.*s%s%s", (int)(end - directory), directory,
				end > directory ? "/" : "", command);
		if (size < PATH_MAX && is_executable(path))
			return true;
		directory = *end ? end + 1 : NULL;
	}
	return false;
}

/* ---- Whether the run-time linker will look at LD_PRELOAD --------------------------------------- */

/* The kernel marks such a program as secure (AT_SECURE), but not where it changes no user or group: that
 * of root is an ordinary one to root. */
static bool is_privileged(const char *path)
{
	struct statvfs filesystem;
	struct stat st;

	if (stat(path, &st) < 0 || prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ||
	    (statvfs(path, &filesystem) == 0 && filesystem.f_flag & ST_NOSUID))
		return false;
	if ((st.st_mode & S_ISUID && st.st_uid != getuid()) ||
	    ((st.st_mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP) && st.st_gid != getgid()))
		return true;
	return getuid() != 0 && getxattr(path, "security.capability", NULL, 0) > 0;
}

static bool has_interpreter(int fd, const elf_header *header)
{
	program_header segment;

	if (header->e_phentsize != sizeof(segment))
		return true; /* the kernel will refuse it */
	for (unsigned i = 0; i < header->e_phnum && i < PROGRAM_HEADERS_MAX; i++) {
		if (pread(fd, &segment, sizeof(segment),
			  (off_t)(header->e_phoff + i * sizeof(segment))) !=
		    (ssize_t)sizeof(segment))
			return true;
		if (segment.p_type == PT_INTERP)
			return true;
	}
	return false;
}

/* A script is executed by a program that this says nothing of. */
static const char *refuse_binary(const char *path)
{
	AUTO_CLOSE const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	elf_header header;

	if (fd < 0 || pread(fd, &header, sizeof(header), 0) != (ssize_t)sizeof(header) ||
	    memcmp(header.e_ident, ELFMAG, SELFMAG) != 0)
		return NULL;
	if (header.e_ident[EI_CLASS] != OUR_CLASS)
		return "a program of another word size: libmplog-syslog cannot be loaded into it";
	return has_interpreter(fd, &header)
		       ? NULL
		       : "statically linked: its syslog(3) cannot be replaced by libmplog-syslog";
}

/* ---- The environment -------------------------------------------------------------------------- */

static const char *add_library(const char *library)
{
	const char *const before = getenv("LD_PRELOAD");
	char list[LIST_MAX];

	if (before && before[0]) {
		if (snprintf(list, sizeof(list), "%s:%s", before, library) >= LIST_MAX)
			return "too long together with LD_PRELOAD";
		library = list;
	}
	return setenv("LD_PRELOAD", library, 1) < 0 ? strerror(errno) : NULL;
}

const char *preload_syslog(const char *command, const char **ret_file)
{
	static char path[PATH_MAX], library[PATH_MAX];
	const char *const given = secure_getenv("MPLOG_SYSLOG_LIBRARY");
	const char *const file = given ? given : SYSLOG_LIBRARY;
	const char *refusal;

	*ret_file = command;
	if (find_command(path, command)) {
		*ret_file = path;
		if (is_privileged(path))
			return "a set-user-ID or set-group-ID program, or one with capabilities: it "
			       "ignores LD_PRELOAD, so that its syslog(3) cannot be replaced";
		refusal = refuse_binary(path);
		if (refusal)
			return refusal;
	}
	*ret_file = file;
	if (!realpath(file, library))
		return strerror(errno);
	if (strpbrk(library, " :"))
		return "LD_PRELOAD takes no path with blanks or colons";
	return add_library(library);
}
