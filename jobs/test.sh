#!/usr/bin/env bash
# Builds and runs the tests: the release build, then one with the address and
# undefined-behaviour sanitizers, then the tests of threads with the thread
# sanitizer.
#
#   jobs/test.sh [--slow] [CTEST OPTION ...]
#
# --slow adds the tests that train for minutes. Example: jobs/test.sh -L grad
set -eu
export LC_ALL=C
cd "$(dirname "$0")/.."
. jobs/dependencies.sh

without=(-LE slow)
if [ "${1:-}" = --slow ]; then
    without=()
    shift
fi
need "$build_needs$test_needs"
want "$test_wants"

build() {
    cmake --preset "$1" -DGT_TESTS=ON -DCMAKE_RULE_MESSAGES=OFF \
        -DCMAKE_TARGET_MESSAGES=OFF >/dev/null
    cmake --build --preset "$1" -j "$cores" -- --quiet
}

# run PRESET CTEST-OPTION...
run() {
    echo "== $1"
    ctest --preset "$1" -j "$cores" "${@:2}"
}

build release
if [ $# -gt 0 ]; then
    run release "${without[@]}" "$@"
    build asan-ubsan
    build tsan
else
    # The clusters' tests come last: they wait a lot, and leave the machine to
    # the other builds.
    clusters="slurm|multihost"
    run release -LE "$clusters${without[*]:+|slow}"
    set -m # it gets a group of processes, by which it can be ended
    { renice -n 10 "$BASHPID" && build asan-ubsan && build tsan; } >/dev/null &
    building=$!
    set +m
    trap 'kill -- -$building 2>/dev/null' EXIT
    run release -L "$clusters"
    wait $building
    trap - EXIT
fi
run asan-ubsan "${without[@]}" "$@"
run tsan "${without[@]}" "$@"
