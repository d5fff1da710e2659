/* svg.c - see svg.h. */
#include "plot/svg.h"

#include "base/clean.h"

#include <math.h>
#include <stdlib.h>

void svg_escape(FILE *out, const char *text)
{
	char *clean = clean_copy(text, 0);

	for (const char *at = clean ? clean : ""; *at; at++)
		switch (*at) {
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '&':
			fputs("&amp;", out);
			break;
		case '"':
			fputs("&quot;", out);
			break;
		case '\'':
			fputs("&#39;", out);
			break;
		default:
			fputc(*at, out);
		}
	free(clean);
}

void svg_number(FILE *out, double number)
{
	long tenths = lround(number * 10);

	fprintf(out, "%s%ld", tenths < 0 ? "-" : "", labs(tenths) / 10);
	if (tenths % 10 != 0)
		fprintf(out, ".%ld", labs(tenths) % 10);
}

static void attribute(FILE *out, const char *name, double number)
{
	fprintf(out, " %s=\"", name);
	svg_number(out, number);
	fputc('"', out);
}

void svg_begin(FILE *out, int width, int height, const char *title)
{
	fprintf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" "
		"font-family=\"Helvetica, Arial, 'DejaVu Sans', sans-serif\" role=\"img\">\n<title>",
		width, height, width, height);
	svg_escape(out, title);
	fputs("</title>\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n", out);
}

void svg_end(FILE *out)
{
	fputs("</svg>\n", out);
}

void svg_line(FILE *out, double x1, double y1, double x2, double y2, const char *color, const char *extra)
{
	fputs("<line", out);
	attribute(out, "x1", x1);
	attribute(out, "y1", y1);
	attribute(out, "x2", x2);
	attribute(out, "y2", y2);
	fprintf(out, " stroke=\"%s\"%s%s/>\n", color, *extra ? " " : "", extra);
}

void svg_rectangle(FILE *out, double x, double y, double width, double height, const char *color,
		   const char *extra, const char *tip)
{
	fputs("<rect", out);
	attribute(out, "x", x);
	attribute(out, "y", y);
	attribute(out, "width", width);
	attribute(out, "height", height);
	fprintf(out, " fill=\"%s\"%s%s", color, *extra ? " " : "", extra);
	if (!tip) {
		fputs("/>\n", out);
		return;
	}
	fputs("><title>", out);
	svg_escape(out, tip);
	fputs("</title></rect>\n", out);
}

void svg_text(FILE *out, double x, double y, int size, const char *anchor, const char *color,
	      const char *text)
{
	fputs("<text", out);
	attribute(out, "x", x);
	attribute(out, "y", y);
	fprintf(out, " font-size=\"%d\" text-anchor=\"%s\" fill=\"%s\">", size, anchor, color);
	svg_escape(out, text);
	fputs("</text>\n", out);
}
