/* cpython.c - the cases of gc_compare.py with CPython's C API: a static type of two references and a long. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <stdbool.h>
#include <stddef.h>

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

typedef struct target {
	node node;
	PyObject *weak;
} target;

static void target_dealloc(PyObject *self)
{
	PyObject_GC_UnTrack(self);
	PyObject_ClearWeakRefs(self);
	node_clear(self);
	PyObject_GC_Del(self);
}

static PyTypeObject target_type = {
	PyVarObject_HEAD_INIT(NULL, 0).tp_name = "target",
	.tp_basicsize = sizeof(target),
	.tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
	.tp_traverse = node_traverse,
	.tp_clear = node_clear,
	.tp_dealloc = target_dealloc,
	.tp_weaklistoffset = offsetof(target, weak),
};

#include "counted.h"

static node *new_node(void)
{
	node *self = PyObject_GC_New(node, &node_type);
	self->next = self->prev = NULL;
	self->value = 0;
	PyObject_GC_Track(self);
	return self;
}

static PyObject *dict;

static void fill_dict(void)
{
	dict = PyDict_New();
	for (long i = 0; i < TEXTS; i++)
		PyDict_SetItemString(dict, texts[i], PyLong_FromLong(i));
}

static void look_up(const char *text)
{
	if (!PyDict_GetItemString(dict, text))
		abort();
}

static PyObject *list;

static void fill_list(long count, long (*value_at)(long index, long count))
{
	list = PyList_New(0);
	for (long i = 0; i < count; i++) {
		PyObject *number = PyLong_FromLong(value_at(i, count));
		PyList_Append(list, number);
		Py_DECREF(number);
	}
}

static void sort_list(bool call)
{
	(void)call;
	PyList_Sort(list);
}

static node *new_target(void)
{
	target *self = PyObject_GC_New(target, &target_type);
	*self = (target){.node.ob_base = self->node.ob_base};
	PyObject_GC_Track(self);
	return &self->node;
}

static void *new_weak(node *made)
{
	return PyWeakref_NewRef((PyObject *)made, NULL);
}

static void drop(node *made)
{
	Py_DECREF(made);
}

static void replace(node **slot, node *made)
{
	Py_SETREF(*slot, made);
}

static void *new_sized(long bytes)
{
	return PyObject_Malloc((size_t)bytes);
}

static void drop_sized(void *made)
{
	PyObject_Free(made);
}

static void collect(void)
{
	PyGC_Collect();
}

static void stop_collecting(void)
{
	PyGC_Disable();
}

static node *new_pair(void)
{
	node *a = new_node(), *b = new_node();
	a->next = Py_NewRef(b);
	b->prev = Py_NewRef(a);
	Py_DECREF(b);
	return a;
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

static void *new_int(long value)
{
	return PyLong_FromLong(value);
}

static void *new_float(double value)
{
	return PyFloat_FromDouble(value);
}

static void *new_str(const char *text, size_t length)
{
	return PyUnicode_FromStringAndSize(text, (Py_ssize_t)length);
}

static void *new_list(void)
{
	return PyList_New(0);
}

static void *new_dict(void)
{
	return PyDict_New();
}

static void *new_set(void)
{
	return PySet_New(NULL);
}

static void *new_entry(void)
{
	return new_target();
}

static void *new_weak_of(void *made)
{
	return PyWeakref_NewRef(made, NULL);
}

static void unref(void *object)
{
	Py_DECREF((PyObject *)object);
}

static void list_append(void *made, void *item)
{
	PyList_Append(made, item);
}

static void *list_last(void *made)
{
	return PyList_GetItem(made, PyList_Size(made) - 1);
}

static void set_add(void *set, void *item)
{
	PySet_Add(set, item);
}

static void dict_put(void *made, void *key, void *value)
{
	PyDict_SetItem(made, key, value);
}

static void *dict_look(void *made, void *key)
{
	return PyDict_GetItemWithError(made, key);
}

static void dict_remove(void *made, void *key)
{
	PyDict_DelItem(made, key);
}

static long int_value(void *number)
{
	return PyLong_AsLong(number);
}

static void refer(PyObject **slot, void *object)
{
	Py_XINCREF((PyObject *)object);
	Py_XSETREF(*slot, object);
}

static void entry_link_after(void *entry, void *before)
{
	node *self = entry, *head = before, *next = (node *)head->next;
	refer(&self->prev, head);
	refer(&self->next, next);
	if (next)
		refer(&next->prev, self);
	refer(&head->next, self);
}

static void entry_unlink(void *entry)
{
	node *self = entry, *next = (node *)self->next, *prev = (node *)self->prev;
	if (next)
		refer(&next->prev, prev);
	refer(&prev->next, next);
	Py_CLEAR(self->next);
	Py_CLEAR(self->prev);
}

static void *entry_prev(void *entry)
{
	return ((node *)entry)->prev;
}

static double began_ns;

/* Of the youngest generation only. */
static PyObject *watch(PyObject *self, PyObject *const *arguments, Py_ssize_t count)
{
	(void)self, (void)count;
	double now = clock_ns(CLOCK_MONOTONIC);
	if (PyLong_AsLong(PyDict_GetItemString(arguments[1], "generation")) == 0) {
		if (PyUnicode_CompareWithASCIIString(arguments[0], "stop"))
			began_ns = now;
		else
			add_pause(now - began_ns);
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

static int begin(void)
{
	Py_InitializeEx(0);
	return PyType_Ready(&node_type) < 0 || PyType_Ready(&target_type) < 0;
}

static void watch_pauses(void)
{
	PyObject *gc = PyImport_ImportModule("gc"), *callbacks = PyObject_GetAttrString(gc, "callbacks");
	PyList_Append(callbacks, PyCFunction_New(&methods[0], NULL));
}

static PyObject *cache;
static PyObject *numbers[MEMO_ARGUMENTS];

static void memo_begin(long maxsize)
{
	PyObject *functools = PyImport_ImportModule("functools");
	PyObject *decorator = PyObject_CallMethod(functools, "lru_cache", "l", maxsize);
	cache = PyObject_CallOneArg(decorator, PyCFunction_New(&methods[1], NULL));
	for (int i = 0; i < MEMO_ARGUMENTS; i++)
		numbers[i] = PyLong_FromLong(1000 + i);
}

static void memo_call(long argument)
{
	Py_DECREF(PyObject_CallOneArg(cache, numbers[argument]));
}
