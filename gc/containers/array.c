/*
 * array.c - rgc_array: numbers of one C type.  Runs no user code.
 */
#include "iter.h"
#include "items.h"
#include "size.h"
#include "text.h"
#include "../core/buffer.h"
#include "../core/header.h"
#include "../core/heap.h"
#include "../core/missing.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum kind { SIGNED, UNSIGNED, FLOATING };

/* A C type. */
static const struct format {
	char typecode;
	uint8_t size;
	enum kind kind;
} formats[] = {
	{'b', sizeof(char), SIGNED},        {'B', sizeof(char), UNSIGNED},  {'h', sizeof(short), SIGNED},
	{'H', sizeof(short), UNSIGNED},     {'i', sizeof(int), SIGNED},     {'I', sizeof(int), UNSIGNED},
	{'l', sizeof(long), SIGNED},        {'L', sizeof(long), UNSIGNED},  {'q', sizeof(long long), SIGNED},
	{'Q', sizeof(long long), UNSIGNED}, {'f', sizeof(float), FLOATING}, {'d', sizeof(double), FLOATING},
};

struct rgc_array {
	RGC_HEAD;
	const struct format *format;
	void *data;
	size_t length, capacity; /* items */
};

/* ---- numbers ---- */

struct number {
	enum kind kind;
	union {
		int64_t integer;
		uint64_t natural;
		double real;
	};
};

static struct number load(const rgc_array *array, size_t at)
{
	const struct format *format = array->format;
	const char *item = (const char *)array->data + at * format->size;
	struct number number = {.kind = format->kind};
	if (format->kind == FLOATING && format->size == sizeof(float)) {
		float real;
		memcpy(&real, item, sizeof(real));
		number.real = (double)real;
	} else if (format->kind == FLOATING) {
		memcpy(&number.real, item, sizeof(number.real));
	} else {
		/* To the upper end of the word and back, which repeats the sign. */
		unsigned unused = 64 - 8 * format->size;
		uint64_t word = 0;
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
		memcpy((char *)&word + unused / 8, item, format->size);
#else
		memcpy(&word, item, format->size);
#endif
		if (format->kind == SIGNED)
			number.integer = (int64_t)word >> unused;
		else
			number.natural = word >> unused;
	}
	return number;
}

static void store_float(rgc_array *array, size_t at, double value)
{
	char *item = (char *)array->data + at * array->format->size;
	float rounded = (float)value;
	if (array->format->size == sizeof(rounded))
		memcpy(item, &rounded, sizeof(rounded));
	else
		memcpy(item, &value, sizeof(value));
}

/* The value fits. */
static void store_int(rgc_array *array, size_t at, int64_t value)
{
	const struct format *format = array->format;
	if (format->kind == FLOATING) {
		store_float(array, at, (double)value);
		return;
	}
	const char *word = (const char *)&value;
#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
	word += sizeof(value) - format->size;
#endif
	memcpy((char *)array->data + at * format->size, word, format->size);
}

static bool fits(const struct format *format, int64_t value)
{
	unsigned unused = 64 - 8 * format->size;
	if (format->kind == SIGNED)
		return value >= INT64_MIN >> unused && value <= INT64_MAX >> unused;
	return format->kind == FLOATING || (value >= 0 && (uint64_t)value <= UINT64_MAX >> unused);
}

static int out_of_range(void)
{
	errno = ERANGE;
	return -1;
}

static int not_supported(void)
{
	errno = ENOTSUP;
	return -1;
}

/* ---- memory ---- */

static int set_capacity(rgc_array *array, size_t capacity)
{
	void *data = NULL;
	size_t bytes, size = array->format->size;
	if (__builtin_mul_overflow(capacity, size, &bytes) || bytes > PTRDIFF_MAX) {
		errno = ENOMEM;
		return -1;
	}
	const rgc_object *owner = &array->rgc_head;
	if (!capacity)
		rgc__buffer_free(object_is_shared(owner), array->data, array->capacity * size);
	else if (!(data = rgc__buffer_resize(owner, array->data, array->capacity * size, bytes)))
		return -1;
	array->data = data;
	array->capacity = capacity;
	return 0;
}

static int reserve(rgc_array *array, size_t more)
{
	size_t needed;
	if (likely(array->capacity - array->length >= more))
		return 0;
	if (!__builtin_add_overflow(array->length, more, &needed) && needed <= PTRDIFF_MAX)
		return set_capacity(array, items_roomy(needed));
	errno = ENOMEM;
	return -1;
}

/* After items were removed.  Keeps its memory if there is none for the move to less. */
static void shrink(rgc_array *array)
{
	int saved_errno = errno;
	if (array->length < array->capacity / 2 &&
	    set_capacity(array, array->length ? items_roomy(array->length) : 0))
		errno = saved_errno;
}

size_t rgc__array_owned_bytes(const void *self)
{
	const rgc_array *array = self;
	return array->capacity * array->format->size;
}

/* ---- the interface ---- */

rgc_array *rgc_array_new(char typecode)
{
	const struct format *end = formats + sizeof(formats) / sizeof(*formats);
	for (const struct format *format = formats; format < end; format++) {
		if (format->typecode != typecode)
			continue;
		rgc_array *array = rgc_new(rgc_array);
		if (array)
			array->format = format;
		return array;
	}
	errno = EINVAL;
	return NULL;
}

char rgc_array_typecode(const rgc_array *array)
{
	if (missing(array))
		return 0;
	return array->format->typecode;
}

size_t rgc_array_item_size(const rgc_array *array)
{
	if (missing(array))
		return 0;
	return array->format->size;
}

size_t rgc_array_length(const rgc_array *array)
{
	if (missing(array))
		return 0;
	return array->length;
}

void *rgc_array_data(const rgc_array *array)
{
	if (missing(array))
		return NULL;
	return array->length ? array->data : NULL;
}

/* Whether there is the item; errno is for the caller. */
static bool has(const rgc_array *array, ssize_t index, size_t *at)
{
	*at = index < 0 ? (size_t)index + array->length : (size_t)index;
	return *at < array->length;
}

int rgc_array_get_int(const rgc_array *array, ssize_t index, int64_t *value)
{
	size_t at;
	if (missing(array))
		return -1;
	if (array->format->kind == FLOATING)
		return not_supported();
	if (!has(array, index, &at))
		return out_of_range();
	struct number number = load(array, at);
	if (number.kind == UNSIGNED && number.natural > INT64_MAX)
		return out_of_range();
	*value = number.integer;
	return 0;
}

int rgc_array_get_float(const rgc_array *array, ssize_t index, double *value)
{
	size_t at;
	if (missing(array))
		return -1;
	if (!has(array, index, &at))
		return out_of_range();
	struct number number = load(array, at);
	if (number.kind == FLOATING)
		*value = number.real;
	else
		*value = number.kind == SIGNED ? (double)number.integer : (double)number.natural;
	return 0;
}

void *rgc_array_ref(const rgc_array *array, ssize_t index)
{
	if (missing(array))
		return NULL;
	int64_t integer;
	double real;
	if (array->format->kind == FLOATING)
		return rgc_array_get_float(array, index, &real) ? NULL : rgc_float_new(real);
	return rgc_array_get_int(array, index, &integer) ? NULL : (void *)rgc_int_new(integer);
}

int rgc_array_set_int(rgc_array *array, ssize_t index, int64_t value)
{
	size_t at;
	if (missing(array))
		return -1;
	if (!has(array, index, &at) || !fits(array->format, value))
		return out_of_range();
	store_int(array, at, value);
	return 0;
}

int rgc_array_set_float(rgc_array *array, ssize_t index, double value)
{
	size_t at;
	if (missing(array))
		return -1;
	if (array->format->kind != FLOATING)
		return not_supported();
	if (!has(array, index, &at))
		return out_of_range();
	store_float(array, at, value);
	return 0;
}

int rgc_array_append_int(rgc_array *array, int64_t value)
{
	if (missing(array))
		return -1;
	if (!fits(array->format, value))
		return out_of_range();
	if (reserve(array, 1))
		return -1;
	store_int(array, array->length++, value);
	return 0;
}

int rgc_array_append_float(rgc_array *array, double value)
{
	if (missing(array))
		return -1;
	if (array->format->kind != FLOATING)
		return not_supported();
	if (reserve(array, 1))
		return -1;
	store_float(array, array->length++, value);
	return 0;
}

/* The array's own items come after room has been made, which moves them. */
int rgc_array_extend(rgc_array *array, const rgc_array *other)
{
	if (missing(array) || missing(other))
		return -1;
	if (array->format != other->format) {
		errno = EINVAL;
		return -1;
	}
	return reserve(array, other->length) ? -1 : rgc_array_extend_data(array, other->data, other->length);
}

int rgc_array_extend_data(rgc_array *array, const void *items, size_t count)
{
	if (missing(array) || (count && missing_pointer(items)))
		return -1;
	if (reserve(array, count))
		return -1;
	size_t size = array->format->size;
	if (count)
		memcpy((char *)array->data + array->length * size, items, count * size);
	array->length += count;
	return 0;
}

int rgc_array_delete(rgc_array *array, ssize_t index)
{
	size_t at;
	if (missing(array))
		return -1;
	if (!has(array, index, &at))
		return out_of_range();
	size_t size = array->format->size;
	char *item = (char *)array->data + at * size;
	memmove(item, item + size, (array->length - 1 - at) * size);
	array->length--;
	shrink(array);
	return 0;
}

static void array_clear(void *self)
{
	rgc_array *array = self;
	array->length = 0;
	if (array->capacity)
		set_capacity(array, 0);
}

void rgc_array_clear(rgc_array *array)
{
	if (missing(array))
		return;
	array_clear(array);
}

/* ---- the type ---- */

static bool equals_real(struct number number, double real)
{
	if (number.kind == FLOATING)
		return number.real == real;
	if (number.kind == SIGNED)
		return real >= -0x1p63 && real < 0x1p63 && (int64_t)real == number.integer &&
		       (double)(int64_t)real == real;
	return real >= 0 && real < 0x1p64 && (uint64_t)real == number.natural &&
	       (double)(uint64_t)real == real;
}

static bool numbers_equal(struct number a, struct number b)
{
	if (b.kind == FLOATING)
		return equals_real(a, b.real);
	if (a.kind == FLOATING)
		return equals_real(b, a.real);
	/* Below 0 and above INT64_MAX are the same words. */
	return a.natural == b.natural && (a.kind == b.kind || a.integer >= 0);
}

/* By value, whatever the types. */
static int array_equal(const void *self, const void *other)
{
	const rgc_array *a = self, *b = other;
	if (!RGC_IS(other, rgc_array) || a->length != b->length)
		return 0;
	for (size_t i = 0; i < a->length; i++)
		if (!numbers_equal(load(a, i), load(b, i)))
			return 0;
	return 1;
}

static void add_form(struct text *text, struct number number)
{
	char digits[24];
	if (number.kind == SIGNED) {
		rgc__text_add_number(text, number.integer);
	} else if (number.kind == UNSIGNED) {
		snprintf(digits, sizeof(digits), "%" PRIu64, number.natural);
		rgc__text_add_string(text, digits);
	} else {
		rgc_auto rgc_float *real = rgc_float_new(number.real);
		if (!real && !text->error)
			text->error = errno;
		rgc__text_add_repr(text, real);
	}
}

static rgc_str *array_repr(const void *self)
{
	const rgc_array *array = self;
	struct text text = {0};
	rgc__text_add_string(&text, "array('");
	rgc__text_add(&text, &array->format->typecode, 1);
	rgc__text_add_string(&text, array->length ? "', [" : "')");
	for (size_t i = 0; i < array->length && !text.error; i++) {
		rgc__text_add_string(&text, i ? ", " : "");
		add_form(&text, load(array, i));
	}
	rgc__text_add_string(&text, array->length ? "])" : "");
	return rgc__text_finish(&text);
}

const struct rgc_type RGC_TYPE(rgc_array) = {
	.name = "rgc_array",
	.size = sizeof(rgc_array),
	.flags = TYPE_IS_OURS | RGC_TYPE_UNHASHABLE,
	.clear = array_clear,
	.equal = array_equal,
	.repr = array_repr,
	.iter = rgc__array_iter,
};
