/*
 * tables.c - see tables.h.
 */
#include "drain/tables.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define NODES_PER_BLOCK 65536u

int tables_init(struct tables *tables, const struct mapping *mapping, const struct timebase *timebase)
{
	*tables = (struct tables){
		.mapping = mapping, .timebase = timebase, .nodes_ready = 1, .nodes_written = 1};
	tables->unloaded = calloc(mapping->header->modules_max, 1);
	return tables->unloaded ? 0 : -ENOMEM;
}

void tables_finish(struct tables *tables)
{
	free(tables->unloaded);
	free(tables->labels);
	tables->unloaded = NULL;
	tables->labels = NULL;
}

/* ---- readiness ----------------------------------------------------------- */

static void advance_modules(struct tables *tables)
{
	struct session_header *h = tables->mapping->header;
	/* Relaxed: it only bounds the search; `ready` orders what is found. */
	uint32_t used = atomic_load_explicit(&h->modules_used, memory_order_relaxed);
	while (tables->modules_ready < used && tables->modules_ready < h->modules_max &&
	       /* Acquire pairs with the shim's release of `ready`, which it stores last. */
	       atomic_load_explicit(&session_module(h, tables->modules_ready)->ready, memory_order_acquire))
		tables->modules_ready++;
}

static bool module_known(struct tables *tables, uint32_t module)
{
	if (module > tables->modules_ready)
		advance_modules(tables);
	return module <= tables->modules_ready;
}

static bool node_finished(struct tables *tables, uint32_t id)
{
	struct session_node *node = session_node(tables->mapping->header, id);
	/* Acquire pairs with the shim's release of pc, which it stores last. */
	if (__atomic_load_n(&node->pc, __ATOMIC_ACQUIRE) == 0)
		return false;
	return module_known(tables, node->module & NODE_MODULE_MASK);
}

bool tables_look(struct tables *tables, uint32_t node)
{
	while (tables->nodes_ready <= node && tables->nodes_ready < tables->mapping->header->nodes_max &&
	       node_finished(tables, tables->nodes_ready))
		tables->nodes_ready++;
	return node < tables->nodes_ready;
}

void tables_give_up_waiting(struct tables *tables, uint32_t node)
{
	while (!tables_ready(tables, node) && tables->nodes_ready < tables->mapping->header->nodes_max)
		tables->nodes_ready++;
}

/* ---- writing ------------------------------------------------------------- */

static void put_text(struct tables *tables, struct buffer *to, uint32_t offset)
{
	const char *text;
	size_t length = mapping_text(tables->mapping, offset, &text);
	buffer_text(to, text, length);
}

static void put_module(struct tables *tables, struct buffer *to, uint32_t index)
{
	const struct session_module *m = session_module(tables->mapping->header, index);
	uint32_t id_bytes = m->build_id_bytes <= SESSION_BUILD_ID_BYTES ? m->build_id_bytes : 0;
	buffer_varint(to, index + 1);
	buffer_varint(to, m->start);
	buffer_varint(to, m->end >= m->start ? m->end - m->start : 0);
	buffer_signed(to, (int64_t)(m->bias - m->start));
	buffer_varint(to, timebase_ticks_ns(tables->timebase, m->loaded_ticks));
	put_text(tables, to, m->path);
	buffer_text(to, m->build_id, id_bytes);
}

static void write_modules(struct tables *tables, struct batch *batch)
{
	advance_modules(tables);
	if (tables->modules_written == tables->modules_ready)
		return;
	buffer_varint(&batch->scratch, tables->modules_ready - tables->modules_written);
	while (tables->modules_written < tables->modules_ready)
		put_module(tables, &batch->scratch, tables->modules_written++);
	batch_table(batch, BLOCK_MODULES);
}

static void write_unloaded(struct tables *tables, struct batch *batch)
{
	for (uint32_t i = 0; i < tables->modules_written; i++) {
		const struct session_module *m = session_module(tables->mapping->header, i);
		/* Relaxed: the time is all there is to see. */
		uint64_t ticks = atomic_load_explicit(&m->unloaded_ticks, memory_order_relaxed);
		if (ticks == 0 || tables->unloaded[i])
			continue;
		buffer_varint(&batch->scratch, i + 1);
		buffer_varint(&batch->scratch, timebase_ticks_ns(tables->timebase, ticks));
		batch_table(batch, BLOCK_UNLOADED);
		tables->unloaded[i] = 1;
	}
}

/* A node that makes no sense (it was not finished when its process died) hangs on the root. */
static struct session_node sane_node(struct tables *tables, uint32_t id)
{
	struct session_node node = *session_node(tables->mapping->header, id);
	if (node.parent >= id || (node.module & NODE_MODULE_MASK) > tables->modules_written)
		return (struct session_node){0};
	return node;
}

static void write_nodes_up_to(struct tables *tables, struct batch *batch, uint32_t end)
{
	uint64_t pc = 0;
	buffer_varint(&batch->scratch, tables->nodes_written);
	buffer_varint(&batch->scratch, end - tables->nodes_written);
	for (uint32_t id = tables->nodes_written; id < end; id++) {
		struct session_node node = sane_node(tables, id);
		uint32_t flags = (node.module & NODE_EXACT_PC ? 1u : 0) |
				 (node.module & NODE_TRUNCATED ? 2u : 0) |
				 (node.module & NODE_LABEL ? 4u : 0);
		if (node.module & NODE_LABEL)
			tables_label(tables, batch, node.pc);
		buffer_varint(&batch->scratch, id - node.parent);
		buffer_varint(&batch->scratch, (node.module & NODE_MODULE_MASK) | flags << 16);
		buffer_signed(&batch->scratch, (int64_t)(node.pc - pc));
		pc = node.pc;
	}
	batch_table(batch, BLOCK_NODES);
	tables->nodes_written = end;
}

/* What is in the trace is not looked at again: the session keeps it, this process need not. */
static void let_go(struct tables *tables, uint32_t first, uint32_t end)
{
	const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t from = (uintptr_t)session_node(tables->mapping->header, first) & ~(page - 1);
	uintptr_t to = (uintptr_t)session_node(tables->mapping->header, end) & ~(page - 1);
	if (to > from)
		(void)madvise((void *)from, to - from, MADV_DONTNEED);
}

void tables_write(struct tables *tables, struct batch *batch)
{
	write_modules(tables, batch);
	write_unloaded(tables, batch);
	while (tables->nodes_written < tables->nodes_ready) {
		uint32_t left = tables->nodes_ready - tables->nodes_written;
		uint32_t count = left < NODES_PER_BLOCK ? left : NODES_PER_BLOCK;
		uint32_t first = tables->nodes_written;
		write_nodes_up_to(tables, batch, first + count);
		let_go(tables, first, first + count);
	}
}

/* ---- labels -------------------------------------------------------------- */

int tables_know_label(struct tables *tables, uint64_t id)
{
	if (tables->label_count == tables->label_capacity) {
		size_t capacity = tables->label_capacity ? 2 * tables->label_capacity : 64;
		uint64_t *grown = realloc(tables->labels, capacity * sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		tables->labels = grown;
		tables->label_capacity = capacity;
	}
	tables->labels[tables->label_count++] = id;
	return 0;
}

void tables_label(struct tables *tables, struct batch *batch, uint64_t id)
{
	for (size_t i = tables->label_count; i > 0; i--) {
		if (tables->labels[i - 1] == id)
			return;
	}
	if (tables_know_label(tables, id) < 0) {
		batch->error = -ENOMEM;
		return;
	}
	buffer_varint(&batch->labels, id);
	put_text(tables, &batch->labels, id <= UINT32_MAX ? (uint32_t)id : 0);
	batch->label_entries++;
}
