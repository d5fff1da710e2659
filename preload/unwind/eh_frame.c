/*
 * eh_frame.c - search of .eh_frame_hdr, parsing of FDE and CIE.
 *
 * Everything is bounds-checked against the object's mapping; see eh_frame.h for what it may
 * not do.
 */
#include "preload/unwind/eh_frame.h"

#define DW_EH_PE_omit 0xff
#define DW_EH_PE_datarel_sdata4 0x3b

struct image {
	const uint8_t *start, *end;
};

/* From `address` to the image's end, or nothing if it lies outside. */
static struct bytes image_from(const struct image *image, const uint8_t *address)
{
	if (address < image->start || address >= image->end)
		return (struct bytes){image->end, image->end, true};
	return (struct bytes){address, image->end, false};
}

/* Address of the last FDE that starts at or below `pc`; NULL if there is none. */
static const uint8_t *search_table(const struct image *image, const uint8_t *header, uintptr_t pc)
{
	struct bytes in = image_from(image, header);
	uint64_t version = bytes_unsigned(&in, 1);
	uint8_t frame_encoding = (uint8_t)bytes_unsigned(&in, 1);
	uint8_t count_encoding = (uint8_t)bytes_unsigned(&in, 1);
	uint8_t table_encoding = (uint8_t)bytes_unsigned(&in, 1);
	if (in.bad || version != 1 || count_encoding == DW_EH_PE_omit ||
	    table_encoding != DW_EH_PE_datarel_sdata4)
		return NULL;
	if (frame_encoding != DW_EH_PE_omit)
		bytes_pointer(&in, frame_encoding);
	uint64_t count = bytes_pointer(&in, count_encoding);
	if (in.bad || count == 0 || count > bytes_left(&in) / 8)
		return NULL;

	int64_t wanted = (int64_t)(pc - (uintptr_t)header);
	const uint8_t *table = in.at;
	uint64_t low = 0, high = count;
	while (low < high) {
		uint64_t middle = low + (high - low) / 2;
		int32_t start;
		memcpy(&start, table + 8 * middle, sizeof(start));
		if (start <= wanted)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0)
		return NULL;
	int32_t offset;
	memcpy(&offset, table + 8 * (low - 1) + 4, sizeof(offset));
	return header + offset;
}

/* Bounds of one length-prefixed entry of .eh_frame; bad for the terminator. */
static struct bytes entry_at(const struct image *image, const uint8_t *address)
{
	struct bytes in = image_from(image, address);
	uint64_t length = bytes_unsigned(&in, 4);
	if (length == 0xffffffff)
		length = bytes_unsigned(&in, 8);
	if (length == 0 || length > bytes_left(&in))
		bytes_fail(&in);
	else
		in.end = in.at + length;
	return in;
}

/* The letters of an augmentation string that begins with 'z', over their data. */
static void parse_augmentation(const uint8_t *letter, const uint8_t *letters_end, struct bytes data,
			       struct eh_frame_entry *entry)
{
	for (; letter < letters_end; letter++) {
		switch (*letter) {
		case 'R':
			entry->pointer_encoding = (uint8_t)bytes_unsigned(&data, 1);
			break;
		case 'P': {
			uint8_t encoding = (uint8_t)bytes_unsigned(&data, 1);
			/* Only its size matters here, not what it is relative to. */
			bytes_pointer(&data, encoding & 0x0f);
			break;
		}
		case 'L':
			bytes_skip(&data, 1);
			break;
		case 'S':
			entry->signal_frame = true;
			break;
		default: /* unknown letters end what can be understood, not what can be used */
			return;
		}
	}
}

static bool parse_cie(const struct image *image, const uint8_t *address, struct eh_frame_entry *entry,
		      bool *augmented)
{
	struct bytes in = entry_at(image, address);
	uint64_t id = bytes_unsigned(&in, 4), version = bytes_unsigned(&in, 1);
	if (in.bad || id != 0 || (version != 1 && version != 3 && version != 4))
		return false;
	const uint8_t *letters = in.at;
	const uint8_t *letters_end = memchr(letters, 0, bytes_left(&in));
	if (letters_end == NULL)
		return false;
	in.at = letters_end + 1;
	if (version == 4)
		bytes_skip(&in, 2); /* address and segment selector size */
	entry->code_alignment = bytes_uleb(&in);
	entry->data_alignment = bytes_sleb(&in);
	entry->return_register = version == 1 ? bytes_unsigned(&in, 1) : bytes_uleb(&in);
	*augmented = *letters == 'z';
	if (*augmented)
		parse_augmentation(letters + 1, letters_end, bytes_block(&in), entry);
	else if (letters != letters_end)
		return false;
	entry->common = in;
	return !in.bad;
}

static bool parse_fde(const struct image *image, const uint8_t *address, struct eh_frame_entry *entry)
{
	struct bytes in = entry_at(image, address);
	const uint8_t *cie_field = in.at;
	uint64_t cie_offset = bytes_unsigned(&in, 4);
	bool augmented;
	if (in.bad || cie_offset == 0 || cie_offset > (uint64_t)(cie_field - image->start) ||
	    !parse_cie(image, cie_field - cie_offset, entry, &augmented))
		return false;
	entry->start = bytes_pointer(&in, entry->pointer_encoding);
	entry->end = entry->start + bytes_pointer(&in, entry->pointer_encoding & 0x0f);
	if (augmented)
		bytes_block(&in);
	entry->program = in;
	return !in.bad;
}

bool eh_frame_find(uintptr_t pc, const struct dl_find_object *object, struct eh_frame_entry *entry)
{
	const struct image image = {object->dlfo_map_start, object->dlfo_map_end};
	if (object->dlfo_eh_frame == NULL)
		return false;
	const uint8_t *fde = search_table(&image, object->dlfo_eh_frame, pc);
	*entry = (struct eh_frame_entry){0};
	return fde != NULL && parse_fde(&image, fde, entry) && pc >= entry->start && pc < entry->end;
}
