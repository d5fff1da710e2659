/*
 * place.h - where a source file lies in the repository that a CI job checked out.
 */
#ifndef MPROF_REPORTER_GATE_FORMATS_PLACE_H
#define MPROF_REPORTER_GATE_FORMATS_PLACE_H

/*
 * A path as the repository knows it: relative to $GITHUB_WORKSPACE if the file (relative to the working
 * directory, or absolute) lies below it; else as it is.  The caller's to free(); NULL when out of memory.
 */
char *place_in_repository(const char *file);

#endif
