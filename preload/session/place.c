/*
 * place.c - the session file: where it may lie, how large it may become, and making it.  See files.h.
 *
 * Memory is the place of choice, but somebody else's too: containers have 64 MB of /dev/shm for all, and a
 * program that finds it full dies by SIGBUS.  So where there is little the session lies on disk, beside the
 * trace, and whatever it is, the session takes a share of it at most.
 */
#include "place.h"

#include "base/kernel.h"
#include "base/message.h"
#include "numbers.h"
#include "parent.h"
#include "proc.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/statfs.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#define MIB (UINT64_C(1) << 20)
#define PLENTY_BYTES (256 * MIB) /* a file system in memory with less in all is left to the program */
#define ROOMY_BYTES (128 * MIB)  /* and so is one with less free */
#define ROOM_BYTES (48 * MIB)    /* with less no place will do */
#define FREE_SHARE 4u            /* at most one part in so many of what is free, there and of memory */
#define MEMORY_SHARE 8u
#define CHUNKS_SOFT 128u  /* 8 MiB */
#define CHUNKS_HARD 4096u /* 256 MiB */
#define CHUNKS_LEAST 64u
#define CHUNKS_SCANT 16u  /* 1 MiB, where memory itself is scant */
#define HALVINGS_MOST 16u /* by then all regions are as small as they get */

/* A pid that comes again and again (1 in containers that share /dev/shm) may leave many behind; only
 * the first NUMBERS_MOST are found by their children. */
#define SESSION_NUMBERS 1000u

/* ---- where ------------------------------------------------------------------------- */

struct place {
	char directory[SESSION_PATH_BYTES];
	uint64_t free_bytes, all_bytes;
	bool usable, shared_maps; /* whether files there can be mapped to be shared, reliably */
};

/* Of a network's or a user's file system one that is mapped may vanish, or not be there for both sides. */
static bool maps_well(const struct statfs *fs)
{
	static const uint32_t others[] = {NFS_SUPER_MAGIC,  SMB_SUPER_MAGIC, SMB2_SUPER_MAGIC,
					  FUSE_SUPER_MAGIC, V9FS_MAGIC,      CEPH_SUPER_MAGIC,
					  AFS_SUPER_MAGIC};

	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if ((uint32_t)fs->f_type == others[i])
			return false;
	return true;
}

static void look_at(struct place *place, const char *directory, size_t length)
{
	struct text text;
	struct statfs fs;

	memset(place, 0, sizeof *place);
	text_init(&text, place->directory, sizeof place->directory);
	text_add_bytes(&text, directory, length);
	if (length == 0)
		text_add(&text, "/");
	if (statfs(place->directory, &fs) != 0 || access(place->directory, W_OK) != 0)
		return;
	place->free_bytes = (uint64_t)fs.f_bavail * (uint64_t)fs.f_bsize;
	place->all_bytes = (uint64_t)fs.f_blocks * (uint64_t)fs.f_bsize;
	place->usable = place->free_bytes >= ROOM_BYTES;
	place->shared_maps = maps_well(&fs);
}

/* False: there is none, and *memory says why not there. */
static bool choose(const struct files_facts *facts, struct place *memory, struct place *disk,
		   struct place **chosen)
{
	size_t length = (size_t)(strrchr(facts->trace_path, '/') - facts->trace_path);

	look_at(memory, SESSIONS_DIRECTORY, strlen(SESSIONS_DIRECTORY));
	*chosen = memory;
	if (memory->usable && memory->all_bytes >= PLENTY_BYTES && memory->free_bytes >= ROOMY_BYTES)
		return true;
	look_at(disk, facts->trace_path, length);
	if (disk->usable && (disk->shared_maps || !memory->usable))
		*chosen = disk;
	return (*chosen)->usable;
}

/* ---- how much ---------------------------------------------------------------------- */

static uint64_t page_align(uint64_t bytes)
{
	return (bytes + 65535) & ~UINT64_C(65535);
}

/* A region's size once it was halved so many times; whole pieces in any case. */
static uint32_t halved(uint32_t most, uint32_t least, uint32_t in_piece, unsigned times)
{
	uint32_t size = most >> times;

	return size > least ? size / in_piece * in_piece : least;
}

static void lay_out(struct session_header *session, unsigned halvings)
{
	session->magic = SESSION_MAGIC;
	session->version = SESSION_VERSION;
	session->threads_max = halved(ARENA_THREADS_MAX, 256, ARENA_PIECE_THREADS, halvings);
	session->modules_max = halved(ARENA_MODULES_MAX, 1024, ARENA_PIECE_MODULES, halvings);
	session->text_max = halved(ARENA_TEXT_MAX, (uint32_t)MIB, ARENA_PIECE_TEXT, halvings);
	session->nodes_max = halved(ARENA_NODES_MAX, 65536, ARENA_PIECE_NODES, halvings);
	session->chunks_max = halved(ARENA_CHUNKS_MAX, CHUNKS_LEAST, ARENA_PIECE_CHUNKS, halvings);
	session->threads_offset = page_align(sizeof *session);
	session->modules_offset =
		page_align(session->threads_offset + session->threads_max * sizeof(struct session_thread));
	session->text_offset =
		page_align(session->modules_offset + session->modules_max * sizeof(struct session_module));
	session->nodes_offset = page_align(session->text_offset + session->text_max);
	session->chunks_offset = page_align(session->nodes_offset +
					    (uint64_t)session->nodes_max * sizeof(struct session_node));
	session->file_bytes = session->chunks_offset + (uint64_t)session->chunks_max * SESSION_CHUNK_BYTES;
	session->text_used = 4;  /* offset 0 means no text */
	session->nodes_used = 1; /* node 0 is the root */
}

/* Limits on file and address space shrink the regions instead of meeting SIGXFSZ, or starving the drainer,
 * which maps all of it. */
static uint64_t size_allowed(void)
{
	struct rlimit file, space;
	uint64_t allowed = UINT64_MAX;

	if (getrlimit(RLIMIT_FSIZE, &file) == 0 && file.rlim_cur != RLIM_INFINITY)
		allowed = file.rlim_cur;
	if (getrlimit(RLIMIT_AS, &space) == 0 && space.rlim_cur != RLIM_INFINITY &&
	    space.rlim_cur / 4 < allowed)
		allowed = space.rlim_cur / 4;
	return allowed;
}

static bool lay_out_within(struct session_header *session, uint64_t allowed)
{
	for (unsigned halvings = 0; halvings <= HALVINGS_MOST; halvings++) {
		lay_out(session, halvings);
		if (session->file_bytes <= allowed)
			return true;
	}
	return false;
}

static uint32_t chunks_in(uint64_t bytes, uint32_t most, uint32_t least)
{
	uint64_t chunks = bytes / SESSION_CHUNK_BYTES;

	if (chunks > most)
		chunks = most;
	return chunks > least ? (uint32_t)chunks : least;
}

/* How much may wait for a drainer that is behind, and for one that is dead. */
static void limit_chunks(struct session_header *session, const struct place *place)
{
	struct sysinfo memory;
	uint32_t hard = chunks_in(place->free_bytes / FREE_SHARE, CHUNKS_HARD, CHUNKS_LEAST);

	if (sysinfo(&memory) == 0)
		hard = chunks_in((uint64_t)memory.freeram * memory.mem_unit / MEMORY_SHARE, hard,
				 CHUNKS_LEAST);
	/* Pages of shared memory are the group's of whoever touches them first: of this program. */
	hard = chunks_in(proc_group_limit_bytes() / MEMORY_SHARE, hard, CHUNKS_SCANT);
	session->chunks_hard = hard;
	session->chunks_soft = chunks_in((uint64_t)hard * SESSION_CHUNK_BYTES / 2, CHUNKS_SOFT, CHUNKS_SCANT);
}

/* ---- making it --------------------------------------------------------------------- */

static int create(const struct files_facts *facts, const struct place *place, bool hidden,
		  char path[SESSION_PATH_BYTES])
{
	int fd = -1;

	for (unsigned long number = 0; number < SESSION_NUMBERS; number++) {
		parent_session_path(path, place->directory, hidden, facts->pid, number);
		fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
		if (fd >= 0 || errno != EEXIST)
			break;
	}
	/* Whatever the program's umask. */
	if (fd >= 0)
		kernel_call(SYS_fchmod, fd, 0600);
	return fd;
}

/* So that children find a session that lies elsewhere: a link takes next to nothing of where they look. */
static void leave_link(struct session_header *layout, const struct files_facts *facts, const char *path)
{
	char link[SESSION_PATH_BYTES];

	for (unsigned long number = 0; number < NUMBERS_MOST; number++) {
		parent_session_path(link, SESSIONS_DIRECTORY, false, facts->pid, number);
		if (strlen(link) >= sizeof layout->link_path)
			return;
		if (symlink(path, link) == 0) {
			strcpy(layout->link_path, link);
			return;
		}
		if (errno != EEXIST)
			return;
	}
}

static struct arena *make(int fd, struct session_header *layout, const char *path, int *failed)
{
	struct arena *arena = NULL;

	*failed = ftruncate(fd, (off_t)layout->file_bytes) == 0 ? 0 : errno;
	if (!*failed)
		arena = arena_map(fd, layout, path, failed);
	return arena;
}

static void remove_files(const char *path, const char *link)
{
	unlink(path);
	if (*link)
		unlink(link);
}

struct arena *place_create_session(const struct files_facts *facts, char path[SESSION_PATH_BYTES],
				   int *failed)
{
	struct place memory, disk, *chosen;
	struct session_header layout;

	memset(&layout, 0, sizeof layout);
	parent_session_path(path, SESSIONS_DIRECTORY, false, facts->pid, 0);
	*failed = ENOSPC;
	if (!choose(facts, &memory, &disk, &chosen))
		return NULL;
	*failed = EFBIG;
	if (!lay_out_within(&layout, size_allowed()))
		return NULL;
	limit_chunks(&layout, chosen);
	int fd = create(facts, chosen, chosen == &disk, path);
	*failed = errno;
	if (fd < 0)
		return NULL;
	if (chosen == &disk)
		leave_link(&layout, facts, path);
	struct arena *arena = make(fd, &layout, path, failed);
	close(fd);
	if (!arena)
		remove_files(path, layout.link_path);
	return arena;
}

void place_discard(const struct files_facts *facts, struct arena *arena)
{
	remove_files(arena->path, arena->header->link_path);
	unlink(facts->trace_path);
	arena_unmap(arena);
}
