/* cells.h - cells as people read them; what text and Markdown share. */
#ifndef MPROF_REPORTER_FORMATS_CELLS_H
#define MPROF_REPORTER_FORMATS_CELLS_H

#include "base/number.h"
#include "formats/style.h"
#include "formats/table.h"

/* The unit of a table's bytes: MiB, unless every value of it would be 0.0 so; then KiB, or B. */
enum unit cells_unit(const struct table *table, const struct column *const *columns,
		     const struct style *style);

/* The unit of bytes of which these are the greatest. */
enum unit cells_unit_of(uint64_t greatest_bytes, const struct style *style);

/* The cell's text: its own, or written to `buffer`.  Of kinds that are no text of one line, "". */
const char *cells_text(const struct cell *cell, char buffer[NUMBER_BYTES], enum unit unit, int precision);

/* Words with blanks between, the caller's to free(). */
char *cells_words(const char *const *words);

#endif
