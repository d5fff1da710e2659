/* cpython.c - the cases of gc_compare.py with CPython's C API: a static type of two references and a long. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "clock.h"

typedef struct node {
	PyObject_HEAD PyObject *next, *prev;
	long value;
} node;

static int node_traverse(PyObject *self, visitproc visit, void *arg)
{
	Py_VISIT(((node *)self)->next);
	Py_VISIT(((node *)self)->prev);
	return 0;
}

static int node_clear(PyObject *self)
{
	Py_CLEAR(((node *)self)->next);
	Py_CLEAR(((node *)self)->prev);
	return 0;
}

static void node_dealloc(PyObject *self)
{
	PyObject_GC_UnTrack(self);
	Py_TRASHCAN_BEGIN(self, node_dealloc);
	node_clear(self);
	PyObject_GC_Del(self);
	Py_TRASHCAN_END;
}

static PyTypeObject node_type = {
	PyVarObject_HEAD_INIT(NULL, 0).tp_name = "node",
	.tp_basicsize = sizeof(node),
	.tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
	.tp_traverse = node_traverse,
	.tp_clear = node_clear,
	.tp_dealloc = node_dealloc,
};

static node *new_node(void)
{
	node *self = PyObject_GC_New(node, &node_type);
	self->next = self->prev = NULL;
	self->value = 0;
	PyObject_GC_Track(self);
	return self;
}

static node *new_pair(void)
{
	node *a = new_node(), *b = new_node();
	a->next = Py_NewRef(b);
	b->prev = Py_NewRef(a);
	Py_DECREF(b);
	return a;
}

static void make_pair(void)
{
	Py_DECREF(new_pair());
}

static node *make_list(long count)
{
	node *first = NULL;
	for (long i = 0; i < count; i++) {
		node *next = new_node();
		next->next = (PyObject *)first;
		first = next;
	}
	return first;
}

static node *make_ring(long count)
{
	node *first = new_node(), *last = first;
	for (long i = 1; i < count; i++) {
		node *next = new_node();
		last->next = (PyObject *)next;
		next->prev = Py_NewRef(last);
		last = next;
	}
	last->next = Py_NewRef(first);
	first->prev = Py_NewRef(last);
	return first;
}

static node *make_tree(int depth)
{
	node *top = new_node();
	if (depth > 1) {
		top->next = (PyObject *)make_tree(depth - 1);
		top->prev = (PyObject *)make_tree(depth - 1);
	}
	return top;
}

static double began_ns, longest_ns, total_ns, collections;

/* Of the youngest generation only. */
static PyObject *watch(PyObject *self, PyObject *const *arguments, Py_ssize_t count)
{
	(void)self, (void)count;
	double now = clock_ns(CLOCK_MONOTONIC);
	if (PyLong_AsLong(PyDict_GetItemString(arguments[1], "generation")) == 0) {
		if (PyUnicode_CompareWithASCIIString(arguments[0], "stop")) {
			began_ns = now;
		} else {
			longest_ns = now - began_ns > longest_ns ? now - began_ns : longest_ns;
			total_ns += now - began_ns;
			collections++;
		}
	}
	Py_RETURN_NONE;
}

static PyObject *echo(PyObject *self, PyObject *argument)
{
	(void)self;
	return Py_NewRef(argument);
}

static PyMethodDef methods[] = {
	{"watch", (PyCFunction)(void (*)(void))watch, METH_FASTCALL, NULL},
	{"echo", echo, METH_O, NULL},
};

static void begin_watching(void)
{
	PyObject *gc = PyImport_ImportModule("gc"), *callbacks = PyObject_GetAttrString(gc, "callbacks");
	PyList_Append(callbacks, PyCFunction_New(&methods[0], NULL));
}

static void print_pauses(const char *name, double start_ns, long pairs)
{
	printf("%s %.3f %.0f %.0f\n", name, (cpu_ns() - start_ns) / (2.0 * (double)pairs),
	       total_ns / (collections > 0 ? collections : 1), longest_ns);
}

static void run_replaced(const char *name)
{
	long live = scaled(0.5), pairs = scaled(4);
	node **slots = calloc((size_t)live, sizeof(*slots));
	for (long i = 0; i < live; i++)
		slots[i] = new_pair();
	begin_watching();
	double start = cpu_ns();
	for (long i = 0; i < pairs; i++) {
		if (i % 4 == 0)
			Py_SETREF(slots[random_slot(live)], new_pair());
		else
			make_pair();
	}
	print_pauses(name, start, pairs);
	for (long i = 0; i < live; i++)
		Py_DECREF(slots[i]);
	free(slots);
}

static void run_live(int full)
{
	node *live = make_list(scaled(5));
	PyGC_Collect();
	double start = cpu_ns();
	if (full) {
		PyGC_Collect();
		print_case("full", start, (double)scaled(5));
	} else {
		begin_watching();
		start = cpu_ns();
		for (long i = scaled(4); i > 0; i--)
			make_pair();
		print_pauses("e", start, scaled(4));
	}
	Py_DECREF(live);
}

static void run_memo(const char *name, long maxsize)
{
	PyObject *functools = PyImport_ImportModule("functools");
	PyObject *decorator = PyObject_CallMethod(functools, "lru_cache", "l", maxsize);
	PyObject *cache = PyObject_CallOneArg(decorator, PyCFunction_New(&methods[1], NULL));
	PyObject *numbers[100];
	for (int i = 0; i < 100; i++) {
		numbers[i] = PyLong_FromLong(1000 + i);
		Py_DECREF(PyObject_CallOneArg(cache, numbers[i]));
	}
	double start = cpu_ns();
	for (long i = 0; i < scaled(4); i++)
		Py_DECREF(PyObject_CallOneArg(cache, numbers[i % 100]));
	print_case(name, start, (double)scaled(4));
}

static void run(const char *name)
{
	double start = cpu_ns();
	node *made;
	switch (strlen(name) == 1 ? *name : 0) {
	case 'a':
		for (long i = scaled(10); i > 0; i--)
			Py_DECREF(new_node());
		print_case(name, start, (double)scaled(10));
		break;
	case 'b':
		for (long i = scaled(1); i > 0; i--)
			make_pair();
		print_case(name, start, 2.0 * (double)scaled(1));
		break;
	case 'c':
		made = make_ring(scaled(1));
		Py_DECREF(made);
		start = cpu_ns();
		PyGC_Collect();
		print_case(name, start, (double)scaled(1));
		break;
	case 'd':
		made = make_tree(tree_depth());
		start = cpu_ns();
		Py_DECREF(made);
		print_case(name, start, (double)(1L << tree_depth()));
		break;
	case 'f':
		made = make_list(scaled(10));
		start = cpu_ns();
		Py_DECREF(made);
		print_case(name, start, (double)scaled(10));
		break;
	case 'e':
		run_live(0);
		break;
	default:
		if (!strcmp(name, "full"))
			run_live(1);
		else if (!strcmp(name, "e2"))
			run_replaced(name);
		else
			run_memo(name, strcmp(name, "hit") ? 50 : 128);
	}
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	scale = atol(argv[2]);
	Py_InitializeEx(0);
	if (PyType_Ready(&node_type) < 0)
		return 1;
	run(argv[1]);
	return 0;
}
