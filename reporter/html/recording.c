/* recording.c - one recording as an object. */
#include "html/private.h"

#include "base/memory.h"
#include "base/text.h"
#include "formats/columns.h"
#include "formats/json.h"

/* ---- documents -------------------------------------------------------------------------------- */

void writer_remark(struct writer *writer, const char *remark)
{
	writer->remarks = pool_grow(writer->remarks, &writer->remark_capacity, writer->remark_count + 1,
				    sizeof(*writer->remarks));
	writer->remarks[writer->remark_count++] = pool_format(&writer->pool, "%s", remark);
}

void writer_print_document(struct writer *writer, const char *name, struct profile *profile)
{
	static const char *const without[] = {"source", NULL};
	const struct html_page *page = writer->page;
	struct document document = {0};
	struct diagnostic diagnostic = {""};

	if (page->make(page->context, name, profile, &document, &diagnostic) == 0)
		columns_print(writer->out, &document, without);
	else
		fputs("null", writer->out);
	if (*diagnostic.message)
		writer_remark(writer, diagnostic.message);
	document_finish(&document);
}

static void print_head(struct writer *writer, const char *name, struct profile *profile)
{
	const struct html_page *page = writer->page;
	struct document document = {0};
	struct diagnostic diagnostic;
	json_t *row = NULL;

	if (page->make(page->context, name, profile, &document, &diagnostic) == 0)
		row = json_row(&document.sections[0].table, 0);
	if (!row || (json_dumpf(row, writer->out, JSON_COMPACT | JSON_REAL_PRECISION(6)) != 0 &&
		     !ferror(writer->out)))
		memory_exhausted();
	json_decref(row);
	document_finish(&document);
}

static void print_documents(struct writer *writer, struct profile *profile)
{
	const struct html_page *page = writer->page;

	for (const char *const *name = page->heads; *name; name++) {
		fprintf(writer->out, "\"%s\":", *name);
		print_head(writer, *name, profile);
		fputs(",\n", writer->out);
	}
	fputs("\"documents\":{", writer->out);
	for (const char *const *name = page->documents; *name; name++) {
		fprintf(writer->out, "%s\"%s\":", name > page->documents ? ",\n" : "", *name);
		writer_print_document(writer, *name, profile);
	}
	fputc('}', writer->out);
}

/* ---- the whole -------------------------------------------------------------------------------- */

static void print_warnings(struct writer *writer, struct profile *profile)
{
	const struct warnings warnings = profile_warnings(profile);

	fputs("\"warnings\":[", writer->out);
	for (size_t i = 0; i < warnings.count + writer->remark_count; i++) {
		fputs(i > 0 ? ",\n" : "", writer->out);
		json_print_text(writer->out,
				i < warnings.count ? warnings.lines[i] : writer->remarks[i - warnings.count]);
	}
	fputc(']', writer->out);
	writer->remark_count = 0;
}

static void print_tree(struct writer *writer, struct profile *profile)
{
	size_t most = writer->nodes_left / writer->recordings_left;
	struct shown_tree shown;

	shown_tree_make(&shown, profile, most);
	shown_tree_print(writer, &shown, profile_overview(profile, true));
	fputs(",\n", writer->out);
	time_print(writer, profile, &shown);
	fputs(",\n", writer->out);
	sources_print(writer, profile, shown.tree);
	shown_tree_finish(&shown);
	writer->nodes_left -= shown.count < most ? shown.count : most;
}

void recording_print(struct writer *writer, struct profile *profile)
{
	fputs("{\"name\":", writer->out);
	json_print_text(writer->out, base_name(profile_overview(profile, false)->path));
	fputs(",\n", writer->out);
	print_documents(writer, profile);
	fputs(",\n", writer->out);
	print_tree(writer, profile);
	fputs(",\n", writer->out);
	print_warnings(writer, profile);
	fputc('}', writer->out);
}
