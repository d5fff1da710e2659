/* spark.c - see spark.h. */
#include "plot/spark.h"

const char *spark_text(size_t height, bool ascii)
{
	static const char *const blocks[SPARK_HEIGHT + 1] = {" ",      "\u2581", "\u2582", "\u2583", "\u2584",
							     "\u2585", "\u2586", "\u2587", "\u2588"};
	static const char *const plain[SPARK_HEIGHT + 1] = {" ", ".", ".", ":", ":", "+", "+", "#", "#"};

	return (ascii ? plain : blocks)[height];
}
