/*
 * symbolized.c - prints what the symbolizer says of return addresses in an object, for test_lines.py.
 *
 * OBJECT is the argument, addresses of the file come in hexadecimal, one a line.  A line is printed for each
 * frame, innermost first: depth, name, file, line, first and last line of the function, flags; an
 * empty one ends the frames of an address.
 */
#include "symbolize/symbolize.h"

#include <stdio.h>
#include <stdlib.h>

static void print_frames(struct symbolizer *symbolizer, uint64_t pc)
{
	const struct source_frame *frames;
	size_t count = symbolizer_frames(symbolizer, 1, pc, false, &frames);

	for (size_t i = 0; i < count; i++) {
		const struct source_function *function = frames[i].function;

		printf("%s\t%s\t%s\t%u\t%u\t%u\t%s\n",
		       frames[i].instance ? frames[i].instance : function->name, function->name,
		       function->file, frames[i].line, function->first_line, function->last_line,
		       function->part_of ? "part" : "-");
	}
	putchar('\n');
}

int main(int argc, char **argv)
{
	struct trace_module modules[] = {{.path = ""}, {.path = argv[argc - 1]}};
	struct symbolizer *symbolizer;
	struct diagnostic diagnostic;
	char line[64];

	if (argc != 2 || symbolizer_create(modules, 2, NULL, &symbolizer, &diagnostic) != 0)
		return 2;
	while (fgets(line, sizeof(line), stdin))
		print_frames(symbolizer, strtoull(line, NULL, 16));
	symbolizer_destroy(symbolizer);
	return 0;
}
