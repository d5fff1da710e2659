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
#include <sys/mman.h>
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

/* Two functions of one shape that call each other or themselves as `turns` says. */
NOINLINE static int turn_left(unsigned turns, int depth);

NOINLINE static int turn_right(unsigned turns, int depth)
{
	if (depth == 0) {
		probe();
		probe();
		return 0;
	}
	int below = turns & 1 ? turn_left(turns >> 1, depth - 1) : turn_right(turns >> 1, depth - 1);
	sink = below;
	return below + 1;
}

NOINLINE static int turn_left(unsigned turns, int depth)
{
	if (depth == 0) {
		probe();
		return 0;
	}
	int below = turns & 1 ? turn_left(turns >> 1, depth - 1) : turn_right(turns >> 1, depth - 1);
	sink = below;
	return below + 1;
}

void torture_shared_slots(int rounds)
{
	unsigned turns = 1;
	for (int i = 0; i < rounds; i++) {
		/* Mostly small changes, inside or outside, and now and then another path. */
		turns ^= i % 7 == 0 ? (unsigned)i * 2654435761u : 1u << i % 11;
		for (int repeat = i % 8 ? 1 : 4; repeat > 0; repeat--)
			turn_left(turns, 10);
		turn_right(i % 3 ? turns : turns >> 5, 10);
	}
}

/* ---- hollow frames: what an earlier stack left in them is never written over ---- */

#define HOLLOW(array) __asm__ volatile("" : : "r"(array))

NOINLINE static int inside_hollow(int bytes)
{
	volatile char *array = (volatile char *)alloca((size_t)bytes);
	HOLLOW(array);
	probe();
	return 1;
}

NOINLINE static int plain(int depth)
{
	probe();
	return depth + 1;
}

NOINLINE static int hollow(int bytes, int inside)
{
	volatile char *array = (volatile char *)alloca((size_t)bytes);
	HOLLOW(array);
	int result = inside == 2 ? inside_hollow(16) : 0;
	if (inside == 1)
		result = plain(inside);
	probe();
	return result;
}

/* Calls hollow from a frame that lies where the other has a hollow. */
NOINLINE static int hollow_below(int bytes, int inside)
{
	volatile char array[256];
	HOLLOW(array);
	return hollow(bytes, inside) + 1;
}

NOINLINE static int hollow_above(int bytes, int inside)
{
	volatile char *array = (volatile char *)alloca((size_t)(bytes & ~0x7f));
	HOLLOW(array);
	return hollow(256 + (bytes & 0x7f), inside) + 1;
}

/* Realigned to the same place from either of the next two. */
NOINLINE static int realigned_hollow(int bytes, int inside)
{
	alignas(256) volatile double values[4] = {1, 2, 3, 4};
	volatile char *array = (volatile char *)alloca((size_t)bytes);
	HOLLOW(array);
	int result = inside_hollow(16);
	return result + (int)values[inside];
}

NOINLINE static int realigned_near(int bytes, int inside)
{
	volatile char array[24];
	HOLLOW(array);
	return realigned_hollow(bytes, inside) + 1;
}

NOINLINE static int realigned_far(int bytes, int inside)
{
	volatile char array[88];
	HOLLOW(array);
	return realigned_hollow(bytes, inside) + 1;
}

/* One call instruction for all of them. */
NOINLINE static int call_shape(int (*shape)(int, int), int bytes, int inside)
{
	return shape(bytes, inside) + 1;
}

/* Return addresses of the one still stand in the other's hollow, and only saved frame pointers, or
 * the realigned frame's word, tell that they are not its own. */
void torture_hollow_frames(int rounds)
{
	int (*const volatile shapes[])(int, int) = {hollow_below,   hollow_below,   hollow_above,
						    realigned_near, realigned_near, realigned_far};
	for (int i = 0; i < rounds; i++) {
		volatile char *shift = (volatile char *)alloca(16);
		HOLLOW(shift);
		for (int turn = 0; turn < 18; turn++) {
			/* In some rounds this makes both of a pair end at the same place. */
			int difference = turn % 6 == 2 ? i % 41 * 16 - 320 : 0;
			sink = call_shape(shapes[turn % 6], 600 + difference, turn / 6);
		}
	}
}

/* ---- coroutines that are left behind ---- */

static ucontext_t here, away;

static void leave_in_the_middle(int depth)
{
	for (int i = 0; i < 4; i++)
		turn_left((unsigned)depth, depth);
	if (depth > 4)
		leave_in_the_middle(depth - 1);
	std::string text(100, 'p');
	swapcontext(&away, &here);
}

/* Of different sizes, so that what was a frame of one lies outside of another, or nowhere. */
void torture_passing_coroutines(int rounds)
{
	const size_t page = 4096, reserved = 64 * page;
	char *place = (char *)mmap(nullptr, reserved, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	for (int i = 0; i < rounds && place != MAP_FAILED; i++) {
		size_t size = (size_t)(8 + i % 3 * 4) * page;
		void *stack = mmap(place + (i % 5 ? 0 : 8 * page), size, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
		getcontext(&away);
		away.uc_stack.ss_sp = stack;
		away.uc_stack.ss_size = size;
		away.uc_link = nullptr;
		makecontext(&away, (void (*)())leave_in_the_middle, 1, 4 + i % 4);
		swapcontext(&here, &away);
		mmap(place, reserved, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
		turn_right((unsigned)i, 6);
	}
	munmap(place, reserved);
}

void torture_short_threads(int rounds)
{
	for (int i = 0; i < rounds; i++)
		std::thread([i] { turn_right((unsigned)i / 50, 3 + i % 3); }).join();
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
