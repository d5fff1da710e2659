/*
 * confined.c - see confined.h.
 */
#include "preload/base/confined.h"

_Atomic uint32_t confine_word;
