/* plot_parts.c - see plot_parts.h. */
#include "views/plot_parts.h"

struct value {
	const char *name;
	uint64_t bytes;
};

static struct chart_part area(const struct chart *chart, const char *label, const uint64_t *bytes, bool rest)
{
	double at_peak = chart_value(chart->curves, bytes, chart->peak_ns);

	return (struct chart_part){label, bytes, (uint64_t)(at_peak + 0.5), rest};
}

void plot_parts_draw(struct document *document, const struct plot_parts *parts, struct chart *chart)
{
	struct chart_part *areas = pool_alloc(&document->pool, (parts->count + 1) * sizeof(*areas));

	for (size_t i = 0; i < parts->count; i++)
		areas[i] = area(chart, parts->list[i].label, parts->list[i].bytes, false);
	chart->parts = areas;
	chart->part_count = parts->count;
	if (parts->rest_count > 0 && parts->count > 0)
		areas[chart->part_count++] =
			area(chart, pool_format(&document->pool, "others (%zu)", parts->rest_count),
			     parts->rest_bytes, true);
}

#define VALUE ((const struct value *)row)
TABLE_COLUMN(value_name, "name", NULL, 0, 0, cell_text(VALUE->name))
TABLE_COLUMN(value_bytes, "bytes", NULL, 0, 0, cell_count(VALUE->bytes))
static const struct column *const columns[] = {&value_name, &value_bytes, NULL};

struct table plot_parts_at(struct document *document, const struct plot_parts *parts, size_t point)
{
	struct value *values = pool_alloc(&document->pool, (parts->count + 1) * sizeof(*values));
	size_t count = parts->count;

	for (size_t i = 0; i < count; i++)
		values[i] = (struct value){parts->list[i].name, parts->list[i].bytes[point]};
	if (parts->rest_count > 0)
		values[count++] = (struct value){"others", parts->rest_bytes[point]};
	return (struct table){columns, values, count, sizeof(*values), NULL};
}
