/*
 * flame.c - see flame.h.  After Gregg, "The Flame Graph" (ACM Queue 14(2), 2016), with the root at the top.
 *
 * The picture is whole without its script, which only moves boxes and hides some: positions as parts of the
 * whole stand in attributes.
 */
#include "plot/flame.h"

#include "base/clean.h"
#include "formats/style.h"
#include "plot/svg.h"

#include <math.h>
#include <stdlib.h>

#define WIDTH 1200
#define MARGIN 10
#define TOP 58
#define BOX_HEIGHT 17
#define CHARACTER 6.6 /* of 11 pixels, about */
#define COLOR_BYTES 48
#define INNER (WIDTH - 2 * MARGIN)

static const char script[] =
	"<script><![CDATA[\n"
	"(function () {\n"
	"  'use strict';\n"
	"  var svg = document.documentElement, boxes = [].slice.call(svg.querySelectorAll('g.box'));\n"
	"  var zoomed = 0, searched = '';\n"
	"  function part(box, name) { return parseFloat(box.getAttribute('data-' + name)); }\n"
	"  function fit(box, width) {\n"
	"    var text = box.querySelector('text'), name = box.getAttribute('data-name');\n"
	"    var most = Math.floor((width - 6) / 6.6);\n"
	"    text.textContent = most < 3 ? '' : name.length <= most ? name : name.slice(0, most - 2) + "
	"'..';\n"
	"  }\n"
	"  function zoom(index) {\n"
	"    var at = boxes[index], from = part(at, 'begin'), span = part(at, 'width'), depth = part(at, "
	"'depth');\n"
	"    zoomed = index;\n"
	"    boxes.forEach(function (box) {\n"
	"      var begin = part(box, 'begin'), width = part(box, 'width'), above = part(box, 'depth') < "
	"depth;\n"
	"      var holds = begin <= from + 1e-12 && begin + width >= from + span - 1e-12;\n"
	"      var within = begin >= from - 1e-12 && begin + width <= from + span + 1e-12;\n"
	"      var shown = above ? holds : within;\n"
	"      box.style.display = shown ? '' : 'none';\n"
	"      if (!shown) return;\n"
	"      var x = above ? 0 : (begin - from) / span, w = above ? 1 : width / span;\n"
	"      var rect = box.querySelector('rect'), text = box.querySelector('text');\n"
	"      rect.setAttribute('x', 10 + x * 1180);\n"
	"      rect.setAttribute('width', Math.max(w * 1180 - 0.5, 0.2));\n"
	"      text.setAttribute('x', 13 + x * 1180);\n"
	"      box.style.opacity = above ? 0.5 : 1;\n"
	"      fit(box, w * 1180);\n"
	"    });\n"
	"  }\n"
	"  function search(words) {\n"
	"    var found = 0, covered = -1;\n"
	"    searched = words;\n"
	"    boxes.forEach(function (box) {\n"
	"      var hit = words !== '' && "
	"box.getAttribute('data-name').toLowerCase().indexOf(words.toLowerCase()) >= 0;\n"
	"      box.querySelector('rect').setAttribute('stroke', hit ? '#d0d' : '#fff');\n"
	"      box.querySelector('rect').setAttribute('stroke-width', hit ? 2 : 0.5);\n"
	"      if (hit && part(box, 'begin') >= covered) {\n"
	"        found += part(box, 'width');\n"
	"        covered = part(box, 'begin') + part(box, 'width') - 1e-12;\n"
	"      }\n"
	"    });\n"
	"    document.getElementById('found').textContent =\n"
	"      words === '' ? 'search (Ctrl-F or here)' : words + ': ' + (100 * found).toFixed(1) + '%';\n"
	"  }\n"
	"  function ask() { var words = prompt('Search for', searched); if (words !== null) search(words); "
	"}\n"
	"  boxes.forEach(function (box, index) { box.addEventListener('click', function () { zoom(index); "
	"}); });\n"
	"  document.getElementById('found').addEventListener('click', ask);\n"
	"  svg.addEventListener('keydown', function (event) {\n"
	"    if ((event.ctrlKey || event.metaKey) && event.key === 'f') { event.preventDefault(); ask(); }\n"
	"    if (event.key === 'Escape') { zoom(0); search(''); }\n"
	"  });\n"
	"  document.getElementById('found').style.display = '';\n"
	"  search('');\n"
	"})();\n"
	"]]></script>\n";

/* The same group always has the same colour, and another one most likely another. */
static unsigned hash_of(const char *text)
{
	unsigned hash = 2166136261u; /* FNV-1a */

	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * 16777619u;
	return hash;
}

/* Light enough for dark text. */
static void color_of(const struct flame *flame, const struct flame_box *box, char color[COLOR_BYTES])
{
	unsigned hash = hash_of(box->group), shade = hash_of(box->name) % 12;
	int strength = (int)lround(fabs(box->change) * 40);

	if (flame->by_change && strength == 0)
		snprintf(color, COLOR_BYTES, "#eee");
	else if (flame->by_change)
		snprintf(color, COLOR_BYTES, "hsl(%d,75%%,%d%%)", box->change < 0 ? 215 : 5, 92 - strength);
	else
		snprintf(color, COLOR_BYTES, "hsl(%u,%d%%,%u%%)", hash % 360, 45, 72 + shade);
}

static void attribute(FILE *out, const char *name, const char *text)
{
	fprintf(out, " %s=\"", name);
	svg_escape(out, text);
	fputc('"', out);
}

static void print_box(FILE *out, const struct flame *flame, const struct flame_box *box)
{
	double x = MARGIN + box->begin * INNER, width = box->width * INNER;
	double y = TOP + box->depth * BOX_HEIGHT;
	size_t most = width > 24 ? (size_t)((width - 6) / CHARACTER) : 0;
	char *text = style_cut(box->name, most), color[COLOR_BYTES];

	color_of(flame, box, color);
	fprintf(out, "<g class=\"box\" data-begin=\"%.9f\" data-width=\"%.9f\" data-depth=\"%u\"", box->begin,
		box->width, box->depth);
	attribute(out, "data-name", box->name);
	fputs(">\n", out);
	svg_rectangle(out, x, y, width > 0.7 ? width - 0.5 : 0.2, BOX_HEIGHT - 1, color,
		      "stroke=\"#fff\" stroke-width=\"0.5\"", box->tip);
	svg_text(out, x + 3, y + 12, 11, "start", "#111", most >= 3 ? text : "");
	fputs("</g>\n", out);
	free(text);
}

void flame_print_svg(FILE *out, const struct flame *flame)
{
	uint32_t depth = 0;

	for (size_t i = 0; i < flame->box_count; i++)
		depth = flame->boxes[i].depth > depth ? flame->boxes[i].depth : depth;
	svg_begin(out, WIDTH, (int)(TOP + (depth + 1) * BOX_HEIGHT) + MARGIN, flame->title);
	svg_text(out, MARGIN, 22, 15, "start", "#222", flame->title);
	svg_text(out, MARGIN, 42, 12, "start", "#777", flame->subtitle);
	fprintf(out,
		"<text id=\"found\" x=\"%d\" y=\"22\" font-size=\"12\" text-anchor=\"end\" fill=\"#777\" "
		"style=\"display:none;cursor:pointer\"></text>\n",
		WIDTH - MARGIN);
	fputs("<style>g.box{cursor:pointer} text{pointer-events:none} #found{pointer-events:auto}</style>\n",
	      out);
	for (size_t i = 0; i < flame->box_count; i++)
		print_box(out, flame, &flame->boxes[i]);
	fputs(script, out);
	svg_end(out);
}
