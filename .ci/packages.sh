#!/bin/sh
# packages.sh - what a fresh Debian 12 needs, named once.  Sourced by samples/demo.sh, tests/run.sh and .ci/run.
# shellcheck disable=SC2034 # those who source this use the lists

# To build: elfutils reads debug information, zstd packs traces, jansson writes JSON, libxml2 XML, libconfig
# reads gate files, libiberty demangles, libmd has checksums, zlib packs pages and what pprof reads,
# Zydis decodes the instructions of functions whose lines are traced.
build_packages="gcc libc6-dev meson ninja-build pkg-config libdw-dev libelf-dev libzstd-dev libjansson-dev libxml2-dev libiberty-dev libconfig-dev libmd-dev zlib1g-dev libzydis-dev"

# To test: Criterion runs unit tests, libunwind checks the unwinder, Valgrind checks totals, jsonschema and xmllint
# (of libxml2-utils) check output against schemas, cmark-gfm renders Markdown, CMake runs gated tests, dwz and xz
# write debug files as distributions do; musl-tools make programs that cannot be recorded; strace and gdb are parents; groff formats the manual; llvm has llvm-symbolizer,
# which says where call sites of programs in many languages stand; the others are recorded, or are allocators before
# and behind the shim.
test_packages="g++ libcriterion-dev libunwind-dev valgrind libc6-dbg clang libclang-rt-14-dev python3 python3-jsonschema libxml2-utils cmark-gfm cmake make dwz xz-utils sqlite3 perl git bash util-linux libjemalloc2 libgoogle-perftools4 libtcmalloc-minimal4 libmimalloc2.0 musl-tools strace gdb groff-base librsvg2-bin"

# What reads exports.
test_packages="$test_packages python3-memory-profiler python3-matplotlib"

test_packages="$test_packages llvm lld libomp-dev gfortran gnat gdc golang-go rustc gobjc valac libglib2.0-dev nim bison flex"

# A browser for pages, and what drives it: tests fetch its packages (tests/browser). Who packages nodejs elsewhere puts
# npm in it.
test_packages="$test_packages chromium"
command -v npm >/dev/null || test_packages="$test_packages nodejs npm"

# Servers for tests. Their packages would start them, now and at each boot: only their programs are taken. The
# libraries of these are ordinary packages.
server_packages="redis-server redis-tools debuginfod"
test_packages="$test_packages libatomic1 liblzf1 libssl3 libsystemd0 libdebuginfod1 libarchive13 libmicrohttpd12 libsqlite3-0"

# To check the source.
lint_packages="clang-format clang-tidy shellcheck"

_missing_packages() {
	for package in "$@"; do
		dpkg-query -W -f '${Status}\n' "$package" 2>/dev/null | grep -q '^install ok installed$' || echo "$package"
	done | tr '\n' ' '
}

_as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	else
		sudo "$@"
	fi
}

_update_lists() {
	_as_root apt-get update -q >/dev/null
}

# install_packages NAME...: installs what is missing, or says what to type and exits.
install_packages() {
	command -v dpkg-query >/dev/null || return 0 # not Debian: meson says what it does not find
	missing=$(_missing_packages "$@")
	[ -n "$missing" ] || return 0
	echo "installing: $missing"
	command="apt-get install -y --no-install-recommends $missing"
	# shellcheck disable=SC2086 # a list of words
	if ! { _update_lists && _as_root env DEBIAN_FRONTEND=noninteractive $command -q </dev/null >/dev/null; }; then
		echo "That did not work. As root, run: $command" >&2
		exit 1
	fi
}

_unpack() {
	(cd "$1" && shift && apt-get download -q -o APT::Sandbox::User=root "$@" >/dev/null && for file in *.deb; do dpkg-deb -x "$file" .; done)
}

# fetch_programs FOLDER PACKAGE...: unpacks the packages in FOLDER, without installing them, unless all are installed.
fetch_programs() {
	folder=$1
	shift
	command -v dpkg-query >/dev/null || return 0
	[ -n "$(_missing_packages "$@")" ] && [ ! -d "$folder" ] || return 0
	echo "unpacking in $folder: $*"
	rm -rf "$folder.new"
	mkdir -p "$folder.new"
	if _unpack "$folder.new" "$@" || { _update_lists && _unpack "$folder.new" "$@"; }; then
		mv "$folder.new" "$folder"
	else
		echo "That did not work: tests that need them will be skipped." >&2
	fi
}
