#!/usr/bin/env bash
# What do checkpoints cost? Trains each preset with a checkpoint after every
# other stretch of steps, and compares a stretch in whose beginning one is copied
# and written with its two neighbours.
#
#   bench/checkpoint.sh [OPTION ...] [PRESET ...]
#
#   --every N      steps between checkpoints for which the share of the time is
#                  told [100]
#   --rounds N     checkpoints [15]
#   --seconds S    about how long a stretch takes; must be longer than writing a
#                  checkpoint does [4]
#   --ranks N      ranks [1]
#   --json FILE    write everything there, too
#   --record       put the table into bench/README.md
#
# Checkpoints go to GENTRAIN_BENCH_DIR, by default the folder of temporary files; set
# it to the file system that you mean. Presets: dcgan64 mlp-vae seed-vae unless
# named. Example: bench/checkpoint.sh --rounds 5 dcgan64
# shellcheck source=bench/common.sh
. "$(dirname "$0")/common.sh"

every=100 rounds=15 seconds=4 ranks=1 json="" record="" presets=""
while [ $# -gt 0 ]; do
    case $1 in
    --every | --rounds | --seconds | --ranks | --json)
        [ $# -gt 1 ] || misused "$1 needs a value"
        declare "${1#--}=$2"
        shift
        ;;
    --record) record=yes ;;
    --help | -h) usage ;;
    -*) misused "unknown option $1" ;;
    *) presets="$presets $1" ;;
    esac
    shift
done
json=$(here "$json")
[ -n "$presets" ] || presets="dcgan64 mlp-vae seed-vae"
build gentrain_cli
scratch

# costs STEPS BATCH FILE: of each checkpoint, the seconds that its stretch takes
# longer than its neighbours do, and the seconds of one of their steps. A
# checkpoint is written after a line of figures, so that it is the 3rd, 5th, ...
# stretch that pays for one.
costs() {
    rates_of "$3" | awk -v samples="$(($1 * $2))" -v steps="$1" '
        { took[NR] = samples / $1 }
        END {
            for (i = 3; i < NR; i += 2) {
                plain = (took[i - 1] + took[i + 1]) / 2
                printf "%.6g\t%.6g\n", took[i] - plain, plain / steps
            }
        }'
}

rows=$work/rows.tsv
for preset in $presets; do
    batch=$(batch_of "$preset")
    steps=$(chunk_for "$seconds" "$preset" "$batch")
    echo "$preset, $(counted "$rounds" checkpoint), one every $((2 * steps)) steps" >&2
    mapfile -t recipe < <(recipe "$preset" "$batch" "$ranks" "$steps" \
        $((2 * rounds + 1)))
    run=$work/run
    together "$ranks" "$run" "${recipe[@]}" \
        --set "output.checkpoint_every=$((2 * steps))" >/dev/null
    bytes=$(stat -c %s "$run"/checkpoints/step-*.h5 | sort -n | tail -n 1)
    costs "$steps" "$batch" "$run.out" |
        sed "s/^/$preset\t$bytes\t/" >>"$rows"
    rm -rf "$run"
done

table=$work/table.md
{
    echo "$(machine); $(counted "$ranks" rank), median (lowest .. highest) of" \
        "$(counted "$rounds" checkpoint)"
    echo
    echo "| preset | checkpoint | a step | training takes longer by | at one every $every steps |"
    echo "|---|---|---|---|---|"
    for preset in $presets; do
        # of EXPRESSION: of this preset's rows, by awk's numbers of columns
        of() {
            awk -F '\t' -v p="$preset" -v every="$every" \
                "\$1 == p { print $1 }" "$rows" | spread
        }
        # shellcheck disable=SC2016 # what is in quotes is for awk
        echo "$(of '$2')" "$(of '$4')" "$(of '$3')" \
            "$(of '$3 / ($3 + every * $4)')" |
            awk -v p="$preset" '{
                printf "| %s | %.1f MB | %.1f ms | %.0f ms (%.0f .. %.0f) | %.2f %% (%.2f .. %.2f) |\n",
                    p, $1 / 1e6, 1e3 * $4, 1e3 * $7, 1e3 * $8, 1e3 * $9,
                    100 * $10, 100 * $11, 100 * $12 }'
    done
} | tee "$table"

if [ -n "$json" ]; then
    awk -F '\t' -v machine="$(machine)" -v ranks="$ranks" '
        BEGIN { printf "{\"machine\": \"%s\", \"ranks\": %d, \"rows\": [", machine, ranks }
        { printf "%s\n  {\"preset\": \"%s\", \"checkpoint_bytes\": %d, \"seconds_longer\": %s, \"step_s\": %s}",
            (NR > 1 ? "," : ""), $1, $2, $3, $4 }
        END { printf "\n]}\n" }' "$rows" >"$json"
fi
[ -z "$record" ] || record checkpoint.sh "$table"
