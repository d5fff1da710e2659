// A templated library: containers of containers, algorithms, iostreams, regex.
#include <algorithm>
#include <deque>
#include <iostream>
#include <map>
#include <memory>
#include <numeric>
#ifndef SMALL /* which compiles in a third of the time */
#include <regex>
#endif
#include <set>
#include <sstream>
#include <string>
#include <unordered_map>
#include <vector>

struct Record {
	std::string name;
	std::vector<double> values;
	std::map<int, std::string> notes;
};

template <class Key, class Value> class Index
{
      public:
	void put(const Key &key, Value value)
	{
		places[key].push_back(items.size());
		items.push_back(std::make_shared<Value>(std::move(value)));
	}
	std::vector<std::shared_ptr<Value>> find(const Key &key) const
	{
		std::vector<std::shared_ptr<Value>> found;
		auto at = places.find(key);
		if (at != places.end())
			for (size_t i : at->second)
				found.push_back(items[i]);
		return found;
	}
	template <class Predicate> size_t erase_if(Predicate predicate)
	{
		size_t before = items.size();
		items.erase(std::remove_if(items.begin(), items.end(),
					   [&](auto &item) { return predicate(*item); }),
			    items.end());
		return before - items.size();
	}

      private:
	std::unordered_map<Key, std::vector<size_t>> places;
	std::deque<std::shared_ptr<Value>> items;
};

static std::vector<std::string> words_of(const std::string &text)
{
	std::vector<std::string> words;
#ifdef SMALL
	std::istringstream in(text);
	for (std::string word; in >> word;)
		words.push_back(word);
#else
	std::regex word("[a-z]+");
	for (std::sregex_iterator at(text.begin(), text.end(), word), end; at != end; ++at)
		words.push_back(at->str());
#endif
	return words;
}

int main(int argc, char **)
{
	Index<std::string, Record> index;
	for (const std::string &word : words_of("to be or not to be that is the question"))
		index.put(word,
			  Record{word, std::vector<double>(word.size() * argc, 1.5), {{argc, word + word}}});
	std::set<std::string> names;
	for (const auto &record : index.find("be"))
		names.insert(record->name);
	std::ostringstream out;
	out << index.erase_if([](const Record &record) { return record.name.size() < 3; }) << names.size();
	std::vector<int> numbers(100);
	std::iota(numbers.begin(), numbers.end(), 0);
	std::stable_sort(numbers.begin(), numbers.end(), std::greater<int>());
	std::cout << out.str() << numbers[0] << std::endl;
	return 0;
}
