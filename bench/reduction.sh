#!/usr/bin/env bash
# Methods to add gradients over ranks, in turns: the fixed tree, MPI's all-reduce,
# 16 bits on the way, and the tree with buckets of other sizes.
#
#   bench/reduction.sh [OPTION ...] [PRESET ...]
#
#   --ranks LIST   numbers of ranks ["2 4"]
#   --rounds N     measurements of each figure, in turns [5]
#   --seconds S    about how long each of a run's two parts takes on one rank [2]
#   --chunk N      steps of each part, instead of --seconds
#   --json FILE    write every run's figures there
#   --record       put the table into bench/README.md
#
# Each rank has the preset's batch, as one shard. With more ranks than cores the
# ranks take turns, which says little of a cluster but is fair to all methods.
# Presets: dcgan28 mlp-vae seed-vae unless named.
# Example: bench/reduction.sh --ranks 2 --rounds 3 seed-vae
# shellcheck source=bench/common.sh
. "$(dirname "$0")/common.sh"

ranks="2 4" rounds=5 seconds=2 chunk="" chunks=2 json="" record="" presets=""
while [ $# -gt 0 ]; do
    case $1 in
    --ranks | --rounds | --seconds | --chunk | --json)
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
[ -n "$presets" ] || presets="dcgan28 mlp-vae seed-vae"
build gentrain_cli
scratch

# Each method's name and settings; all others are compared with the first.
methods=(
    "tree"
    "mpi --set communication.reduction=mpi"
    "bf16 --set communication.compression=bf16"
    "one-bucket --set communication.bucket_mb=0"
    "0.25-MB --set communication.bucket_mb=0.25"
    "4-MB --set communication.bucket_mb=4"
)
rows=$work/rows.tsv
for preset in $presets; do
    batch=$(batch_of "$preset")
    steps=${chunk:-$(chunk_for "$seconds" "$preset" "$batch")}
    for n in $ranks; do
        [ "$n" -le "$places" ] || export OMPI_MCA_mpi_yield_when_idle=1
        mapfile -t recipe < <(recipe "$preset" $((n * batch)) "$n" "$steps" "$chunks")
        for round in $(seq "$rounds"); do
            echo "$preset, $(counted "$n" rank), round $round of $rounds" >&2
            for method in "${methods[@]}"; do
                read -ra words <<<"$method"
                rate=$(together "$n" "$work/run" "${recipe[@]}" \
                    "${words[@]:1}")
                rm -rf "$work/run"
                printf '%s\t%s\t%s\t%s\t%s\n' "$preset" "$n" "$round" \
                    "${words[0]}" "$rate" >>"$rows"
            done
        done
        unset OMPI_MCA_mpi_yield_when_idle
    done
done

# ratio PRESET RANKS METHOD: spread over the rounds of its rate by the tree's.
ratio() {
    awk -F '\t' -v p="$1" -v n="$2" -v w="$3" '$1 == p && $2 == n {
            if ($4 == w) x[$3] = $5
            if ($4 == "tree") y[$3] = $5
        } END { for (i in x) print x[i] / y[i] }' "$rows" | spread |
        awk '{ printf "%.3f (%.3f .. %.3f)", $1, $2, $3 }'
}

table=$work/table.md
{
    echo "$(machine); weak scaling, rates by that of the tree with buckets of" \
        "1 MB, median (lowest .. highest) of $(counted "$rounds" round)"
    echo
    echo "| preset | ranks | tree, images/s | MPI's all-reduce | 16 bits |" \
        "one bucket | 0.25 MB | 4 MB |"
    echo "|---|---|---|---|---|---|---|---|"
    for preset in $presets; do
        for n in $ranks; do
            rate=$(awk -F '\t' -v p="$preset" -v n="$n" \
                '$1 == p && $2 == n && $4 == "tree" { print $5 }' "$rows" |
                spread)
            printf '| %s | %s | %.0f |' "$preset" "$n" "${rate%% *}"
            for method in "${methods[@]:1}"; do
                printf ' %s |' "$(ratio "$preset" "$n" "${method%% *}")"
            done
            echo
        done
    done
} | tee "$table"

if [ -n "$json" ]; then
    awk -F '\t' -v machine="$(machine)" '
        BEGIN { printf "{\"machine\": \"%s\", \"rows\": [", machine }
        { printf "%s\n  {\"preset\": \"%s\", \"ranks\": %d, \"round\": %d, \"method\": \"%s\", \"samples_per_s\": %s}",
            (NR > 1 ? "," : ""), $1, $2, $3, $4, $5 }
        END { printf "\n]}\n" }' "$rows" >"$json"
fi
[ -z "$record" ] || record reduction.sh "$table"
