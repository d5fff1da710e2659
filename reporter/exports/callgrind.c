/*
 * callgrind.c - Callgrind's profile format (Valgrind manual, "Callgrind Format Specification"): what each
 * line of a function did itself, and what its calls did.
 *
 * Inlined functions are functions of their own.  Inclusive costs of calls that lie within one another are
 * each counted, as callgrind's own are: so sums of recursive functions may be more than all there is.
 */
#include "exports/export.h"

#include "base/clean.h"
#include "base/map.h"
#include "base/memory.h"
#include "base/pool.h"
#include "profile/partial.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* What a line of a function did itself, or by calling another function. */
struct cost {
	const struct source_function *callee; /* NULL: itself */
	uint32_t line, callee_line;
	uint64_t calls; /* allocations below: there is no count of calls */
	uint64_t values[PARTIAL_FIGURES];
	struct cost *next; /* of the same function */
};

struct function {
	const struct source_function *of;
	uint32_t number; /* from 1 */
	struct cost *first, *last;
};

/* Names once written are known by numbers. */
struct numbered {
	struct map known;
	uint64_t count;
};

struct writing {
	FILE *out;
	const struct tree *tree;
	enum figure events[PARTIAL_FIGURES];
	size_t event_count;
	struct pool pool;
	struct map functions,
		costs; /* struct function; struct cost, by numbers of function and callee, and line */
	struct function **list;
	size_t count, capacity;
	struct numbered objects, files, functions_named;
};

/* ---- sums ------------------------------------------------------------------ */

static struct function *function_of(struct writing *writing, const struct source_function *of)
{
	struct function *function = map_get(&writing->functions, (uintptr_t)of, 0);

	if (function)
		return function;
	function = pool_alloc(&writing->pool, sizeof(*function));
	*function = (struct function){.of = of};
	map_put(&writing->functions, (uintptr_t)of, 0, function);
	writing->list =
		pool_grow(writing->list, &writing->capacity, writing->count + 1, sizeof(struct function *));
	writing->list[writing->count++] = function;
	function->number = (uint32_t)writing->count;
	return function;
}

static struct cost *cost_of(struct writing *writing, struct function *function, uint32_t line,
			    const struct tree_frame *callee)
{
	uint32_t called = callee ? function_of(writing, callee->function)->number : 0;
	uint64_t call = (uint64_t)function->number << 32 | called;
	struct cost *cost = map_get(&writing->costs, call, line);

	if (cost)
		return cost;
	cost = pool_alloc(&writing->pool, sizeof(*cost));
	*cost = (struct cost){.callee = callee ? callee->function : NULL,
			      .line = line,
			      .callee_line = callee ? callee->function->first_line : 0};
	map_put(&writing->costs, call, line, cost);
	if (function->last)
		function->last->next = cost;
	else
		function->first = cost;
	function->last = cost;
	return cost;
}

static void add(const struct writing *writing, struct cost *cost, const struct amounts *amounts)
{
	cost->calls += amounts->allocations;
	for (size_t i = 0; i < writing->event_count; i++)
		cost->values[i] += figure_of(amounts, writing->events[i]);
}

static void add_node(struct writing *writing, uint32_t node)
{
	const struct tree *tree = writing->tree;
	const struct tree_frame *frame = tree_frame(tree, node);
	struct function *function = function_of(writing, frame->function);
	struct amounts self = tree_self(tree, node), total = tree_total(tree, node);

	add(writing, cost_of(writing, function, frame->line, NULL), &self);
	if (tree->parent[node] == 0)
		return;
	const struct tree_frame *caller = tree_frame(tree, tree->parent[node]);
	add(writing, cost_of(writing, function_of(writing, caller->function), caller->line, frame), &total);
}

/* ---- text ------------------------------------------------------------------ */

/* "(3) name" the first time, "(3)" from then on. */
static void print_name(FILE *out, const char *key, struct numbered *names, const void *identity,
		       const char *name)
{
	uint64_t number = (uint64_t)(uintptr_t)map_get(&names->known, (uintptr_t)identity, 0);

	if (number > 0) {
		fprintf(out, "%s=(%" PRIu64 ")\n", key, number);
		return;
	}
	map_put(&names->known, (uintptr_t)identity, 0, (void *)(uintptr_t)++names->count); // NOLINT
	fprintf(out, "%s=(%" PRIu64 ") ", key, names->count);
	clean_print(out, name[strspn(name, " \t")] ? name : "???", SIZE_MAX);
	fputc('\n', out);
}

static void print_values(const struct writing *writing, const struct cost *cost)
{
	fprintf(writing->out, "%" PRIu32, cost->line);
	for (size_t i = 0; i < writing->event_count; i++)
		fprintf(writing->out, " %" PRIu64, cost->values[i]);
	fputc('\n', writing->out);
}

static void print_cost(struct writing *writing, const struct cost *cost)
{
	const struct source_function *callee = cost->callee;

	if (callee) {
		print_name(writing->out, "cob", &writing->objects, callee->module, callee->module);
		print_name(writing->out, "cfi", &writing->files, callee->file, callee->file);
		print_name(writing->out, "cfn", &writing->functions_named, callee, callee->name);
		fprintf(writing->out, "calls=%" PRIu64 " %" PRIu32 "\n", cost->calls, cost->callee_line);
	}
	print_values(writing, cost);
}

static void print_function(struct writing *writing, const struct function *function)
{
	const struct source_function *of = function->of;

	fputc('\n', writing->out);
	print_name(writing->out, "ob", &writing->objects, of->module, of->module);
	print_name(writing->out, "fl", &writing->files, of->file, of->file);
	print_name(writing->out, "fn", &writing->functions_named, of, of->name);
	for (const struct cost *cost = function->first; cost; cost = cost->next)
		print_cost(writing, cost);
}

static void print_head(const struct writing *writing, const struct overview *run)
{
	const struct amounts all = tree_total(writing->tree, 0);
	FILE *out = writing->out;

	fputs("# callgrind format\nversion: 1\ncreator: mprof " MPROF_VERSION "\ncmd:", out);
	for (const char *const *word = run->command; *word; word++)
		clean_print_between(out, " ", *word, "");
	fprintf(out, "\npid: %d\npositions: line\n", run->pid);
	for (size_t i = 0; i < writing->event_count; i++)
		fprintf(out, "event: %s : %s\n", figure_infos[writing->events[i]].name,
			figure_infos[writing->events[i]].title);
	fputs("events:", out);
	for (size_t i = 0; i < writing->event_count; i++)
		fprintf(out, " %s", figure_infos[writing->events[i]].name);
	fputs("\nsummary:", out);
	for (size_t i = 0; i < writing->event_count; i++)
		fprintf(out, " %" PRIu64, figure_of(&all, writing->events[i]));
	fputc('\n', out);
}

int export_callgrind(FILE *out, const struct export_source *source, struct diagnostic *diagnostic)
{
	struct writing writing = {.out = out, .tree = source->tree};

	(void)diagnostic;
	writing.event_count = partial_figures(source->run, writing.events);
	for (uint32_t node = 1; node < source->tree->count; node++)
		add_node(&writing, node);
	print_head(&writing, source->run);
	for (size_t i = 0; i < writing.count; i++)
		print_function(&writing, writing.list[i]);
	map_finish(&writing.functions);
	map_finish(&writing.costs);
	map_finish(&writing.objects.known);
	map_finish(&writing.files.known);
	map_finish(&writing.functions_named.known);
	free(writing.list);
	pool_finish(&writing.pool);
	return 0;
}
