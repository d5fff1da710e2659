/*
 * print_format.c - print_format FORMAT RESULT: a hand-made result in a format of `mprof check`.
 */
#include "check/formats.h"
#include "hand_made.h"

#include <stdlib.h>
#include <string.h>

static const struct check_format formats[] = {
	{"json", check_json},       {"markdown", check_markdown},
	{"github", check_github},   {"junit", check_junit},
	{"sarif", check_sarif},     {"action-benchmark", check_action_benchmark},
	{"bencher", check_bencher},
};

int main(int argc, char **argv)
{
	const struct check_result *result = argc == 3 ? hand_made(argv[2]) : NULL;

	for (size_t i = 0; result && i < sizeof(formats) / sizeof(*formats); i++)
		if (strcmp(formats[i].name, argv[1]) == 0)
			return formats[i].print(stdout, result, &(struct check_style){.precision = 1}) == 0
				       ? EXIT_SUCCESS
				       : EXIT_FAILURE;
	fputs("usage: print_format FORMAT RESULT\n", stderr);
	return EXIT_FAILURE;
}
