/* open.c - one pass over a trace's blocks: tables are read, events passed over. */
#include "reader/private.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static table_parser *parser_of(unsigned kind)
{
	static table_parser *const parsers[] = {
		[BLOCK_META] = table_meta,           [BLOCK_MODULES] = table_modules,
		[BLOCK_UNLOADED] = table_unloaded,   [BLOCK_NODES] = table_nodes,
		[BLOCK_LABELS] = table_labels,       [BLOCK_THREADS] = table_threads,
		[BLOCK_NOTES] = table_notes,         [BLOCK_RSS] = table_rss,
		[BLOCK_SUMMARY] = table_summary,     [BLOCK_END] = table_end,
		[BLOCK_MOVES] = table_moves,         [BLOCK_STRAYS] = table_strays,
		[BLOCK_NAMES] = table_names,         [BLOCK_SOURCES] = table_sources,
		[BLOCK_INTERVALS] = table_intervals, [BLOCK_BREAKDOWN] = table_breakdown,
		[BLOCK_LINES] = table_lines,
	};

	return kind < sizeof(parsers) / sizeof(*parsers) ? parsers[kind] : NULL;
}

/* What this reader does not know is checked nevertheless: a bit that turned a kind into an
 * unknown one must not pass for an extension. */
static int read_block(struct trace *trace, const struct block_at *block, struct diagnostic *diagnostic)
{
	table_parser *parse = parser_of(block->header.kind);
	int error = file_load(trace, block, diagnostic);

	if (error || !parse)
		return error;
	struct varint_cursor payload = varint_cursor(trace->raw.data, trace->raw.length);
	error = parse(trace, &payload);
	return error ? file_bad_block(trace, block, error, diagnostic) : 0;
}

static int read_extent(struct trace *trace, const struct block_at *last_events, struct diagnostic *diagnostic)
{
	if (trace->info.ended || last_events->at == 0)
		return 0;
	int error = file_load(trace, last_events, diagnostic);
	if (error)
		return error;
	error = replay_extent(trace);
	return error ? file_bad_block(trace, last_events, error, diagnostic) : 0;
}

/* Each block's checksum stands for it (FNV-1a, a word at a time). */
static void add_fingerprint(struct trace *trace, uint64_t word)
{
	trace->info.fingerprint = (trace->info.fingerprint ^ word) * UINT64_C(0x100000001b3);
}

static int read_blocks(struct trace *trace, struct diagnostic *diagnostic)
{
	struct block_at block = {.next = trace->blocks_at}, last_events = {0};
	int result;

	while ((result = file_next(trace, &block, diagnostic)) > 0) {
		if (!format_is_extra(block.header.kind)) {
			add_fingerprint(trace, block.header.crc);
			trace->info.recorded_bytes = block.next;
		}
		if (block.header.kind == BLOCK_EVENTS)
			last_events = block;
		else if (block.header.kind == BLOCK_CURSOR) /* the drainer's; checked by a replay */
			continue;
		else if (block.header.kind == BLOCK_SNAPSHOT) /* read when asked for, checked now */
			result = file_load(trace, &block, diagnostic);
		else
			result = read_block(trace, &block, diagnostic);
		if (result < 0)
			return result;
	}
	return result ? result : read_extent(trace, &last_events, diagnostic);
}

/* An empty trace: no META, the unknown module, the root. */
static int init(struct trace *trace, const char *path)
{
	static const char *const none[] = {NULL};
	struct trace_info *info = &trace->info;

	info->command = info->environment = none;
	info->exe = info->cwd = info->host = info->kernel = info->parent_trace = info->undrained = "";
	trace->fd = -1;
	trace->page_bytes = 4096; /* of a trace that does not say */
	trace->codec = block_codec_create();
	trace->decoder = events_decoder_create();
	info->path = pool_text(&trace->pool, path, strlen(path));
	struct trace_module *unknown = vector_add(&trace->modules, sizeof(*unknown));
	/* An empty payload has an address, too: cursors do arithmetic on it. */
	buffer_reserve(&trace->raw, 1);
	if (!trace->codec || !trace->decoder || !info->path || !unknown || trace->raw.failed)
		return -ENOMEM;
	unknown->path = "";
	return vector_add(&trace->nodes, sizeof(struct trace_node)) ? codes_add_root(&trace->codes) : -ENOMEM;
}

int trace_open(const char *path, struct trace **out, struct diagnostic *diagnostic)
{
	struct trace *trace = calloc(1, sizeof(*trace));
	int error = trace ? init(trace, path) : -ENOMEM;

	*out = NULL;
	if (error) {
		diagnostic_set(diagnostic, ENOMEM, "%s: not enough memory to open it", path);
		goto out;
	}
	error = file_open(trace, path, diagnostic);
	if (error)
		goto out;
	trace->info.fingerprint = UINT64_C(0xcbf29ce484222325);
	add_fingerprint(trace, trace->info.started_realtime_ns);
	add_fingerprint(trace, (uint64_t)trace->info.pid);
	error = read_blocks(trace, diagnostic);
	if (error)
		goto out;
	if (!trace->info.ended && trace->info.aggregate)
		error = tables_without_end(trace);
	if (error) {
		diagnostic_set(diagnostic, EBADMSG, "%s: damaged: its figures contradict each other", path);
		goto out;
	}
	tables_complete(trace);
	trace->info.blocks_end = trace->blocks_end;
	trace->opened = true;
	*out = trace;
	return 0;
out:
	trace_close(trace);
	return error;
}

void trace_close(struct trace *trace)
{
	if (!trace)
		return;
	if (trace->fd >= 0)
		close(trace->fd);
	events_decoder_destroy(trace->decoder);
	block_codec_destroy(trace->codec);
	buffer_finish(&trace->stored);
	buffer_finish(&trace->raw);
	vector_finish(&trace->modules);
	vector_finish(&trace->nodes);
	codes_finish(&trace->codes);
	vector_finish(&trace->threads);
	vector_finish(&trace->labels);
	vector_finish(&trace->samples);
	vector_finish(&trace->strays);
	vector_finish(&trace->notes);
	summary_decoder_finish(&trace->summary);
	extras_finish(trace);
	pool_release(&trace->pool);
	free(trace);
}

const struct trace_info *trace_info(const struct trace *trace)
{
	return &trace->info;
}
