/* dying.h - for tests of what makes a program abort, and what it says then. */
#ifndef DYING_H
#define DYING_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Runs a function in a child; whether that was aborted, and `said` is in what it wrote to standard error,
 * which is printed otherwise. */
bool dies_saying(void (*act)(void), const char *said);

#ifdef __cplusplus
}
#endif

#endif
