#include <iostream>
#include <map>
#include <string>
#include <thread>
int main(int argc, char **)
{
	std::map<std::string, int> words;
	words["a word that is too long for the small buffer"] = 1;
	std::thread([&] { std::cout << "hello " << words.size() << std::endl; }).join();
	try {
		throw std::string("an exception");
	} catch (const std::string &text) {
		std::cout << text << std::endl;
	}
	if (argc > 1)
		std::cout << (void *)new char[100] << std::endl;
}
