/* SPDX-License-Identifier: MIT */
/* What libFuzzer does with files, without it: each one once. */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

enum { SIZE_MAX_READ = 1 << 20, PATH_SIZE = 4096 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int run(const char *directory, const char *name)
{
	static uint8_t buffer[SIZE_MAX_READ];
	AUTO_FREE char *path = NULL;
	FILE *file;
	size_t size;

	if (asprintf(&path, "%s/%s", directory, name) < 0)
		return -1;
	file = fopen(path, "rb");
	if (!file) {
		perror(path);
		return -1;
	}
	size = fread(buffer, 1, sizeof(buffer), file);
	(void)fclose(file);

	/* Of its size to the byte, so that tools see what reads over the end. */
	AUTO_FREE uint8_t *data = malloc(size ? size : 1);
	if (!data)
		return -1;
	memcpy(data, buffer, size);
	(void)fprintf(stderr, "%s\n", path); /* the last one named is the one that failed */
	return LLVMFuzzerTestOneInput(data, size);
}

static int run_all(const char *directory, int *n)
{
	DIR *stream = opendir(directory);
	const struct dirent *entry;
	int r = 0;

	if (!stream) {
		perror(directory);
		return -1;
	}
	while (r == 0 && (entry = readdir(stream))) {
		if (entry->d_name[0] == '.')
			continue;
		r = run(directory, entry->d_name);
		++*n;
	}
	(void)closedir(stream);
	return r;
}

int main(void)
{
	static const char *const directories[] = { "fuzz/corpus", "data/good", "data/bad" };
	const char *top = getenv("top_srcdir");
	int n = 0;

	for (size_t i = 0; i < sizeof(directories) / sizeof(directories[0]); i++) {
		char path[PATH_SIZE];

		(void)snprintf(path, sizeof(path), "%s/tests/%s", top ? top : ".", directories[i]);
		if (run_all(path, &n) < 0)
			return EXIT_FAILURE;
	}
	(void)fprintf(stderr, "%d files\n", n);
	return n > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
