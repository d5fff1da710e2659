/* view.c - the list of views, from views.def. */
#include "views/view.h"

const struct view *const views[] = {
#define VIEW(name) &view_##name,
#include "views/views.def"
#undef VIEW
	NULL,
};
