/*
 * torture.cpp - see torture.h.
 */
#include "torture.h"

#include <algorithm>
#include <alloca.h>
#include <csetjmp>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <thread>
#include <ucontext.h>
#include <vector>

#define NOINLINE __attribute__((noinline))

static volatile int sink;

void *operator new(std::size_t size_bytes)
{
	void *block = std::malloc(size_bytes ? size_bytes : 1);
	if (!block)
		throw std::bad_alloc();
	probe();
	return block;
}

void operator delete(void *block) noexcept
{
	probe();
	std::free(block);
}

void operator delete(void *block, std::size_t) noexcept
{
	probe();
	std::free(block);
}

namespace
{
struct Shape {
	virtual ~Shape()
	{
	}
	virtual int area(int depth) = 0;
	std::string name;
};

struct Circle : Shape {
	int area(int depth) override;
};

struct Square : Shape {
	int area(int depth) override;
};

NOINLINE int descend(int depth, int key)
{
	if (depth <= 0) {
		std::map<int, std::string> leaves;
		for (int i = 0; i < 4; i++)
			leaves[i * key] = std::string(30, 'x');
		return (int)leaves.size();
	}
	std::unique_ptr<Shape> shape;
	if (key % 3)
		shape.reset(new Circle);
	else
		shape.reset(new Square);
	return shape->area(depth);
}

int Circle::area(int depth)
{
	name = std::string((size_t)(20 + depth % 50), 'a');
	return descend(depth - 1, depth * 7) + 1;
}

int Square::area(int depth)
{
	char *scratch = (char *)alloca((size_t)(16 + depth * 37 % 300));
	memset(scratch, 1, 16);
	name = std::string((size_t)(40 + depth), 'b');
	return descend(depth - 1, depth * 3) + scratch[3];
}

NOINLINE int throw_from(int depth)
{
	std::vector<int> held((size_t)depth + 1);
	if (depth == 0)
		throw std::runtime_error(std::string(100, 'e'));
	held[0] = throw_from(depth - 1);
	return held[0] + 1;
}

NOINLINE int rethrow_from(int depth)
{
	try {
		return throw_from(depth);
	} catch (const std::runtime_error &) {
		probe();
		throw;
	}
}

jmp_buf landing;

NOINLINE int jump_from(int depth)
{
	probe();
	if (depth == 0)
		longjmp(landing, 1);
	return depth < 0 ? 0 : jump_from(depth - 1) + 1;
}

NOINLINE int variable_array(int bytes)
{
	volatile char *array = (volatile char *)alloca((size_t)bytes);
	array[0] = 1;
	probe();
	array[bytes - 1] = 2;
	return array[0];
}

__attribute__((noinline, target("avx2"))) double realigned(int factor)
{
	alignas(64) double values[16];
	for (int i = 0; i < 16; i++)
		values[i] = i * factor;
	probe();
	double sum = 0;
	for (int i = 0; i < 16; i++)
		sum += values[i];
	return sum;
}

/* Realigned and with a variable array: the CFA is kept in a register and a slot. */
NOINLINE double realigned_variable(int count, int depth)
{
	alignas(128) volatile double values[4] = {1, 2, 3, 4};
	volatile char *array = (volatile char *)alloca((size_t)(count * 8));
	array[0] = 1;
	probe();
	if (depth > 0)
		return realigned_variable(count + 3, depth - 1) + values[1];
	return array[0] + values[depth & 3];
}

ucontext_t scheduler, coroutines[4];
alignas(64) char stacks[4][65536];
bool finished[4];

void coroutine(int id, int rounds)
{
	for (int i = 0; i < rounds; i++) {
		std::vector<std::string> held;
		for (int k = 0; k < 5; k++)
			held.push_back(std::string((size_t)(50 + k * id), 'c'));
		descend(3, i + id);
		swapcontext(&coroutines[id], &scheduler);
		descend(2, i);
	}
	finished[id] = true;
	swapcontext(&coroutines[id], &scheduler);
}

void mixture(int seed)
{
	torture_virtual_calls(20 + seed);
	torture_exceptions(20);
	torture_containers(10);
	sink = variable_array(100 + seed) + (int)realigned(seed) + (int)realigned_variable(5, 3);
}
} // namespace

void torture_virtual_calls(int rounds)
{
	for (int i = 0; i < rounds; i++)
		sink = descend(3 + i * 7 % 25, i);
}

void torture_exceptions(int rounds)
{
	for (int i = 0; i < rounds; i++) {
		try {
			sink = i % 2 ? throw_from(i % 12) : rethrow_from(i % 12);
		} catch (const std::exception &caught) {
			sink = (int)strlen(caught.what());
			probe();
		}
	}
}

void torture_containers(int rounds)
{
	for (int i = 0; i < rounds; i++) {
		std::function<int(int)> fold = [&](int x) {
			return x < 2 ? (int)std::string(60, 'z').size() : fold(x - 1) + 1;
		};
		sink = fold(8);
		std::vector<std::string> words;
		for (int k = 0; k < 20; k++)
			words.push_back(std::string((size_t)(k * 17 % 60), 'q'));
		std::sort(words.begin(), words.end(), [](const std::string &a, const std::string &b) {
			probe();
			return a < b;
		});
	}
}

void torture_odd_frames(int rounds)
{
	for (volatile int i = 0; i < rounds; i = i + 1) {
		sink = variable_array(50 + i * 13 % 900);
		sink = (int)realigned(i) + (int)realigned_variable(i * 7 % 2000 + 1, i % 4);
	}
}

void torture_longjmp(int rounds)
{
	for (volatile int i = 0; i < rounds; i = i + 1)
		if (!setjmp(landing))
			sink = jump_from(i % 20);
}

NOINLINE static void make_coroutine(int id, int rounds)
{
	finished[id] = false;
	getcontext(&coroutines[id]);
	coroutines[id].uc_stack.ss_sp = stacks[id];
	coroutines[id].uc_stack.ss_size = sizeof(stacks[id]);
	coroutines[id].uc_link = nullptr;
	makecontext(&coroutines[id], (void (*)())coroutine, 2, id, rounds);
}

void torture_coroutines(int rounds)
{
	for (int id = 0; id < 4; id++)
		make_coroutine(id, rounds);
	for (bool running = true; running;) {
		running = false;
		for (int id = 0; id < 4; id++) {
			if (finished[id])
				continue;
			swapcontext(&scheduler, &coroutines[id]);
			running = true;
		}
	}
}

void torture_threads(int rounds)
{
	for (int i = 0; i < rounds; i++) {
		std::thread first(mixture, i), second(mixture, i + 1);
		mixture(i + 2);
		first.join();
		second.join();
	}
}

NOINLINE int torture_recursion(int depth)
{
	if (depth == 0) {
		probe();
		return 0;
	}
	int below = torture_recursion(depth - 1);
	sink = below;
	return below + 1;
}
