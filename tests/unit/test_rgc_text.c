/* Tests of strings that are built, joined, taken apart and looked through; test_rgc_semantics.py has them
 * beside Python's. */
#include "rgc_keys.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

/* Takes the string. */
static void expect(rgc_str *string, const char *expected)
{
	cr_assert(string && !strcmp(rgc_str_get(string), expected), "%s instead of %s",
		  string ? rgc_str_get(string) : "NULL", expected);
	cr_assert_eq(rgc_str_length(string), strlen(expected));
	rgc_decref(string);
}

/* Takes the list. */
static void expect_list(rgc_list *list, const char *expected)
{
	expect(rgc_repr(list), expected);
	rgc_decref(list);
}

/* ---- builder ---- */

Test(text, is_built_of_all_kinds_of_parts)
{
	rgc_auto rgc_builder *builder = rgc_builder_new();
	rgc_auto rgc_str *string = rgc_str_new_bytes("a\0b", 3);
	expect(rgc_builder_finish(builder), "");
	cr_assert_eq(rgc_builder_add_text(builder, "one "), 0);
	cr_assert_eq(rgc_builder_add_format(builder, "%d %s ", 2, "three"), 0);
	cr_assert_eq(rgc_builder_add_repr(builder, string), 0);
	cr_assert_eq(rgc_builder_add_bytes(builder, " five", 3), 0);
	cr_assert_eq(rgc_builder_add_bytes(builder, NULL, 0), 0);
	cr_assert_eq(rgc_builder_length(builder), 23);
	expect(rgc_builder_finish(builder), "one 2 three 'a\\x00b' fi");
	cr_assert_eq(rgc_builder_length(builder), 0);
	cr_assert_eq(rgc_builder_add(builder, string), 0);
	rgc_auto rgc_str *same = rgc_builder_finish(builder);
	cr_assert_eq(rgc_equal(string, same), 1);
}

Test(text, is_built_in_few_steps_and_counted)
{
	size_t before = rgc_heap_bytes(), changes = 0;
	rgc_builder *builder = rgc_builder_new();
	size_t own = rgc_heap_bytes() - before, last = own;
	for (int i = 0; i < 10000; i++) {
		cr_assert_eq(rgc_builder_add_format(builder, "%06d.", i), 0);
		changes += rgc_sizeof(builder) != last;
		last = rgc_sizeof(builder);
		cr_assert_eq(rgc_heap_bytes() - before, last);
	}
	cr_assert_lt(changes, 25);
	cr_assert_geq(last, 70000);
	rgc_auto rgc_str *string = rgc_builder_finish(builder);
	cr_assert_eq(rgc_str_length(string), 70000);
	cr_assert_eq(rgc_sizeof(builder), own);
	cr_assert_eq(rgc_builder_add_text(builder, "more"), 0);
	rgc_decref(builder);
	cr_assert_eq(rgc_heap_bytes() - before, rgc_sizeof(string));
}

/* The heap's bytes are of the heap's own objects. */
Test(text, may_be_built_by_several_threads_in_turn)
{
	rgc_builder *builder = rgc_new_shared(rgc_builder);
	size_t before = rgc_heap_bytes();
	for (int i = 0; i < 1000; i++)
		cr_assert_eq(rgc_builder_add_text(builder, "more "), 0);
	cr_assert_eq(rgc_heap_bytes(), before);
	rgc_decref(builder);
	cr_assert_eq(rgc_heap_bytes(), before);
}

typedef struct mute {
	RGC_HEAD;
} mute;

static rgc_str *no_repr(const void *self)
{
	(void)self;
	errno = EDOM;
	return NULL;
}

RGC_DEFINE_TYPE_WITH((NULL, NULL, NULL, no_repr), mute);

Test(text, that_failed_to_grow_is_not_given_out)
{
	rgc_auto rgc_builder *builder = rgc_builder_new();
	rgc_auto mute *object = rgc_new(mute);
	cr_assert_eq(rgc_builder_add_text(builder, "before"), 0);
	cr_assert(rgc_builder_add_repr(builder, object) == -1 && errno == EDOM);
	errno = 0;
	cr_assert(rgc_builder_add_text(builder, "after") == -1 && errno == EDOM);
	errno = 0;
	cr_assert(!rgc_builder_finish(builder) && errno == EDOM);
	cr_assert_eq(rgc_builder_add_text(builder, "again"), 0);
	expect(rgc_builder_finish(builder), "again");
}

/* ---- parts ---- */

Test(text, is_joined)
{
	rgc_auto rgc_list *list = rgc_list_new();
	expect(rgc_str_join(", ", list), "");
	for (int i = 1; i < 4; i++)
		cr_assert_eq(rgc_list_append_steal(list, rgc_str_format("%d", i)), 0);
	expect(rgc_str_join(", ", list), "1, 2, 3");
	expect(rgc_str_join("", list), "123");
	rgc_auto rgc_str *word = rgc_str_new("word");
	expect(rgc_str_join("-", word), "w-o-r-d");
	cr_assert_eq(rgc_list_append_steal(list, rgc_int_new(4)), 0);
	errno = 0;
	cr_assert(!rgc_str_join("", list) && errno == EINVAL);
	rgc_auto rgc_int *number = rgc_int_new(1);
	cr_assert(!rgc_str_join("", number) && errno == ENOTSUP);
}

static rgc_list *split(const char *text, const char *separator, ssize_t most)
{
	rgc_auto rgc_str *string = rgc_str_new(text);
	return rgc_str_split(string, separator, most);
}

Test(text, is_split)
{
	expect_list(split("a,b,,c,", ",", -1), "['a', 'b', '', 'c', '']");
	expect_list(split("a, b, c", ", ", 1), "['a', 'b, c']");
	expect_list(split("a,b", ",", 0), "['a,b']");
	expect_list(split("", ",", -1), "['']");
	expect_list(split("", NULL, -1), "[]");
	expect_list(split(" \t a  b\nc\x1c ", NULL, -1), "['a', 'b', 'c']");
	expect_list(split("  a  b  c ", NULL, 1), "['a', 'b  c ']");
	expect_list(split("  a  ", NULL, 0), "['a  ']");
	expect_list(split("a\xc2\xa0\xe3\x80\x80\xc3\xa9\xff", NULL, -1), "['a', '\xc3\xa9\\xff']");
	errno = 0;
	cr_assert(!split("a", "", -1) && errno == EINVAL);
}

Test(text, is_stripped)
{
	rgc_auto rgc_str *string = rgc_str_new(" \n a b\xe2\x80\x83\t"), *plain = rgc_str_new("xaybyx");
	expect(rgc_str_strip(string, NULL), "a b");
	expect(rgc_str_lstrip(string, NULL), "a b\xe2\x80\x83\t");
	expect(rgc_str_rstrip(string, NULL), " \n a b");
	expect(rgc_str_strip(plain, "yx"), "ayb");
	expect(rgc_str_strip(plain, "xyab"), "");
	expect(rgc_str_strip(plain, ""), "xaybyx");
	rgc_auto rgc_str *same = rgc_str_strip(plain, NULL), *accents = rgc_str_new("\xc3\xa9x\xc3\xa8");
	cr_assert_eq(same, plain);
	expect(rgc_str_strip(accents, "\xc3\xa9"), "x\xc3\xa8");
}

Test(text, is_sliced)
{
	rgc_auto rgc_str *string = rgc_str_new("abcdef");
	expect(rgc_str_slice(string, 1, 3), "bc");
	expect(rgc_str_slice(string, -2, SSIZE_MAX), "ef");
	expect(rgc_str_slice(string, 4, 2), "");
	expect(rgc_str_slice(string, -100, -5), "a");
	rgc_auto rgc_str *all = rgc_str_slice(string, 0, 6);
	cr_assert_eq(all, string);
}

Test(text, is_looked_through)
{
	rgc_auto rgc_str *string = rgc_str_new_bytes("ab\0abc", 6);
	cr_assert(rgc_str_starts_with(string, "ab") && rgc_str_starts_with(string, ""));
	cr_assert(!rgc_str_starts_with(string, "b") && !rgc_str_starts_with(string, "ab abcd"));
	cr_assert(rgc_str_ends_with(string, "abc") && rgc_str_ends_with(string, ""));
	cr_assert(!rgc_str_ends_with(string, "ab"));
	cr_assert_eq(rgc_str_find(string, "ab", 0), 0);
	cr_assert_eq(rgc_str_find(string, "ab", 1), 3);
	cr_assert_eq(rgc_str_find(string, "", 6), 6);
	errno = 0;
	cr_assert(rgc_str_find(string, "", 7) == -1 && errno == ENOENT);
	cr_assert(rgc_str_find(string, "x", 0) == -1 && errno == ENOENT);
}

Test(text, is_replaced)
{
	rgc_auto rgc_str *string = rgc_str_new("abcabc"), *none = rgc_str_new("");
	expect(rgc_str_replace(string, "b", "--", -1), "a--ca--c");
	expect(rgc_str_replace(string, "abc", "", 1), "abc");
	expect(rgc_str_replace(string, "", ".", 2), ".a.bcabc");
	expect(rgc_str_replace(none, "", "x", -1), "x");
	rgc_auto rgc_str *same = rgc_str_replace(string, "x", "y", -1);
	rgc_auto rgc_str *zero = rgc_str_replace(string, "a", "y", 0);
	cr_assert(same == string && zero == string);
	rgc_auto rgc_str *accents = rgc_str_new("\xc3\xa9\xc3\xa8");
	expect(rgc_str_replace(accents, "", "|", -1), "|\xc3\xa9|\xc3\xa8|");
}

/* ---- interned strings ---- */

Test(text, is_interned_while_somebody_has_it)
{
	rgc_auto rgc_str *first = rgc_str_new("text"), *second = rgc_str_new("text");
	rgc_auto rgc_str *other = rgc_str_new_bytes("text\0", 5);
	size_t before = rgc_heap_bytes();
	rgc_str *one = rgc_str_intern(first), *same = rgc_str_intern(second);
	rgc_str *third = rgc_str_intern(other), *found = rgc_str_new_interned("text");
	cr_assert(one == first && same == first && found == first && third == other);
	cr_assert_eq(rgc_refcount(first), 4);
	rgc_decref(one);
	rgc_decref(same);
	rgc_decref(found);
	rgc_decref(third);
	rgc_clear(&first);
	one = rgc_str_intern(second);
	cr_assert_eq(one, second);
	rgc_decref(one);
	rgc_clear(&second);
	rgc_clear(&other);
	cr_assert_lt(rgc_heap_bytes(), before);
	cr_assert_eq(rgc_heap_bytes(), 0);
}

Test(text, is_interned_by_thousands)
{
	rgc_str *strings[3000];
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < 3000; i++) {
			rgc_auto rgc_str *text = rgc_str_format("text %d", i % 1500);
			strings[i] = rgc_str_intern(text);
			cr_assert(i < 1500 ? strings[i] == text : strings[i] == strings[i - 1500]);
		}
		for (int i = 0; i < 3000; i++)
			rgc_decref(strings[i * 7 % 3000]);
		cr_assert_eq(rgc_heap_bytes(), 0);
	}
}

Test(text, is_interned_though_it_is_shared)
{
	static rgc_str *immortal; /* and never lost */
	immortal = rgc_str_new("text");
	rgc_make_immortal(immortal);
	rgc_auto rgc_str *one = rgc_str_intern(immortal), *same = rgc_str_new_interned("text");
	cr_assert(one == same && one != immortal && rgc_equal(one, immortal) == 1);
}

/* ---- memory ---- */

static int do_all(rgc_str *string)
{
	rgc_auto rgc_list *words = rgc_str_split(string, NULL, -1), *parts = rgc_str_split(string, "a", -1);
	rgc_auto rgc_str *joined = rgc_str_join("-", words),
			 *replaced = rgc_str_replace(joined, "-", " ", -1);
	rgc_auto rgc_str *part = rgc_str_slice(string, 1, 5), *stripped = rgc_str_strip(string, "o");
	rgc_auto rgc_builder *builder = rgc_builder_new();
	(void)!rgc_builder_add(builder, replaced);
	(void)!rgc_builder_add_format(builder, "%100d", 5);
	(void)!rgc_builder_add_repr(builder, string);
	rgc_auto rgc_str *built = rgc_builder_finish(builder);
	rgc_auto rgc_str *interned = rgc_str_intern(joined), *new = rgc_str_new_interned("new");
	return parts && part && stripped && built && interned && new ? 0 : -1;
}

Test(text, says_where_memory_ended)
{
	rgc_set_pool(false);
	rgc_auto rgc_str *string = rgc_str_new("one and two and three");
	size_t bytes = rgc_heap_bytes();
	int result = -1;
	for (long left = 0; result; left++) {
		errno = 0;
		allocations_left = left;
		result = do_all(string);
		int error = errno;
		allocations_left = -1;
		cr_assert(result == 0 || error == ENOMEM);
		cr_assert_eq(rgc_heap_bytes(), bytes);
	}
}

/* A chain of additions may be looked at once, at its end. */
Test(text, a_builder_remembers_that_a_part_was_missing)
{
	rgc_auto rgc_builder *builder = rgc_builder_new();
	cr_assert_eq(rgc_builder_add_text(builder, "name="), 0);
	errno = 0;
	cr_assert(rgc_builder_add(builder, NULL) == -1 && errno == EINVAL);
	errno = 0;
	cr_assert(rgc_builder_add_text(builder, ";") == -1 && errno == EINVAL);
	errno = 0;
	cr_assert(!rgc_builder_finish(builder) && errno == EINVAL);
	cr_assert_eq(rgc_builder_add_text(builder, "again"), 0);
	rgc_auto rgc_str *text = rgc_builder_finish(builder);
	cr_assert_str_eq(rgc_str_get(text), "again");
}

Test(text, lengths_that_no_memory_has)
{
	rgc_auto rgc_builder *builder = rgc_builder_new();
	cr_assert_eq(rgc_builder_add_text(builder, "some"), 0);
	for (size_t i = 0; i < 3; i++) {
		const size_t lengths[] = {SIZE_MAX, SIZE_MAX / 3 * 2 + 10, PTRDIFF_MAX};
		errno = 0;
		cr_assert(rgc_builder_add_bytes(builder, "", lengths[i]) == -1 && errno == ENOMEM);
		cr_assert(!rgc_builder_finish(builder) && errno == ENOMEM);
	}
	rgc_auto rgc_str *text = rgc_str_new("aXbX"), *all = rgc_str_replace(text, "X", "-", -SSIZE_MAX - 1);
	cr_assert_str_eq(rgc_str_get(all), "a-b-");
	rgc_auto rgc_list *parts = rgc_str_split(text, "X", -SSIZE_MAX - 1);
	cr_assert_eq(rgc_list_length(parts), 3);
}
