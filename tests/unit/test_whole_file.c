/*
 * test_whole_file.c - files that are there whole or not at all, whatever happens to who writes them.
 */
#include "base/whole_file.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static struct diagnostic diagnostic;
static char folder[] = "/tmp/test-whole-file-XXXXXX";
static char path[64];

static void set_up(void)
{
	cr_assert(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/out.txt", folder);
}

static void tear_down(void)
{
	unlink(path);
	rmdir(folder);
}

/* How many files are in the folder; a failure in tear_down would be told but would fail no test. */
static size_t files_there(void)
{
	DIR *entries = opendir(folder);
	size_t count = 0;

	cr_assert(entries);
	for (struct dirent *entry; (entry = readdir(entries));)
		count += entry->d_name[0] != '.';
	closedir(entries);
	return count;
}

static int print_text(FILE *out, void *text)
{
	return fputs(*(const char **)text, out) >= 0 ? 0 : -EIO;
}

static int print_and_fail(FILE *out, void *context)
{
	(void)context;
	fputs("half", out);
	return -EPROTO;
}

static int print_and_die(FILE *out, void *context)
{
	(void)context;
	fputs("half", out);
	fflush(out);
	raise(SIGKILL);
	return 0;
}

static int write_text(const char *to, const char *text)
{
	return whole_file_write(to, print_text, &text, &diagnostic);
}

static void put(const char *text)
{
	cr_assert_eq(write_text(path, text), 0, "%s", diagnostic.message);
}

static void expect(const char *text)
{
	char content[64] = "";
	FILE *in = fopen(path, "r");

	cr_assert(in);
	cr_expect_eq(fread(content, 1, sizeof(content) - 1, in), strlen(text));
	cr_expect_str_eq(content, text);
	fclose(in);
}

static void be_killed_writing(void)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		whole_file_write(path, print_and_die, NULL, &diagnostic);
		_exit(1);
	}
	cr_assert_eq(waitpid(pid, &status, 0), pid);
	cr_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

/* Where the file system has files without a name; others keep what a killed writer had begun. */
static bool has_unnamed_files(void)
{
	int fd = open(folder, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

TestSuite(whole_file, .init = set_up, .fini = tear_down);

Test(whole_file, new_and_again)
{
	put("one");
	expect("one");
	put("another");
	expect("another");
	cr_expect_eq(files_there(), 1);
}

Test(whole_file, keeps_the_mode_of_the_old_file)
{
	struct stat status;

	umask(027);
	put("one");
	cr_assert_eq(stat(path, &status), 0);
	cr_expect_eq(status.st_mode & 07777, 0640);
	cr_assert_eq(chmod(path, 0604), 0);
	put("two");
	cr_assert_eq(stat(path, &status), 0);
	cr_expect_eq(status.st_mode & 07777, 0604);
}

Test(whole_file, an_error_leaves_the_old_one)
{
	cr_expect_eq(whole_file_write(path, print_and_fail, NULL, &diagnostic), -EPROTO);
	cr_expect_eq(files_there(), 0);
	put("old");
	cr_expect_eq(whole_file_write(path, print_and_fail, NULL, &diagnostic), -EPROTO);
	expect("old");
	cr_expect_eq(files_there(), 1);
}

Test(whole_file, a_killed_writer_leaves_nothing)
{
	if (!has_unnamed_files())
		cr_skip_test("no unnamed files here");
	be_killed_writing();
	cr_expect_eq(files_there(), 0);
	put("old");
	be_killed_writing();
	expect("old");
	cr_expect_eq(files_there(), 1);
}

Test(whole_file, the_last_of_two_writers_wins_whole)
{
	struct whole_file one, other;

	cr_assert_eq(whole_file_open(&one, path, &diagnostic), 0, "%s", diagnostic.message);
	cr_assert_eq(whole_file_open(&other, path, &diagnostic), 0, "%s", diagnostic.message);
	fputs("one", one.stream);
	fputs("another", other.stream);
	cr_expect_eq(whole_file_commit(&other, &diagnostic), 0, "%s", diagnostic.message);
	expect("another");
	cr_expect_eq(whole_file_commit(&one, &diagnostic), 0, "%s", diagnostic.message);
	expect("one");
	cr_expect_eq(files_there(), 1);
}

Test(whole_file, what_is_dropped_was_never_there)
{
	struct whole_file file;

	cr_assert_eq(whole_file_open(&file, path, &diagnostic), 0, "%s", diagnostic.message);
	fputs("dropped", file.stream);
	whole_file_drop(&file);
	cr_expect_eq(files_there(), 0);
}

Test(whole_file, a_link_leads_to_what_is_written)
{
	char link[96];
	struct stat status;

	snprintf(link, sizeof(link), "%s/link", folder);
	put("old");
	cr_assert_eq(symlink(path, link), 0);
	cr_expect_eq(write_text(link, "new"), 0, "%s", diagnostic.message);
	cr_assert_eq(lstat(link, &status), 0);
	cr_expect(S_ISLNK(status.st_mode));
	expect("new");
	unlink(link);
}

Test(whole_file, in_a_folder_that_takes_nothing_new_a_file_is_written_in_place)
{
	if (geteuid() == 0)
		cr_skip_test("root may write anywhere");
	put("old and longer");
	cr_assert_eq(chmod(folder, 0500), 0);
	cr_expect_eq(write_text(path, "new"), 0, "%s", diagnostic.message);
	expect("new");
	chmod(folder, 0700);
}

Test(whole_file, writes_to_what_is_no_file)
{
	cr_expect_eq(write_text("/dev/null", "text"), 0, "%s", diagnostic.message);
	cr_expect_eq(write_text("/dev/full", "text"), -ENOSPC);
	cr_expect(strstr(diagnostic.message, "/dev/full"), "%s", diagnostic.message);
}

Test(whole_file, names_the_file_whose_folder_is_absent)
{
	cr_expect_eq(write_text("/tmp/absent-folder/out", "text"), -ENOENT);
	cr_expect(strstr(diagnostic.message, "/tmp/absent-folder/out"), "%s", diagnostic.message);
}
