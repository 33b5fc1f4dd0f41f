# Each harness of tests/fuzz fuzzes for a minute, in a build of its own with clang:
# no crash, no hang, no leak, no broken promise.
#
# ctest: two cores
. "$(dirname "$0")/common.sh"

need_tool clang
printf 'int LLVMFuzzerTestOneInput(const char *a, unsigned long b) { return a && b > 9; }\n' >try.c
clang -fsanitize=fuzzer,address,undefined try.c -o try 2>err.txt || {
    echo "skipped: this clang has no libFuzzer, or no sanitizers (Debian: libclang-rt-dev)"
    exit 77
}
build=$GENTRAIN_BUILD/fuzz
cmake -S "$GENTRAIN_SOURCE" -B "$build" -DCMAKE_C_COMPILER=clang \
    -DCMAKE_BUILD_TYPE=RelWithDebInfo -DGT_SANITIZE=address-undefined -DGT_FUZZ=ON \
    -DGT_BENCH=OFF >out.txt 2>err.txt || fail "configure"
cmake --build "$build" -j2 >out.txt 2>err.txt || fail "build"
failed=
for harness in "$GENTRAIN_SOURCE"/tests/fuzz/fuzz_*.c; do
    name=$(basename "$harness" .c)
    GENTRAIN_BUILD=$build bash "$GENTRAIN_SOURCE/tests/fuzz/run.sh" "$name" \
        "${FUZZ_SECONDS:-60}" "$build/found/$name" || failed="$failed $name"
done
[ -z "$failed" ] || fail "found something:$failed; the inputs are in $build/found"
