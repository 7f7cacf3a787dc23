/* SPDX-License-Identifier: MIT */
/* The configuration changes under a running program. MPLOG_TEST_EDITS: how many edits (2,000). */

#include "lib/family.h"
#include "lib/faults.h"
#include "lib/privileges.h"
#include "lib/suite.h"
#include "lib/sysconfdir.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>

enum {
	EDITS = 2000,
	RECORDS = 1000,    /* at least, while it is edited */
	RELOAD_EVERY = 15, /* edits: prime to their eight kinds, so that it meets each of them */
	FILE_SIZE = 128,
	THREADS = 8,
	CHILDREN = 4,
	SEEN_MS = 1500, /* a second, and what a busy machine adds */
};

/* ---- While everybody logs -------------------------------------------------------------------- */

static const char *const good[] = {
	"defaults = { prefix = \"one \"; fields = { SETTINGS = \"one\"; };\n"
	"  timeout_ms = 60000; };\n",
	"defaults = { prefix = \"two \"; fields = { SETTINGS = \"two\"; };\n"
	"  timeout_ms = 60000; level = \"debug\"; };\n",
};
static const char broken[] = "defaults = { prefix = \"bad \"; level = \"vebrose\"; };\n";
static const char last[] = "defaults = { prefix = \"last \"; fields = { SETTINGS = \"last\"; };\n"
			   "  timeout_ms = 60000; };\n";

/* All of one length: so one can be written over another with no moment when the file is empty. */
static const char *padded(const char *text)
{
	static char buffer[FILE_SIZE + 1];

	snprintf(buffer, sizeof(buffer), "%-*s", FILE_SIZE, text);
	return buffer;
}

static void overwrite(const char *path, const char *text)
{
	const int fd = open(path, O_WRONLY | O_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, padded(text), FILE_SIZE), FILE_SIZE);
	ck_assert_int_eq(close(fd), 0);
}

/* Of all processes. */
struct common {
	atomic_bool is_over;
	atomic_uint sent; /* records */
};
static struct common *common;

static void log_one(const char *text)
{
	if (mplog_info("%s", text) == 0)
		atomic_fetch_add(&common->sent, 1);
}

static void *log_on(void *unused)
{
	for (int i = 0; !atomic_load(&common->is_over); i++) {
		log_one("record");
		mplog_enter(i % 2 ? "odd" : "even");
		log_one("record");
		mplog_leave();
		pause_ms(2); /* journald has to keep up with all of them */
	}
	return unused;
}

static pid_t start_child(int i)
{
	char name[16];
	pid_t pid;

	snprintf(name, sizeof(name), "child-%d", i);
	pid = mplog_fork(name);
	if (pid == 0) {
		(void)log_on(NULL);
		mplog_reload();
		log_one("at last");
		_exit(0);
	}
	return pid;
}

/* No mplog_reload() while the file is missing: that would bring the defaults into force. */
static void edit(const char *path, int i)
{
	const bool is_removal = i % 4 == 3;

	if (is_removal)
		ck_assert_int_eq(unlink(path), 0);
	else if (i % 4 == 2)
		overwrite(path, good[i / 4 % 2]);
	else
		file_replace(path, padded(i % 4 == 1 ? broken : good[i / 4 % 2]));
	if (i % RELOAD_EVERY == 0 && !is_removal)
		(void)mplog_reload();
	else
		log_one("record");
}

static void assert_good(const struct journal_entry *entry)
{
	const char *message = journal_value(entry, "MESSAGE");
	const char *settings = journal_value(entry, "SETTINGS");
	char expected[32];

	ck_assert_msg(settings != NULL, "the defaults in force: %s", message);
	snprintf(expected, sizeof(expected), "%s ", settings);
	ck_assert_msg(strncmp(message, expected, strlen(expected)) == 0, "%s: %s", settings,
		      message);
}

static void assert_records(void)
{
	struct journal_entries all = family_read("edited");
	size_t n = 0, one = 0, two = 0, at_last = 0;

	for (size_t i = 0; i < all.n; i++) {
		const char *message = journal_value(&all.entries[i], "MESSAGE");

		if (journal_value(&all.entries[i], "MESSAGE_ID"))
			continue;
		assert_good(&all.entries[i]);
		one += strcmp(message, "one record") == 0;
		two += strcmp(message, "two record") == 0;
		at_last += strcmp(message, "last at last") == 0;
		n++;
	}
	ck_assert_uint_eq(n, atomic_load(&common->sent));
	ck_assert_uint_gt(one, 0);
	ck_assert_uint_gt(two, 0);
	ck_assert_uint_eq(at_last, CHILDREN + 1);
	journal_entries_free(&all);
}

START_TEST(edits_while_all_log)
{
	const int edits = suite_number("MPLOG_TEST_EDITS", EDITS);
	pthread_t threads[THREADS];
	pid_t children[CHILDREN];
	const char *path;

	common = faults_share(sizeof(*common));
	family_open("edited", padded(good[0]));
	path = family_path("edited");
	for (int i = 0; i < CHILDREN; i++)
		children[i] = start_child(i);
	for (int i = 0; i < THREADS; i++)
		threads[i] = thread_start(log_on, NULL);
	for (int i = 0; i < edits || atomic_load(&common->sent) < RECORDS; i++)
		edit(path, i);
	file_replace(path, last);
	atomic_store(&common->is_over, true);
	for (int i = 0; i < THREADS; i++)
		thread_join(threads[i]);
	for (int i = 0; i < CHILDREN; i++)
		child_exited_well(children[i]);
	ck_assert_int_eq(mplog_reload(), 0);
	log_one("at last");
	assert_records();
}
END_TEST

/* ---- The system's files ---------------------------------------------------------------------- */

static const char main_file[] = SYSCONFDIR "/mplog.conf";
static const char drop_in[] = SYSCONFDIR "/mplog.conf.d/50-test.conf";

/* Records go on, as in life; the level is what the next one finds within a second of its like. On a busy
 * machine that may come late: one that begins after that time finds it. */
static void assert_seen(int level)
{
	const int64_t begin = now_ms();
	bool is_late;

	do {
		is_late = now_ms() - begin >= SEEN_MS;
		ck_assert_int_eq(mplog_crit("tick"), 0);
		if (mplog_level() == level)
			return;
		pause_ms(10);
	} while (!is_late);
	ck_abort_msg("level %s, not %s", mplog_level_name(mplog_level()), mplog_level_name(level));
}

static void settle(void)
{
	pause_ms(100); /* what is just being written is not looked at yet */
}

START_TEST(files_come_and_go)
{
	ck_assert_int_eq(mplog_open("system", "main", 0), 0);
	ck_assert_int_eq(mplog_level(), MPLOG_INFO);
	settle();
	file_write(main_file, "defaults = { level = \"notice\"; };\n");
	assert_seen(MPLOG_NOTICE);
	file_replace(main_file, "defaults = { level = \"debug\"; };\n");
	assert_seen(MPLOG_DEBUG);
	file_write(drop_in, "defaults = { level = \"warning\"; };\n");
	assert_seen(MPLOG_WARNING);
	ck_assert_int_eq(unlink(drop_in), 0);
	assert_seen(MPLOG_DEBUG);
	/* A file that disappears changes nothing until mplog_reload(). */
	ck_assert_int_eq(unlink(main_file), 0);
	pause_ms(1100);
	ck_assert_int_eq(mplog_crit("tick"), 0);
	ck_assert_int_eq(mplog_level(), MPLOG_DEBUG);
	ck_assert_int_eq(mplog_reload(), 0);
	ck_assert_int_eq(mplog_level(), MPLOG_INFO);
}
END_TEST

START_TEST(link_to_another_file)
{
	file_write(SYSCONFDIR "/one", "defaults = { level = \"err\"; };\n");
	file_write(SYSCONFDIR "/two", "defaults = { level = \"debug\"; };\n");
	ck_assert_int_eq(symlink("one", main_file), 0);
	settle();
	ck_assert_int_eq(mplog_open("link", "main", 0), 0);
	ck_assert_int_eq(mplog_level(), MPLOG_ERR);
	ck_assert_int_eq(symlink("two", SYSCONFDIR "/fresh"), 0);
	ck_assert_int_eq(rename(SYSCONFDIR "/fresh", main_file), 0);
	assert_seen(MPLOG_DEBUG);
	ck_assert_int_eq(symlink("/dev/null", SYSCONFDIR "/fresh"), 0);
	ck_assert_int_eq(rename(SYSCONFDIR "/fresh", main_file), 0);
	assert_seen(MPLOG_INFO);
}
END_TEST

/* A child that is quiet hears of it with its first record, one that was there before as well. */
static struct line ask, answer;

static _Noreturn void answer_levels(void)
{
	char level;

	for (;;) {
		line_wait(&ask);
		mplog_crit("child");
		level = (char)('0' + mplog_level());
		if (write(answer.write, &level, 1) != 1)
			_exit(1);
	}
}

START_TEST(seen_by_children)
{
	char level = 0;
	pid_t pid;

	file_write(main_file, "defaults = { level = \"notice\"; };\n");
	settle();
	ck_assert_int_eq(mplog_open("children", "main", 0), 0);
	ask = line_open(), answer = line_open();
	pid = mplog_fork("child");
	if (pid == 0)
		answer_levels();
	file_replace(main_file, "defaults = { level = \"debug\"; };\n");
	assert_seen(MPLOG_DEBUG);
	line_tell(&ask);
	ck_assert_int_eq(read(answer.read, &level, 1), 1);
	ck_assert_int_eq(level, '0' + MPLOG_DEBUG);
	ck_assert_int_eq(kill(pid, SIGKILL), 0);
	(void)child_status(pid);
	pid = mplog_fork("later");
	if (pid == 0)
		_exit(mplog_level() != MPLOG_DEBUG);
	child_exited_well(pid);
}
END_TEST

/* The time begins when the edit is over, however long the parent was held up before it. */
static _Noreturn void watch_level(void)
{
	for (int ms = 0; ms < SEEN_MS && mplog_level() != MPLOG_DEBUG;) {
		ms += atomic_load(&common->is_over) ? 10 : 0;
		pause_ms(10);
	}
	_exit(mplog_level() != MPLOG_DEBUG);
}

/* Each process looks at the files itself, and one of them says what came of it. */
START_TEST(change_is_reported_once)
{
	pid_t children[CHILDREN];
	char path[256];

	common = faults_share(sizeof(*common));
	family_open("reported", "defaults = { level = \"notice\"; };\n");
	snprintf(path, sizeof(path), "%s", family_path("reported"));
	for (int i = 0; i < CHILDREN; i++) {
		children[i] = fork();
		if (children[i] == 0)
			watch_level();
	}
	file_replace(path, "defaults = { level = \"debug\"; };\n");
	atomic_store(&common->is_over, true);
	for (int i = 0; i < CHILDREN; i++)
		child_exited_well(children[i]);
	assert_seen(MPLOG_DEBUG);
	ck_assert_uint_eq(journal_count("SYSLOG_IDENTIFIER=reported",
					"MESSAGE_ID=fae4a5502d7f45f3ac3a86665cd7a86d", NULL),
			  1);
}
END_TEST

/* ---- A mistake ------------------------------------------------------------------------------- */

START_TEST(broken_edit_is_reported_once)
{
	pid_t children[CHILDREN];
	const char *path;

	family_open("once", "defaults = { prefix = \"\"; level = \"debug\"; };\n");
	path = family_path("once");
	settle();
	file_replace(path, "defaults = { prefix = \"\";\n  level = \"vebrose\"; };\n");
	settle();
	for (int i = 0; i < CHILDREN; i++) {
		children[i] = fork();
		if (children[i] == 0) {
			(void)mplog_reload();
			for (int j = 0; j < 3; j++) {
				mplog_debug("child");
				pause_ms(600);
			}
			_exit(mplog_level() != MPLOG_DEBUG);
		}
	}
	for (int i = 0; i < CHILDREN; i++)
		child_exited_well(children[i]);
	ck_assert_int_eq(mplog_reload(), -EBADMSG);
	ck_assert_int_eq(mplog_level(), MPLOG_DEBUG);
	ck_assert_uint_eq(journal_count("SYSLOG_IDENTIFIER=once",
					"MESSAGE_ID=246a5e237f214e2ca331c7f8541e9fae", NULL),
			  1);
	ck_assert_uint_eq(journal_count("SYSLOG_IDENTIFIER=once", "MESSAGE=child", NULL),
			  3 * CHILDREN);
}
END_TEST

/* ---- Out of sight ---------------------------------------------------------------------------- */

static const char jailed[] =
	"defaults = { prefix = \"<%n> \"; };\n"
	"processes = ( { name = \"loud-*\"; level = \"debug\"; fields = { ROLE = \"loud\"; }; } );\n";

static _Noreturn void go_to_jail(const char *root)
{
	pid_t pid;
	int r;

	if (chroot(root) < 0 || chdir("/") < 0)
		_exit(1);
	r = mplog_reload();
	pid = mplog_fork("loud-1");
	if (pid == 0) {
		if (mplog_level() != MPLOG_DEBUG)
			_exit(2);
		_exit(mplog_debug("from inside") != 0);
	}
	if (child_status(pid) != 0)
		_exit(3);
	pause_ms(1100); /* until the files are looked at again */
	mplog_info("parent");
	_exit(r != 0 || mplog_level() != MPLOG_INFO);
}

START_TEST(after_chroot)
{
	struct journal_entries all;
	char root[256];
	pid_t pid;

	snprintf(root, sizeof(root), "%s", family_path("empty"));
	ck_assert_int_eq(mkdir(root, 0755), 0);
	family_open("jailed", jailed);
	mplog_info("outside");
	pid = fork();
	if (pid == 0)
		go_to_jail(root);
	child_exited_well(pid);
	all = family_read("jailed");
	ck_assert_said(&all, "<loud-1> from inside", "loud-1", "main");
	ck_assert_str_eq(said_field(&all, "<loud-1> from inside", "ROLE"), "loud");
	said(&all, "<main> parent");
	journal_entries_free(&all);
}
END_TEST

static void debug_until_it_is_below(void)
{
	while (mplog_enabled(MPLOG_DEBUG)) {
		(void)mplog_debug("below the level");
		pause_ms(1);
	}
}

/* FD: the file, which another process is writing. */
static _Noreturn void await_in_jail(const char *root, int fd)
{
	pid_t pid;

	if (mplog_reload() != 0 || !mplog_enabled(MPLOG_DEBUG))
		_exit(1);
	if (chroot(root) < 0 || chdir("/") < 0)
		_exit(2);
	(void)close(fd);
	debug_until_it_is_below();
	pid = mplog_fork("later");
	if (pid == 0) {
		debug_until_it_is_below();
		_exit(0);
	}
	_exit(child_status(pid) != 0);
}

/* A file that was being written, and is out of reach before it is whole, is awaited no more. */
START_TEST(awaited_before_chroot)
{
	char root[256];
	pid_t pid;
	int fd;

	snprintf(root, sizeof(root), "%s", family_path("hollow"));
	ck_assert_int_eq(mkdir(root, 0755), 0);
	family_open("awaiting", jailed);
	fd = open(family_path("awaiting"), O_WRONLY | O_APPEND | O_CLOEXEC);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, "# more\n", 7), 7);
	pid = fork();
	if (pid == 0)
		await_in_jail(root, fd);
	child_exited_well(pid);
	ck_assert_int_eq(close(fd), 0);
}
END_TEST

/* A parent that logs nothing looks for its children, in mplog_fork(): this one could not. */
START_TEST(a_quiet_parent_looks_at_the_files)
{
	char root[256], path[256];
	pid_t pid;

	snprintf(root, sizeof(root), "%s", family_path("nothing"));
	ck_assert_int_eq(mkdir(root, 0755), 0);
	family_open("quiet", "defaults = { level = \"notice\"; };\n");
	snprintf(path, sizeof(path), "%s", family_path("quiet"));
	file_replace(path, "defaults = { level = \"debug\"; };\n");
	pause_ms(1100);
	pid = mplog_fork("blind");
	if (pid == 0)
		_exit(chroot(root) < 0 || chdir("/") < 0 || mplog_level() != MPLOG_DEBUG);
	child_exited_well(pid);
}
END_TEST

static _Noreturn void go_on_unprivileged(const char *path)
{
	pid_t pid;

	if (privileges_drop() < 0 || open(path, O_RDONLY | O_CLOEXEC) >= 0)
		_exit(1);
	pause_ms(1100);
	mplog_info("unprivileged");
	(void)mplog_reload();
	pid = mplog_fork("loud-2");
	if (pid == 0) {
		if (mplog_level() != MPLOG_DEBUG)
			_exit(2);
		_exit(mplog_debug("unprivileged too") != 0);
	}
	_exit(child_status(pid));
}

START_TEST(without_privileges)
{
	struct journal_entries all;
	const char *path;
	pid_t pid;

	family_open("dropped", jailed);
	path = family_path("dropped");
	file_replace(path, jailed);
	ck_assert_int_eq(chmod(path, 0), 0);
	pid = fork();
	if (pid == 0)
		go_on_unprivileged(path);
	child_exited_well(pid);
	all = family_read("dropped");
	said(&all, "<main> unprivileged");
	ck_assert_said(&all, "<loud-2> unprivileged too", "loud-2", "main");
	ck_assert_str_eq(said_field(&all, "<loud-2> unprivileged too", "ROLE"), "loud");
	journal_entries_free(&all);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("reload");
	TCase *files = suite_case(suite, "one file", journald_start, NULL);
	TCase *etc = suite_case(suite, "the system's files", journald_start, NULL);

	tcase_add_checked_fixture(etc, sysconfdir_cover, NULL);
	tcase_add_test(files, edits_while_all_log);
	tcase_add_test(files, change_is_reported_once);
	tcase_add_test(files, broken_edit_is_reported_once);
	tcase_add_test(files, after_chroot);
	tcase_add_test(files, awaited_before_chroot);
	tcase_add_test(files, a_quiet_parent_looks_at_the_files);
	tcase_add_test(files, without_privileges);
	tcase_add_test(etc, files_come_and_go);
	tcase_add_test(etc, link_to_another_file);
	tcase_add_test(etc, seen_by_children);
	return suite_run(suite);
}
