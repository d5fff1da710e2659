/* Finalizers at exit may use static objects of C++ that are older than the first heap. */
#include <mprof/rgc.h>
#include <cstdio>
#include <string>

static struct log {
	std::string text = "a text that is too long to stand in the string object itself";
	~log()
	{
		std::puts("end of the log");
	}
} the_log;

struct node {
	RGC_HEAD;
	node *next;
};

static void node_end(void *)
{
	std::printf("%zu\n", the_log.text.size());
}
RGC_DEFINE_TYPE_WITH((node_end, nullptr, nullptr, nullptr), node, next);

int main()
{
	std::setvbuf(stdout, nullptr, _IONBF, 0);
	node *garbage = rgc_new(node);
	rgc_set(&garbage->next, garbage);
	rgc_decref(garbage);
	static struct younger {
		~younger()
		{
			std::puts("end of the younger");
		}
	} younger;
	return 0;
}
