#!/bin/sh
# builds.sh - set_up_build: builds of the commands' own.  Sourced by tests/run.sh and .ci/run.

# All that an answer of meson's may come from. It keeps its answers for ever, also those about headers and libraries
# that were missing then and are not now.
_ingredients() {
	echo "options: $*"
	echo "compilers: ${CC:-} ${CXX:-} ${CFLAGS:-} ${CXXFLAGS:-} ${LDFLAGS:-}"
	meson --version
	dpkg-query -W 2>/dev/null || pkg-config --list-all
}

# set_up_build DIRECTORY OPTION...: a build with these options and no others.  What is in DIRECTORY goes if it was made
# of something else: never give it a build of the user's.
set_up_build() {
	directory=$1
	shift
	ingredients=$(_ingredients "$@")
	[ "$(cat "$directory/ingredients" 2>/dev/null)" != "$ingredients" ] || return 0
	rm -rf "$directory"
	output=$(meson setup "$directory" "$@" 2>&1) || {
		echo "$output" >&2
		exit 1
	}
	echo "$ingredients" >"$directory/ingredients"
}
