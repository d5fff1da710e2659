/*
 * eh_frame.h - the call frame information of one function, found and parsed in place.
 *
 * Reads the object's own mapped .eh_frame, never beyond the object's mapping.  Safe in signal
 * handlers; no state.
 */
#ifndef MPROF_PRELOAD_UNWIND_EH_FRAME_H
#define MPROF_PRELOAD_UNWIND_EH_FRAME_H

#include "bytes.h"

#include <dlfcn.h>

/* An FDE together with what it takes from its CIE. */
struct eh_frame_entry {
	uintptr_t start, end; /* code that it describes */
	struct bytes common;  /* the CIE's instructions */
	struct bytes program; /* the FDE's instructions */
	uint64_t code_alignment;
	int64_t data_alignment;
	uint64_t return_register;
	uint8_t pointer_encoding;
	bool signal_frame;
};

/* False: no information about `pc`, or none that can be trusted. */
bool eh_frame_find(uintptr_t pc, const struct dl_find_object *object, struct eh_frame_entry *entry);

#endif
