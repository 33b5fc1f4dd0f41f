#!/usr/bin/env bash
# Do two builds compute the same bits? For who changes the source and wants to
# know that no result moved:
#
#   tests/compare_builds.sh OLD NEW [--steps N] [--keep DIR] [PRESET ...]
#
# OLD and NEW are gentrain binaries; NEW must be able to read OLD's files. Each
# preset (all of them by default) is trained for N steps (30): on 1, 2 and 4
# ranks, on 2 ranks with norm.sync, and on 2 ranks with a stop and a resume on
# the way. NEW also goes on from a checkpoint that OLD wrote. Weights, moments
# and metrics must be equal; samples_per_s may differ.
#
# --keep DIR: the runs stay there, and those that are there already are not
# made again.
set -u
export LC_ALL=C
usage() {
    sed -n '2,/^set/s/^# \{0,1\}//p' "$0" | sed '$d'
    exit 2
}
[ $# -ge 2 ] || usage
old=$(realpath "$1") new=$(realpath "$2")
for binary in "$old" "$new"; do
    [ -f "$binary" ] && [ -x "$binary" ] || {
        echo "compare_builds.sh: $binary is not a gentrain binary" >&2
        exit 2
    }
done
shift 2
steps=30 keep="" presets=()
while [ $# -gt 0 ]; do
    case $1 in
    --steps) steps=$2 && shift 2 ;;
    --keep) keep=$(mkdir -p "$2" && realpath "$2") && shift 2 ;;
    -*) usage ;;
    *) presets+=("$1") && shift ;;
    esac
done
if [ ${#presets[@]} -eq 0 ]; then
    mapfile -t presets < <("$new" presets | awk 'NF { print $1 }')
fi
dir=$keep
if [ -z "$dir" ]; then
    dir=$(mktemp -d)
    trap 'rm -rf "$dir"' EXIT
fi
export OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_mpi_yield_when_idle=1 \
    OMPI_MCA_hwloc_base_binding_policy=none PRTE_MCA_hwloc_default_binding_policy=none \
    OMPI_ALLOW_RUN_AS_ROOT=1 \
    OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 PRTE_MCA_rmaps_default_mapping_policy=:oversubscribe
bad=0

# train BINARY RANKS OPTION...: without a word, unless it fails.
train() {
    local log=$dir/log.txt
    mpirun -np "$2" "$1" train "${@:3}" --quiet --set output.log_every=1 \
        --set output.sample_every=0 --set output.checkpoint_every=0 \
        --set output.test_every=7 --set output.test_samples=512 \
        --set train.watchdog_s=0 >"$log" 2>&1 && return
    echo "FAILED: $1 on $2 ranks: ${*:3}"
    cat "$log"
    bad=1
    return 1
}

# make RUN BINARY RANKS OPTION...: one run from its beginning, if it is not there.
make() {
    [ -f "$1/metrics.jsonl" ] && return
    rm -rf "$1"
    train "$2" "$3" "${@:4}" --out "$1" || rm -rf "$1"
}

metrics() {
    sed 's/"samples_per_s": [^,]*, //' "$1/metrics.jsonl"
}

# same CASE A B
same() {
    if "$new" diff "$2" "$3" >"$dir/diff.txt" 2>&1 &&
        cmp -s <(metrics "$2") <(metrics "$3"); then
        echo "same   $1"
        return
    fi
    echo "DIFFER $1"
    head -n 5 "$dir/diff.txt"
    diff <(metrics "$2") <(metrics "$3") | head -n 6
    bad=1
}

# both CASE RANKS OPTION...: the same training by both builds.
both() {
    local name=$1
    make "$dir/$name-old" "$old" "${@:2}"
    make "$dir/$name-new" "$new" "${@:2}"
    same "$name" "$dir/$name-old" "$dir/$name-new"
}

# resumed CASE WHOLE FIRST: FIRST's build begins, NEW ends what WHOLE did at once.
resumed() {
    local run=$dir/$1 half=$((steps / 2 + 1))
    [ -d "$run" ] || train "$3" 2 "${recipe[@]}" --steps "$half" --out "$run" &&
        train "$new" 2 --resume "$run" --steps "$steps" && same "$1" "$2" "$run"
}

for preset in "${presets[@]}"; do
    recipe=(--preset "$preset")
    for np in 1 2 4; do
        both "$preset-np$np" "$np" "${recipe[@]}" --steps "$steps"
    done
    resumed "$preset-resumed" "$dir/$preset-np2-old" "$new"
    resumed "$preset-resumed-from-old" "$dir/$preset-np2-old" "$old"
    both "$preset-sync" 2 "${recipe[@]}" --steps "$steps" --set norm.sync=true
done
exit $bad
