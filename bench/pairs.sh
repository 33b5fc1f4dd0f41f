#!/usr/bin/env bash
# Training steps of this build against those of another one, in turns, so that
# a machine whose speed drifts is equally kind to both.
#
#   bench/pairs.sh OTHER [OPTION ...] [PRESET ...]
#
#   --rounds N     pairs of measurements of each preset [5]
#   --seconds S    least length of each measurement [1]
#   --ranks N      0: bench_step on one core [0]; else `gentrain train` on N ranks
#
# OTHER is the build folder of another version, with bench_step and gentrain in
# it. For each preset: the rate of this build over the other's, as the median
# (lowest .. highest) of the pairs, and the peak memory of both.
# Example: bench/pairs.sh ../old/build --rounds 7 dcgan28 mlp-vae
# shellcheck source=bench/common.sh
. "$(dirname "$0")/common.sh"

other="" rounds=5 seconds=1 ranks=0 presets=""
while [ $# -gt 0 ]; do
    case $1 in
    --rounds | --seconds | --ranks)
        [ $# -gt 1 ] || misused "$1 needs a value"
        declare "${1#--}=$2"
        shift
        ;;
    --help | -h) usage ;;
    -*) misused "unknown option $1" ;;
    *) if [ -z "$other" ]; then other=$(here "$1"); else presets="$presets $1"; fi ;;
    esac
    shift
done
[ -n "$other" ] || misused "name the build folder of another version"
[ -x "$other/gentrain" ] || misused "there is no $other/gentrain"
build gentrain_cli bench_step
scratch
[ -n "$presets" ] || presets=$("$gentrain" presets | awk 'NF { print $1 }')

# steps FOLDER PRESET: "rate peak-MB" of bench_step on one core.
steps() {
    taskset -c "$(free_cores | head -n 1)" "$1/bench_step" --rounds 1 \
        --seconds "$seconds" --json "$work/one.json" "$2" >"$work/one.log" 2>&1 ||
        failed "$work/one.log" "bench_step $2"
    sed -n 's/.*"samples_per_s": {"median": \([0-9.e+]*\).*"peak_mb": \([0-9.e+]*\).*/\1 \2/p' \
        "$work/one.json"
}

# trains FOLDER PRESET: "rate 0" of a training on several ranks.
trains() {
    local run="$work/run-$RANDOM" program=$gentrain rate
    gentrain=$1/gentrain
    # shellcheck disable=SC2046
    rate=$(together "$ranks" "$run" $(recipe "$2" $((ranks * $(batch_of "$2"))) \
        "$ranks" "$chunk" 2))
    gentrain=$program
    rm -rf "$run"
    echo "$rate 0"
}

machine
[ "$ranks" -eq 0 ] && how=steps || how=trains
for preset in $presets; do
    [ "$ranks" -eq 0 ] || chunk=$(chunk_for "$seconds" "$preset" "$(batch_of "$preset")")
    for ((round = 0; round < rounds; round++)); do
        # Whoever comes second finds a warmer machine, so they take turns in that, too.
        if ((round % 2)); then
            theirs=$($how "$other" "$preset") && ours=$($how "$PWD/build" "$preset")
        else
            ours=$($how "$PWD/build" "$preset") && theirs=$($how "$other" "$preset")
        fi
        echo "$ours $theirs"
    done >"$work/pairs"
    awk '{ print $1 / $3 }' "$work/pairs" | spread >"$work/ratio"
    read -r median low high <"$work/ratio"
    memory=$(awk '$2 > a { a = $2 } $4 > b { b = $4 }
        END { if (b) printf ", peak %.1f MB, the other %.1f MB", a, b }' "$work/pairs")
    printf '%-18s %.3f (%.3f .. %.3f)%s\n' "$preset" "$median" "$low" "$high" "$memory"
done
