# packages.sh - what a fresh Debian 12 needs, named once.  Sourced by samples/demo.sh and tests/run.sh.

# To build: elfutils reads debug information, zstd packs traces, jansson writes JSON, libxml2 XML, libconfig
# reads gate files, libiberty demangles.
build_packages="gcc g++ libc6-dev meson ninja-build pkg-config libdw-dev libelf-dev libzstd-dev libjansson-dev libxml2-dev libiberty-dev libconfig-dev"

# To test: Criterion runs unit tests, libunwind checks the unwinder, Valgrind checks totals, jsonschema and xmllint
# (of libxml2-utils) check output against schemas, cmark-gfm renders Markdown, CMake runs gated tests; the
# others are recorded, or are allocators before and behind the shim; musl-tools make programs that cannot be recorded.
# (redis-server is used where it is installed: its package would start a service.)
test_packages="libcriterion-dev libunwind-dev valgrind libc6-dbg clang libclang-rt-14-dev python3 python3-jsonschema libxml2-utils cmark-gfm cmake sqlite3 perl git bash util-linux libjemalloc2 libgoogle-perftools4 libtcmalloc-minimal4 libmimalloc2.0 musl-tools"

# To check the source.
lint_packages="clang-format clang-tidy"

_missing_packages() {
	for package in "$@"; do
		dpkg-query -W -f '${Status}\n' "$package" 2>/dev/null | grep -q '^install ok installed$' || echo "$package"
	done | tr '\n' ' '
}

# install_packages NAME...: installs what is missing, or says what to type and exits.
install_packages() {
	command -v dpkg-query >/dev/null || return 0 # not Debian: meson says what it does not find
	missing=$(_missing_packages "$@")
	[ -n "$missing" ] || return 0
	command="apt-get install -y --no-install-recommends $missing"
	if [ "$(id -u)" = 0 ]; then
		as_root=
	elif command -v sudo >/dev/null; then
		as_root=sudo
	else
		echo "Some packages are missing, and there is neither root nor sudo here. As root, run: $command" >&2
		exit 1
	fi
	echo "installing: $missing"
	# shellcheck disable=SC2086 # both are lists of words
	$as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q >/dev/null &&
		$as_root env DEBIAN_FRONTEND=noninteractive $command -q </dev/null >/dev/null || {
		echo "That did not work. As root, run: $command" >&2
		exit 1
	}
}

# set_up_build DIRECTORY OPTION...: configures, or adjusts what is there.
set_up_build() {
	directory=$1
	shift
	if [ -f "$directory/build.ninja" ]; then
		meson configure "$directory" "$@"
	else
		output=$(meson setup "$directory" "$@" 2>&1) || {
			echo "$output" >&2
			exit 1
		}
	fi
}
