/*
 * epoch.c - see epoch.h.
 */
#include "epoch.h"

_Atomic uint64_t epoch_word = EPOCH_RECORDING;
