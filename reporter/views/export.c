/*
 * export.c - mprof export: a recording as a file that another tool reads.
 */
#include "exports/export.h"

#include "base/clean.h"
#include "base/text.h"
#include "cli/output.h"
#include "views/parts.h"
#include "profile/partial.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Recursion that is deeper goes back to itself: written out, a hundred thousand calls are gigabytes. */
#define DEEPEST 512

static int list_formats(void)
{
	for (const struct export_format *format = export_formats; format->name; format++)
		printf("%-12s FILE%-18s %s\n", format->name, format->ending, format->readers);
	return 1;
}

/* Without --format the name of the file tells. */
static const struct export_format *format_of(const struct request *request)
{
	const char *path = request->output.path;

	if (request->export_format)
		return export_find(request->export_format);
	for (const struct export_format *format = export_formats; path && format->name; format++)
		if (text_ends(path, format->ending))
			return format;
	return NULL;
}

/* What of the options means nothing to a format. */
static int check_format(const struct export_format *format, const struct request *request,
			struct diagnostic *diagnostic)
{
	if (format->traits & EXPORT_WHOLE && request_has_window(request))
		return diagnostic_set(diagnostic, EINVAL,
				      "--at, --from, --to: --format %s is of whole runs; pprof and folded "
				      "take parts",
				      format->name);
	if (format->traits & EXPORT_HEAP && request->figure != FIGURE_PEAK)
		return diagnostic_set(diagnostic, EINVAL, "--sort %s: --format %s is of the heap over time",
				      figure_infos[request->figure].name, format->name);
	if (format->traits & EXPORT_ALIKE && request->figure_given)
		return diagnostic_set(diagnostic, EINVAL,
				      "--sort: --format %s has all figures, and none before the others",
				      format->name);
	if (format->traits & EXPORT_NO_PATHS && request->min_share_given)
		return diagnostic_set(diagnostic, EINVAL,
				      "--min-share: --format %s has no call paths to sum up", format->name);
	return 0;
}

static int refuse(const struct request *request, struct diagnostic *diagnostic)
{
	const char *path = request->output.path;

	if (request->export_format)
		return diagnostic_set(diagnostic, EINVAL, "--format %s: no such format; --list has them",
				      request->export_format);
	return path ? diagnostic_set(
			      diagnostic, EINVAL,
			      "%s: no format has that ending; --format NAME says which, and --list has "
			      "them",
			      path)
		    : diagnostic_set(diagnostic, EINVAL, "export takes --format NAME; --list has them");
}

static int begin(struct request *request, struct diagnostic *diagnostic)
{
	if (request->export_list)
		return list_formats();
	return format_of(request) ? check_format(format_of(request), request, diagnostic)
				  : refuse(request, diagnostic);
}

/* What is small by every figure of the format. */
static const struct tree *sum_up(const struct export_source *source, const struct tree *tree,
				 const struct export_format *format)
{
	enum figure figures[PARTIAL_FIGURES] = {source->figure};
	struct tree_share share = {figures, 1, source->least_share};

	if (source->least_share <= 0 || format->traits & EXPORT_SUMS_UP)
		return tree;
	if (!(format->traits & EXPORT_ONE))
		share.figure_count = partial_figures(source->run, figures);
	return tree_cut(source->profile, tree, &share);
}

static const struct tree *tree_of(const struct export_source *source, const struct tree_query *query,
				  const struct export_format *format)
{
	const struct tree *tree = sum_up(source, profile_tree(source->profile, query), format);

	return format->traits & EXPORT_SPELLS ? tree_fold(source->profile, tree, query->figure, DEEPEST)
					      : tree;
}

struct writing {
	const struct export_format *format;
	struct profile *profile;
	const struct request *request;
};

static int write_to(FILE *out, void *context, struct diagnostic *diagnostic)
{
	const struct writing *writing = context;
	enum figure figure = writing->request->figure;
	const struct tree_query query = {
		.figure = figure,
		.lines = !(writing->format->traits & EXPORT_BY_FUNCTION),
		.codes = writing->format->traits & EXPORT_BY_CODE,
	};
	struct export_source source = {
		.profile = writing->profile,
		.figure = figure,
		.figure_given = writing->request->figure_given,
		.filtered = !filter_empty(&writing->request->filter) || request_has_blocks(writing->request),
		.least_share = writing->request->min_share_given ? writing->request->min_share
								 : writing->format->least_share,
	};

	source.run = profile_overview(writing->profile, true);
	source.tree = tree_of(&source, &query, writing->format);
	return writing->format->write(out, &source, diagnostic);
}

/* Beside the recording, by its name. */
static int write_beside(struct writing *writing, struct diagnostic *diagnostic)
{
	char *path = output_beside(profile_overview(writing->profile, false)->path, writing->format->ending);
	int error = output_write(path, write_to, writing, diagnostic);

	if (!error)
		clean_print_between(stdout, "", path, "\n");
	free(path);
	return error;
}

/* On a terminal nobody wants to read it. */
static int draw(struct profile *const *profiles, size_t count, const struct request *request, FILE *out,
		struct diagnostic *diagnostic)
{
	struct writing writing = {format_of(request), *profiles, request};

	(void)count;
	if (!writing.format)
		return refuse(request, diagnostic);
	if (request->output.path && writing.format->traits & EXPORT_BINARY && isatty(fileno(out)))
		return diagnostic_set(
			diagnostic, EINVAL,
			"--format %s is no text: it does not go to a terminal, but to a file, by "
			"-o FILE",
			writing.format->name);
	if (!request->output.path && isatty(STDOUT_FILENO))
		return write_beside(&writing, diagnostic);
	return write_to(out, &writing, diagnostic);
}

const struct view view_export = {
	.name = "export",
	.summary = "Write a recording as a file that another tool reads",
	.doc = "Writes call paths with their figures as a file for another tool: --list names the formats "
	       "and who reads them. Formats of one figure have that of --sort.",
	.traces = VIEW_ONE,
	.lacks = VIEW_LACKS_TOP,
	.exports = true,
	.begin = begin,
	.draw = draw,
};
