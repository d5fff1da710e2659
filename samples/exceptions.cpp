/* exceptions.cpp - lines around exceptions: what ran before one was thrown, and that memory is given back on
 * its way. */
#include <cstdio>
#include <mprof/mprof.h>
#include <stdexcept>
#include <string>
#include <vector>

MPROF_PROFILE static int parse(const std::string &text)
{
	std::vector<char> copy(text.begin(), text.end());
	copy.resize(100000);
	if (text[0] < '0' || text[0] > '9')
		throw std::invalid_argument(text);
	return text[0] - '0';
}

MPROF_PROFILE static int sum_of(const std::vector<std::string> &texts)
{
	int sum = 0;
	for (const std::string &text : texts) {
		try {
			sum += parse(text);
		} catch (const std::invalid_argument &) {
			sum -= 1;
		}
	}
	return sum;
}

int main()
{
	std::vector<std::string> texts;
	for (int i = 0; i < 50; i++)
		texts.push_back(i % 5 == 0 ? "none" : "7 apples");
	std::printf("%d\n", sum_of(texts));
}
