/* rgc_script_text.h - functions of rgc_script_functions.h: strings. */

static const char *text_of(const void *value)
{
	return rgc_str_get(value);
}

static void *f_spaced(void **values, size_t count)
{
	(void)count;
	return rgc_str_replace(values[0], "_", " ", -1);
}

static void *f_built(void **values, size_t count)
{
	rgc_auto rgc_builder *builder = rgc_builder_new();
	for (size_t i = 0; i < count; i++) {
		(void)!rgc_builder_add_format(builder, "%zu:", i);
		(void)!rgc_builder_add_repr(builder, values[i]);
	}
	return rgc_builder_finish(builder);
}

static void *f_join(void **values, size_t count)
{
	(void)count;
	return rgc_str_join(text_of(values[0]), values[1]);
}

static void *f_split(void **values, size_t count)
{
	(void)count;
	return rgc_str_split(values[0], text_of(values[1]), number_of(values[2]));
}

static void *f_words(void **values, size_t count)
{
	(void)count;
	return rgc_str_split(values[0], NULL, number_of(values[1]));
}

static void *f_strip(void **values, size_t count)
{
	return rgc_str_strip(values[0], count > 1 ? text_of(values[1]) : NULL);
}

static void *f_lstrip(void **values, size_t count)
{
	return rgc_str_lstrip(values[0], count > 1 ? text_of(values[1]) : NULL);
}

static void *f_rstrip(void **values, size_t count)
{
	return rgc_str_rstrip(values[0], count > 1 ? text_of(values[1]) : NULL);
}

static void *f_slice(void **values, size_t count)
{
	(void)count;
	return rgc_str_slice(values[0], number_of(values[1]), number_of(values[2]));
}

static void *f_startswith(void **values, size_t count)
{
	(void)count;
	return rgc_int_new(rgc_str_starts_with(values[0], text_of(values[1])));
}

static void *f_endswith(void **values, size_t count)
{
	(void)count;
	return rgc_int_new(rgc_str_ends_with(values[0], text_of(values[1])));
}

static void *f_find(void **values, size_t count)
{
	(void)count;
	return rgc_int_new(rgc_str_find(values[0], text_of(values[1]), (size_t)number_of(values[2])));
}

static void *f_replace(void **values, size_t count)
{
	(void)count;
	return rgc_str_replace(values[0], text_of(values[1]), text_of(values[2]), number_of(values[3]));
}

#define TEXT_FUNCTIONS                                                                                       \
	{"spaced", f_spaced}, {"built", f_built}, {"join", f_join}, {"split", f_split}, {"words", f_words},  \
		{"strip", f_strip}, {"lstrip", f_lstrip}, {"rstrip", f_rstrip}, {"slice", f_slice},          \
		{"startswith", f_startswith}, {"endswith", f_endswith}, {"find", f_find},                    \
	{                                                                                                    \
		"replace", f_replace                                                                         \
	}
