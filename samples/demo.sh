#!/bin/sh
# demo.sh - from a fresh Debian 12 to a first table: installs what is missing, builds mprof in ./build (a build that is
# there already stays as it is), records samples/my_function.c and prints where its memory went.
set -eu
cd "$(dirname "$0")/.."
. .ci/packages.sh

# shellcheck disable=SC2086 # a list of words
install_packages $build_packages
if [ ! -f build/build.ninja ]; then
	output=$(meson setup build -Dtests=disabled 2>&1) || {
		echo "$output" >&2
		exit 1
	}
fi
ninja -C build --quiet

traces=$(mktemp -d)
trap 'rm -rf "$traces"' EXIT
set -x
MPROF_LINES=1 MPROF_OUT="$traces/%e.%p.mprof" LD_PRELOAD="$PWD/build/preload/libmprof.so" build/samples/my_function
build/reporter/mprof report "$traces"/*.mprof
{ set +x; } 2>/dev/null
cat <<END

mprof is built. So that your shell finds it, install it (in /usr/local: as root), or name its folder:
    meson install -C build
    PATH="$PWD/build/reporter:\$PATH"
END
