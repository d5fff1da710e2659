"""What librgc shows to a linker: the names of its interface, and no name that a program might have."""

import re
import subprocess

from harness import BUILD, SOURCE, case, check, check_equal, compile, needs, run, run_cases

LIBRARIES = ("rgc", "rgc-debug")


def defined(path, *options):
    done = subprocess.run([needs("nm"), "--defined-only", "--format=posix", *options, path], capture_output=True, text=True, check=True)
    return {line.split()[0] for line in done.stdout.splitlines() if len(line.split()) > 1}


def interface():
    """What the public headers declare as the library's; RGC_TYPE adds the last part of a type's name."""
    headers = [SOURCE / "include/mprof/rgc.h", *(SOURCE / "include/mprof/rgc").glob("*.h")]
    names = set(re.findall(r"\brgc_\w+", "".join(header.read_text() for header in headers)))
    return names | {f"{name}_rgc_type" for name in names}


@case
def archives_define_names_of_rgc_alone(_):
    for library in LIBRARIES:
        names = {name for name in defined(BUILD / f"gc/lib{library}.a", "-g") if not name.startswith("DW.ref.")}  # the compiler's own
        check(len(names) > 100, f"lib{library}.a: only {names}")
        check_equal(sorted(name for name in names if not name.startswith("rgc_")), [], f"lib{library}.a: names of others")


@case
def shared_libraries_export_the_interface_alone(_):
    for library in LIBRARIES:
        names = defined(BUILD / f"gc/lib{library}.so", "-D")
        check(len(names) > 100, f"lib{library}.so: only {names}")
        check_equal(sorted(names - interface()), [], f"lib{library}.so: names that no header declares")


@case
def headers_with_code_are_marked_as_machinery(_):
    texts = {header.name: header.read_text() for header in (SOURCE / "gc").glob("*/*.h")}
    unmarked = [name for name, text in texts.items() if "static inline" in text and "\nMPROF_RUNTIME\n" not in text]
    check_equal(unmarked, [], "headers whose inline functions reports would blame")


@case
def a_program_may_have_functions_of_any_other_name(directory):
    for library, flags in zip(LIBRARIES, ([], ["-DRGC_DEBUG"])):
        program = compile("plain_names.c", directory / library, *flags, str(BUILD / f"gc/lib{library}.a"), "-pthread")
        done = run([program])
        check_equal((done.returncode, done.stderr), (0, ""), f"with lib{library}.a: exit status and standard error")


run_cases()
