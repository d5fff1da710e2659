#!/bin/sh
# run.sh - the whole test suite on a fresh Debian 12: installs what is missing, builds, runs every suite, and ends
# with one line over all of them.  All that it makes is in ./build-tests.
#
# Suites: unit (plain and under ASan + UBSan), stress (plain and under TSan), e2e, gate (mprof's own memory), man (its
# pages), fuzz (the corpus; FUZZ_SECONDS=N adds N seconds of fuzzing to each target).  JOBS=N sets how many tests run at a time.
# WERROR=true makes errors of the compilers' warnings.
set -eu
cd "$(dirname "$0")/.."
. .ci/packages.sh
. .ci/builds.sh
: "${FUZZ_SECONDS:=0}" "${JOBS:=$(nproc)}" "${WERROR:=false}"

# shellcheck disable=SC2086 # lists of words
install_packages $build_packages $test_packages
# shellcheck disable=SC2086 # a list of words
fetch_programs build-tests/servers $server_packages
PATH=$PATH:$PWD/build-tests/servers/usr/bin

failed=0
logs=

# build NAME TARGETS OPTION...: build-tests/NAME with these options, and of it these targets ("" for all).
build() {
	name=$1 targets=$2
	shift 2
	set_up_build "build-tests/$name" -Dtests=enabled -Dwerror="$WERROR" "$@"
	# shellcheck disable=SC2086 # a list of words
	ninja -C "build-tests/$name" --quiet $targets
}

# run_tests BUILD NAME ARGUMENT...: one `meson test`, whose results count as suite NAME.
run_tests() {
	build=build-tests/$1 name=$2
	shift 2
	echo "== $name"
	rm -f "$build/meson-logs/$name.junit.xml"
	# Limits are for what hangs, not for sanitizers and busy machines.
	meson test -C "$build" --no-rebuild --print-errorlogs --logbase "$name" --num-processes "$JOBS" --timeout-multiplier 4 "$@" </dev/null || failed=1
	logs="$logs $name=$build/meson-logs/$name.junit.xml"
}

# fuzz NAME: what it finds stays in build-tests/found, and how it ended in NAME.outcome there.
fuzz() {
	found=build-tests/found/$1
	mkdir -p "$found"
	echo failed >"$found.outcome"
	UBSAN_OPTIONS=halt_on_error=1 "build-tests/fuzz/tests/fuzz/$1" -max_total_time="$FUZZ_SECONDS" -artifact_prefix="$found-" \
		-print_final_stats=1 -verbosity=0 "$found" "tests/fuzz/corpus/${1#fuzz_}" </dev/null >"$found.log" 2>&1 &&
		echo passed >"$found.outcome"
}

build plain ""
run_tests plain plain --no-suite fuzz

# The shim itself is never built with a sanitizer (two mallocs conflict); its parts are, inside the tests.
build asan "unit-tests property-tests" -Ddebug=true -Doptimization=1 -Db_sanitize=address,undefined -Db_lundef=false
run_tests asan unit-asan --suite unit
build tsan stress-tests -Ddebug=true -Doptimization=1 -Db_sanitize=thread -Db_lundef=false
run_tests tsan stress-tsan --suite stress

# Coverage feedback in every object, sanitizers around it.
CC=clang CXX=clang++ build fuzz fuzz-targets -Ddebug=true -Doptimization=1 -Dfuzz=true -Db_sanitize=address,undefined \
	-Db_lundef=false -Dc_args=-fsanitize=fuzzer-no-link
run_tests fuzz fuzz --suite fuzz
if [ "$FUZZ_SECONDS" -gt 0 ]; then
	fuzzers="fuzz_trace fuzz_rgc fuzz_gate fuzz_plan"
	echo "== $fuzzers, $FUZZ_SECONDS s"
	for name in $fuzzers; do
		fuzz "$name" &
	done
	wait
	for name in $fuzzers; do
		outcome=$(cat "build-tests/found/$name.outcome")
		logs="$logs $name:$outcome"
		[ "$outcome" = passed ] || grep -v '# Uses:' "build-tests/found/$name.log" | tail -n 100
		grep '^stat::' "build-tests/found/$name.log" || :
	done
fi

# shellcheck disable=SC2086 # a list of words
python3 tests/summary.py $logs || failed=1
exit $failed
