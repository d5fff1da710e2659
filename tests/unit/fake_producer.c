/* fake_producer.c - see fake_producer.h. */
#include "fake_producer.h"

#include "trace/clock.h"
#include "trace/crc.h"
#include "trace/format.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define THREADS 64
#define MODULES 16
#define TEXT_BYTES 65536
#define NODES 4096
#define CHUNKS 8192

static uint64_t lay_out(struct session_header *h)
{
	h->threads_max = THREADS;
	h->modules_max = MODULES;
	h->text_max = TEXT_BYTES;
	h->nodes_max = NODES;
	h->chunks_max = CHUNKS;
	h->threads_offset = (sizeof(*h) + 4095) & ~UINT64_C(4095);
	h->modules_offset = h->threads_offset + THREADS * sizeof(struct session_thread);
	h->text_offset = h->modules_offset + MODULES * sizeof(struct session_module);
	h->nodes_offset = h->text_offset + TEXT_BYTES;
	h->chunks_offset = (h->nodes_offset + NODES * sizeof(struct session_node) + 65535) & ~UINT64_C(65535);
	return h->chunks_offset + (uint64_t)CHUNKS * SESSION_CHUNK_BYTES;
}

static void map_session(struct fake *fake)
{
	struct session_header plan = {0};
	fake->bytes = lay_out(&plan);
	int fd = open(fake->session_path, O_RDWR | O_CREAT | O_EXCL, 0600);
	cr_assert_geq(fd, 0);
	cr_assert_eq(ftruncate(fd, (off_t)fake->bytes), 0);
	fake->header = mmap(NULL, fake->bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	cr_assert_neq(fake->header, MAP_FAILED);
	close(fd);
	lay_out(fake->header);
}

uint32_t fake_text(struct fake *fake, const char *text, size_t bytes)
{
	uint32_t length = (uint32_t)bytes, offset = atomic_load(&fake->header->text_used);
	memcpy(session_text(fake->header, offset), &length, sizeof(length));
	memcpy(session_text(fake->header, offset) + sizeof(length), text, bytes);
	atomic_store(&fake->header->text_used, offset + (uint32_t)((sizeof(length) + bytes + 1 + 3) & ~3ul));
	return offset;
}

static void add_module(struct fake *fake, uint32_t index, uint64_t start, const char *path)
{
	struct session_module *m = session_module(fake->header, index);
	m->start = start;
	m->end = start + 0x10000;
	m->bias = start - 0x1000;
	m->loaded_ticks = fake->header->started_ticks;
	m->path = fake_text(fake, path, strlen(path));
	m->build_id_bytes = 20;
	memset(m->build_id, (int)index + 1, 20);
	atomic_store(&fake->header->modules_used, index + 1);
	atomic_store_explicit(&m->ready, 1, memory_order_release);
}

static void add_nodes(struct fake *fake)
{
	for (uint32_t i = 1; i < FAKE_NODES; i++) {
		struct session_node *node = session_node(fake->header, i);
		node->parent = i / 2;
		node->module = 1 + i % 2;
		__atomic_store_n(&node->pc, 0x10000 * (1 + i % 2) + i * 16, __ATOMIC_RELEASE);
	}
	atomic_store(&fake->header->nodes_used, FAKE_NODES);
}

static void fill_header(struct fake *fake, pid_t pid)
{
	static const char command[] = "prog\0--option\0b\xffyte",
			  environment[] = "LANG=C\0SECRET=x\0MPROF_OUT=y";
	struct session_header *h = fake->header;
	h->magic = SESSION_MAGIC;
	h->version = SESSION_VERSION;
	h->file_bytes = fake->bytes;
	h->mapped_at = (uintptr_t)fake->header;
	h->pid = pid;
	h->parent_pid = 1;
	h->started_ticks = h->started_monotonic_ns = clock_monotonic_ns();
	h->started_realtime_ns = 12345;
	atomic_store(&h->text_used, 4);
	h->command = fake_text(fake, command, sizeof(command) - 1);
	h->environment = fake_text(fake, environment, sizeof(environment) - 1);
	h->exe = fake_text(fake, "/bin/prog", 9);
	h->cwd = fake_text(fake, "/home", 5);
	strcpy(h->trace_path, fake->trace_path);
	add_module(fake, 0, 0x10000, "/bin/prog");
	add_module(fake, 1, 0x20000, "/lib/some.so");
	add_nodes(fake);
	atomic_store_explicit(&h->ready, 1, memory_order_release);
}

static void write_heading(const struct fake *fake)
{
	size_t path_bytes = (strlen(fake->session_path) + 7) & ~7ul;
	char bytes[256] = {0};
	struct format_file_header header = {
		.version = FORMAT_VERSION,
		.header_bytes = (uint16_t)(sizeof(header) + path_bytes),
		.pid = (uint32_t)fake->header->pid,
		.session_path_bytes = (uint32_t)strlen(fake->session_path),
	};
	memcpy(header.magic, FORMAT_MAGIC, sizeof(header.magic));
	memcpy(bytes + sizeof(header), fake->session_path, strlen(fake->session_path));
	memcpy(bytes, &header, sizeof(header));
	header.crc = crc32_update(0, bytes, header.header_bytes);
	memcpy(bytes, &header, sizeof(header));
	int fd = open(fake->trace_path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	cr_assert_eq(write(fd, bytes, header.header_bytes), header.header_bytes);
	close(fd);
}

void fake_create(struct fake *fake, pid_t pid)
{
	*fake = (struct fake){.directory = "/tmp/drain-XXXXXX"};
	cr_assert_not_null(mkdtemp(fake->directory));
	snprintf(fake->session_path, sizeof(fake->session_path), "%s/session", fake->directory);
	snprintf(fake->live_path, sizeof(fake->live_path), "%s.live", fake->session_path);
	snprintf(fake->trace_path, sizeof(fake->trace_path), "%s/prog.mprof", fake->directory);
	map_session(fake);
	fill_header(fake, pid);
	write_heading(fake);
	fake->last_stamp = fake->header->started_ticks;
}

void fake_destroy(struct fake *fake)
{
	munmap(fake->header, fake->bytes);
	unlink(fake->session_path);
	unlink(fake->live_path);
	unlink(fake->trace_path);
	cr_expect_eq(rmdir(fake->directory), 0);
}

pid_t fake_dead_pid(void)
{
	pid_t child = fork();
	if (child == 0)
		_exit(0);
	waitpid(child, NULL, 0);
	return child;
}

/* ---- records ------------------------------------------------------------- */

static uint32_t pop(_Atomic uint64_t *stack, _Atomic uint32_t *(*link)(struct fake *, uint32_t),
		    struct fake *fake)
{
	uint64_t top = atomic_load(stack), next;
	do {
		if ((uint32_t)top == 0)
			return 0;
		next = ((top >> 32) + 1) << 32 | atomic_load(link(fake, (uint32_t)top - 1));
	} while (!atomic_compare_exchange_weak(stack, &top, next));
	return (uint32_t)top;
}

static _Atomic uint32_t *chunk_link(struct fake *fake, uint32_t index)
{
	return &session_chunk(fake->header, index)->free_next;
}

static _Atomic uint32_t *thread_link(struct fake *fake, uint32_t index)
{
	return &session_thread(fake->header, index)->free_next;
}

static uint32_t open_chunk(struct fake *fake, uint64_t first_record)
{
	uint32_t index = pop(&fake->header->free_chunks, chunk_link, fake);
	if (index == 0)
		index = atomic_fetch_add(&fake->header->chunks_used, 1) + 1;
	cr_assert_leq(index, CHUNKS, "the drainer gives no chunks back");
	struct session_chunk *chunk = session_chunk(fake->header, index - 1);
	chunk->first_record = first_record;
	atomic_store(&chunk->committed, 0);
	atomic_store(&chunk->next, 0);
	return index;
}

struct fake_thread fake_thread(struct fake *fake, uint32_t tid)
{
	uint32_t index = pop(&fake->header->free_threads, thread_link, fake);
	if (index == 0)
		index = atomic_fetch_add(&fake->header->threads_used, 1) + 1;
	cr_assert_leq(index, THREADS);
	struct session_thread *slot = session_thread(fake->header, index - 1);
	uint32_t chunk = open_chunk(fake, 0);
	slot->claimed_tid = tid;
	slot->started_ticks = fake->header->started_ticks;
	atomic_store(&slot->first_chunk, chunk);
	atomic_fetch_add(&slot->incarnation, 1);
	atomic_store_explicit(&slot->owner, thread_owner(tid, 0, THREAD_OWNED), memory_order_release);
	return (struct fake_thread){fake, slot, index - 1, session_chunk(fake->header, chunk - 1), 0, 0};
}

void fake_commit(struct fake_thread *thread, uint64_t w0, uint64_t w1)
{
	thread->chunk->records[thread->used++] = (struct session_record){w0, w1};
	atomic_store_explicit(&thread->chunk->committed, thread->used, memory_order_release);
}

static void make_room(struct fake_thread *thread)
{
	if (thread->used + 12 <= SESSION_CHUNK_RECORDS)
		return;
	uint32_t next = open_chunk(thread->fake, thread->chunk->first_record + thread->used);
	struct session_chunk *closed = thread->chunk;
	thread->chunk = session_chunk(thread->fake->header, next - 1);
	thread->used = 0;
	atomic_store_explicit(&closed->next, next, memory_order_release);
}

/* Prefixes what the last record of the thread does not imply; returns the stamp. */
static uint64_t stamp(struct fake_thread *thread)
{
	uint64_t now = ++thread->fake->last_stamp;
	if (now - thread->last_stamp > UINT64_C(1) << 34)
		fake_commit(thread, record_ext_w0(EXT_EPOCH, 0), now);
	thread->last_stamp = now;
	return now;
}

void fake_record(struct fake_thread *thread, enum record_type type, uint64_t address, uint64_t size_bytes,
		 uint32_t node)
{
	make_room(thread);
	uint64_t now = stamp(thread);
	if (size_bytes > RECORD_SIZE_MAX)
		fake_commit(thread, record_ext_w0(EXT_SIZE, 0), size_bytes);
	if (!record_address_fits(address))
		fake_commit(thread, record_ext_w0(EXT_ADDRESS, 0), address);
	fake_commit(thread,
		    record_w0(type, record_address_fits(address) ? address : 0,
			      size_bytes > RECORD_SIZE_MAX ? 0 : size_bytes),
		    record_w1(node, now));
}

void fake_ext(struct fake_thread *thread, enum ext_type type, uint64_t payload, uint32_t node)
{
	make_room(thread);
	fake_commit(thread, record_ext_w0(type, payload), record_w1(node, stamp(thread)));
}

void fake_value(struct fake_thread *thread, uint64_t value)
{
	make_room(thread);
	fake_commit(thread, record_ext_w0(EXT_VALUE, 0), value);
}

void fake_side(struct fake_thread *thread, uint64_t w0, uint64_t address, uint64_t size_bytes)
{
	struct session_thread *slot = thread->slot;
	uint64_t ticket = atomic_load(&slot->side_head);
	cr_assert_lt(ticket - atomic_load(&slot->side_tail), SESSION_SIDE_RECORDS);
	atomic_store(&slot->side_head, ticket + 1);
	size_t at = ticket % SESSION_SIDE_RECORDS;
	atomic_store(&slot->side[at].w1, ++thread->fake->last_stamp);
	atomic_store(&slot->side[at].size_bytes, size_bytes);
	atomic_store(&slot->side[at].address, address);
	atomic_store_explicit(&slot->side[at].w0, w0, memory_order_release);
}
