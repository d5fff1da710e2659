/* place.c - see place.h. */
#include "exports/place.h"

#include "base/clean.h"
#include "profile/measure.h"

#include <inttypes.h>
#include <string.h>

uint64_t export_address(const struct export_source *source, const struct tree_frame *frame)
{
	const struct trace_code *code = &profile_trace(source->profile)->codes[frame->code];

	return frame->code == 0 || code->pc == 0 ? 0 : code->pc - !code->exact_pc;
}

void export_print_place(FILE *out, const struct export_source *source, const struct tree_frame *frame)
{
	const struct source_function *function = frame->function;
	const char *folder = strrchr(function->file, '/');

	fprintf(out, "0x%" PRIX64, export_address(source, frame));
	clean_print_between(out, ": ", function->name, " ");
	clean_print_between(out, frame->line > 0 ? "(" : "(in ",
			    frame->line == 0 ? function->module
			    : folder         ? folder + 1
					     : function->file,
			    "");
	if (frame->line > 0)
		fprintf(out, ":%" PRIu32, frame->line);
	fputc(')', out);
}
