/* signal_name.h - what signals are called. */
#ifndef MPROF_REPORTER_BASE_SIGNAL_NAME_H
#define MPROF_REPORTER_BASE_SIGNAL_NAME_H

#include <stdint.h>

/* "SIGABRT"; "signal 40" of one without a name. */
const char *signal_name(uint64_t number, char text[32]);

#endif
