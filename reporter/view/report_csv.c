/*
 * report_csv.c - the lines of all shown functions, one record each.
 */
#include "view/view.h"

static struct table lines_of(const struct view_function *function)
{
	return (struct table){
		.columns = view_line_columns_csv,
		.rows = function->lines,
		.row_count = function->line_count,
		.row_bytes = sizeof(*function->lines),
		.context = function,
	};
}

int view_report_csv(FILE *out, const struct view_report *report, const struct view_style *style)
{
	static const struct view_function none;
	struct table table = lines_of(&none);

	(void)style;
	table_csv_header(out, &table);
	for (size_t i = 0; i < report->function_count; i++) {
		table = lines_of(&report->functions[i]);
		table_csv_rows(out, &table);
	}
	return 0;
}
