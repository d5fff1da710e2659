"""What RGC_DEFINE_TYPE takes, and what it refuses while a program is compiled, in words that say why."""

import re
import shutil
import subprocess

from harness import BUILD, SOURCE, case, check, check_equal, run, run_cases

COMPILERS = ("gcc", "clang", "g++", "clang++")
HEAD = "#include <mprof/rgc.h>\n#include <stdlib.h>\n"


def compiled(directory, compiler, text, *flags):
    source = directory / ("program.cpp" if "++" in compiler else "program.c")
    source.write_text(HEAD + text)
    standard = "-std=c++11" if "++" in compiler else "-std=gnu11"
    return subprocess.run([compiler, standard, "-Wall", "-Wextra", "-Werror", f"-I{SOURCE}/include", source, "-o", directory / "program", *flags],
                          capture_output=True, text=True)


def present():
    found = [compiler for compiler in COMPILERS if shutil.which(compiler)]
    check("gcc" in found and "g++" in found, "compilers")
    return found


@case
def members_that_are_no_references_are_refused(directory):
    for member in ("int f", "char *f", "double *f", "const unsigned char *f", "float f", "unsigned long **f"):
        text = f"typedef struct thing {{ RGC_HEAD; {member}; struct thing *next; }} thing;\nRGC_DEFINE_TYPE(thing, next, f);\nint main(void) {{ return !rgc_new(thing); }}\n"
        for compiler in present():
            done = compiled(directory, compiler, text)
            check(done.returncode != 0 and "is no pointer to an object" in done.stderr, f"{member}, {compiler}: {done.stderr[:400]}")


@case
def a_head_that_is_not_first_is_refused(directory):
    text = "typedef struct thing { int number; RGC_HEAD; } thing;\nRGC_DEFINE_TYPE(thing);\nint main(void) { return !rgc_new(thing); }\n"
    for compiler in present():
        done = compiled(directory, compiler, text)
        check(done.returncode != 0 and "RGC_HEAD is not the first member of thing" in done.stderr, f"{compiler}: {done.stderr[:400]}")
        done = compiled(directory, compiler, text.replace("RGC_HEAD; ", ""))
        check(done.returncode != 0 and "rgc_head" in done.stderr, f"none, {compiler}: {done.stderr[:400]}")


@case
def destructors_are_refused(directory):
    text = "#include <string>\nstruct thing { RGC_HEAD; std::string text; };\nRGC_DEFINE_TYPE(thing);\nint main() { return !rgc_new(thing); }\n"
    for compiler in present():
        if "++" in compiler:
            done = compiled(directory, compiler, text)
            check(done.returncode != 0 and "destructor, which would never run" in done.stderr, f"{compiler}: {done.stderr[:400]}")


@case
def members_that_are_named_twice_are_refused(directory):
    text = "typedef struct thing { RGC_HEAD; struct thing *next, *last; } thing;\nRGC_DEFINE_TYPE(thing, next, last, next);\nint main(void) { return !rgc_new(thing); }\n"
    for compiler in present():
        done = compiled(directory, compiler, text)
        check(done.returncode != 0 and "duplicate case" in done.stderr and "next" in done.stderr, f"{compiler}: {done.stderr[:400]}")


CALLS_WITH_TEXT = (
    "rgc_list_append(list, TEXT)", "rgc_list_append_steal(list, TEXT)", "rgc_list_set(list, 0, TEXT)", "rgc_list_insert(list, 0, TEXT)", "rgc_list_find(list, TEXT)",
    "rgc_tuple_init_steal(tuple, 0, TEXT)", "rgc_dict_get(dict, TEXT)", "rgc_dict_ref(dict, TEXT)", "rgc_dict_contains(dict, TEXT)", "rgc_dict_set(dict, TEXT, list)",
    "rgc_dict_set(dict, list, TEXT)", "rgc_dict_set(dict, TEXT, TEXT)", "rgc_dict_set_default(dict, TEXT, list)", "rgc_dict_set_default(dict, list, TEXT)",
    "rgc_dict_delete(dict, TEXT)", "rgc_dict_pop(dict, TEXT)", "rgc_set_contains(set, TEXT)", "rgc_set_add(set, TEXT)", "rgc_set_discard(set, TEXT)",
    "rgc_lru_cache_call1(cache, TEXT)", *(
        f"rgc_weak_{kind}_dict_{rest}" for kind in ("value", "key") for rest in (
            f"get({kind}s, TEXT)", f"ref({kind}s, TEXT)", f"contains({kind}s, TEXT)", f"set({kind}s, TEXT, list)", f"set({kind}s, list, TEXT)",
            f"set_default({kind}s, TEXT, list)", f"set_default({kind}s, list, TEXT)", f"delete({kind}s, TEXT)", f"pop({kind}s, TEXT)")),
    "rgc_weak_set_contains(items, TEXT)", "rgc_weak_set_add(items, TEXT)", "rgc_weak_set_discard(items, TEXT)",
    "rgc_at_end_new(TEXT, NULL, list)", "rgc_at_end_new(list, NULL, TEXT)",
    "rgc_deque_set(deque, 0, TEXT)", "rgc_deque_append(deque, TEXT)", "rgc_deque_append_left(deque, TEXT)", "rgc_deque_append_steal(deque, TEXT)",
    "rgc_deque_append_left_steal(deque, TEXT)", "rgc_deque_find(deque, TEXT)", "rgc_deque_remove(deque, TEXT)", "rgc_frozenset_contains(frozen, TEXT)",
    "rgc_set_add_steal(set, TEXT)", "rgc_dict_move_to_end(dict, TEXT, true)", "rgc_defaultdict_get(defaultdict, TEXT)", "rgc_counter_get(counter, TEXT, NULL)",
    "rgc_counter_set(counter, TEXT, 1)", "rgc_counter_add(counter, TEXT, 1)", "rgc_counter_discard(counter, TEXT)", "rgc_dict_set_steal(dict, TEXT, list)",
    "rgc_dict_set_steal(dict, list, TEXT)",
    "rgc_iter(TEXT)", "rgc_list_from(TEXT)", "rgc_list_extend_from(list, TEXT)", "rgc_map(TEXT, NULL, NULL)",
    "rgc_filter(TEXT, NULL, NULL)", "rgc_chain_from(TEXT)", "rgc_islice(TEXT, 0, 1, 1)", "rgc_enumerate(TEXT, 0)",
    "rgc_compare(TEXT, list, NULL)", "rgc_compare(list, TEXT, NULL)",
    *(f"rgc_{name}(list, TEXT, NULL, NULL)" for name in ("heapq_push", "heapq_replace", "heapq_pushpop", "bisect_left", "bisect_right", "insort_left", "insort_right")),
    "rgc_heapq_nsmallest(1, TEXT, NULL, NULL)", "rgc_heapq_nlargest(1, TEXT, NULL, NULL)",
    "rgc_list_count(list, TEXT)", "rgc_list_remove(list, TEXT)", "rgc_tuple_from(TEXT)", "rgc_set_from(TEXT)", "rgc_set_update_from(set, TEXT)",
    "rgc_builder_add_repr(NULL, TEXT)", 'rgc_str_join("", TEXT)')


def program_that_calls(*calls):
    return ("int main(void)\n{\n\trgc_list *list = rgc_list_new(); rgc_tuple *tuple = rgc_tuple_new(1); rgc_dict *dict = rgc_dict_new(); rgc_set *set = rgc_set_new();\n"
            "\trgc_lru_cache *cache = NULL; rgc_deque *deque = NULL; rgc_frozenset *frozen = NULL;\n"
            "\trgc_defaultdict *defaultdict = NULL; rgc_counter *counter = NULL; char *mine = NULL; void *any = NULL; rgc_str *key = NULL;\n"
            "\trgc_weak_value_dict *values = NULL; rgc_weak_key_dict *keys = NULL; rgc_weak_set *items = NULL; (void)values, (void)keys, (void)items;\n"
            "\t(void)list, (void)tuple, (void)dict, (void)set, (void)cache, (void)deque, (void)frozen, (void)defaultdict, (void)counter, (void)mine, (void)any, (void)key;\n" +
            "".join(f"\t(void)!{call};\n" for call in calls) + "\treturn 0;\n}\n")


@case
def text_in_place_of_an_object_is_refused(directory):
    for compiler in present():
        limit = "-ferror-limit=0" if "clang" in compiler else "-fmax-errors=0"
        refused = [call.replace("TEXT", text) for call in CALLS_WITH_TEXT for text in ('"x"', "mine")]
        done = compiled(directory, compiler, program_that_calls(*refused), "-fsyntax-only", limit)
        check(("deleted function" if "++" in compiler else "a C string is no object") in done.stderr, f"{compiler}: {done.stderr[:400]}")
        faulty = set(re.findall(r"program\.c(?:pp)?:(\d+):\d+: (?:error|note)", done.stderr))
        lines = program_that_calls(*refused).splitlines()
        first = HEAD.count("\n") + 1
        accepted = [line for number, line in enumerate(lines, first) if "!" in line and str(number) not in faulty]
        check_equal(accepted, [], f"{compiler}: calls that compile")
        right = [call.replace("TEXT", one) for call in CALLS_WITH_TEXT for one in ("any", "key", "NULL", "rgc_ref(key)")]
        done = compiled(directory, compiler, program_that_calls(*right), "-fsyntax-only")
        check_equal((done.returncode, done.stderr), (0, ""), compiler)


@case
def sixty_four_members_and_items(directory):
    members = [f"m{i}" for i in range(64)]
    text = ("typedef struct thing { RGC_HEAD; struct thing " + ", ".join("*" + one for one in members) + "; } thing;\nRGC_DEFINE_TYPE(thing, " + ", ".join(members) + ");\n"
            "typedef struct leaf { RGC_HEAD; int number; rgc_object *any; rgc_list *list; } leaf;\nRGC_DEFINE_TYPE(leaf, any, list);\n"
            "int main(void)\n{\n\tthing *a = rgc_new(thing);\n\tif (!a) return 1;\n" +
            "".join(f"\trgc_steal(&a->{one}, rgc_new(thing));\n" for one in members) +
            "\trgc_set(&a->m63->m0, a);\n\trgc_decref(a);\n\tif (rgc_collect(2) != 65) return 2;\n"
            "\tleaf *none = rgc_new_items(leaf, 10);\n\treturn none || errno != EINVAL ? 3 : rgc_heap_bytes() != 0;\n}\n")
    for compiler in present():
        done = compiled(directory, compiler, "#include <errno.h>\n" + text, str(BUILD / "gc/librgc.a"), "-pthread")
        check_equal((done.returncode, done.stderr), (0, ""), compiler)
        check_equal(run([directory / "program"], directory).returncode, 0, f"{compiler}: what it does")


run_cases()
