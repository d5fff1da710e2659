/*
 * marks.c - from "FILE:LINE" to the function that starts there, encloses it, or comes next.
 *
 * FILE is __FILE__, as relative as the command line was, so files are brought together by the
 * compilation folder, else by the longest common end of their paths.
 */
#include "marks.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* How far below a mark its function may start: return types, attributes and template heads stand between. */
#define REACH_LINES 20

/* Score of a file that is the mark's beyond doubt; below are numbers of equal path components. */
#define SCORE_SAME INT_MAX

struct mark {
	const char *path; /* normalised, maybe relative */
	uint32_t line;
	int score;           /* of the best file met */
	uint32_t first_line; /* of the best function met; 0: none */
	bool encloses;
};

static size_t parse(const char *section, size_t size, struct strings *strings, struct mark **marks)
{
	size_t count = 0, capacity = 0;
	for (const char *p = section, *end = section + size; p < end;) {
		size_t length = strnlen(p, (size_t)(end - p));
		const char *colon = memrchr(p, ':', length);
		char *rest;
		unsigned long line = colon && p + length < end ? strtoul(colon + 1, &rest, 10) : 0;
		if (line > 0 && line < UINT32_MAX && *rest == '\0') {
			const char *raw = strings_intern_bytes(strings, p, (size_t)(colon - p));
			*marks = pool_grow(*marks, &capacity, count + 1, sizeof(**marks));
			(*marks)[count++] =
				(struct mark){.path = strings_path(strings, raw), .line = (uint32_t)line};
		}
		p += length + 1;
	}
	return count;
}

/* How many components two paths have in common at their ends; 0 unless the base names are equal. */
static int common_components(const char *left, const char *right)
{
	const char *a = left + strlen(left), *b = right + strlen(right);
	int components = 0;
	while (a > left && b > right && a[-1] == b[-1]) {
		a--, b--;
		components += *a == '/';
	}
	bool whole = (a == left || a[-1] == '/') && (b == right || b[-1] == '/') && *a != '/';
	return components + whole;
}

/* `file` is relative to `folder` as `path` says. */
static bool is_at(const char *file, const char *folder, const char *path, struct strings *strings)
{
	size_t length = strlen(folder);
	if (path[0] == '/')
		return file == path;
	char *joined = pool_grow(NULL, &(size_t){0}, length + strlen(path) + 2, 1);
	stpcpy(stpcpy(stpcpy(joined, folder), "/"), path);
	bool same = strings_path(strings, joined) == file;
	free(joined);
	return same;
}

static int score_of(const struct mark *mark, const char *file, const char *folder, struct strings *strings)
{
	int components = common_components(mark->path, file);
	return components > 0 && is_at(file, folder, mark->path, strings) ? SCORE_SAME : components;
}

typedef void visit_fn(void *context, struct unit *unit, struct source_files *files, const char *file);

static void each_file(struct units *units, struct sources *sources, visit_fn *visit, void *context)
{
	for (size_t i = 0; i < units->count; i++) {
		struct unit *unit = &units->list[i];
		struct source_files *files = sources_of_unit(sources, &unit->die);
		for (size_t k = 0; k < files->count; k++) {
			const char *file = sources_path(sources, files, k);
			if (*file)
				visit(context, unit, files, file);
		}
	}
}

struct matching {
	struct mark *marks;
	size_t count;
	struct sources *sources;
	bool choosing; /* the best function, rather than the best file */
	marks_found_fn *found;
	void *context;
};

/* Of functions that enclose the mark, the innermost; of those that follow it, the first. */
static void choose_function(struct mark *mark, const struct unit_origin *origin)
{
	bool encloses = origin->first_line <= mark->line && mark->line <= origin->last_line;
	bool follows = origin->first_line > mark->line && origin->first_line - mark->line <= REACH_LINES;
	bool better = mark->first_line == 0 || (encloses && !mark->encloses) ||
		      (encloses && origin->first_line > mark->first_line) ||
		      (follows && !mark->encloses && origin->first_line < mark->first_line);
	if ((encloses || follows) && origin->first_line > 0 && better) {
		mark->first_line = origin->first_line;
		mark->encloses = encloses;
	}
}

static void score_file(void *context, struct unit *unit, struct source_files *files, const char *file)
{
	struct matching *matching = context;
	(void)unit;
	for (size_t i = 0; i < matching->count; i++) {
		struct mark *mark = &matching->marks[i];
		int score = score_of(mark, file, files->folder, matching->sources->strings);
		mark->score = score > mark->score ? score : mark->score;
	}
}

static void visit_origins(void *context, struct unit *unit, struct source_files *files, const char *file)
{
	struct matching *matching = context;
	for (size_t i = 0; i < matching->count; i++) {
		struct mark *mark = &matching->marks[i];
		if (mark->score == 0 ||
		    score_of(mark, file, files->folder, matching->sources->strings) != mark->score)
			continue;
		unit_index(unit, matching->sources);
		for (size_t k = 0; k < unit->origin_count; k++) {
			struct unit_origin *origin = &unit->origins[k];
			if (origin->file == file && matching->choosing)
				choose_function(mark, origin);
			else if (origin->file == file && mark->first_line &&
				 origin->first_line == mark->first_line)
				matching->found(matching->context, origin);
		}
	}
}

void marks_resolve(const char *section, size_t size_bytes, struct units *units, struct sources *sources,
		   marks_found_fn *found, void *context)
{
	struct mark *marks = NULL;
	struct matching matching = {.sources = sources, .choosing = true, .found = found, .context = context};
	matching.count = parse(section, size_bytes, sources->strings, &marks);
	matching.marks = marks;
	if (matching.count > 0) {
		each_file(units, sources, score_file, &matching);
		each_file(units, sources, visit_origins, &matching);
		matching.choosing = false;
		each_file(units, sources, visit_origins, &matching);
	}
	free(marks);
}
