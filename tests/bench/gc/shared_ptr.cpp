// shared_ptr.cpp - the cases of gc_compare.py with std::shared_ptr and std::weak_ptr: those that need no
// collector and no cache.  What others keep by reference is kept so here, in containers of the standard
// library.
#include "clock.h"

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace
{

struct node {
	std::shared_ptr<node> next, prev;
	long value = 0;
};

// An object of any type, as dictionaries and lists have them.
struct object {
	virtual ~object() = default;
	virtual std::size_t hash() const
	{
		return 0;
	}
	virtual bool equals(const object &) const
	{
		return false;
	}
};
using reference = std::shared_ptr<object>;

template <typename value_type> struct value : object {
	value_type held;
	explicit value(value_type made) : held(std::move(made))
	{
	}
	std::size_t hash() const override
	{
		return std::hash<value_type>()(held);
	}
	bool equals(const object &other) const override
	{
		auto same = dynamic_cast<const value *>(&other);
		return same && same->held == held;
	}
};
using integer = value<long>;
using floating = value<double>;
using text = value<std::string>;

struct hash_of {
	std::size_t operator()(const reference &key) const
	{
		return key->hash();
	}
};
struct equal_to {
	bool operator()(const reference &a, const reference &b) const
	{
		return a == b || a->equals(*b);
	}
};
using table = std::unordered_map<reference, reference, hash_of, equal_to>;

struct list : object {
	std::vector<reference> items;
};
struct dict : object {
	table items;
};
struct set : object {
	std::unordered_set<reference, hash_of, equal_to> items;
};

bool ends_with_drop(const std::string &name)
{
	return name.size() > 4 && name.compare(name.size() - 4, 4, "drop") == 0;
}

// Prints what building took, or what dropping takes.
template <typename built_type>
void print_built(const std::string &name, std::shared_ptr<built_type> &built, double start_ns, double objects)
{
	if (ends_with_drop(name)) {
		start_ns = cpu_ns();
		built.reset();
	}
	print_case(name.c_str(), start_ns, objects);
}

// ---- nodes ----

std::shared_ptr<node> make_tree(int depth)
{
	auto top = std::make_shared<node>();
	if (depth > 1) {
		top->next = make_tree(depth - 1);
		top->prev = make_tree(depth - 1);
	}
	return top;
}

std::shared_ptr<node> make_list(long count)
{
	std::shared_ptr<node> first;
	for (long i = 0; i < count; i++) {
		auto next = std::make_shared<node>();
		next->next = std::move(first);
		first = std::move(next);
	}
	return first;
}

// One after the other: a destructor that calls the next one's needs a stack as deep as the list.
void drop_list(std::shared_ptr<node> first)
{
	while (first)
		first = std::move(first->next);
}

void run_single(const std::string &name)
{
	double start = cpu_ns();
	static std::shared_ptr<node> made;
	for (long i = scaled(10); i > 0; i--)
		made = std::make_shared<node>();
	made.reset();
	print_case(name.c_str(), start, (double)scaled(10));
}

void run_tree(const std::string &name)
{
	auto made = make_tree(tree_depth());
	double start = cpu_ns();
	made.reset();
	print_case(name.c_str(), start, (double)(1L << tree_depth()));
}

void run_list(const std::string &name)
{
	auto made = make_list(scaled(10));
	double start = cpu_ns();
	drop_list(std::move(made));
	print_resident(name.c_str(), (cpu_ns() - start) / (double)scaled(10));
}

void run_sizes(const std::string &name)
{
	long count = scaled(1), sizes = 0;
	std::vector<std::shared_ptr<char[]>> slots((std::size_t)count);
	double start = cpu_ns();
	for (long bytes = 32; bytes <= 144; bytes += 16, sizes++) {
		for (auto &slot : slots) // with the counts in the same block, as in make_shared of C++20
			slot = std::allocate_shared<char[]>(std::allocator<char>(), (std::size_t)bytes - 16);
		for (auto &slot : slots)
			slot.reset();
	}
	double end = cpu_ns();
	slots = {};
	print_resident(name.c_str(), (end - start) / (double)(sizes * count));
}

void run_weak(const std::string &name)
{
	auto count = (std::size_t)scaled(1);
	std::vector<std::shared_ptr<node>> targets(count);
	std::vector<std::weak_ptr<node>> weak(count);
	for (auto &target : targets)
		target = std::make_shared<node>();
	double start = cpu_ns();
	for (std::size_t i = 0; i < count; i++)
		weak[i] = targets[i];
	if (name == "weak") {
		print_resident(name.c_str(), (cpu_ns() - start) / (double)count);
		return;
	}
	start = cpu_ns();
	for (auto &target : targets)
		target.reset();
	print_case(name.c_str(), start, (double)count);
}

// ---- sort ----

long value_at(const std::string &name, long index, long count)
{
	if (name == "rising")
		return index;
	return name == "falling" ? count - index : random_slot(1L << 24);
}

void run_sort(const std::string &name)
{
	long count = scaled(1);
	std::vector<std::shared_ptr<integer>> numbers;
	for (long i = 0; i < count; i++)
		numbers.push_back(std::make_shared<integer>(value_at(name, i, count)));
	double start = cpu_ns();
	std::stable_sort(numbers.begin(), numbers.end(),
			 [](const auto &a, const auto &b) { return a->held < b->held; });
	print_case(name.c_str(), start, (double)count);
}

// ---- dictionaries ----

void run_text(const std::string &name)
{
	static const char *const texts[] = {
		"id",   "name",  "type",   "size",   "width",   "height",  "colour",   "weight",
		"date", "price", "author", "parent", "created", "updated", "children", "description"};
	constexpr long count = sizeof(texts) / sizeof(*texts);
	std::unordered_map<std::string, reference> items;
	for (long i = 0; i < count; i++)
		items[texts[i]] = std::make_shared<integer>(i);
	double start = cpu_ns();
	for (long i = 0; i < scaled(10); i++)
		if (items.find(texts[i % count]) == items.end())
			std::abort();
	print_case(name.c_str(), start, (double)scaled(10));
}

// Digits by hand, as printf would cost more than all else.
reference json_text(const char *prefix, long number)
{
	char digits[] = "????0000000";
	std::copy(prefix, prefix + 4, digits);
	for (std::size_t at = sizeof(digits) - 2; number; number /= 10)
		digits[at--] = (char)('0' + number % 10);
	return std::make_shared<text>(std::string(digits, sizeof(digits) - 1));
}

reference json_record(const std::vector<reference> &keys, long number)
{
	auto record = std::make_shared<dict>(), place = std::make_shared<dict>();
	auto tags = std::make_shared<list>();
	record->items[keys[0]] = std::make_shared<integer>(1000 + number);
	record->items[keys[1]] = json_text("item", number);
	record->items[keys[2]] = std::make_shared<floating>((double)number / 4);
	for (long i = 0; i < 4; i++)
		tags->items.push_back(json_text("tag ", (number + i) % 1000));
	record->items[keys[3]] = std::move(tags);
	place->items[keys[5]] = std::make_shared<floating>((double)number / 3);
	place->items[keys[6]] = std::make_shared<floating>((double)number / 5);
	record->items[keys[4]] = std::move(place);
	return record;
}

void run_json(const std::string &name)
{
	constexpr long objects = 12; // of a record
	std::vector<reference> keys;
	for (const char *key : {"id", "name", "price", "tags", "place", "x", "y"})
		keys.push_back(std::make_shared<text>(key));
	double start = cpu_ns();
	auto all = std::make_shared<list>();
	for (long i = 0; i < scaled(1) / objects; i++)
		all->items.push_back(json_record(keys, i));
	print_built(name, all, start, (double)(scaled(1) / objects * objects));
}

std::shared_ptr<list> list_of(reference item)
{
	auto made = std::make_shared<list>();
	made->items.push_back(std::move(item));
	return made;
}

void dictlist_step(table &items, const reference &key, long number)
{
	reference item = std::make_shared<integer>(number);
	auto found = items.find(key);
	auto held = found == items.end() ? nullptr : static_cast<list *>(found->second.get());
	switch (random_slot(8)) {
	case 0:
		if (held)
			items.erase(found);
		break;
	case 1:
		items[key] = list_of(std::move(item));
		break;
	case 2:
	case 3:
	case 4:
		if (held)
			held->items.push_back(std::move(item));
		else
			items[key] = list_of(std::move(item));
		break;
	default:
		if (held && static_cast<integer *>(held->items.back().get())->held < 0)
			std::abort();
	}
}

void run_dictlist(const std::string &name)
{
	long steps = scaled(4), keys = scaled(0.5);
	auto made = std::make_shared<dict>();
	double start = cpu_ns();
	for (long i = 0; i < steps; i++)
		dictlist_step(made->items, std::make_shared<integer>(1000 + random_slot(keys)), 1000 + i);
	print_built(name, made, start, (double)steps);
}

void run_words(const std::string &name)
{
	long words = scaled(2), known = scaled(0.1);
	std::vector<std::string> texts;
	for (long i = 0; i < known; i++)
		texts.push_back("word" + std::to_string(i * 7919 % 1000003));
	auto counts = std::make_shared<dict>();
	double start = cpu_ns();
	for (long i = 0; i < words; i++) {
		reference word = std::make_shared<text>(
			texts[(std::size_t)(random_slot(known) * random_slot(known) / known)]);
		reference &count = counts->items[word];
		count = std::make_shared<integer>(count ? static_cast<integer *>(count.get())->held + 1 : 1);
	}
	print_built(name, counts, start, (double)words);
}

// ---- lru ----

struct entry : object {
	std::shared_ptr<entry> next, prev;
};

void link_after(const std::shared_ptr<entry> &self, const std::shared_ptr<entry> &head)
{
	self->prev = head;
	self->next = head->next;
	if (self->next)
		self->next->prev = self;
	head->next = self;
}

void unlink_entry(const std::shared_ptr<entry> &self)
{
	if (self->next)
		self->next->prev = self->prev;
	self->prev->next = self->next;
	self->next.reset();
	self->prev.reset();
}

void run_lru(const std::string &name)
{
	long count = scaled(1);
	std::unordered_map<reference, std::shared_ptr<entry>, hash_of, equal_to> entries;
	auto head = std::make_shared<entry>();
	std::vector<std::weak_ptr<entry>> weak;
	weak.reserve((std::size_t)count);
	double start = cpu_ns();
	for (long i = 0; i < count; i++) {
		auto made = std::make_shared<entry>();
		link_after(made, head);
		entries[std::make_shared<integer>(1000 + i)] = made;
		weak.push_back(made);
	}
	for (long i = 0; i < count; i++) {
		auto found = entries.find(std::make_shared<integer>(1000 + random_slot(count)))->second;
		if (found->prev != head) {
			unlink_entry(found);
			link_after(found, head);
		}
	}
	if (ends_with_drop(name)) {
		start = cpu_ns();
		for (long i = 0; i < count; i++) {
			auto found = entries.find(std::make_shared<integer>(1000 + i));
			unlink_entry(found->second);
			entries.erase(found);
		}
		weak.clear();
	}
	print_case(name.c_str(), start, (double)count);
	std::_Exit(std::fflush(stdout)); // links both ways, as deep as a stack is not
}

// ---- bytes: of objects of each kind, and all that they own, while all of them are alive ----

reference fill_dict_of(std::size_t count, const std::vector<reference> &numbers)
{
	auto made = std::make_shared<dict>();
	for (std::size_t i = 0; i < count; i++)
		made->items[numbers[i]] = numbers[i];
	return made;
}

reference of_kind(int kind, long number, const std::vector<reference> &numbers)
{
	switch (kind) {
	case 0:
		return std::make_shared<integer>(1000 + number);
	case 1:
		return std::make_shared<floating>((double)number);
	case 2:
		return std::make_shared<text>("0123456789");
	case 3: {
		auto made = std::make_shared<list>();
		for (std::size_t i = 0; i < 4; i++)
			made->items.push_back(numbers[i]);
		return made;
	}
	case 4:
		return fill_dict_of(4, numbers);
	case 5:
		return fill_dict_of(8, numbers);
	case 6: {
		auto made = std::make_shared<set>();
		made->items.insert(numbers.begin(), numbers.begin() + 4);
		return made;
	}
	default: // a weak_ptr is two words, wherever it stands
		return std::make_shared<entry>();
	}
}

void run_bytes(const std::string &name)
{
	constexpr int kinds = 8;
	long count = scaled(1);
	std::vector<reference> numbers, all;
	for (long i = 0; i < 8; i++)
		numbers.push_back(std::make_shared<integer>(1000 + i));
	all.reserve((std::size_t)(kinds * count));
	std::vector<std::weak_ptr<object>> weak;
	std::printf("%s", name.c_str());
	for (int kind = 0; kind < kinds; kind++) {
		double before = resident_bytes();
		for (long i = 0; i < count; i++)
			all.push_back(of_kind(kind, i, numbers));
		if (kind == kinds - 1)
			weak.assign(all.end() - count, all.end());
		// Who refers to them has a place for that in all programs, but it is not theirs.
		std::printf(" %.1f", (resident_bytes() - before) / (double)count - (double)sizeof(reference));
	}
	std::printf("\n");
}

const std::unordered_map<std::string, void (*)(const std::string &)> cases = {
	{"a", run_single},
	{"d", run_tree},
	{"f", run_list},
	{"sizes", run_sizes},
	{"weak", run_weak},
	{"weakend", run_weak},
	{"sort", run_sort},
	{"rising", run_sort},
	{"falling", run_sort},
	{"text", run_text},
	{"json", run_json},
	{"jsondrop", run_json},
	{"dictlist", run_dictlist},
	{"dictlistdrop", run_dictlist},
	{"words", run_words},
	{"lru", run_lru},
	{"lrudrop", run_lru},
	{"bytes", run_bytes},
};

} // namespace

int main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	scale = std::atol(argv[2]);
	cases.at(argv[1])(argv[1]);
	return 0;
}
