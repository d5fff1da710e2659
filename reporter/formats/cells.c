/* cells.c - see cells.h. */
#include "formats/cells.h"

#include "base/memory.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t greatest_bytes(const struct table *table, const struct column *const *columns)
{
	uint64_t greatest = 0;

	for (size_t row = 0; row < table->row_count; row++)
		for (size_t i = 0; columns[i]; i++) {
			struct cell cell = columns[i]->cell(
				(const char *)table->rows + row * table->row_bytes, table->context);
			uint64_t size = (uint64_t)(cell.number < 0 ? -cell.number : cell.number);

			if (cell.kind == CELL_BYTES && size > greatest)
				greatest = size;
		}
	return greatest;
}

/* Whether something is left of it when it is rounded. */
static bool shows(uint64_t size_bytes, unsigned shift, int precision)
{
	return (double)size_bytes / (double)(UINT64_C(1) << shift) >= 0.5 * pow(10, -precision);
}

enum unit cells_unit_of(uint64_t greatest_bytes, const struct style *style)
{
	if (style->unit != UNIT_AUTO)
		return style->unit;
	if (greatest_bytes == 0 || shows(greatest_bytes, 20, style->precision))
		return UNIT_MIB;
	return shows(greatest_bytes, 10, style->precision) ? UNIT_KIB : UNIT_B;
}

enum unit cells_unit(const struct table *table, const struct column *const *columns,
		     const struct style *style)
{
	return cells_unit_of(style->unit == UNIT_AUTO ? greatest_bytes(table, columns) : 0, style);
}

static void print_in_unit(char buffer[NUMBER_BYTES], int64_t size_bytes, enum unit unit, int precision)
{
	static const unsigned shifts[UNITS] = {[UNIT_KIB] = 10, [UNIT_MIB] = 20, [UNIT_GIB] = 30};

	if (unit == UNIT_B) {
		snprintf(buffer, NUMBER_BYTES, "%*" PRId64 " B", precision + 4, size_bytes);
		return;
	}
	double value = (double)size_bytes / (double)(UINT64_C(1) << shifts[unit]);
	/* A value that rounds to zero loses its sign: "-0.0 MiB" would only raise questions. */
	if (fabs(value) < 0.5 * pow(10, -precision))
		value = 0;
	snprintf(buffer, NUMBER_BYTES, "%*.*f %s", precision + 4, precision, value, unit_name(unit));
}

static void print_change(char buffer[NUMBER_BYTES], int64_t change, int precision)
{
	*buffer = change < 0 ? '-' : '+';
	number_size(buffer + 1, NUMBER_BYTES - 1, (uint64_t)(change < 0 ? -change : change), precision);
	if (change == 0)
		memmove(buffer, buffer + 1, strlen(buffer));
}

const char *cells_text(const struct cell *cell, char buffer[NUMBER_BYTES], enum unit unit, int precision)
{
	switch (cell->kind) {
	case CELL_COUNT:
		snprintf(buffer, NUMBER_BYTES, "%" PRId64, cell->number);
		return buffer;
	case CELL_CHANGE:
		snprintf(buffer, NUMBER_BYTES, cell->number == 0 ? "%" PRId64 : "%+" PRId64, cell->number);
		return buffer;
	case CELL_BYTES:
		print_in_unit(buffer, cell->number, unit, precision);
		return buffer;
	case CELL_SIZE:
		number_size(buffer, NUMBER_BYTES, (uint64_t)cell->number, precision);
		return buffer;
	case CELL_SIZE_CHANGE:
		print_change(buffer, cell->number, precision);
		return buffer;
	case CELL_SHARE:
		number_share(buffer, NUMBER_BYTES, (uint64_t)cell->number, cell->whole);
		return buffer;
	case CELL_TIME:
		number_time(buffer, NUMBER_BYTES, (uint64_t)cell->number);
		return buffer;
	case CELL_PAUSE:
		number_pause(buffer, NUMBER_BYTES, (uint64_t)cell->number);
		return buffer;
	case CELL_TRUTH:
		return cell->number ? "yes" : "no";
	case CELL_TEXT:
		return cell->text;
	default:
		return "";
	}
}

char *cells_words(const char *const *words)
{
	size_t length = 1;
	char *text, *end;

	for (size_t i = 0; words[i]; i++)
		length += strlen(words[i]) + 1;
	text = end = memory_zeroed(length, 1);
	for (size_t i = 0; words[i]; i++)
		end = stpcpy(i > 0 ? stpcpy(end, " ") : end, words[i]);
	return text;
}
