/* A plugin that tries what operators new and delete have to do.  With OWN it has operators of its own. */
#include <cstdio>
#include <cstdlib>
#include <new>
#include <string>

static int handled, news, deletes, foreign;

#ifdef OWN
static char pool[1 << 20];
static std::size_t used;

void *operator new(std::size_t size)
{
	void *block = pool + used;
	used += (size + 31) & ~std::size_t(15);
	news++;
	return block;
}

void operator delete(void *block) noexcept
{
	if (!block)
		return;
	deletes++;
	char *byte = static_cast<char *>(block);
	if (byte < pool || byte >= pool + sizeof pool)
		foreign++;
}

void operator delete(void *block, std::size_t) noexcept
{
	operator delete(block);
}
#endif

static void handle()
{
	handled++;
	std::set_new_handler(nullptr);
}

static void counted_strings()
{
	std::string text;
	for (int i = 0; i < 1000; i++)
		text.append("abc");
	std::string *copy = new std::string(text);
	delete copy;
}

static const char *outcome_of_too_much()
{
#ifdef OWN
	return "not tried";
#else
	volatile std::size_t too_much = std::size_t(1) << 60;
	try {
		void *volatile block = ::operator new(too_much);
		return block ? "a block" : "nothing";
	} catch (const std::bad_alloc &) {
		return "bad_alloc";
	}
#endif
}

extern "C" void run_plugin()
{
	counted_strings();
	std::printf("too much: %s", outcome_of_too_much());
	std::set_new_handler(handle);
	const char *with_handler = outcome_of_too_much();
	std::printf(", with a handler: %s, called %d times\n", with_handler, handled);
	std::printf("own operators: %s, %d foreign\n", news && news == deletes ? "used" : "not used",
		    foreign);
}
