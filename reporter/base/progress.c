/*
 * progress.c - see progress.h.
 */
#include "progress.h"

#include "base/terminal.h"
#include "trace/clock.h"
#include "base/clean.h"

#include <inttypes.h>
#include <stdio.h>

#define SECOND_NS UINT64_C(1000000000)
#define PATIENCE_NS (SECOND_NS / 2) /* what is done by then needs no word */
#define INTERVAL_NS (SECOND_NS / 5)

struct progress progress_start(void)
{
	return (struct progress){.wanted = terminal_is_for_people(stderr)};
}

void progress_finish(struct progress *progress)
{
	if (progress->shown)
		fputs("\r\033[K", stderr);
	progress->shown = false;
}

void progress_step(void *context, const char *what)
{
	struct progress *progress = context;

	if (!progress->wanted)
		return;
	clean_print_between(stderr, "\r\033[K", what, "");
	progress->shown = true;
}

static void tell(struct progress *progress, const char *what, uint64_t done, uint64_t total)
{
	uint64_t now_ns;

	if (!progress->wanted)
		return;
	now_ns = clock_monotonic_ns();
	if (progress->started_ns == 0) {
		progress->started_ns = now_ns;
		progress->next_ns = now_ns + PATIENCE_NS;
	}
	if (now_ns < progress->next_ns || done == 0 || done > total)
		return;
	progress->next_ns = now_ns + INTERVAL_NS;
	double seconds = (double)(now_ns - progress->started_ns) / (double)SECOND_NS;
	double rate = (double)done / seconds;
	fprintf(stderr, "\r\033[K%s: %" PRIu64 " %% (%.1f million a second, %.0f s left)", what,
		100 * done / total, rate / 1e6, (double)(total - done) / rate);
	progress->shown = true;
}

void progress_events(void *context, uint64_t done, uint64_t total)
{
	tell(context, "replaying events", done, total);
}

void progress_records(void *context, uint64_t done, uint64_t total)
{
	tell(context, "finishing the recording", done, total);
}
