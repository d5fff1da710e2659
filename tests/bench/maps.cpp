// maps.cpp - C++ containers of strings, filled and emptied: argv[1] is how often.
#include <cstdlib>
#include <map>
#include <string>
#include <unordered_map>

static std::size_t fill(int round)
{
	std::map<int, std::string> ordered;
	std::unordered_map<std::string, int> hashed;
	for (int i = 0; i < 20000; i++) {
		int key = (i * 7919 + round) % 100003;
		ordered[key] = std::string(20 + static_cast<std::size_t>(key % 40), 'x');
		hashed["a key that is too long to stay inside: " + std::to_string(key)] = i;
	}
	return ordered.size() + hashed.size();
}

int main(int argc, char **argv)
{
	std::size_t total = 0;
	for (int i = 0; i < (argc > 1 ? std::atoi(argv[1]) : 10); i++)
		total += fill(i);
	return total == 0;
}
