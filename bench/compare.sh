#!/usr/bin/env bash
# gentrain beside PyTorch: the same networks, losses, batch, optimizer, one
# thread and one core a rank, the same BLAS kernels, measured in turns.
#
#   bench/compare.sh [OPTION ...] [PRESET ...]
#
#   --rounds N     pairs of runs [7]
#   --seconds S    about how long each of a run's three measurements takes [3]
#   --chunk N      steps of each measurement, instead of --seconds
#   --one          one rank only
#   --json FILE    write every run's figures there
#   --record       put the tables into bench/README.md
#
# Installs Debian's python3-torch if it is missing and builds the release. A
# round is: gentrain, PyTorch on one rank; then, on two cores and with twice the
# batch, gentrain on two ranks, two gentrains that know nothing of each other,
# PyTorch's DistributedDataParallel over gloo, two such PyTorches. Ratios are of
# runs of the same round. PyTorch first tries memory layouts and kinds of Adam
# for each network and keeps the fastest.
#
# Presets: all that PyTorch has here, unless named; one pass over them takes
# rounds x seconds x 3 minutes or so with the defaults.
# Example: bench/compare.sh --rounds 3 --one mlp-vae dcgan28
# shellcheck source=bench/common.sh
. "$(dirname "$0")/common.sh"

rounds=7 seconds=3 chunk="" chunks=3 one="" json="" record="" presets=""
while [ $# -gt 0 ]; do
    case $1 in
    --rounds | --seconds | --chunk | --json)
        [ $# -gt 1 ] || misused "$1 needs a value"
        declare "${1#--}=$2"
        shift
        ;;
    --one) one=yes ;;
    --record) record=yes ;;
    --help | -h) usage ;;
    -*) misused "unknown option $1" ;;
    *) presets="$presets $1" ;;
    esac
    shift
done
json=$(here "$json")
[ -n "$presets" ] || presets="dcgan64 dcgan28 resgan32 mlp-vae conv-vae28 seed-gan
    seed-gan-literal seed-vae"
need "
python:torch python3-torch
command:/usr/bin/time time
"
build gentrain_cli
scratch
mapfile -t core < <(free_cores)
own_cores=$(IFS=, && echo "${core[*]}")
if [ "${#core[@]}" -lt 2 ] && [ -z "$one" ]; then
    echo "only one core: leaving out two ranks" >&2
    one=yes
fi

# Debian lets an administrator choose what libblas.so.3 is; where that is not
# OpenBLAS, PyTorch is shown the way to it.
blas=$(dirname "$(ldd "$gentrain" | sed -n 's/.*libopenblas.* => \([^ ]*\).*/\1/p')")
real=$(dirname "$(readlink -f "$blas/libopenblas.so.0")")
[ ! -r "$real/libblas.so.3" ] ||
    export LD_LIBRARY_PATH="$real${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"

# PyTorch allocates in every step. Its processes keep what they have freed, as
# every page that they give back would be missed again; where page faults are
# dear, as on virtual machines, that makes it up to six times as fast.
python=(env MALLOC_MMAP_MAX_=0 MALLOC_TRIM_THRESHOLD_=1000000000000
    MALLOC_TOP_PAD_=67108864 /usr/bin/python3)

torch() {
    "${python[@]}" bench/peer_pytorch.py "$@" 2>"$work/torch.err" ||
        failed "$work/torch.err" "PyTorch: $*"
}

# field KEY: of a line of JSON.
field() {
    sed -n "s/.*\"$1\": \"\{0,1\}\([^\",}]*\).*/\1/p"
}

# Numbers of parameters as "name count" lines, from gentrain's banner.
gentrain_parameters() {
    sed -n 's/^ *\([a-z]*\)  *\([0-9]*\) parameters,.*/\1 \2/p' "$1"
}

rows=$work/rows.tsv
# row PRESET ROUND WHAT RATE [MB]
row() {
    printf '%s\t%s\t%s\t%s\t%s\n' "$1" "$2" "$3" "$4" "${5:-0}" >>"$rows"
}

gentrain_one() {
    local run=$work/run
    /usr/bin/time -f %M -o "$run.mb" taskset -c "${core[0]}" \
        "$gentrain" "${recipe[@]}" --out "$run" >"$run.out" 2>"$run.err" ||
        failed "$run.err" "gentrain ${recipe[*]}"
    row "$1" "$2" gentrain "$(rate_of "$run.out")" \
        $(($(tail -n 1 "$run.mb") / 1024))
    rm -rf "$run"
}

torch_one() {
    local run=$work/torch
    /usr/bin/time -f %M -o "$run.mb" taskset -c "${core[0]}" \
        "${python[@]}" bench/peer_pytorch.py "$1" "${torch[@]}" \
        >"$run.out" 2>"$run.err" || failed "$run.err" "PyTorch: $1"
    row "$1" "$2" torch "$(field samples_per_s <"$run.out")" \
        $(($(tail -n 1 "$run.mb") / 1024))
}

two_ranks() {
    local run=$work/run rate
    rate=$(together 2 "$run" "${recipe_2[@]}")
    row "$1" "$2" gentrain-2 "$rate"
    rm -rf "$run"
    rate=$(alone 2 "$run" "${recipe[@]}")
    row "$1" "$2" gentrain-alone "$rate"
    rm -rf "$run"
    rate=$(torch "$1" "${torch[@]}" --ranks 2)
    row "$1" "$2" torch-2 "$(echo "$rate" | field samples_per_s)"
    rate=$(torch "$1" "${torch[@]}" --ranks 2 --alone)
    row "$1" "$2" torch-alone "$(echo "$rate" | field samples_per_s)"
}

for preset in $presets; do
    batch=$(batch_of "$preset")
    steps=${chunk:-$(chunk_for "$seconds" "$preset" "$batch")}
    mapfile -t recipe < <(recipe "$preset" "$batch" 1 "$steps" "$chunks")
    mapfile -t recipe_2 < <(recipe "$preset" $((2 * batch)) 2 "$steps" "$chunks")
    best=$(torch "$preset" --choose --cores "$own_cores" \
        --chunk $((steps / 4 + 1)) --chunks "$chunks")
    read -ra torch <<<"$best"
    torch+=(--chunk "$steps" --chunks "$chunks" --cores "$own_cores")
    echo "$preset: batch $batch, $steps steps at a time, PyTorch with $best" >&2
    for round in $(seq "$rounds"); do
        echo "  round $round of $rounds" >&2
        gentrain_one "$preset" "$round"
        torch_one "$preset" "$round"
        [ -n "$one" ] || two_ranks "$preset" "$round"
    done
    torch "$preset" --describe >"$work/torch.parameters"
    gentrain_parameters "$work/run.err" >"$work/gentrain.parameters"
    diff "$work/gentrain.parameters" "$work/torch.parameters" >&2 || {
        echo "$0: $preset: gentrain (<) and PyTorch (>) differ in parameters" >&2
        exit 1
    }
    kernels=$(sed -n 's/.*each, \(.*\) kernels, [a-z0-9]*$/\1/p' "$work/run.err")
    theirs=$(field blas_kernel <"$work/torch.out")
    [ "$kernels" = "$theirs" ] || {
        echo "$0: gentrain runs $kernels kernels, PyTorch $theirs" >&2
        exit 1
    }
    awk -v p="$preset" -v b="$batch" -v how="$best" \
        '{ n += $2 } END { printf "%s\t%d\t%d\t%s\n", p, b, n, how }' \
        "$work/torch.parameters" >>"$work/presets.tsv"
done

# ratio PRESET A B: spread over the rounds of A's rate by B's.
ratio() {
    awk -F '\t' -v p="$1" -v a="$2" -v b="$3" '$1 == p {
            if ($3 == a) x[$2] = $4
            if ($3 == b) y[$2] = $4
        } END { for (i in x) print x[i] / y[i] }' "$rows" | spread |
        awk '{ printf "%.3f (%.3f .. %.3f)", $1, $2, $3 }'
}

# median PRESET WHAT COLUMN
median() {
    awk -F '\t' -v p="$1" -v w="$2" -v c="$3" \
        '$1 == p && $3 == w { print $c }' "$rows" | spread |
        awk '{ printf "%.0f", $1 }'
}

table=$work/table.md
version=$(field torch <"$work/torch.out")
{
    echo "$(machine), PyTorch $version, $kernels kernels; median (lowest .." \
        "highest) of $rounds rounds"
    echo
    echo "One rank, one thread, one core:"
    echo
    echo "| preset | batch | parameters | gentrain images/s | PyTorch | ratio | gentrain MB | PyTorch MB |"
    echo "|---|---|---|---|---|---|---|---|"
    while IFS=$'\t' read -r preset batch parameters _; do
        echo "| $preset | $batch | $parameters" \
            "| $(median "$preset" gentrain 4) | $(median "$preset" torch 4)" \
            "| $(ratio "$preset" gentrain torch)" \
            "| $(median "$preset" gentrain 5) | $(median "$preset" torch 5) |"
    done <"$work/presets.tsv"
    if [ -z "$one" ]; then
        echo
        echo "Two ranks on two cores, twice the batch; efficiency is against" \
            "two runs that know nothing of each other:"
        echo
        echo "| preset | gentrain images/s | efficiency | PyTorch DDP | efficiency | gentrain / PyTorch |"
        echo "|---|---|---|---|---|---|"
        while IFS=$'\t' read -r preset _; do
            echo "| $preset | $(median "$preset" gentrain-2 4)" \
                "| $(ratio "$preset" gentrain-2 gentrain-alone)" \
                "| $(median "$preset" torch-2 4)" \
                "| $(ratio "$preset" torch-2 torch-alone)" \
                "| $(ratio "$preset" gentrain-2 torch-2) |"
        done <"$work/presets.tsv"
    fi
} | tee "$table"

if [ -n "$json" ]; then
    awk -F '\t' -v machine="$(machine)" -v kernels="$kernels" \
        -v version="$version" '
        BEGIN {
            printf "{\"machine\": \"%s\", \"blas_kernel\": \"%s\", ", machine,
                kernels
            printf "\"torch\": \"%s\", \"presets\": [", version
        }
        FNR == NR {
            printf "%s\n  {\"preset\": \"%s\", \"batch\": %d, ",
                (FNR > 1 ? "," : ""), $1, $2
            printf "\"parameters\": %d, \"torch_options\": \"%s\"}", $3, $4
            next
        }
        FNR == 1 { printf "\n], \"rows\": [" }
        {
            printf "%s\n  {\"preset\": \"%s\", \"round\": %d, ",
                (FNR > 1 ? "," : ""), $1, $2
            printf "\"what\": \"%s\", \"samples_per_s\": %s, ", $3, $4
            printf "\"peak_mb\": %s}", ($5 > 0 ? $5 : "null")
        }
        END { printf "\n]}\n" }' "$work/presets.tsv" "$rows" >"$json"
fi
[ -z "$record" ] || record compare.sh "$table"
