/* spark.h - a course in one line of text: a character for each moment. */
#ifndef MPROF_REPORTER_PLOT_SPARK_H
#define MPROF_REPORTER_PLOT_SPARK_H

#include <stdbool.h>
#include <stddef.h>

#define SPARK_HEIGHT 8

/* One character of that height, 0 (blank) to SPARK_HEIGHT: a block of UTF-8, or of ASCII something like it.
 */
const char *spark_text(size_t height, bool ascii);

#endif
