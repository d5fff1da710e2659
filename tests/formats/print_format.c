/*
 * print_format.c - print_format FORMAT RESULT: a hand-made result in a format of `mprof check`.
 */
#include "gate/formats/formats.h"
#include "hand_made.h"

#include <stdlib.h>

int main(int argc, char **argv)
{
	const struct check_format *format = argc == 3 ? check_format_find(argv[1]) : NULL;
	const struct check_result *result = argc == 3 ? hand_made(argv[2]) : NULL;

	if (format && result)
		return format->print(stdout, result, &(struct check_style){.precision = 1}) == 0
			       ? EXIT_SUCCESS
			       : EXIT_FAILURE;
	fputs("usage: print_format FORMAT RESULT\n", stderr);
	return EXIT_FAILURE;
}
