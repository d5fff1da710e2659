/*
 * tracer.c - see tracer.h.
 */
#include "preload/tracer/tracer.h"

#include "preload/base/confined.h"
#include "preload/base/signals.h"
#include "preload/base/valgrind.h"
#include "preload/session/proc.h"
#include "preload/tracer/area.h"
#include "preload/tracer/hit_plans.h"
#include "preload/tracer/object.h"
#include "preload/unwind/original.h"
#include "preload/tracer/patch.h"
#include "preload/tracer/plan_file.h"

#include "arch_trampoline.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

/* The linker's: the section of what trampolines call. */
extern const char __start_tracer_code[] __attribute__((visibility("hidden")));
extern const char __stop_tracer_code[] __attribute__((visibility("hidden")));

static const char *refusal;

const char *tracer_refusal(void)
{
	return refusal;
}

/* What forbids to change any code of this process. */
static const char *process_refusal(void)
{
	if (confined())
		return "the program filters its system calls";
	if (valgrind_runs_us())
		return "Valgrind runs the program";
	if (proc_status().tracer)
		return "a debugger has the program";
	return arch_trampoline_refusal();
}

/* A module that is patched, or was as long as it was loaded. */
struct placed {
	const struct plan_file *plan;
	const struct plan_module *module;
	struct area area;
	uintptr_t bias;
	int number; /* of the area, to the unwinder */
	bool loaded;
};

static struct placed placed[TRACER_AREAS_MAX];
static uint32_t placed_count;

/* Makes its trampolines known to the unwinder, whether they were before, or not. */
static bool make_known(struct placed *one, const struct object *object)
{
	struct tracer_area known = area_known(&one->area, one->plan, one->module, object);

	if (one->number >= 0)
		tracer_move_area(one->number, known.from, known.to, known.bias);
	else
		one->number = tracer_add_area(&known);
	return one->number >= 0;
}

/* Where the sites' trampolines are is the same wherever they lie, and others may be looking. */
static void keep_starts(struct area *area, const struct area *before)
{
	if (!before->starts)
		return;
	area_drop_starts(area);
	area->starts = before->starts;
}

/* Patches a module that is loaded, and makes it known to the unwinder first. */
static const char *start_module(struct placed *one, const struct object *object)
{
	struct area before = one->area;
	const char *wrong = area_make(&one->area, one->plan, one->module, object);

	if (wrong) {
		one->area = before;
		return wrong;
	}
	keep_starts(&one->area, &before);
	if (!make_known(one, object))
		wrong = "there are too many modules";
	if (!wrong)
		wrong = patch_module(one->plan, one->module, object, &one->area);
	if (wrong && one->number >= 0)
		tracer_end_area(one->number);
	area_drop_code(&before);
	if (wrong)
		area_drop_code(&one->area);
	one->bias = object->bias;
	one->loaded = !wrong;
	return wrong;
}

static int sites_in(const struct plan_file *plan, const struct plan_module *module)
{
	int count = 0;

	for (uint32_t i = 0; i < module->site_count; i++)
		count += plan->sites[module->first_site + i].way != PLAN_NOT;
	return count;
}

static const char *place_module(const struct plan_file *plan, const struct plan_module *module,
				uintptr_t bias)
{
	struct placed *one = &placed[placed_count];
	struct object object;

	if (module->build_id_bytes == 0)
		return "a module has no build-id";
	if (!object_find(module, bias, &object))
		return "a module is not the one that was planned for";
	if (placed_count == TRACER_AREAS_MAX)
		return "there are too many modules";
	*one = (struct placed){.plan = plan, .module = module, .number = -1};
	const char *wrong = start_module(one, &object);
	placed_count += !wrong;
	return wrong;
}

/* How many sites were patched. */
static int start_modules(const struct plan_file *plan, uintptr_t bias)
{
	uint64_t before;
	int count = 0;

	/* A handler might run into what is half written. */
	signals_block(&before);
	for (uint32_t i = 0; i < plan->header->modules.count; i++) {
		const struct plan_module *module = &plan->modules[i];
		int sites = sites_in(plan, module);
		const char *wrong = sites ? place_module(plan, module, bias) : NULL;
		if (wrong)
			refusal = wrong;
		else
			plan->states[i] = PLAN_CARRIED_OUT;
		count += wrong ? 0 : sites;
	}
	signals_restore(&before);
	return count;
}

static int add_plan(const char *plan_path, uintptr_t bias)
{
	struct plan_file plan = {0};
	int failed = plan_file_open(&plan, plan_path, &refusal);

	if (failed) {
		if (!refusal)
			refusal = "the plan cannot be opened: is the program another user by now, or in "
				  "another root?";
		return failed;
	}
	if (!hit_plans_add(&plan)) {
		plan_file_close(&plan);
		return -ENOMEM;
	}
	return start_modules(&hit_plans.files[hit_plans.count - 1], bias);
}

int tracer_start(const char *plan_path)
{
	refusal = process_refusal();
	if (!refusal && proc_status().threads != 1)
		refusal = "the program has several threads already";
	if (refusal)
		return -EPERM;
	tracer_set_own_code((uintptr_t)__start_tracer_code, (uintptr_t)__stop_tracer_code);
	return add_plan(plan_path, OBJECT_ANY);
}

int tracer_add(const char *plan_path, uintptr_t bias)
{
	refusal = process_refusal();
	return refusal ? -EPERM : add_plan(plan_path, bias);
}

void tracer_closed(bool (*is_loaded)(uintptr_t bias))
{
	for (uint32_t i = 0; i < placed_count; i++) {
		if (!placed[i].loaded || is_loaded(placed[i].bias))
			continue;
		placed[i].loaded = false;
		tracer_end_area(placed[i].number);
	}
}

static bool has_bias(uintptr_t bias)
{
	for (uint32_t i = 0; i < placed_count; i++)
		if (placed[i].loaded && placed[i].bias == bias)
			return true;
	return false;
}

bool tracer_resume(uintptr_t bias)
{
	uint64_t before;
	struct object object;

	refusal = process_refusal();
	signals_block(&before);
	for (uint32_t i = 0; i < placed_count && !refusal; i++)
		if (!placed[i].loaded && object_find(placed[i].module, bias, &object))
			refusal = start_module(&placed[i], &object);
	signals_restore(&before);
	return has_bias(bias);
}

static void note_in_part(const struct placed *one)
{
	one->plan->states[one->module - one->plan->modules] = PLAN_IN_PART;
}

void tracer_missed(uintptr_t bias)
{
	struct object object;

	for (uint32_t i = 0; i < placed_count && !has_bias(bias); i++)
		if (object_find(placed[i].module, bias, &object))
			note_in_part(&placed[i]);
}

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

void tracer_missed_name(const char *name)
{
	for (uint32_t i = 0; i < placed_count; i++) {
		const struct plan_header *header = placed[i].plan->header;
		const char *path = (const char *)header + header->text_offset + placed[i].module->path;

		if (strcmp(last_part(path), last_part(name)) == 0)
			note_in_part(&placed[i]);
	}
}

uint32_t tracer_plans(void)
{
	return hit_plans.count;
}

void tracer_after_fork(void)
{
	hit_plans_after_fork();
}

bool tracer_continue(const char *path_of(uint32_t index, void *context), void *context)
{
	return hit_plans_continue(path_of, context);
}
