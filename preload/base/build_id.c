/*
 * build_id.c - see build_id.h.
 */
#include "preload/base/build_id.h"

#include <elf.h>
#include <link.h>
#include <string.h>

const uint8_t *build_id_find(const uint8_t *notes, size_t bytes, size_t align, size_t *build_id_bytes)
{
	while (bytes >= sizeof(ElfW(Nhdr))) {
		ElfW(Nhdr) note;
		memcpy(&note, notes, sizeof(note));
		size_t name = sizeof(note);
		size_t description = (name + note.n_namesz + align - 1) & ~(align - 1);
		size_t next = (description + note.n_descsz + align - 1) & ~(align - 1);
		if (description > bytes || note.n_descsz > bytes - description)
			return NULL;
		if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == sizeof(ELF_NOTE_GNU) &&
		    memcmp(notes + name, ELF_NOTE_GNU, sizeof(ELF_NOTE_GNU)) == 0) {
			*build_id_bytes = note.n_descsz;
			return notes + description;
		}
		if (next >= bytes)
			return NULL;
		notes += next;
		bytes -= next;
	}
	return NULL;
}
