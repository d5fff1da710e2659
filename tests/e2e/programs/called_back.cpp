/*
 * called_back.cpp - loses memory in functions that a library calls: more of its frames than own ones lie on
 * the path.
 */
#include <functional>

static char *volatile last;

static void lose(const std::function<void(int)> &next, int depth)
{
	if (depth > 0)
		next(depth - 1);
	else
		last = new char[1000];
}

static std::function<void(int)> again = [](int depth) { lose(again, depth); };

static void start(int depth)
{
	again(depth);
}

int main()
{
	start(3);
	last = nullptr;
	return 0;
}
