/* visits.c - see visits.h. */
#include "model/visits.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct visits_node {
	uint32_t place; /* nearest node with scopes, itself or an ancestor; 0: none */
	uint32_t above; /* of a place: the next place towards the root */
	uint32_t depth; /* of a place: how many places lie above it, 0 included */
};

struct visits_thread {
	uint32_t place;
	uint32_t *open;       /* per scope: in how many nodes of the thread's path it is */
	uint64_t after_bytes; /* live after the thread's last event */
};

static bool has_scopes(const struct model_scopes *scopes, size_t node)
{
	return scopes->first[node] != scopes->first[node + 1];
}

int visits_init(struct visits *visits, const struct trace_node *nodes, size_t node_count,
		const struct model_scopes *scopes)
{
	*visits = (struct visits){
		.scopes = scopes,
		.nodes = calloc(node_count, sizeof(*visits->nodes)),
		.results = calloc((size_t)scopes->scope_count + 1, sizeof(*visits->results)),
	};
	if (!visits->nodes || !visits->results) {
		visits_finish(visits);
		return -ENOMEM;
	}
	/* Parents come before their children, so one pass is enough. */
	for (size_t i = 1; i < node_count; i++) {
		struct visits_node *node = &visits->nodes[i];
		uint32_t above = visits->nodes[nodes[i].parent].place;

		node->place = has_scopes(scopes, i) ? (uint32_t)i : above;
		node->above = above;
		node->depth = visits->nodes[above].depth + 1;
	}
	return 0;
}

void visits_finish(struct visits *visits)
{
	for (size_t i = 0; i < visits->thread_count; i++)
		free(visits->threads[i].open);
	free(visits->threads);
	free(visits->results);
	free(visits->nodes);
	*visits = (struct visits){0};
}

static uint32_t common_place(const struct visits_node *nodes, uint32_t a, uint32_t b)
{
	while (a != b) {
		if (nodes[a].depth >= nodes[b].depth)
			a = nodes[a].above;
		else
			b = nodes[b].above;
	}
	return a;
}

static void enter(struct visits *visits, struct visits_thread *thread, uint32_t place, uint64_t before)
{
	const struct model_scopes *scopes = visits->scopes;

	for (uint32_t i = scopes->first[place]; i < scopes->first[place + 1]; i++) {
		struct model_scope *result = &visits->results[scopes->ids[i]];
		if (thread->open[scopes->ids[i]]++ == 0 && before > result->entry_bytes)
			result->entry_bytes = before;
	}
}

static void leave(struct visits *visits, struct visits_thread *thread, uint32_t place)
{
	const struct model_scopes *scopes = visits->scopes;

	for (uint32_t i = scopes->first[place]; i < scopes->first[place + 1]; i++) {
		struct model_scope *result = &visits->results[scopes->ids[i]];
		if (--thread->open[scopes->ids[i]] != 0)
			continue;
		result->visits++;
		if (thread->after_bytes > result->exit_bytes)
			result->exit_bytes = thread->after_bytes;
	}
}

/* Enters before it leaves: a scope that both places have stays open throughout. */
static void move(struct visits *visits, struct visits_thread *thread, uint32_t place, uint64_t before)
{
	const struct visits_node *nodes = visits->nodes;
	uint32_t common = common_place(nodes, thread->place, place);

	for (uint32_t i = place; i != common; i = nodes[i].above)
		enter(visits, thread, i, before);
	for (uint32_t i = thread->place; i != common; i = nodes[i].above)
		leave(visits, thread, i);
	thread->place = place;
}

static int add_threads(struct visits *visits, size_t count)
{
	struct visits_thread *threads = reallocarray(visits->threads, count, sizeof(*threads));

	if (!threads)
		return -ENOMEM;
	memset(threads + visits->thread_count, 0, (count - visits->thread_count) * sizeof(*threads));
	visits->threads = threads;
	visits->thread_count = count;
	return 0;
}

/* The first event of a thread under any scope. */
static int prepare(struct visits *visits, struct visits_thread *thread)
{
	thread->open = calloc(visits->scopes->scope_count, sizeof(*thread->open));
	return thread->open ? 0 : -ENOMEM;
}

int visits_event(struct visits *visits, uint32_t index, uint32_t node, uint64_t before, uint64_t after)
{
	uint32_t place = visits->nodes[node].place;
	int error = 0;

	if (index >= visits->thread_count)
		error = add_threads(visits, (size_t)index + 1);
	if (error)
		return error;
	struct visits_thread *thread = &visits->threads[index];
	if (place != thread->place) {
		if (!thread->open)
			error = prepare(visits, thread);
		if (error)
			return error;
		move(visits, thread, place, before);
	}
	thread->after_bytes = after;
	return 0;
}

void visits_end(struct visits *visits)
{
	for (size_t i = 0; i < visits->thread_count; i++)
		if (visits->threads[i].place != 0)
			move(visits, &visits->threads[i], 0, 0);
}
