/*
 * rgc_script.c - carries out scripts of operations on rgc's objects and writes what can be observed;
 * rgc_script.py does the same with Python's.
 *
 * A script is "script NAME" and a command per line: a verb and words.  A word names a variable (which owns a
 * reference), its member (x.a), the target of a weak reference (w*), an item of a list (l[1]), or none.  What
 * follows " :" is done later, with the variable `self`: commands, separated by ';', of a finalizer, weak
 * callback or collector callback.  An object's name is the variable for which it was made.
 */
#include <mprof/rgc.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VARIABLES 4096
#define WORDS 12
#define OBJECTS 4096
#define LINE 512

typedef struct node {
	RGC_HEAD;
	rgc_object *a, *b;
	const char *actions; /* of a finalizer, within the script */
} node, fin;

static void on_end(void *self);
static rgc_str *name_repr(const void *self);
RGC_DEFINE_TYPE_WITH((NULL, NULL, NULL, name_repr), node, a, b);
RGC_DEFINE_TYPE_WITH((on_end, NULL, NULL, name_repr), fin, a, b);

struct words {
	size_t count;
	char *word[WORDS];
	const char *rest; /* after the colon; NULL without one */
};

static struct {
	char name[24];
	rgc_object *object;
} variables[VARIABLES];
static size_t variable_count;

/* Names of objects by their address; the newest counts. */
static struct {
	const void *object;
	char name[24];
} made_objects[OBJECTS];
static size_t made_count;

static const char *phase_actions;
static rgc_object *buffer[OBJECTS];

_Noreturn static void die(const char *what, const char *word)
{
	fflush(stdout);
	fprintf(stderr, "rgc_script: %s: %s: %s\n", what, word, strerror(errno));
	exit(1);
}

static void must(bool done, const char *what)
{
	if (!done)
		die("fails", what);
}

static const char *name_of(const void *object)
{
	for (size_t i = made_count; i > 0; i--) {
		if (made_objects[i - 1].object == object)
			return made_objects[i - 1].name;
	}
	return NULL;
}

static rgc_str *name_repr(const void *self)
{
	return rgc_str_new(name_of(self));
}

static void name_object(const void *object, const char *name)
{
	size_t at = 0;
	while (at < made_count && made_objects[at].object != object)
		at++;
	must(at < OBJECTS, "name an object");
	made_objects[at].object = object;
	snprintf(made_objects[at].name, sizeof(made_objects[at].name), "%s", name);
	made_count += at == made_count;
}

static rgc_object **variable(const char *name)
{
	for (size_t i = 0; i < variable_count; i++) {
		if (!strcmp(variables[i].name, name))
			return &variables[i].object;
	}
	must(variable_count < VARIABLES, "make a variable");
	snprintf(variables[variable_count].name, sizeof(variables[variable_count].name), "%s", name);
	return &variables[variable_count++].object;
}

/* Takes the reference. */
static void made(const char *name, void *object)
{
	must(object, name);
	name_object(object, name);
	rgc_steal(variable(name), (rgc_object *)object);
}

static rgc_object **member(const char *text)
{
	char name[24];
	size_t length = strlen(text) - 2;
	snprintf(name, sizeof(name), "%.*s", (int)length, text);
	node *holder = (node *)*variable(name);
	must(holder && (RGC_IS(holder, node) || RGC_IS(holder, fin)), text);
	return text[length + 1] == 'a' ? &holder->a : &holder->b;
}

/* Borrowed. */
static rgc_object *value(const char *text)
{
	char name[24];
	size_t length = strcspn(text, "*[");
	snprintf(name, sizeof(name), "%.*s", (int)length, text);
	if (!strcmp(text, "none"))
		return NULL;
	if (text[length] == '*')
		return rgc_weak_get((rgc_weak *)*variable(name));
	if (text[length] == '[')
		return rgc_list_get((rgc_list *)*variable(name), atoi(text + length + 1));
	return strchr(text, '.') ? *member(text) : *variable(text);
}

static void *the(const char *name)
{
	rgc_object *object = *variable(name);
	if (!object)
		die("no such variable", name);
	return object;
}

/* ---- commands ---- */

static void act(const char *actions, void *self);

static void on_end(void *self)
{
	printf("finalize %s\n", name_of(self));
	act(((fin *)self)->actions, self);
}

static void on_dead(rgc_weak *weak, void *actions)
{
	printf("callback %s %s\n", name_of(weak), rgc_weak_get(weak) ? "alive" : "dead");
	act(rgc_capsule_get(actions, "actions"), weak);
}

static void on_phase(enum rgc_phase phase, const struct rgc_info *info, void *unused)
{
	(void)unused;
	if (phase == RGC_START)
		printf("start %d\n", info->generation);
	else
		printf("stop %d collected %zu uncollectable %zu\n", info->generation, info->collected,
		       info->uncollectable);
	act(phase_actions, NULL);
}

static void do_node(struct words *w)
{
	made(w->word[0], rgc_new(node));
}

static void do_fin(struct words *w)
{
	made(w->word[0], rgc_new(fin));
	((fin *)the(w->word[0]))->actions = w->rest;
}

static void do_weak(struct words *w)
{
	rgc_auto rgc_capsule *actions =
		w->rest ? rgc_capsule_new((void *)(uintptr_t)w->rest, "actions", NULL) : NULL;
	made(w->word[0], rgc_weak_new(value(w->word[1]), w->rest ? on_dead : NULL, actions));
}

static void do_set(struct words *w)
{
	rgc_set(member(w->word[0]), value(w->word[1]));
}

static void do_let(struct words *w)
{
	rgc_set(variable(w->word[0]), value(w->word[1]));
}

static void do_drop(struct words *w)
{
	for (size_t i = 0; i < w->count; i++)
		rgc_clear(variable(w->word[i]));
}

static void do_get(struct words *w)
{
	rgc_object *target = rgc_weak_get(the(w->word[0]));
	printf("get %s %s\n", w->word[0], target ? name_of(target) : "dead");
}

static void do_collect(struct words *w)
{
	printf("collect %s = %zd\n", w->word[0], rgc_collect(atoi(w->word[0])));
}

static void do_quietcollect(struct words *w)
{
	must(rgc_collect(atoi(w->word[0])) >= 0, "collect");
}

static void do_count(struct words *w)
{
	(void)w;
	unsigned counts[RGC_GENERATIONS];
	rgc_get_count(counts);
	printf("count %u %u %u\n", counts[0], counts[1], counts[2]);
}

static void do_thresholds(struct words *w)
{
	(void)w;
	unsigned thresholds[RGC_GENERATIONS];
	rgc_get_threshold(thresholds);
	printf("thresholds %u %u %u\n", thresholds[0], thresholds[1], thresholds[2]);
}

static void do_threshold(struct words *w)
{
	rgc_set_threshold((unsigned)atoi(w->word[0]), (unsigned)atoi(w->word[1]), (unsigned)atoi(w->word[2]));
}

static void do_pairs(struct words *w)
{
	for (int i = atoi(w->word[0]); i > 0; i--) {
		node *a = rgc_new(node), *b = rgc_new(node);
		must(a && b, "pairs");
		name_object(a, "pair");
		name_object(b, "pair");
		rgc_steal(&a->a, (rgc_object *)b);
		rgc_steal(&b->a, (rgc_object *)a);
	}
}

static void do_phases(struct words *w)
{
	phase_actions = w->rest;
	must(!rgc_callback_add(on_phase, NULL), "phases");
}

static void do_nophases(struct words *w)
{
	(void)w;
	must(!rgc_callback_remove(on_phase, NULL), "nophases");
}

static void do_debug(struct words *w)
{
	rgc_set_debug(!strcmp(w->word[0], "saveall") ? RGC_DEBUG_SAVEALL : 0);
	printf("debug %u\n", rgc_get_debug());
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The names of the first `count` objects of the buffer. */
static void print_objects(const char *what, size_t count)
{
	const char *names[OBJECTS];
	size_t known = 0;
	must(count <= OBJECTS, what);
	for (size_t i = 0; i < count; i++) {
		const char *name = name_of(buffer[i]);
		if (name && *name)
			names[known++] = name;
	}
	qsort(names, known, sizeof(names[0]), compare_names);
	fputs(what, stdout);
	for (size_t i = 0; i < known; i++)
		printf(" %s", names[i]);
	puts(known ? "" : " ");
}

static void do_garbage(struct words *w)
{
	(void)w;
	print_objects("garbage", rgc_garbage(buffer, OBJECTS));
}

static void do_garbageclear(struct words *w)
{
	(void)w;
	rgc_garbage_clear();
}

static void do_stats(struct words *w)
{
	(void)w;
	struct rgc_stats stats[RGC_GENERATIONS];
	rgc_get_stats(stats);
	for (int i = 0; i < RGC_GENERATIONS; i++)
		printf("stats %d: collections %zu collected %zu uncollectable %zu\n", i,
		       (size_t)stats[i].collections, (size_t)stats[i].collected,
		       (size_t)stats[i].uncollectable);
}

static void do_objects(struct words *w)
{
	print_objects("objects", (size_t)rgc_get_objects(atoi(w->word[0]), buffer, OBJECTS));
}

static void do_referrers(struct words *w)
{
	void *targets[WORDS];
	for (size_t i = 0; i < w->count; i++)
		targets[i] = value(w->word[i]);
	print_objects("referrers", rgc_get_referrers(targets, w->count, buffer, OBJECTS));
}

static void do_referents(struct words *w)
{
	print_objects("referents", rgc_get_referents(value(w->word[0]), buffer, OBJECTS));
}

static void do_say(struct words *w)
{
	printf("say %s\n", w->word[0]);
}

static void do_weakcount(struct words *w)
{
	printf("weakcount %s %zu\n", w->word[0], rgc_weak_count(the(w->word[0])));
}

static void do_refs(struct words *w)
{
	printf("refs %s %d\n", w->word[0], rgc_refcount(the(w->word[0])));
}

static void do_tracked(struct words *w)
{
	printf("tracked %s %d\n", w->word[0], rgc_is_tracked(value(w->word[0])));
}

static void do_finalized(struct words *w)
{
	printf("finalized %s %d\n", w->word[0], rgc_is_finalized(value(w->word[0])));
}

static void do_enable(struct words *w)
{
	(void)w;
	rgc_enable();
}

static void do_disable(struct words *w)
{
	(void)w;
	rgc_disable();
}

static void do_isenabled(struct words *w)
{
	(void)w;
	printf("isenabled %d\n", rgc_isenabled());
}

static void do_freeze(struct words *w)
{
	(void)w;
	rgc_freeze();
}

static void do_unfreeze(struct words *w)
{
	(void)w;
	rgc_unfreeze();
}

#include "rgc_script_containers.h"
#include "rgc_script_weak.h"
#include "rgc_script_collections.h"
#include "rgc_script_functions.h"

static const struct {
	const char *verb;
	void (*run)(struct words *w);
} commands[] = {
	{"node", do_node},
	{"fin", do_fin},
	{"weak", do_weak},
	{"set", do_set},
	{"let", do_let},
	{"drop", do_drop},
	{"get", do_get},
	{"collect", do_collect},
	{"quietcollect", do_quietcollect},
	{"count", do_count},
	{"threshold", do_threshold},
	{"thresholds", do_thresholds},
	{"pairs", do_pairs},
	{"phases", do_phases},
	{"nophases", do_nophases},
	{"debug", do_debug},
	{"garbage", do_garbage},
	{"garbageclear", do_garbageclear},
	{"stats", do_stats},
	{"objects", do_objects},
	{"referrers", do_referrers},
	{"referents", do_referents},
	{"say", do_say},
	{"weakcount", do_weakcount},
	{"refs", do_refs},
	{"tracked", do_tracked},
	{"finalized", do_finalized},
	{"enable", do_enable},
	{"disable", do_disable},
	{"isenabled", do_isenabled},
	{"freeze", do_freeze},
	{"unfreeze", do_unfreeze},
	CONTAINER_COMMANDS,
	WEAK_COMMANDS,
	COLLECTION_COMMANDS,
	FUNCTION_COMMANDS,
};

/* ---- scripts ---- */

static void do_line(const char *line, size_t length)
{
	char text[LINE];
	must(length < LINE, line);
	memcpy(text, line, length);
	text[length] = 0;
	struct words w = {0};
	char *colon = strstr(text, " :");
	if (colon) {
		*colon = 0;
		w.rest = line + (colon - text) + 2;
	}
	char *state, *verb = strtok_r(text, " ", &state);
	if (!verb)
		return;
	for (char *word; (word = strtok_r(NULL, " ", &state));) {
		must(w.count < WORDS, line);
		w.word[w.count++] = word;
	}
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (!strcmp(commands[i].verb, verb)) {
			commands[i].run(&w);
			return;
		}
	}
	die("no such command", verb);
}

/* Up to the end of the line. */
static void act(const char *actions, void *self)
{
	if (!actions)
		return;
	rgc_object **variable_self = variable("self");
	rgc_auto rgc_object *before = rgc_take(variable_self);
	rgc_set(variable_self, (rgc_object *)self);
	for (const char *end = actions + strcspn(actions, "\n"); actions < end;) {
		size_t length = strcspn(actions, ";\n");
		do_line(actions, length);
		actions += length + 1;
	}
	rgc_set(variable_self, before);
}

/* The heap must be empty afterwards, or it cannot be deleted. */
static void forget(rgc_heap *heap)
{
	puts("> end");
	phase_actions = NULL;
	rgc_set_threshold(0, 0, 0);
	while (!rgc_callback_remove(on_phase, NULL))
		;
	rgc_set_debug(0);
	rgc_unfreeze();
	rgc_garbage_clear();
	/* Again, after resurrections. */
	for (bool more = true; more;) {
		for (size_t i = 0; i < variable_count; i++)
			rgc_clear(&variables[i].object);
		rgc_collect(2);
		more = false;
		for (size_t i = 0; i < variable_count; i++)
			more |= variables[i].object != NULL;
	}
	must(!rgc_verify(), "verify");
	must(!rgc_heap_use(NULL) && !rgc_heap_delete(heap), "leave an empty heap");
	variable_count = made_count = 0;
}

static const char *do_script(const char *line)
{
	rgc_heap *heap = rgc_heap_new();
	must(heap && !rgc_heap_use(heap), "heap");
	rgc_set_threshold(0, 10, 10);
	printf("%.*s\n", (int)strcspn(line, "\n"), line);
	while (line += strcspn(line, "\n"), *line && strncmp(++line, "script ", 7) != 0) {
		int length = (int)strcspn(line, "\n");
		if (!length)
			continue;
		printf("> %.*s\n", length, line);
		do_line(line, (size_t)length);
		must(!rgc_verify(), "verify");
	}
	forget(heap);
	return line;
}

int main(void)
{
	char *text = NULL;
	size_t size = 0;
	must(getdelim(&text, &size, 0, stdin) > 0, "read scripts");
	for (const char *line = text; *line;)
		line = do_script(line);
	free(text);
	return 0;
}
