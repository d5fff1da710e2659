/*
 * firefox_code.c - what ran, as Firefox Profiler's tables: stacks, frames, functions, files and modules.
 */
#include "exports/firefox.h"

#include "base/pool.h"
#include "formats/json.h"

#include <string.h>

/* ---- columns --------------------------------------------------------------- */

void firefox_column(struct firefox *writing, const char *name, size_t count, cell_fn *cell)
{
	fprintf(writing->out, "\"%s\":[", name);
	for (size_t row = 0; row < count; row++) {
		if (row > 0)
			fputc(',', writing->out);
		cell(writing, row);
	}
	fputs("],\n", writing->out);
}

void firefox_same(struct firefox *writing, const char *name, size_t count, const char *cell)
{
	fprintf(writing->out, "\"%s\":[", name);
	for (size_t row = 0; row < count; row++)
		fprintf(writing->out, "%s%s", row > 0 ? "," : "", cell);
	fputs("],\n", writing->out);
}

void firefox_length(struct firefox *writing, size_t count, const char *behind)
{
	fprintf(writing->out, "\"length\":%zu}%s\n", count, behind);
}

static void print_line(FILE *out, uint32_t line)
{
	if (line > 0)
		print_number(out, line);
	else
		fputs("null", out);
}

/* ---- stacks, frames, functions --------------------------------------------- */

static const struct tree_frame *frame_at(const struct firefox *writing, size_t row)
{
	return &writing->tree->frames[row + 1];
}

static void stack_frame(struct firefox *writing, size_t row)
{
	print_number(writing->out, writing->tree->frame[row + 1] - 1);
}

static void stack_prefix(struct firefox *writing, size_t row)
{
	uint32_t parent = writing->tree->parent[row + 1];

	if (parent > 0)
		print_number(writing->out, parent - 1);
	else
		fputs("null", writing->out);
}

static void frame_address(struct firefox *writing, size_t row)
{
	const struct trace_code *code = &writing->info->codes[frame_at(writing, row)->code];

	if (code->module == 0)
		fputs("-1", writing->out);
	else
		print_number(writing->out,
			     code->pc - !code->exact_pc - writing->info->modules[code->module].bias);
}

static void frame_inlined(struct firefox *writing, size_t row)
{
	print_number(writing->out, frame_at(writing, row)->inlined);
}

static size_t function_number(struct firefox *writing, const struct source_function *function)
{
	uintptr_t number = (uintptr_t)map_get(&writing->function_ids, (uintptr_t)function, 0);

	if (number > 0)
		return number - 1;
	writing->functions = pool_grow(writing->functions, &writing->function_capacity,
				       writing->function_count + 1, sizeof(struct source_function *));
	writing->functions[writing->function_count++] = function;
	map_put(&writing->function_ids, (uintptr_t)function, 0,
		(void *)(uintptr_t)writing->function_count); // NOLINT
	return writing->function_count - 1;
}

static void frame_function(struct firefox *writing, size_t row)
{
	print_number(writing->out, function_number(writing, frame_at(writing, row)->function));
}

static void frame_line(struct firefox *writing, size_t row)
{
	print_line(writing->out, frame_at(writing, row)->line);
}

static void function_name(struct firefox *writing, size_t row)
{
	print_number(writing->out, texts_number(&writing->texts, writing->functions[row]->name));
}

static void function_resource(struct firefox *writing, size_t row)
{
	if (*writing->functions[row]->module)
		print_number(writing->out, texts_number(&writing->modules, writing->functions[row]->module));
	else
		fputs("-1", writing->out);
}

static void function_source(struct firefox *writing, size_t row)
{
	if (*writing->functions[row]->file)
		print_number(writing->out, texts_number(&writing->files, writing->functions[row]->file));
	else
		fputs("null", writing->out);
}

static void function_line(struct firefox *writing, size_t row)
{
	print_line(writing->out, writing->functions[row]->first_line);
}

static void print_stacks(struct firefox *writing)
{
	size_t count = writing->tree->count - 1;

	fputs("\"stackTable\":{\n", writing->out);
	firefox_column(writing, "frame", count, stack_frame);
	firefox_column(writing, "prefix", count, stack_prefix);
	firefox_length(writing, count, ",");
}

static void print_frames(struct firefox *writing)
{
	size_t count = writing->tree->frame_count - 1;

	fputs("\"frameTable\":{\n", writing->out);
	firefox_column(writing, "address", count, frame_address);
	firefox_column(writing, "inlineDepth", count, frame_inlined);
	firefox_same(writing, "category", count, "0");
	firefox_same(writing, "subcategory", count, "0");
	firefox_column(writing, "func", count, frame_function);
	firefox_same(writing, "nativeSymbol", count, "null");
	firefox_same(writing, "innerWindowID", count, "null");
	firefox_column(writing, "line", count, frame_line);
	firefox_same(writing, "column", count, "null");
	firefox_length(writing, count, ",");
}

static void print_functions(struct firefox *writing)
{
	size_t count = writing->function_count;

	fputs("\"funcTable\":{\n", writing->out);
	firefox_column(writing, "name", count, function_name);
	firefox_same(writing, "isJS", count, "false");
	firefox_same(writing, "relevantForJS", count, "false");
	firefox_column(writing, "resource", count, function_resource);
	firefox_column(writing, "source", count, function_source);
	firefox_column(writing, "lineNumber", count, function_line);
	firefox_same(writing, "columnNumber", count, "null");
	firefox_length(writing, count, ",");
}

/* ---- files and modules ----------------------------------------------------- */

static void file_name(struct firefox *writing, size_t row)
{
	print_number(writing->out, texts_number(&writing->texts, writing->files.list[row]));
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static void module_name(struct firefox *writing, size_t row)
{
	print_number(writing->out, texts_number(&writing->texts, base_name(writing->modules.list[row])));
}

static void module_number(struct firefox *writing, size_t row)
{
	print_number(writing->out, row);
}

/* Once functions have named them. */
static void print_places(struct firefox *writing)
{
	size_t files = writing->files.count, modules = writing->modules.count;

	fputs("\"sources\":{\n", writing->out);
	firefox_same(writing, "id", files, "null");
	firefox_column(writing, "filename", files, file_name);
	firefox_length(writing, files, ",");
	fputs("\"resourceTable\":{\n", writing->out);
	firefox_column(writing, "lib", modules, module_number);
	firefox_column(writing, "name", modules, module_name);
	firefox_same(writing, "host", modules, "null");
	firefox_same(writing, "type", modules, "1");
	firefox_length(writing, modules, ",");
	fputs("\"nativeSymbols\":{\"libIndex\":[],\"address\":[],\"name\":[],\"functionSize\":[],\"length\":"
	      "0},\n",
	      writing->out);
}

static void print_code_id(const struct firefox *writing, const char *path)
{
	const struct trace_info *info = writing->info;

	for (size_t i = 1; i < info->module_count; i++) {
		const struct trace_module *module = &info->modules[i];

		if (strcmp(module->path, path) != 0)
			continue;
		for (size_t k = 0; k < module->build_id_bytes; k++)
			fprintf(writing->out, "%02x", module->build_id[k]);
		return;
	}
}

static void print_module(struct firefox *writing, const char *path)
{
	static const char *const keys[] = {"name", "debugName", "path", "debugPath"};

	fputc('{', writing->out);
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		fprintf(writing->out, "\"%s\":", keys[i]);
		json_print_text(writing->out, i < 2 ? base_name(path) : path);
		fputc(',', writing->out);
	}
	fputs("\"arch\":\"\",\"breakpadId\":\"\",\"codeId\":\"", writing->out);
	print_code_id(writing, path);
	fputs("\"}", writing->out);
}

void firefox_code(struct firefox *writing)
{
	print_stacks(writing);
	print_frames(writing);
	print_functions(writing);
	print_places(writing);
}

void firefox_modules(struct firefox *writing)
{
	for (size_t i = 0; i < writing->modules.count; i++) {
		fputs(i > 0 ? ",\n" : "", writing->out);
		print_module(writing, writing->modules.list[i]);
	}
}
