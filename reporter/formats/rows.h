/* rows.h - tables whose rows are not all there yet: header and rows by themselves, for those who stream. */
#ifndef MPROF_REPORTER_FORMATS_ROWS_H
#define MPROF_REPORTER_FORMATS_ROWS_H

#include "formats/style.h"
#include "formats/table.h"

#include <stdio.h>

void rows_text_header(FILE *out, const struct table *table, const struct style *style);
void rows_text(FILE *out, const struct table *table, const struct style *style);
void rows_csv_header(FILE *out, const struct table *table);
void rows_csv(FILE *out, const struct table *table);

#endif
