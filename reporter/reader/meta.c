/*
 * meta.c - the META block: what ran, where and under what, as JSON.
 *
 * A member that is missing or of another type is as good as absent: META only informs.
 */
#include "reader/private.h"
#include "trace/size.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

static int text_of(struct trace *trace, const json_t *value, const char **text)
{
	*text = pool_text(&trace->pool, json_string_value(value), json_string_length(value));
	return *text ? 0 : -ENOMEM;
}

static int read_texts(struct trace *trace, const json_t *meta)
{
	const struct {
		const char *key;
		const char **text;
	} members[] = {
		{"exe", &trace->info.exe},
		{"cwd", &trace->info.cwd},
		{"host", &trace->info.host},
		{"kernel", &trace->info.kernel},
		{"parent_trace", &trace->info.parent_trace},
		{"undrained", &trace->info.undrained},
	};
	int error = 0;

	for (size_t i = 0; i < sizeof(members) / sizeof(*members) && !error; i++)
		error = text_of(trace, json_object_get(meta, members[i].key), members[i].text);
	return error;
}

static const char **new_list(struct trace *trace, size_t count)
{
	const char **list = pool_take(&trace->pool, (count + 1) * sizeof(*list));

	if (list)
		list[count] = NULL;
	return list;
}

static int read_command(struct trace *trace, const json_t *command)
{
	size_t count = json_array_size(command);
	const char **list = new_list(trace, count);
	int error = list ? 0 : -ENOMEM;

	for (size_t i = 0; i < count && !error; i++)
		error = text_of(trace, json_array_get(command, i), &list[i]);
	trace->info.command = list;
	return error;
}

static int read_environment(struct trace *trace, json_t *environment)
{
	const char **list = new_list(trace, json_object_size(environment));
	const char *name;
	json_t *value;
	size_t i = 0;

	trace->info.environment = list;
	if (!list)
		return -ENOMEM;
	json_object_foreach(environment, name, value)
	{
		size_t name_bytes = strlen(name), value_bytes = json_string_length(value);
		char *entry = pool_take(&trace->pool, name_bytes + value_bytes + 2);
		if (!entry)
			return -ENOMEM;
		snprintf(entry, name_bytes + value_bytes + 2, "%s=%s", name,
			 value_bytes ? json_string_value(value) : "");
		list[i++] = entry;
	}
	return 0;
}

static void read_numbers(struct trace *trace, const json_t *meta)
{
	json_int_t page_bytes = json_integer_value(json_object_get(meta, "page_bytes"));

	trace->info.parent_pid = (int)json_integer_value(json_object_get(meta, "parent_pid"));
	json_int_t sample_bytes = json_integer_value(json_object_get(meta, "sample_bytes"));

	if (sample_bytes > 0 && (uint64_t)sample_bytes <= SAMPLE_BYTES_MAX)
		trace->info.sample_bytes = (uint64_t)sample_bytes;
	trace->info.fork_id = (uint32_t)json_integer_value(json_object_get(meta, "fork_id"));
	trace->info.aggregate = json_is_true(json_object_get(meta, "aggregate"));
	if (page_bytes > 0 && page_bytes <= PAGE_BYTES_MAX)
		trace->page_bytes = (uint64_t)page_bytes;
}

static int read_meta(struct trace *trace, json_t *meta)
{
	int error = read_texts(trace, meta);

	if (!error)
		error = read_command(trace, json_object_get(meta, "command"));
	if (!error)
		error = read_environment(trace, json_object_get(meta, "environment"));
	read_numbers(trace, meta);
	return error;
}

int table_meta(struct trace *trace, struct varint_cursor *payload)
{
	json_t *meta = json_loadb((const char *)payload->at, varint_left(payload), 0, NULL);
	int error = json_is_object(meta) ? read_meta(trace, meta) : -EBADMSG;

	json_decref(meta);
	return error;
}
