#!/usr/bin/env bash
# What do checkpoints cost? Trains each preset in turns without checkpoints and
# with one every N steps, and prints the ratio of their rates.
#
#   bench/checkpoint.sh [OPTION ...] [PRESET ...]
#
#   --every N      steps between checkpoints [100]
#   --chunks N     checkpoints of each run [3]
#   --rounds N     pairs of runs [5]
#   --ranks N      ranks [1]
#   --json FILE    write everything there, too
#   --record       put the table into bench/README.md
#
# Checkpoints go to GT_BENCH_DIR, by default the folder of temporary files; set
# it to the file system that you mean. Presets: dcgan64 mlp-vae seed-vae unless
# named. Example: bench/checkpoint.sh --rounds 3 dcgan64
# shellcheck source=bench/common.sh
. "$(dirname "$0")/common.sh"

every=100 chunks=3 rounds=5 ranks=1 json="" record="" presets=""
while [ $# -gt 0 ]; do
    case $1 in
    --every | --chunks | --rounds | --ranks | --json)
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

rows=$work/rows.tsv
for preset in $presets; do
    batch=$(batch_of "$preset")
    mapfile -t recipe < <(recipe "$preset" "$batch" "$ranks" "$every" "$chunks")
    for round in $(seq "$rounds"); do
        echo "$preset, round $round of $rounds" >&2
        run=$work/run
        without=$(together "$ranks" "$run" "${recipe[@]}")
        rm -rf "$run"
        # A checkpoint is written after a line of figures, so that each line
        # but the first, which is dropped, has the cost of one in it.
        with=$(together "$ranks" "$run" "${recipe[@]}" \
            --set "output.checkpoint_every=$every")
        bytes=$(stat -c %s "$run"/checkpoints/step-*.h5 | sort -n | tail -n 1)
        rm -rf "$run"
        printf '%s\t%s\t%s\t%s\t%s\n' "$preset" "$round" "$bytes" \
            "$without" "$with" >>"$rows"
    done
done

table=$work/table.md
{
    echo "$(machine); $ranks rank(s), a checkpoint every $every steps," \
        "median (lowest .. highest) of $rounds pairs"
    echo
    echo "| preset | checkpoint | samples/s without | with | ratio |"
    echo "|---|---|---|---|---|"
    # shellcheck disable=SC2016 # what is in quotes is for awk
    for preset in $presets; do
        mine() { awk -F '\t' -v p="$preset" "\$1 == p { print $1 }" "$rows"; }
        read -r without _ < <(mine '$4' | spread)
        read -r with _ < <(mine '$5' | spread)
        read -r ratio low high < <(mine '$5 / $4' | spread)
        read -r bytes _ < <(mine '$3' | spread)
        awk -v p="$preset" -v b="$bytes" -v x="$without" -v y="$with" \
            -v r="$ratio" -v l="$low" -v h="$high" 'BEGIN {
                printf "| %s | %.1f MB | %.0f | %.0f | %.3f (%.3f .. %.3f) |\n",
                    p, b / 1e6, x, y, r, l, h }'
    done
} | tee "$table"

if [ -n "$json" ]; then
    awk -F '\t' -v machine="$(machine)" -v every="$every" -v ranks="$ranks" '
        BEGIN { printf "{\"machine\": \"%s\", \"every\": %d, \"ranks\": %d, \"rows\": [", machine, every, ranks }
        { printf "%s\n  {\"preset\": \"%s\", \"round\": %d, \"checkpoint_bytes\": %d, \"samples_per_s_without\": %s, \"samples_per_s_with\": %s}",
            (NR > 1 ? "," : ""), $1, $2, $3, $4, $5 }
        END { printf "\n]}\n" }' "$rows" >"$json"
fi
[ -z "$record" ] || record checkpoint.sh "$table"
