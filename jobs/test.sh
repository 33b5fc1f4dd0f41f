#!/usr/bin/env bash
# Builds and runs the tests: the release build, then the sanitizers' build.
#
#   jobs/test.sh [--slow] [CTEST OPTION ...]
#
# --slow adds the tests that train for minutes. Example: jobs/test.sh -L grad
set -eu
cd "$(dirname "$0")/.."
. jobs/dependencies.sh

slow="-LE slow"
if [ "${1:-}" = --slow ]; then
    slow=""
    shift
fi
need "$build_needs$test_needs"
for preset in release asan-ubsan; do
    echo "== $preset"
    cmake --preset "$preset" -DGT_TESTS=ON >/dev/null
    cmake --build --preset "$preset" -j "$cores" -- --quiet
    # shellcheck disable=SC2086
    ctest --preset "$preset" -j "$cores" $slow "$@"
done
