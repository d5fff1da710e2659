#!/usr/bin/env python3
"""rooms.py - no room of the reporter may know, by whatever way, one that knows it; prints who knows whom.

A room is a folder; one knows another whose header it includes.  Usage: rooms.py SOURCE_ROOT
"""
import pathlib
import re
import sys

PLACES = ("", "reporter", "preload", "include")  # besides the including file's own folder
CHECKED = "reporter"


def sources(root):
    for top in ("trace", CHECKED):
        for path in sorted((root / top).rglob("*.[ch]")):
            yield path


def room_of(root, path):
    return str(path.parent.relative_to(root))


def included(root, path):
    for name in re.findall(r'^\s*#\s*include\s+"([^"]+)"', path.read_text(), re.M):
        for place in (path.parent, *(root / place for place in PLACES)):
            if (place / name).is_file():
                yield (place / name).resolve()
                break


def who_knows_whom(root):
    known = {}
    for path in sources(root):
        room = room_of(root, path)
        known.setdefault(room, {})
        for header in included(root, path):
            if room_of(root, header) != room:
                known[room].setdefault(room_of(root, header), path.name)
    return known


def find_circle(known, room, way=()):
    if room in way:
        return (*way[way.index(room):], room)
    return next((circle for other in known.get(room, {}) if (circle := find_circle(known, other, (*way, room)))), None)


def main():
    root = pathlib.Path(sys.argv[1]).resolve()
    known = who_knows_whom(root)
    for room, others in known.items():
        print(f"{room}: {', '.join(sorted(others)) or 'nobody'}")
    for room in known:
        circle = find_circle(known, room)
        if circle:
            print("a circle:", *(f"\n  {one} knows {other} ({known[one][other]})" for one, other in zip(circle, circle[1:])))
            sys.exit(1)
    if not any(others for others in known.values()):
        sys.exit("nobody knows anybody: the sources are not where they were looked for")


main()
