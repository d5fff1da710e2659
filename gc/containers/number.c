/*
 * number.c - rgc_int, rgc_bool and rgc_float: immutable numbers.  Those of the same value are equal, and hash
 * alike.
 */
#include "values.h"
#include "../core/quick.h"
#include "../core/known.h"
#include "../core/missing.h"

#include <errno.h>
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct rgc_float {
	RGC_HEAD;
	double value;
};

/* The integers from -5 to 256, made by the compiler. */
#define SMALLEST (-5)
#define LARGEST 256
#define INT(n)                                                                                               \
	{                                                                                                    \
		{&RGC_TYPE(rgc_int), REFS_IMMORTAL, 0}, SMALLEST + (n)                                       \
	}
#define INTS_2(n) INT(n), INT((n) + 1)
#define INTS_8(n) INTS_2(n), INTS_2((n) + 2), INTS_2((n) + 4), INTS_2((n) + 6)
#define INTS_32(n) INTS_8(n), INTS_8((n) + 8), INTS_8((n) + 16), INTS_8((n) + 24)
#define INTS_128(n) INTS_32(n), INTS_32((n) + 32), INTS_32((n) + 64), INTS_32((n) + 96)

static rgc_int small_ints[] = {INTS_128(0), INTS_128(128), INTS_2(256), INTS_2(258), INTS_2(260)};
_Static_assert(sizeof(small_ints) / sizeof(small_ints[0]) == LARGEST - SMALLEST + 1, "all of them");

static rgc_bool truths[] = {{{{&RGC_TYPE(rgc_bool), REFS_IMMORTAL, 0}, 0}},
			    {{{&RGC_TYPE(rgc_bool), REFS_IMMORTAL, 0}, 1}}};

#ifdef RGC_DEBUG
/* Before other constructors use them. */
__attribute__((constructor(101))) static void make_known(void)
{
	for (int i = 0; i <= LARGEST - SMALLEST; i++)
		rgc__known_born(&small_ints[i].rgc_head);
	for (int i = 0; i < 2; i++)
		rgc__known_born(&truths[i].number.rgc_head);
}
#endif

rgc_int *rgc_int_new(int64_t value)
{
	if (value >= SMALLEST && value <= LARGEST)
		return &small_ints[value - SMALLEST];
	rgc_int *number = quick_value(&RGC_TYPE(rgc_int), sizeof(*number));
	if (number)
		number->value = value;
	return number;
}

int64_t rgc_int_get(const rgc_int *number)
{
	if (missing(number))
		return 0;
	return number->value;
}

rgc_bool *rgc_bool_new(bool value)
{
	return &truths[value];
}

bool rgc_bool_get(const rgc_bool *truth)
{
	if (missing(truth))
		return false;
	return truth->number.value;
}

rgc_float *rgc_float_new(double value)
{
	rgc_float *number = quick_value(&RGC_TYPE(rgc_float), sizeof(*number));
	if (number)
		number->value = value;
	return number;
}

double rgc_float_get(const rgc_float *number)
{
	if (missing(number))
		return 0;
	return number->value;
}

/* Whether a float is an integer that rgc_int can hold. */
static bool is_integer(double value, int64_t *integer)
{
	if (!(value >= -0x1p63 && value < 0x1p63))
		return false;
	*integer = (int64_t)value;
	return (double)*integer == value;
}

static bool int_equals_float(int64_t integer, double value)
{
	int64_t truncated;
	return is_integer(value, &truncated) && truncated == integer;
}

/* True and False are integers as well. */
static bool is_int(const void *object)
{
	return RGC_IS(object, rgc_int) || RGC_IS(object, rgc_bool);
}

static int int_hash(const void *self, size_t *hash)
{
	*hash = int_hash_inline(self);
	return 0;
}

static int int_equal(const void *self, const void *other)
{
	if (is_int(other))
		return int_equal_inline(self, other);
	return RGC_IS(other, rgc_float) &&
	       int_equals_float(int_value_inline(self), ((const rgc_float *)other)->value);
}

/* As compare; 0 if the float is no number, which is neither less nor greater than any. */
static int int_order_float(int64_t integer, double value)
{
	if (isnan(value))
		return 0;
	if (!(value >= -0x1p63 && value < 0x1p63))
		return value < 0 ? 1 : -1;
	int64_t whole = (int64_t)value;
	if (integer != whole)
		return integer < whole ? -1 : 1;
	return (value < (double)whole) - (value > (double)whole);
}

static int int_compare(const void *self, const void *other, int *order)
{
	int64_t value = int_value_inline(self);
	if (is_int(other)) {
		int64_t second = int_value_inline(other);
		*order = (value > second) - (value < second);
	} else if (RGC_IS(other, rgc_float)) {
		*order = int_order_float(value, ((const rgc_float *)other)->value);
	} else {
		errno = ENOTSUP;
		return -1;
	}
	return 0;
}

static rgc_str *int_repr(const void *self)
{
	return rgc_str_format("%" PRId64, ((const rgc_int *)self)->value);
}

static rgc_str *bool_repr(const void *self)
{
	return rgc_str_new(rgc_bool_get(self) ? "True" : "False");
}

static int float_hash(const void *self, size_t *hash)
{
	double value = ((const rgc_float *)self)->value;
	int64_t integer;
	if (is_integer(value, &integer)) {
		*hash = (size_t)integer;
	} else if (isnan(value)) {
		/* Each is equal to itself only: if they hashed alike, they would fill a table's one slot. */
		*hash = (uintptr_t)self >> 4;
	} else {
		uint64_t bits;
		memcpy(&bits, &value, sizeof(bits));
		/* The low bits of short fractions are zero; those of the product depend on all. */
		bits = (bits ^ bits >> 32) * 0x9e3779b97f4a7c15;
		*hash = (size_t)(bits ^ bits >> 32);
	}
	return 0;
}

static int float_equal(const void *self, const void *other)
{
	double value = ((const rgc_float *)self)->value;
	if (RGC_IS(other, rgc_float))
		return ((const rgc_float *)other)->value == value;
	return is_int(other) && int_equals_float(int_value_inline(other), value);
}

static int float_compare(const void *self, const void *other, int *order)
{
	double value = ((const rgc_float *)self)->value;
	if (RGC_IS(other, rgc_float)) {
		double second = ((const rgc_float *)other)->value;
		*order = (value > second) - (value < second);
	} else if (is_int(other)) {
		*order = -int_order_float(int_value_inline(other), value);
	} else {
		errno = ENOTSUP;
		return -1;
	}
	return 0;
}

/* The fewest digits that give the value back, without sign and point; returns the decimal exponent of the
 * first one.  Takes the digits from printf's, whatever point the locale has. */
static int shortest_digits(double value, char digits[static 24])
{
	char scientific[64];
	int saved = errno; /* strtod's of the smallest numbers is of no interest */
	/* Normal numbers keep any 15 digits, so that no fewer need be tried: zeroes follow. */
	for (int precision = fabs(value) < DBL_MIN ? 0 : 14; precision < 17; precision++) {
		snprintf(scientific, sizeof(scientific), "%.*e", precision, value);
		if (strtod(scientific, NULL) == value)
			break;
	}
	errno = saved;
	const char *exponent = strchr(scientific, 'e');
	size_t count = 0;
	for (const char *at = scientific; at < exponent; at++)
		if (*at >= '0' && *at <= '9')
			digits[count++] = *at;
	while (count > 1 && digits[count - 1] == '0')
		count--;
	digits[count] = 0;
	return (int)strtol(exponent + 1, NULL, 10);
}

/* As Python prints: 1.0, 0.0001, 1e+16, 2.5e-07. */
static rgc_str *float_repr(const void *self)
{
	double value = ((const rgc_float *)self)->value;
	if (isnan(value))
		return rgc_str_new("nan");
	const char *sign = signbit(value) ? "-" : "";
	if (isinf(value))
		return rgc_str_format("%sinf", sign);
	char digits[24];
	int exponent = shortest_digits(value, digits), count = (int)strlen(digits);
	if (exponent < -4 || exponent >= 16)
		return rgc_str_format("%s%c%s%se%+03d", sign, digits[0], count > 1 ? "." : "", digits + 1,
				      exponent);
	if (exponent < 0)
		return rgc_str_format("%s0.%.*s%s", sign, -exponent - 1, "000", digits);
	int whole = exponent + 1;
	if (count <= whole)
		return rgc_str_format("%s%s%.*s.0", sign, digits, whole - count, "000000000000000");
	return rgc_str_format("%s%.*s.%s", sign, whole, digits, digits + whole);
}

const struct rgc_type RGC_TYPE(rgc_int) = {
	.name = "rgc_int",
	.size = sizeof(rgc_int),
	.flags = TYPE_IS_OURS,
	.hash = int_hash,
	.equal = int_equal,
	.repr = int_repr,
	.compare = int_compare,
};

const struct rgc_type RGC_TYPE(rgc_bool) = {
	.name = "rgc_bool",
	.size = sizeof(rgc_bool),
	.flags = TYPE_IS_OURS,
	.hash = int_hash,
	.equal = int_equal,
	.repr = bool_repr,
	.compare = int_compare,
};

const struct rgc_type RGC_TYPE(rgc_float) = {
	.name = "rgc_float",
	.size = sizeof(rgc_float),
	.flags = TYPE_IS_OURS,
	.hash = float_hash,
	.equal = float_equal,
	.repr = float_repr,
	.compare = float_compare,
};
