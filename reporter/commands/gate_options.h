/*
 * gate_options.h - the options of a gate, which `mprof check` and `mprof run` have in common.
 */
#ifndef MPROF_REPORTER_COMMANDS_GATE_OPTIONS_H
#define MPROF_REPORTER_COMMANDS_GATE_OPTIONS_H

#include "gate/check.h"
#include "gate/formats/outputs.h"
#include "cli/options.h"

struct gate_options {
	bool used; /* any of them was given */
	const char *file, *baseline, *tolerance, *name;
	const char *most[FIGURES_JUDGED]; /* --max-peak and its like */
	struct option_list limits, floors, suppressions;
	struct output *outputs;
	size_t output_count;
	bool update, allow_idle;
	enum repeat_figure repeat_figure;
	long precision;
};

/* The group of them, an argp child whose input is the struct. */
const struct argp *gate_argp(void);

void gate_options_finish(struct gate_options *options);

/*
 * The gate that file and options make; the default file is read if it is there and no other was named.  *gate
 * is the caller's to finish, on failure too.  0, or -errno with a diagnostic; a gate that asks for nothing
 * is -EINVAL.
 */
int gate_options_gate(const struct gate_options *options, struct gate *gate, struct diagnostic *diagnostic);

#endif
