/*
 * traced_cxx.cpp - exceptions through traced frames.  See traced.h.
 */
#include "traced.h"

namespace
{
struct counted {
	int &ended;
	~counted()
	{
		ended++;
	}
};
} // namespace

extern "C" TRACED int traced_thrower(int depth, int &ended) /* hits 300 */
{
	counted here{ended};
	if (depth == 0)                              /* hits 300 */
		throw depth + 7;                     /* hits 60 */
	return traced_thrower(depth - 1, ended) + 1; /* hits 240 */
}

extern "C" TRACED int traced_catcher(int rounds) /* hits 1 */
{
	int ended = 0, caught = 0;         /* hits 1 */
	for (int i = 0; i < rounds; i++) { /* hits 61 */
		try {
			traced_thrower(4, ended); /* hits 60 */
		} catch (int value) {             /* hits 60 */
			caught += value;          /* hits 60 */
		}
	}
	return ended * 1000 + caught; /* hits 1 */
}
