/*
 * tracer.c - see tracer.h.
 */
#include "preload/tracer/tracer.h"

#include "preload/base/confined.h"
#include "preload/base/signals.h"
#include "preload/base/valgrind.h"
#include "preload/session/proc.h"
#include "preload/tracer/area.h"
#include "preload/tracer/hit.h"
#include "preload/tracer/object.h"
#include "preload/unwind/original.h"
#include "preload/tracer/patch.h"
#include "preload/tracer/plan_file.h"

#include "arch_trampoline.h"

#include <errno.h>
#include <stddef.h>

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
	struct proc_status status = proc_status();
	if (status.tracer)
		return "a debugger has the program";
	if (status.threads != 1)
		return "the program has several threads already";
	return arch_trampoline_refusal();
}

/* Patches one module, and makes it known to the unwinder first. */
static const char *start_module(const struct plan_file *plan, const struct plan_module *module)
{
	struct object object;
	struct area area;

	if (!object_find(module, &object))
		return "a module is not the one that was planned for";
	const char *wrong = area_make(&area, plan, module, &object);
	if (wrong)
		return wrong;
	struct tracer_area known = area_known(&area, plan, module, &object);
	if (!tracer_add_area(&known)) {
		area_drop(&area);
		return "there are too many modules";
	}
	wrong = patch_module(plan, module, &object, &area);
	if (wrong) {
		tracer_drop_area();
		area_drop(&area);
	}
	return wrong;
}

static int sites_in(const struct plan_file *plan, const struct plan_module *module)
{
	int count = 0;

	for (uint32_t i = 0; i < module->site_count; i++)
		count += plan->sites[module->first_site + i].way != PLAN_NOT;
	return count;
}

/* How many sites were patched. */
static int start_modules(const struct plan_file *plan)
{
	uint64_t before;
	int count = 0;

	/* A handler might run into what is half written. */
	signals_block(&before);
	for (uint32_t i = 0; i < plan->header->modules.count; i++) {
		const struct plan_module *module = &plan->modules[i];
		int sites = sites_in(plan, module);
		const char *wrong = sites ? start_module(plan, module) : NULL;
		if (wrong)
			refusal = wrong;
		else
			count += sites;
	}
	signals_restore(&before);
	return count;
}

int tracer_start(const char *plan_path)
{
	struct plan_file plan = {0};

	refusal = process_refusal();
	if (refusal)
		return -EPERM;
	int failed = plan_file_open(&plan, plan_path, &refusal);
	if (failed)
		return failed;
	if (!hit_begin(&plan)) {
		plan_file_close(&plan);
		return -ENOMEM;
	}
	tracer_set_own_code((uintptr_t)__start_tracer_code, (uintptr_t)__stop_tracer_code);
	int count = start_modules(&plan);
	if (count)
		return count;
	hit_end();
	plan_file_close(&plan);
	refusal = refusal ? refusal : "the plan has no place";
	return -ENOENT;
}

void tracer_after_fork(void)
{
	hit_after_fork();
}

bool tracer_continue(const char *plan_path)
{
	return hit_continue(plan_path);
}
