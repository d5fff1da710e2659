/*
 * meta.c - see meta.h.  Bytes that are not UTF-8 become U+FFFD: JSON has no others.
 */
#include "drain/meta.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

/* What may change where memory comes from, or how the program behaves. */
static bool environment_matters(const char *entry)
{
	static const char *const prefixes[] = {
		"LD_", "MPROF_", "GLIBC_TUNABLES=", "MALLOC_", "PYTHONMALLOC", "LANG=", "LC_"};
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++) {
		if (strncmp(entry, prefixes[i], strlen(prefixes[i])) == 0)
			return true;
	}
	return false;
}

/* Bytes of the valid UTF-8 sequence at `text`; 0 if there is none.  jansson judges. */
static size_t sequence_bytes(const char *text, size_t left)
{
	for (size_t bytes = 1; bytes <= 4 && bytes <= left; bytes++) {
		json_t *probe = json_stringn(text, bytes);
		json_decref(probe);
		if (probe)
			return bytes;
	}
	return 0;
}

static json_t *repaired_string(const char *text, size_t length)
{
	struct buffer valid = {0};
	for (size_t at = 0; at < length;) {
		size_t bytes = sequence_bytes(text + at, length - at);
		buffer_append(&valid, bytes ? text + at : "\xef\xbf\xbd", bytes ? bytes : 3);
		at += bytes ? bytes : 1;
	}
	json_t *string = valid.failed ? NULL : json_stringn((const char *)valid.data, valid.length);
	buffer_finish(&valid);
	return string;
}

static json_t *string_of(const char *text, size_t length)
{
	json_t *string = json_stringn(text, length);
	return string ? string : repaired_string(text, length);
}

static json_t *text_of(const struct mapping *mapping, uint32_t offset)
{
	const char *text;
	size_t length = mapping_text(mapping, offset, &text);
	return string_of(text, strnlen(text, length));
}

static void add_argument(json_t *command, const char *argument, size_t bytes)
{
	json_array_append_new(command, string_of(argument, bytes));
}

static void add_variable(json_t *environment, const char *entry, size_t bytes)
{
	const char *equals = memchr(entry, '=', bytes);
	if (!equals || !environment_matters(entry))
		return;
	json_t *name = string_of(entry, (size_t)(equals - entry));
	json_t *value = string_of(equals + 1, bytes - (size_t)(equals - entry) - 1);
	if (name && value)
		json_object_set(environment, json_string_value(name), value);
	json_decref(name);
	json_decref(value);
}

/* The session has lists as texts with a NUL behind each entry. */
static json_t *list_of(const struct mapping *mapping, uint32_t offset, json_t *list,
		       void (*add)(json_t *list, const char *entry, size_t bytes))
{
	const char *text;
	size_t length = mapping_text(mapping, offset, &text);
	for (size_t at = 0; at < length;) {
		size_t bytes = strnlen(text + at, length - at);
		add(list, text + at, bytes);
		at += bytes + 1;
	}
	return list;
}

static json_t *build(const struct mapping *mapping)
{
	const struct session_header *h = mapping->header;
	struct utsname host = {0};
	json_t *meta = json_object();
	uname(&host);
	json_object_set_new(meta, "command", list_of(mapping, h->command, json_array(), add_argument));
	json_object_set_new(meta, "exe", text_of(mapping, h->exe));
	json_object_set_new(meta, "cwd", text_of(mapping, h->cwd));
	json_object_set_new(meta, "environment",
			    list_of(mapping, h->environment, json_object(), add_variable));
	json_object_set_new(meta, "host", string_of(host.nodename, strlen(host.nodename)));
	json_object_set_new(meta, "kernel", string_of(host.release, strlen(host.release)));
	json_object_set_new(meta, "pid", json_integer(h->pid));
	json_object_set_new(meta, "parent_pid", json_integer(h->parent_pid));
	json_object_set_new(meta, "parent_trace",
			    string_of(h->parent_trace_path, strlen(h->parent_trace_path)));
	json_object_set_new(meta, "fork_id", json_integer(h->fork_id));
	json_object_set_new(meta, "started_realtime_ns", json_integer((json_int_t)h->started_realtime_ns));
	json_object_set_new(meta, "page_bytes", json_integer(sysconf(_SC_PAGESIZE)));
	json_object_set_new(meta, "aggregate", json_boolean(h->flags & SESSION_AGGREGATE));
	json_object_set_new(meta, "sample_bytes", json_integer((json_int_t)h->sample_bytes));
	json_object_set_new(meta, "mprof_version", json_string(MPROF_VERSION));
	return meta;
}

int meta_encode(const struct mapping *mapping, const char *undrained, struct buffer *to)
{
	json_t *meta = build(mapping);
	if (meta && undrained)
		json_object_set_new(meta, "undrained", json_string(undrained));
	char *text = meta ? json_dumps(meta, JSON_COMPACT) : NULL;
	if (text)
		buffer_append(to, text, strlen(text));
	int error = text && !to->failed ? 0 : -ENOMEM;
	free(text);
	json_decref(meta);
	return error;
}
