#!/bin/sh
# run.sh - the whole test suite on a fresh Debian 12: installs what is missing, builds, runs every suite, and ends
# with one line over all of them.
#
# Suites: unit (plain and under ASan + UBSan), stress (plain and under TSan), e2e, gate (mprof's own memory), fuzz
# (the corpus; FUZZ_SECONDS=N adds N seconds of fuzzing to each target).  JOBS=N sets how many tests run at a time.
set -eu
cd "$(dirname "$0")/.."
. .ci/packages.sh
: "${FUZZ_SECONDS:=0}" "${JOBS:=$(nproc)}"
export DEBIAN_FRONTEND=noninteractive FUZZ_SECONDS

# shellcheck disable=SC2086 # lists of words
install_packages $build_packages $test_packages

failed=0
logs=

# run_tests BUILD NAME ARGUMENT...: one `meson test`, whose results count as suite NAME.
run_tests() {
	build=$1 name=$2
	shift 2
	echo "== $name"
	rm -f "$build/meson-logs/$name.junit.xml"
	meson test -C "$build" --no-rebuild --logbase "$name" --num-processes "$JOBS" "$@" </dev/null || failed=1
	logs="$logs $name=$build/meson-logs/$name.junit.xml"
}

set_up_build build --buildtype=release -Dtests=enabled
ninja -C build --quiet
run_tests build unit --suite unit
run_tests build stress --suite stress
run_tests build e2e --suite e2e
run_tests build gate --suite gate

# The shim itself is never built with a sanitizer (two mallocs conflict); its parts are, inside the tests.
set_up_build build-asan --buildtype=debugoptimized -Db_sanitize=address,undefined -Db_lundef=false
ninja -C build-asan --quiet unit-tests property-tests
run_tests build-asan unit-asan --suite unit --timeout-multiplier 4
set_up_build build-tsan --buildtype=debugoptimized -Db_sanitize=thread -Db_lundef=false
ninja -C build-tsan --quiet stress-tests
run_tests build-tsan stress-tsan --suite stress --timeout-multiplier 4

# Coverage feedback in every object, sanitizers around it; new inputs stay in the build directory.
CC=clang CXX=clang++ set_up_build build-fuzz --buildtype=debugoptimized -Dfuzz=true -Db_sanitize=address,undefined \
	-Db_lundef=false -Dc_args=-fsanitize=fuzzer-no-link
ninja -C build-fuzz --quiet fuzz-targets
run_tests build-fuzz fuzz --suite fuzz
for fuzzer in build-fuzz/tests/fuzz/fuzz_*; do
	[ -f "$fuzzer" ] && [ -x "$fuzzer" ] && [ "$FUZZ_SECONDS" -gt 0 ] || continue
	name=${fuzzer##*/}
	echo "== $name, $FUZZ_SECONDS s"
	mkdir -p "build-fuzz/found/$name"
	if "$fuzzer" -max_total_time="$FUZZ_SECONDS" -artifact_prefix="build-fuzz/found/$name-" -print_final_stats=1 -verbosity=0 \
		"build-fuzz/found/$name" "tests/fuzz/corpus/${name#fuzz_}" </dev/null >"build-fuzz/found/$name.log" 2>&1; then
		logs="$logs $name:passed"
	else
		logs="$logs $name:failed" failed=1
		grep -v '# Uses:' "build-fuzz/found/$name.log" | tail -n 100
	fi
	grep '^stat::' "build-fuzz/found/$name.log" || :
done

# shellcheck disable=SC2086 # a list of words
python3 tests/summary.py $logs || failed=1
exit $failed
