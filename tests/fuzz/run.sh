#!/bin/sh
# Runs the fuzzers for SECONDS (60 if not given) in all, over copies of their corpora: run.sh [SECONDS]
#
# Builds with clang, ASan and UBSan in a build directory of its own ($FUZZ_BUILD, else build-fuzz at
# the root, which git ignores).  New inputs and crashes stay there.  Status 1: a crash, a hang or a leak.
set -eu

seconds=${1:-60}
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
build=${FUZZ_BUILD:-$root/build-fuzz}
coverage=-fsanitize=fuzzer-no-link

if [ ! -f "$build/build.ninja" ]; then
	CC=clang CXX=clang++ meson setup "$build" "$root" -Dtests=enabled -Dfuzz=true -Dbuildtype=debugoptimized \
		-Db_sanitize=address,undefined -Db_lundef=false \
		"-Dc_args=$coverage -fno-sanitize-recover=all" "-Dc_link_args=$coverage"
fi
ninja -C "$build" tests/fuzz/fuzz_trace tests/fuzz/fuzz_rgc tests/fuzz/fuzz_gate tests/fuzz/fuzz_plan

mkdir -p "$build/crashes"
for target in trace rgc gate plan; do
	mkdir -p "$build/corpus/$target"
	cp "$here/corpus/$target"/* "$build/corpus/$target/"
	"$build/tests/fuzz/fuzz_$target" -max_total_time=$((seconds / 4)) -max_len=16384 -timeout=20 -rss_limit_mb=2048 \
		-print_final_stats=1 -artifact_prefix="$build/crashes/" "$build/corpus/$target"
done
