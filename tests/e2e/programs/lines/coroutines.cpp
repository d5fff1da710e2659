// Coroutines: their bodies are functions that the compiler makes.
#include <coroutine>
#include <cstdlib>
#include <exception>
#include <vector>

struct Numbers {
	struct promise_type {
		int value = 0;
		Numbers get_return_object()
		{
			return {std::coroutine_handle<promise_type>::from_promise(*this)};
		}
		std::suspend_always initial_suspend()
		{
			return {};
		}
		std::suspend_always final_suspend() noexcept
		{
			return {};
		}
		std::suspend_always yield_value(int given)
		{
			value = given;
			return {};
		}
		void return_void()
		{
		}
		void unhandled_exception()
		{
			std::terminate();
		}
	};
	std::coroutine_handle<promise_type> handle;
};

static void *keep[16];
static int kept;

static Numbers count(int to)
{
	for (int i = 0; i < to; i++) {
		keep[kept++] = malloc(1000 + i);
		co_yield i;
	}
	std::vector<int> last(to);
	co_yield last[0];
}

static Numbers squares(int to)
{
	keep[kept++] = malloc(500000);
	co_yield to;
	keep[kept++] = malloc(600000);
}

int main()
{
	for (Numbers numbers : {count(3), squares(2)}) {
		while (!numbers.handle.done())
			numbers.handle.resume();
		numbers.handle.destroy();
	}
	return keep[0] == nullptr;
}
