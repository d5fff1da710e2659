/*
 * libunwind_local.c - libunwind's functions, from a copy that the program cannot see.
 *
 * Linked in the ordinary way its _Unwind_* and backtrace would take the place of the program's;
 * loaded with RTLD_LOCAL they do not.
 */
#include "tests/check/libunwind_local.h"

#include <dlfcn.h>
#include <stddef.h>

/* Jumps, since getcontext looks at its caller. */
#define FORWARD(name)                                                                                        \
	extern void *libunwind##name;                                                                        \
	__attribute__((visibility("hidden"))) void *libunwind##name;                                         \
	__asm__(".text\n.hidden " #name "\n.globl " #name "\n.type " #name ", @function\n" #name             \
		": jmp *libunwind" #name "(%rip)\n.size " #name ", . - " #name "\n");

FORWARD(_Ux86_64_getcontext)
FORWARD(_ULx86_64_init_local)
FORWARD(_ULx86_64_step)
FORWARD(_ULx86_64_get_reg)

bool libunwind_load(void)
{
	void *library = dlopen("libunwind.so.8", RTLD_NOW | RTLD_LOCAL);
	if (library == NULL)
		return false;
	libunwind_Ux86_64_getcontext = dlsym(library, "_Ux86_64_getcontext");
	libunwind_ULx86_64_init_local = dlsym(library, "_ULx86_64_init_local");
	libunwind_ULx86_64_step = dlsym(library, "_ULx86_64_step");
	libunwind_ULx86_64_get_reg = dlsym(library, "_ULx86_64_get_reg");
	return libunwind_Ux86_64_getcontext != NULL && libunwind_ULx86_64_init_local != NULL &&
	       libunwind_ULx86_64_step != NULL && libunwind_ULx86_64_get_reg != NULL;
}
