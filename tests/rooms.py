#!/usr/bin/env python3
"""rooms.py - no room may know, by whatever way, one that knows it, nor any unit; prints who knows whom.

A unit is x.c and x.h together, a room is a folder; one knows another if a file of it includes one of the other's.

Usage: rooms.py SOURCE_ROOT
"""
import pathlib
import re
import sys
import tempfile

TOPS = ("trace", "preload", "reporter", "gc", "include")
PLACES = ("", "reporter", "preload", "preload/arch/x86_64", "include", "gc")  # besides the including file's own folder

# Circles of units that are still to be cut: in which room, and of how many at most.  To be made shorter, never longer.
# That of gc/core is honest: an object that ends may be shared, and a shared one may end.
ALLOWED = (
    ("gc/core", 2),
)


def sources(root):
    for top in TOPS:
        for path in sorted((root / top).rglob("*.[ch]")):
            yield path


def room_of(root, path):
    return str(path.parent.relative_to(root))


def unit_of(root, path):
    return str(path.relative_to(root).with_suffix(""))


def included(root, path):
    for name in re.findall(r'^\s*#\s*include\s+"([^"]+)"', path.read_text(), re.M):
        for place in (path.parent, *(root / place for place in PLACES)):
            if (place / name).is_file():
                yield (place / name).resolve()
                break


def who_knows_whom(root, named):
    """By name: whom it knows, and a file that shows it."""
    known = {}
    for path in sources(root):
        name = named(root, path)
        others = known.setdefault(name, {})
        for header in included(root, path):
            if named(root, header) != name:
                others.setdefault(named(root, header), path.name)
    return known


def all_known(known, name):
    """Whom it knows by whatever way."""
    seen, open_ends = set(), [name]
    while open_ends:
        for other in known.get(open_ends.pop(), {}):
            if other not in seen:
                seen.add(other)
                open_ends.append(other)
    return seen


def circles(known):
    """Groups of which each member knows each, itself included, by whatever way."""
    reach = {name: all_known(known, name) for name in known}
    members = [name for name in known if name in reach[name]]
    return sorted({tuple(sorted(other for other in reach[name] if name in reach.get(other, ()))) for name in members})


def left_over(found, allowed):
    """The circles that are not allowed; each permission is for one."""
    permissions, rest = list(allowed), []
    for circle in found:
        rooms = {name.rpartition("/")[0] for name in circle}
        fitting = [one for one in permissions if rooms == {one[0]} and len(circle) <= one[1]]
        if fitting:
            permissions.remove(fitting[0])
        else:
            rest.append(circle)
    return rest


def tell(known, circle):
    print(f"a circle of {len(circle)}:")
    for one in circle:
        for other in circle:
            if other in known[one]:
                print(f"  {one} knows {other} ({known[one][other]})")


def wrong_circles(root, allowed):
    """How many circles there are that must not be; tells of them."""
    count = 0
    for named, permissions in ((room_of, ()), (unit_of, allowed)):
        known = who_knows_whom(root, named)
        if not any(known.values()):
            sys.exit("nobody knows anybody: the sources are not where they were looked for")
        for circle in left_over(circles(known), permissions):
            tell(known, circle)
            count += 1
    return count


def sees(files, allowed=()):
    """How many circles are seen in a tree of such files: name and what it includes."""
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder).resolve()
        for name, header in {"trace/low.h": None, "preload/low.c": "trace/low.h", "preload/other.c": "preload/low.h", "preload/low.h": None, **files}.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(f'#include "{header}"\n' if header else "")
        return wrong_circles(root, allowed)


def check_this_test():
    """A test that cannot fail is none."""
    pair = {"preload/a/x.h": None, "preload/a/x.c": "preload/a/y.h", "preload/a/y.h": "x.h"}
    rooms = {"preload/a/x.h": "preload/b/y.h", "preload/b/y.h": None, "preload/b/z.c": "preload/a/w.h", "preload/a/w.h": None}
    expected = (
        ("two units", sees(pair), 1),
        ("two units that may", sees(pair, (("preload/a", 2),)), 0),
        ("more than may", sees({**pair, "preload/a/y.c": "preload/a/z.h", "preload/a/z.h": "x.h"}, (("preload/a", 2),)), 1),
        ("two rooms", sees(rooms), 1),
        ("no circle", sees({"preload/a/x.c": "trace/low.h"}), 0),
    )
    for what, seen, should in expected:
        if seen != should:
            sys.exit(f"this test is broken: of {what} it sees {seen} circles, not {should}")


def main():
    root = pathlib.Path(sys.argv[1]).resolve()
    print("seeded circles, for the test of this test:")
    check_this_test()
    print("\nwho knows whom:")
    for room, others in who_knows_whom(root, room_of).items():
        print(f"{room}: {', '.join(sorted(others)) or 'nobody'}")
    print()
    wrong = wrong_circles(root, ALLOWED)
    left = circles(who_knows_whom(root, unit_of))
    print(f"circles of units: {len(left)}, of {', '.join(str(len(circle)) for circle in left) or 'none'} units; {len(ALLOWED)} are allowed for now")
    sys.exit(wrong != 0)


main()
