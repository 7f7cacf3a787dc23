/* SPDX-License-Identifier: MIT */
/* The kernel's out-of-memory killer ends a worker: its parent dumps the worker's black box. Where no memory
 * cgroup can be made, the SIGKILL of test-blackbox stands for it. */
#include "lib/family.h"
#include "lib/suite.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>

static const char configuration[] =
	"defaults = { level = \"info\"; prefix = \"\"; timeout_ms = 60000;\n"
	"  blackbox = { level = \"debug\"; }; };\n";

enum {
	CALLS = 1000,
	CHUNK = 1 << 20,
	LIMIT_CHUNKS = 32,
	TRIED_CHUNKS = 8 * LIMIT_CHUNKS,
	POLL_MS = 20
};

/* ---- Memory cgroups: version 1, and 2 where the machine has given memory to the root's children ---- */

static const struct {
	const char *root, *limit, *with_swap;
} hierarchies[] = {
	{ "/sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.memsw.limit_in_bytes" },
	{ "/sys/fs/cgroup", "memory.max", NULL },
	{ "/sys/fs/cgroup/unified", "memory.max", NULL },
};

static char cgroup[128];

static bool put_number(const char *name, long number)
{
	char path[256], text[32];
	const int size = snprintf(text, sizeof(text), "%ld\n", number);
	int fd;
	bool ok;

	(void)snprintf(path, sizeof(path), "%s/%s", cgroup, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	ok = write(fd, text, (size_t)size) == size;
	return close(fd) == 0 && ok;
}

/* Returns false where none can be made. */
static bool make_cgroup(void)
{
	const long limit = (long)LIMIT_CHUNKS * CHUNK;

	for (size_t i = 0; i < sizeof(hierarchies) / sizeof(hierarchies[0]); i++) {
		(void)snprintf(cgroup, sizeof(cgroup), "%s/mplog-test-%d", hierarchies[i].root,
			       getpid());
		if (mkdir(cgroup, 0755) < 0)
			continue;
		if (put_number(hierarchies[i].limit, limit)) {
			if (hierarchies[i].with_swap)
				(void)put_number(hierarchies[i].with_swap, limit);
			else
				(void)put_number("memory.swap.max", 0);
			return true;
		}
		(void)rmdir(cgroup);
	}
	return false;
}

/* ---- The worker ------------------------------------------------------------------------------------ */

static void eat(void)
{
	for (int i = 0; i < TRIED_CHUNKS; i++) {
		void *const chunk = mmap(NULL, CHUNK, PROT_READ | PROT_WRITE,
					 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		if (chunk == MAP_FAILED)
			break;
		memset(chunk, 1, CHUNK);
	}
}

static void work(void)
{
	if (!put_number("cgroup.procs", getpid()))
		_exit(2);
	for (int i = 1; i <= CALLS; i++)
		(void)mplog_event(MPLOG_DEBUG, MPLOG_FIELDS(MPLOG_F("N", i)), "step %d", i);
	eat();
	_exit(3);
}

START_TEST(a_worker_that_the_kernel_has_killed_is_dumped)
{
	struct journal_entries dumped;
	siginfo_t info;
	pid_t pid;

	if (!make_cgroup()) {
		(void)puts("test-oom: no memory cgroup here");
		return;
	}
	family_open("oom", configuration);
	pid = mplog_fork("worker-1");
	if (pid == 0)
		work();
	ck_assert_int_eq(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	ck_assert_int_eq(mplog_reap(pid, NULL), 0);
	child_killed(pid, SIGKILL);
	while (rmdir(cgroup) < 0 && errno == EBUSY)
		(void)poll(NULL, 0, POLL_MS);
	mplog_close();
	dumped =
		journal_read("SYSLOG_IDENTIFIER=oom", "PROCESS=worker-1", "MPLOG_BLACKBOX=1", NULL);
	ck_assert_uint_gt(dumped.n, 0);
	for (size_t i = 0; i < dumped.n; i++)
		ck_assert_uint_eq(journal_number(&dumped.entries[i], "N"),
				  CALLS - dumped.n + 1 + i);
	journal_entries_free(&dumped);
}
END_TEST

int main(void)
{
	Suite *const suite = suite_create("oom");
	TCase *const tcase = suite_case(suite, "oom", journald_start, NULL);

	tcase_add_test(tcase, a_worker_that_the_kernel_has_killed_is_dumped);
	return suite_run(suite);
}
