# clang-tidy finds nothing in src/ that .clang-tidy asks for. Its static analyzer
# takes minutes, so it is left to slow_tidy_analyzer.sh, which calls this with
# TIDY_CHECKS empty.
#
# ctest: two cores
TIDY_CHECKS=${TIDY_CHECKS--clang-analyzer-*}
command -v clang-tidy >/dev/null || {
    echo "skipped: clang-tidy is not installed"
    exit 77
}
cd "$GENTRAIN_SOURCE" || exit 1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# tidy ARGUMENT...: what it finds, one line each.
tidy() {
    clang-tidy --quiet --checks="$TIDY_CHECKS" "$@" 2>"$scratch/err" |
        grep -E ': (warning|error): '
}

# It does see a fault.
cat >"$scratch/fault.c" <<'END'
#include <string.h>
int fault(const char *a, int *b);
int fault(const char *a, int *b)
{
    if (!b)
        return *b;
    if (strcmp(a, "a"))
        return 1;
    return 0;
}
END
expected=bugprone-suspicious-string-compare
[ -n "$TIDY_CHECKS" ] || expected=clang-analyzer-core.NullDereference
tidy --config-file=.clang-tidy "$scratch/fault.c" -- -std=c11 |
    grep -q "$expected" || {
    echo "this lint is broken: clang-tidy does not see a fault"
    cat "$scratch/err"
    exit 1
}

# Assertions tell the analyzer what holds, so they are there in any build.
export -f tidy
export scratch TIDY_CHECKS
# Several files at once take less time than one by one.
find src -name '*.c' | sort | xargs -P "$(nproc)" -n 12 \
    bash -c 'tidy -p "$GENTRAIN_BUILD" --extra-arg=-UNDEBUG "$@"' bash |
    sort -u >"$scratch/found"
cat "$scratch/found"
[ ! -s "$scratch/found" ]
