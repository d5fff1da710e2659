/* write.c - see page.h: template, title and data put together. */
#include "html/private.h"

#include "base/clean.h"
#include "base/memory.h"
#include "formats/gzip.h"
#include "formats/json.h"
#include "html/base64.h"

#include <stdlib.h>
#include <string.h>

#define SCHEMA 1
#define NODES_MAX 400000 /* what browsers show at once */

extern const char html_template[], html_template_end[];

/* ---- data ---------------------------------------------------------------------------------------- */

static void print_head(struct writer *writer)
{
	fprintf(writer->out, "{\"schema\":%d,\"mprof\":\"%s\",\"editor\":", SCHEMA, MPROF_VERSION);
	json_print_text(writer->out, writer->page->editor);
	fputs(",\"narrowed\":", writer->out);
	json_print_text(writer->out, writer->page->narrowed);
}

static void print_together(struct writer *writer)
{
	const struct html_page *page = writer->page;

	for (const char *const *name = page->together; *name; name++) {
		fprintf(writer->out, ",\n\"%s\":", *name);
		writer_print_document(writer, *name, NULL);
	}
}

static void print_recordings(struct writer *writer)
{
	const struct html_page *page = writer->page;
	const char *between = "";

	fputs(",\n\"recordings\":[", writer->out);
	for (size_t i = 0; i < page->count; i++) {
		struct profile *profile = page->open(page->context, i);

		if (profile) {
			fputs(between, writer->out);
			recording_print(writer, profile);
			between = ",\n";
			page->close(page->context, i, profile);
		}
		writer->recordings_left--;
	}
	fputc(']', writer->out);
}

static void print_texts(FILE *out, const struct texts *texts)
{
	fputs(",\n\"strings\":[", out);
	for (size_t i = 0; i < texts->count; i++) {
		fputs(i > 0 ? ",\n" : "", out);
		json_print_text(out, texts->list[i]);
	}
	fputc(']', out);
}

void html_write_data(FILE *out, const struct html_page *page)
{
	struct writer writer = {
		.out = out, .page = page, .nodes_left = NODES_MAX, .recordings_left = page->count};

	texts_number(&writer.texts, ""); /* 0 */
	print_head(&writer);
	print_together(&writer);
	print_recordings(&writer);
	print_texts(out, &writer.texts);
	fputs("}\n", out);
	texts_finish(&writer.texts);
	free(writer.remarks);
	pool_finish(&writer.pool);
}

/* ---- the page ------------------------------------------------------------------------------------ */

/* As text in a document. */
static void print_escaped(FILE *out, const char *text)
{
	char *clean = clean_copy(text, 0);

	if (!clean)
		memory_exhausted();
	for (const char *at = clean; *at; at++)
		if (strchr("<>&\"'", *at))
			fprintf(out, "&#%d;", *at);
		else
			fputc(*at, out);
	free(clean);
}

/* What comes before a marker; behind it the template goes on. */
static const char *print_up_to(FILE *out, const char *from, const char *marker)
{
	const char *at = memmem(from, (size_t)(html_template_end - from), marker, strlen(marker));

	fwrite(from, 1, (size_t)(at - from), out);
	return at + strlen(marker);
}

void html_write(FILE *out, const struct html_page *page)
{
	const char *rest = print_up_to(out, html_template, "<!--mprof-title-->");
	FILE *text, *data;

	print_escaped(out, page->title);
	rest = print_up_to(out, rest, "<!--mprof-data-->");
	text = base64_open(out);
	data = gzip_open(text);
	html_write_data(data, page);
	gzip_close(data);
	fclose(text);
	fwrite(rest, 1, (size_t)(html_template_end - rest), out);
}
