/*
 * pictures.h - where a view draws: what the name of its output says, and SVG turned into PNG and PDF.
 *
 * SVG is drawn by reporter/plot; the others are made of it by rsvg-convert, so that there is one picture.
 */
#ifndef MPROF_REPORTER_VIEWS_PICTURES_H
#define MPROF_REPORTER_VIEWS_PICTURES_H

#include "views/request.h"

#include <stdio.h>

enum picture {
	PICTURE_NONE, /* text, or a name that says nothing */
	PICTURE_SVG,
	PICTURE_PNG,
	PICTURE_PDF,
};

/* By the ending of the output's name. */
enum picture picture_of(const struct request *request);

/* For a view's `begin`: 0, or -ENOTSUP with a diagnostic where what makes such pictures is not installed. */
int picture_check(const struct request *request, struct diagnostic *diagnostic);

/* Prints SVG; what print_svg prints, as the picture that is asked for.  0, or -errno with a diagnostic. */
typedef void picture_print(FILE *out, const void *context);
int picture_write(const struct request *request, FILE *out, picture_print *print_svg, const void *context,
		  struct diagnostic *diagnostic);

#endif
