# Sourced by the tests of models: the model in the scratch folder, and what spin
# finds in it.
. "$(dirname "${BASH_SOURCE[0]}")/../common.sh"
need_tool spin
need_tool "${CC:-cc}"
cp "$GENTRAIN_SOURCE/tests/model/shared_sum.pml" .

# explore OPTION ...: all states of the model with these options, in pan.txt.
# `thorough` has options of its checker; where there is much to look at, it had
# better be optimized.
thorough="-DCOLLAPSE -DMEMLIM=2000"
optimize=-O0
explore() {
    spin -a "$@" shared_sum.pml >out.txt 2>err.txt || fail "spin: $*"
    # shellcheck disable=SC2086
    "${CC:-cc}" $optimize -w -DSAFETY $thorough -o pan pan.c 2>err.txt || fail "pan.c: $*"
    rm -f ./*.trail
    ./pan -m500000 >pan.txt 2>&1 || fail "pan: $*: $(cat pan.txt)"
    grep -qE 'out of memory|max search depth too small' pan.txt &&
        fail "$*: not all was looked at: $(cat pan.txt)"
    cp pan.txt out.txt
}
holds() {
    explore "$@"
    grep -q 'errors: 0$' pan.txt || fail "the model breaks its promises: $*"
    echo "$*: $(sed -n 's/ *\([0-9.e+]*\) states, stored.*/\1 states/p' pan.txt)"
}
# finds TEXT OPTION ...: a planted fault
finds() {
    local text=$1
    shift
    explore "$@"
    grep -q "errors: 1$" pan.txt || fail "a planted fault is not found: $*"
    grep -q "$text" pan.txt || fail "$*: it is not '$text'"
}
