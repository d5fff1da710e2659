// Functions without a name or a place of their own: lambdas, constructors of globals, instances, overloads.
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

static void *keep[64];
static int kept;

template <class F> static void call(F f)
{
	f();
}

void one()
{
	auto fill = [] { keep[kept++] = malloc(1000000); };
	call(fill);
}

void two()
{
	size_t more = kept;
	call([more] {
		keep[kept++] = malloc(2000000 + more);
		call([=] { keep[kept++] = malloc(3000000 + more); });
	});
	keep[kept++] = malloc(7);
}

struct A {
};
struct B {
};

template <class T> struct Pool {
	static void *make(int size)
	{
		return keep[kept++] = malloc(size + sizeof(T));
	}
	template <class U> void *grow(U by)
	{
		items.push_back(by);
		return make(items.size());
	}
	std::vector<T> items;
};

namespace
{
template <class T> void *hidden(T size)
{
	return keep[kept++] = malloc(size);
}
struct Local {
	void *fill(int size)
	{
		return hidden<long>(size);
	}
	void *fill(const std::string &text)
	{
		return hidden<int>(text.size());
	}
};
} // namespace

static std::vector<int> global(1000);
static std::map<std::string, int> names{{"a long key that does not fit inside", 1}, {"b", 2}};

struct Shape {
	virtual ~Shape()
	{
	}
	virtual void *draw() = 0;
};
struct Square : Shape {
	std::unique_ptr<int[]> points{new int[400]};
	void *draw() override
	{
		return keep[kept++] = malloc(44);
	}
};

int main()
{
	one();
	two();
	Pool<A>::make(10);
	Pool<B>::make(20);
	Pool<int> pool;
	pool.grow(5);
	pool.grow(6L);
	Local local;
	local.fill(33);
	local.fill("text");
	std::function<void()> stored = [] { keep[kept++] = malloc(77); };
	stored();
	std::unique_ptr<Shape> shape = std::make_unique<Square>();
	shape->draw();
	names["and another long key, made at run time"] = 3;
	return keep[0] == nullptr;
}
