// C++ with everything that allocates on the way: exceptions, containers, threads, strings.
#include <cstdio>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

static int thrower(int depth)
{
	std::string text(100, 'x');
	if (depth == 0)
		throw std::runtime_error("thrown from the bottom, with a text that needs a block of its own");
	return thrower(depth - 1) + static_cast<int>(text.size());
}

static int caught(int rounds)
{
	int number = 0;
	for (int i = 0; i < rounds; i++) {
		try {
			number += thrower(i % 20);
		} catch (const std::runtime_error &error) {
			number += error.what()[0] == 't';
		}
	}
	return number;
}

static void work(int *result)
{
	std::map<int, std::unique_ptr<std::string>> map;
	for (int i = 0; i < 2000; i++)
		map[i * 7919 % 5000] = std::make_unique<std::string>(50, 'y');
	*result = caught(500) + static_cast<int>(map.size());
}

int main()
{
	for (int round = 0; round < 3; round++) {
		std::vector<std::thread> threads;
		int results[4] = {};
		for (int &result : results)
			threads.emplace_back(work, &result);
		for (std::thread &thread : threads)
			thread.join();
		std::printf("%d %d %d %d\n", results[0], results[1], results[2], results[3]);
	}
}
