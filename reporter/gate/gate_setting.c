/*
 * gate_setting.c - see gate_setting.h.
 */
#include "gate/gate_setting.h"

#include "gate/bounds.h"
#include "gate/gate_text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int setting_fail(struct gate_reader *reader, const config_setting_t *setting, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	int error = text_complain(reader->diagnostic, reader->path, config_setting_source_line(setting),
				  format, arguments);
	va_end(arguments);
	return error;
}

int setting_locate(struct gate_reader *reader, const config_setting_t *setting, int error)
{
	struct diagnostic complaint = *reader->diagnostic;

	return error ? setting_fail(reader, setting, "%s", complaint.message) : 0;
}

const char *setting_source(struct gate_reader *reader, const config_setting_t *setting)
{
	return gate_text(reader->gate, "%s:%u", reader->path, config_setting_source_line(setting));
}

/* ---- values ------------------------------------------------------------------------------ */

const char *setting_name(const config_setting_t *setting)
{
	const char *name = config_setting_name(setting);

	return name ? name : "";
}

int setting_value(struct gate_reader *reader, const config_setting_t *setting, const char **out)
{
	switch (config_setting_type(setting)) {
	case CONFIG_TYPE_STRING:
		*out = gate_text(reader->gate, "%s", config_setting_get_string(setting));
		return 0;
	case CONFIG_TYPE_INT:
	case CONFIG_TYPE_INT64:
		*out = gate_text(reader->gate, "%lld", config_setting_get_int64(setting));
		return 0;
	default:
		return setting_fail(reader, setting, "%s takes a whole number or a text in quotes",
				    setting_name(setting));
	}
}

int setting_text(struct gate_reader *reader, const config_setting_t *setting, const char **out)
{
	const char *text = config_setting_get_string(setting);

	if (!text || !*text)
		return setting_fail(reader, setting, "%s takes a text in quotes", setting_name(setting));
	*out = gate_text(reader->gate, "%s", text);
	return 0;
}

int setting_flag(struct gate_reader *reader, const config_setting_t *setting, bool *out)
{
	if (config_setting_type(setting) != CONFIG_TYPE_BOOL)
		return setting_fail(reader, setting, "%s takes true or false", setting_name(setting));
	*out = config_setting_get_bool(setting);
	return 0;
}

int setting_share(struct gate_reader *reader, const config_setting_t *setting, double *out)
{
	const char *text = "";
	int error = setting_value(reader, setting, &text);

	return error ? error
		     : setting_locate(reader, setting, limit_parse_share(text, out, reader->diagnostic));
}

int setting_number(struct gate_reader *reader, const config_setting_t *setting, enum figure figure,
		   uint64_t *out)
{
	const char *text = "";
	int error = setting_value(reader, setting, &text);

	return error ? error
		     : setting_locate(reader, setting,
				      limit_parse_number(figure, text, out, reader->diagnostic));
}

/* ---- groups and lists ---------------------------------------------------------------------- */

int setting_check(struct gate_reader *reader, const config_setting_t *setting, int type, const char *form)
{
	if (config_setting_type(setting) == type)
		return 0;
	return setting_fail(reader, setting, "%s%sis no %s", setting_name(setting),
			    *setting_name(setting) ? " " : "this ", form);
}

static int refuse(struct gate_reader *reader, const config_setting_t *setting, const struct setting_key *keys)
{
	char names[256];
	size_t used = 0;

	for (; keys->name; keys++)
		used += (size_t)snprintf(names + used, sizeof(names) - used, "%s%s", used > 0 ? ", " : "",
					 keys->name);
	return setting_fail(reader, setting, "unknown setting '%.200s'; one of: %s", setting_name(setting),
			    names);
}

int setting_group(struct gate_reader *reader, const config_setting_t *group, const struct setting_key *keys,
		  setting_fn *other, void *context)
{
	int error = setting_check(reader, group, CONFIG_TYPE_GROUP, "group: { NAME = VALUE; ... }");

	for (unsigned i = 0; !error && i < (unsigned)config_setting_length(group); i++) {
		const config_setting_t *setting = config_setting_get_elem(group, i);
		const struct setting_key *key = keys;

		while (key->name && strcmp(key->name, setting_name(setting)) != 0)
			key++;
		if (key->name)
			error = key->read(reader, setting, context);
		else
			error = other ? other(reader, setting, context) : refuse(reader, setting, keys);
	}
	return error;
}

int setting_list(struct gate_reader *reader, const config_setting_t *list, setting_fn *read, void *context)
{
	int error = setting_check(reader, list, CONFIG_TYPE_LIST, "list: ( { ... }, { ... } )");

	for (unsigned i = 0; !error && i < (unsigned)config_setting_length(list); i++)
		error = read(reader, config_setting_get_elem(list, i), context);
	return error;
}
