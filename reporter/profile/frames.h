/*
 * frames.h - where those who walk call paths get frames from.
 *
 * Frames come through a callback, so that these layers and their tests need no symbolizer.
 */
#ifndef MPROF_REPORTER_PROFILE_FRAMES_H
#define MPROF_REPORTER_PROFILE_FRAMES_H

#include "symbolize/symbolize.h"

/* Frames of one trace_code, innermost first, as symbolizer_frames gives them; 0 for the root's. */
typedef size_t frames_fn(void *context, uint32_t code, const struct source_frame **frames);

struct frame_source {
	frames_fn *frames;
	void *context;
	/* Whether a frame of a wanted function counts; NULL: each does. */
	bool (*counts)(void *context, const struct source_frame *frame);
};

#endif
