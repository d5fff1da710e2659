/*
 * none.c - rgc_none: the one object that stands for nothing, where a reference cannot be NULL.
 */
#include "../core/header.h"
#include "../core/known.h"

struct rgc_none {
	RGC_HEAD;
};

static rgc_none none = {{&RGC_TYPE(rgc_none), REFS_IMMORTAL, 0}};

#ifdef RGC_DEBUG
/* Before other constructors use it. */
__attribute__((constructor(101))) static void make_known(void)
{
	rgc__known_born(&none.rgc_head);
}
#endif

rgc_none *rgc_none_new(void)
{
	return &none;
}

static rgc_str *none_repr(const void *self)
{
	(void)self;
	return rgc_str_new("None");
}

const struct rgc_type RGC_TYPE(rgc_none) = {
	.name = "rgc_none",
	.size = sizeof(rgc_none),
	.flags = TYPE_IS_OURS,
	.repr = none_repr,
};
