/*
 * gate_setting.h - what the settings of a gate file are made of: values, groups and lists, read with
 * complaints that say where.  Private to gate_file.c.
 *
 * All return 0, or -errno with a diagnostic; texts are the gate's.
 */
#ifndef MPROF_REPORTER_GATE_GATE_SETTING_H
#define MPROF_REPORTER_GATE_GATE_SETTING_H

#include "gate/gate.h"
#include "base/diagnostic.h"

#include <libconfig.h>
#include <stdint.h>

struct gate_reader {
	struct gate *gate;
	const char *path;
	struct diagnostic *diagnostic;
};

/* Complains about a setting; never 0. */
int setting_fail(struct gate_reader *reader, const config_setting_t *setting, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Says where, of a complaint that says what and came with `error`. */
int setting_locate(struct gate_reader *reader, const config_setting_t *setting, int error);

/* "mprof.gate:7" */
const char *setting_source(struct gate_reader *reader, const config_setting_t *setting);

/* "" in a list. */
const char *setting_name(const config_setting_t *setting);

/* A text, or a bare number as one. */
int setting_value(struct gate_reader *reader, const config_setting_t *setting, const char **out);

/* A text that is not empty. */
int setting_text(struct gate_reader *reader, const config_setting_t *setting, const char **out);

/* true or false */
int setting_flag(struct gate_reader *reader, const config_setting_t *setting, bool *out);

int setting_share(struct gate_reader *reader, const config_setting_t *setting, double *out);

/* In the figure's unit. */
int setting_number(struct gate_reader *reader, const config_setting_t *setting, enum figure figure,
		   uint64_t *out);

typedef int setting_fn(struct gate_reader *reader, const config_setting_t *setting, void *context);

/* What a group may hold; a table of them ends with {0}. */
struct setting_key {
	const char *name;
	setting_fn *read;
};

/* Refuses what is not of this CONFIG_TYPE, with words for what it should have been. */
int setting_check(struct gate_reader *reader, const config_setting_t *setting, int type, const char *form);

/* Reads a group's settings, in their order; those that are in no table go to `other`, or are refused. */
int setting_group(struct gate_reader *reader, const config_setting_t *group, const struct setting_key *keys,
		  setting_fn *other, void *context);

/* Reads each element of a list. */
int setting_list(struct gate_reader *reader, const config_setting_t *list, setting_fn *read, void *context);

#endif
