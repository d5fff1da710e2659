#!/bin/sh
# demo.sh - from a fresh Debian 12 to a first table: installs what is missing, builds mprof in
# ./build, records samples/my_function.c and prints where its memory went.
set -eu
cd "$(dirname "$0")/.."
. .ci/packages.sh

# shellcheck disable=SC2086 # a list of words
install_packages $build_packages
[ -f build/build.ninja ] || set_up_build build --buildtype=release -Dtests=disabled
ninja -C build --quiet

traces=$(mktemp -d)
trap 'rm -rf "$traces"' EXIT
set -x
MPROF_OUT="$traces/%e.%p.mprof" LD_PRELOAD="$PWD/build/preload/libmprof.so" build/samples/my_function
build/reporter/mprof report "$traces"/*.mprof
{ set +x; } 2>/dev/null
