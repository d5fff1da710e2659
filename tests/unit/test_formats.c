/*
 * test_formats.c - documents in, exact output out: text as memory_profiler lays it out, CSV, JSON, Markdown.
 */
#include "formats/columns.h"
#include "formats/format.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define MIB(n) ((int64_t)((n)*1048576))

/* ---- a table ---------------------------------------------------------------------------- */

struct row {
	const char *name;
	int64_t size, change;
	uint32_t depth;
	const char *const *lines;
};

#define ROW ((const struct row *)row)
TABLE_COLUMN(bytes, "size_bytes", "Memory", 0, 12, cell_bytes(ROW->size))
TABLE_COLUMN_SHOWN(count, "blocks", "Blocks", 1, 6, COLUMN_USUALLY, cell_count(3))
TABLE_COLUMN_SHOWN(change, "change", "Change", 1, 8, COLUMN_ON_REQUEST, cell_size_change(ROW->change))
TABLE_COLUMN(name, "where.name", "Name", 2, -1, cell_text(ROW->name))
TABLE_COLUMN(truth, "where.known", NULL, 0, 0, cell_truth(true))
TABLE_COLUMN(share, "share", NULL, 0, 0, cell_share(1, 4))
TABLE_COLUMN(lines, NULL, NULL, 0, 0, cell_lines(ROW->lines))
static const struct column *const columns[] = {&bytes, &count, &change, &name, &truth, &share, &lines, NULL};

static const char *const below[] = {"< a", "< b", NULL};
static const struct row rows[] = {
	{"first", MIB(2), MIB(1), 0, below},
	{"with, \"quotes\"|`", MIB(0.5), -1024, 1, NULL},
	{"\xff", 0, 0, 1, NULL},
};

static uint32_t depth(const void *row)
{
	return ROW->depth;
}

static const struct section section = {
	.name = "things", .title = "Things", .table = {columns, rows, 3, sizeof(*rows), NULL}};

static char *printed(const char *format, const struct section *of, const struct style *style)
{
	struct document document = {.main = of->name};
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	document_add(&document, of);
	format_find(format)->print(out, &document, style);
	fclose(out);
	document_finish(&document);
	return text;
}

static void prints(const char *format, const struct section *of, const struct style *style,
		   const char *expected)
{
	char *text = printed(format, of, style);

	cr_assert_str_eq(text, expected, "%s", text);
	free(text);
}

static const struct style plain = {.precision = 1};

Test(formats, text_has_headers_a_rule_and_lines_below_rows)
{
	prints("text", &section, &plain,
	       "Things\n      Memory Blocks  Name\n=========================\n"
	       "     2.0 MiB      3  first\n                     < a\n                     < b\n"
	       "     0.5 MiB      3  with, \"quotes\"|`\n     0.0 MiB      3  \xef\xbf\xbd\n");
}

Test(formats, columns_are_chosen_with_or_without_their_unit)
{
	static const char *const chosen[] = {"change", NULL};
	const struct style style = {.precision = 1, .columns = chosen};

	prints("text", &section, &style,
	       "Things\n      Memory   Change  Name\n===========================\n"
	       "     2.0 MiB +1.0 MiB  first\n                       < a\n                       < b\n"
	       "     0.5 MiB -1.0 KiB  with, \"quotes\"|`\n     0.0 MiB      0 B  \xef\xbf\xbd\n");
}

Test(formats, a_table_has_the_unit_in_which_it_is_not_all_zeroes)
{
	static const struct row small[] = {{"x", 40000, 0, 0, NULL}, {"y", 10, 0, 0, NULL}};
	struct section of = section;

	of.table.rows = small;
	of.table.row_count = 2;
	prints("text", &of, &plain,
	       "Things\n      Memory Blocks  Name\n=========================\n"
	       "    39.1 KiB      3  x\n     0.0 KiB      3  y\n");
	prints("text", &of, &(struct style){.precision = 1, .unit = UNIT_MIB},
	       "Things\n      Memory Blocks  Name\n=========================\n"
	       "     0.0 MiB      3  x\n     0.0 MiB      3  y\n");
}

Test(formats, a_tree_is_indented_and_nested)
{
	struct section of = section;
	json_t *root, *things;
	char *text;

	of.layout = LAYOUT_TREE;
	of.depth = depth;
	of.title = NULL;
	text = printed("text", &of, &plain);
	cr_assert_not_null(strstr(text, "     2.0 MiB      3  first\n"), "%s", text);
	cr_assert_not_null(strstr(text, "     0.5 MiB      3    with"), "%s", text);
	free(text);
	text = printed("json", &of, &plain);
	root = json_loads(text, 0, NULL);
	cr_assert_not_null(root, "%s", text);
	things = json_object_get(root, "things");
	cr_assert_eq(json_array_size(json_object_get(things, "children")), 2);
	cr_assert_eq(json_array_size(json_object_get(json_array_get(json_object_get(things, "children"), 0),
						     "children")),
		     0);
	json_decref(root);
	free(text);
	prints("csv", &of, &plain,
	       "depth,size_bytes,blocks,change,where.name,where.known,share\n"
	       "0,2097152,3,1048576,first,1,0.25\n"
	       "1,524288,3,-1024,\"with, \"\"quotes\"\"|`\",1,0.25\n1,0,3,0,\xef\xbf\xbd,1,0.25\n");
}

Test(formats, json_has_whole_numbers_and_objects_for_dots)
{
	char *text = printed("json", &section, &plain);
	json_t *root = json_loads(text, 0, NULL), *things, *first;

	cr_assert_not_null(root, "%s", text);
	things = json_object_get(root, "things");
	first = json_array_get(things, 0);
	cr_assert_eq(json_array_size(things), 3);
	cr_assert_eq(json_integer_value(json_object_get(first, "size_bytes")), MIB(2));
	cr_assert(json_is_true(json_object_get(json_object_get(first, "where"), "known")));
	cr_assert_str_eq(json_string_value(json_object_get(
				 json_object_get(json_array_get(things, 2), "where"), "name")),
			 "\xef\xbf\xbd");
	cr_assert_float_eq(json_real_value(json_object_get(first, "share")), 0.25, 1e-9);
	cr_assert_null(json_object_get(first, "lines"));
	json_decref(root);
	free(text);
}

Test(formats, markdown_lets_no_name_end_a_cell)
{
	prints("markdown", &section, &plain,
	       "\n### Things\n\n| Memory | Blocks | Name |\n| ---: | ---: | --- |\n"
	       "| 2.0 MiB | 3 | `first` <br>`< a`<br>`< b`|\n"
	       "| 0.5 MiB | 3 | <code>with&#44; &#34;quotes&#34;&#124;&#96;</code> |\n"
	       "| 0.0 MiB | 3 | `\xef\xbf\xbd` |\n");
}

/* ---- facts ------------------------------------------------------------------------------- */

static const char *const words[] = {"./prog", "two words", NULL};
static const char *const warnings[] = {"look out", NULL};
TABLE_COLUMN(fact_words, "command", "Command", 0, 0, cell_words(words))
TABLE_COLUMN(fact_empty, "nothing", "Nothing", 0, 0, cell_text(""))
TABLE_COLUMN(fact_warning, NULL, "", 0, 0, cell_lines(warnings))
static const struct column *const facts[] = {&fact_words, &fact_empty, &fact_warning, NULL};
static const struct section facts_section = {.layout = LAYOUT_FACTS, .table = {facts, "", 1, 1, NULL}};

Test(formats, facts_are_lines_and_keys)
{
	prints("text", &facts_section, &plain, "Command:      ./prog two words\nwarning: look out\n");
	prints("json", &facts_section, &plain,
	       "{\n \"command\": [\"./prog\", \"two words\"],\n \"nothing\": \"\"\n}\n");
	prints("markdown", &facts_section, &plain,
	       "\n- **Command**: `./prog two words`\n- **warning**: `look out`\n");
}

/* ---- blocks ------------------------------------------------------------------------------ */

TABLE_COLUMN(block_name, "function", NULL, 0, 0, cell_text("f"))
TABLE_COLUMN(block_path, NULL, "Filename: ", 0, 0, cell_text("a.c"))
static const struct column *const block_columns[] = {&block_name, &block_path, NULL};

static struct table inner(const void *row)
{
	return (struct table){columns, rows, row ? 2 : 0, sizeof(*rows), NULL};
}

static bool follows(const void *before, const void *row)
{
	(void)before, (void)row;
	return false;
}

static const struct section blocks = {.name = "functions",
				      .layout = LAYOUT_BLOCKS,
				      .table = {block_columns, "", 1, 1, NULL},
				      .inner = inner,
				      .follows = follows};

Test(formats, blocks_have_a_headline_and_gaps)
{
	prints("text", &blocks, &plain,
	       "\nFilename: a.c\n\n      Memory Blocks  Name\n=========================\n"
	       "     2.0 MiB      3  first\n                     < a\n                     < b\n"
	       "                     ...\n     0.5 MiB      3  with, \"quotes\"|`\n");
	prints("csv", &blocks, &plain,
	       "function,size_bytes,blocks,change,where.name,where.known,share\n"
	       "f,2097152,3,1048576,first,1,0.25\nf,524288,3,-1024,\"with, \"\"quotes\"\"|`\",1,0.25\n");
}

Test(formats, a_column_that_is_not_there_is_told_with_those_that_are)
{
	static const char *const asked[] = {"change", "nonsense", NULL};
	struct document document = {0};
	const struct style style = {.columns = asked};
	char known[64];

	document_add(&document, &section);
	cr_assert_str_eq(format_unknown_column(&document, &style, known, sizeof(known)), "nonsense");
	cr_assert_str_eq(known, "blocks, change");
	document_finish(&document);
}

/* ---- columns for a page ------------------------------------------------------------------------ */

static const struct table nested = {columns, rows, 1, sizeof(*rows), NULL};
TABLE_COLUMN(inside, "rows", NULL, 0, 0, ROW->depth > 0 ? cell_blank() : cell_rows(&nested))
TABLE_COLUMN(time_ns, "begin_ns", NULL, 0, 0, cell_count(5))
TABLE_COLUMN(peak, "total.peak_bytes", NULL, 0, 0, cell_count(7))
static const struct column *const keyed[] = {&peak, &time_ns, &inside, &lines, NULL};

static void prints_columns(const struct section *of, const char *expected)
{
	static const char *const without[] = {"change", "where.known", "share", "blocks", NULL};
	struct document document = {0};
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	document_add(&document, of);
	columns_print(out, &document, without);
	fclose(out);
	document_finish(&document);
	cr_assert_str_eq(text, expected, "%s", text);
	free(text);
}

#define SIZES                                                                                                \
	"{\"key\":\"size_bytes\",\"title\":\"Memory\",\"kind\":\"bytes\"},"                                  \
	"{\"key\":\"where.name\",\"title\":\"Name\",\"kind\":\"text\"}"

Test(formats, columns_have_keys_titles_and_kinds)
{
	prints_columns(&section, "{\"sections\":[{\"name\":\"things\",\"title\":\"Things\",\"note\":\"\","
				 "\"layout\":\"table\",\"columns\":[" SIZES "],"
				 "\"rows\":[[2097152,\"first\"],\n[524288,\"with, \\\"quotes\\\"|`\"],\n"
				 "[0,\"\xef\xbf\xbd\"]]}]}");
}

Test(formats, columns_of_programs_are_named_by_their_keys_and_have_units_by_them)
{
	const struct section of = {.name = "tree",
				   .layout = LAYOUT_TREE,
				   .depth = depth,
				   .table = {keyed, rows, 2, sizeof(*rows), NULL}};

	prints_columns(
		&of,
		"{\"sections\":[{\"name\":\"tree\",\"title\":\"\",\"note\":\"\",\"layout\":\"tree\","
		"\"columns\":[{\"key\":\"total.peak_bytes\",\"title\":\"Peak bytes\",\"kind\":\"bytes\"},"
		"{\"key\":\"begin_ns\",\"title\":\"Begin ns\",\"kind\":\"duration\"},"
		"{\"key\":\"rows\",\"title\":\"Rows\",\"kind\":\"rows\",\"columns\":[" SIZES "]}],"
		"\"rows\":[[7,5,[[2097152,\"first\"]]],\n[7,5,null]],\"depth\":[0,1]}]}");
}

static struct table own_rows(const void *row)
{
	return (struct table){&columns[3], row ? rows : NULL, row ? 2 : 0, sizeof(*rows), NULL};
}

static bool never_follows(const void *before, const void *row)
{
	(void)before, (void)row;
	return false;
}

Test(formats, columns_of_blocks_say_where_rows_are_left_out)
{
	const struct section of = {.name = "blocks",
				   .layout = LAYOUT_BLOCKS,
				   .inner = own_rows,
				   .follows = never_follows,
				   .table = {&columns[3], rows, 1, sizeof(*rows), NULL}};

	prints_columns(
		&of, "{\"sections\":[{\"name\":\"blocks\",\"title\":\"\",\"note\":\"\",\"layout\":\"blocks\","
		     "\"columns\":[{\"key\":\"where.name\",\"title\":\"Name\",\"kind\":\"text\"}],"
		     "\"rows\":[[\"first\"]],\"inner\":[{"
		     "\"columns\":[{\"key\":\"where.name\",\"title\":\"Name\",\"kind\":\"text\"}],"
		     "\"rows\":[[\"first\"],\n[\"with, \\\"quotes\\\"|`\"]],\"gap\":[false,true]}]}]}");
}
