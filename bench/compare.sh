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
#   --bf16         PyTorch under bf16 autocast, too, and gentrain in bf16 where the
#                  CPU has it
#   --python COMMAND   the Python that has PyTorch [/usr/bin/python3]
#   --root DIR     the same in the tree of another system; only root can do that
#   --keep DIR     keep the figures of all rounds there and go on with those that
#                  are there already: the tables are of all of them
#   --json FILE    write every run's figures there
#   --record       put the tables into bench/README.md, those of PyTorch 1 and
#                  of PyTorch 2, and of CPUs with AVX-512 and with AVX2, at their
#                  places
#
# Installs Debian's python3-torch if it is missing and builds the release. A
# round is: gentrain, PyTorch on one rank; then, on two cores and with twice the
# batch, gentrain on two ranks, two gentrains that know nothing of each other,
# PyTorch's DistributedDataParallel over gloo, two such PyTorches. Ratios are of
# runs of the same round. PyTorch first tries memory layouts and kinds of Adam
# for each network, and each precision, and keeps the fastest.
#
# A newer PyTorch than this system's, in a tree of Debian 13:
#
#   debootstrap --variant=minbase trixie DIR
#   chroot DIR apt-get install python3-torch python3-numpy libopenblas0-pthread
#   bench/compare.sh --root DIR --bf16
#
# Presets: all that PyTorch has here, unless named; one pass over them takes
# rounds x seconds x 3 minutes or so with the defaults, half as much again with
# --bf16.
# Example: bench/compare.sh --rounds 3 --one mlp-vae dcgan28
# shellcheck source=bench/common.sh
. "$(dirname "$0")/common.sh"

rounds=7 seconds=3 chunk="" chunks=3 one="" bf16="" json="" record="" presets=""
python="" root="" keep=""
while [ $# -gt 0 ]; do
    case $1 in
    --rounds | --seconds | --chunk | --json | --python | --root | --keep)
        [ $# -gt 1 ] || misused "$1 needs a value"
        declare "${1#--}=$2"
        shift
        ;;
    --one) one=yes ;;
    --bf16) bf16=bf16 ;;
    --record) record=yes ;;
    --help | -h) usage ;;
    -*) misused "unknown option $1" ;;
    *) presets="$presets $1" ;;
    esac
    shift
done
json=$(here "$json") root=$(here "$root") keep=$(here "$keep")
[ -n "$presets" ] || presets="dcgan64 dcgan28 resgan32 mlp-vae conv-vae28 seed-gan
    seed-gan-literal seed-vae"
[ -z "$root" ] || [ -x "$root/usr/bin/env" ] ||
    misused "there is no system in $root (--root)"
[ -z "$root" ] || [ "$(id -u)" -eq 0 ] || misused "only root can use --root"
need "command:/usr/bin/time time"
[ -n "$python$root" ] || need "python:torch python3-torch"
build gentrain_cli
scratch
figures=${keep:-$work}
mkdir -p "$figures"
mapfile -t core < <(free_cores)
own_cores=$(IFS=, && echo "${core[*]}")
if [ "${#core[@]}" -lt 2 ] && [ -z "$one" ]; then
    echo "only one core: leaving out two ranks" >&2
    one=yes
fi

own_bf16=""
[ -z "$bf16" ] || ! grep -qw avx512_bf16 /proc/cpuinfo || own_bf16=yes

# What starts PyTorch, with everything that it is told by the environment. Debian's
# gloo is without libuv.
script=bench/peer_pytorch.py
torch=(env USE_LIBUV=0)
if [ -n "$root" ]; then
    # Gone with the process: PyTorch reads in /proc what the CPU can do.
    # shellcheck disable=SC2016
    torch=(unshare --mount bash -c '
        mount -t proc proc "$0/proc"
        mount -t sysfs sys "$0/sys"
        mount --rbind /dev "$0/dev"
        exec chroot "$0" "$@"' "$root" "${torch[@]}")
    copy=$(mktemp -d "$root/tmp/gentrain-bench.XXXXXX")
    trap 'rm -rf "$work" "$copy"' EXIT
    cp "$script" "$copy"
    script=${copy#"$root"}/${script##*/}
elif [ -z "$python" ]; then
    # Debian lets an administrator choose what libblas.so.3 is; where that is not
    # OpenBLAS, PyTorch is shown the way to it.
    blas=$(dirname "$(ldd "$gentrain" |
        sed -n 's/.*libopenblas.* => \([^ ]*\).*/\1/p')")
    real=$(dirname "$(readlink -f "$blas/libopenblas.so.0")")
    [ ! -r "$real/libblas.so.3" ] ||
        torch+=("LD_LIBRARY_PATH=$real${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}")
fi

# PyTorch allocates in every step. Its processes keep what they have freed, as
# every page that they give back would be missed again; where page faults are
# dear, as on virtual machines, that makes it up to six times as fast.
torch+=(MALLOC_MMAP_MAX_=0 MALLOC_TRIM_THRESHOLD_=1000000000000
    MALLOC_TOP_PAD_=67108864)
read -ra words <<<"${python:-/usr/bin/python3}"
torch+=("${words[@]}" "$script")

torch() {
    "${torch[@]}" "$@" 2>"$work/torch.err" ||
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

rows=$figures/rows.tsv
touch "$rows"
# row PRESET ROUND WHAT RATE [MB]
row() {
    printf '%s\t%s\t%s\t%s\t%s\n' "$1" "$2" "$3" "$4" "${5:-0}" >>"$rows"
}

# gentrain_one PRESET ROUND SUFFIX OPTION...
gentrain_one() {
    local run=$work/run preset=$1 round=$2 suffix=$3
    shift 3
    /usr/bin/time -f %M -o "$run.mb" taskset -c "${core[0]}" \
        "$gentrain" "${recipe[@]}" "$@" --out "$run" >"$run.out" 2>"$run.err" ||
        failed "$run.err" "gentrain ${recipe[*]} $*"
    row "$preset" "$round" "gentrain$suffix" "$(rate_of "$run.out")" \
        $(($(tail -n 1 "$run.mb") / 1024))
    rm -rf "$run"
}

# torch_one PRESET ROUND SUFFIX OPTION...
torch_one() {
    local run=$work/torch preset=$1 round=$2 suffix=$3
    shift 3
    /usr/bin/time -f %M -o "$run.mb" taskset -c "${core[0]}" \
        "${torch[@]}" "$preset" "$@" \
        >"$run.out" 2>"$run.err" || failed "$run.err" "PyTorch: $preset $*"
    row "$preset" "$round" "torch$suffix" "$(field samples_per_s <"$run.out")" \
        $(($(tail -n 1 "$run.mb") / 1024))
}

# torch_two PRESET ROUND SUFFIX OPTION...
torch_two() {
    local rate preset=$1 round=$2 suffix=$3
    shift 3
    rate=$(torch "$preset" "$@" --ranks 2)
    row "$preset" "$round" "torch$suffix-2" "$(echo "$rate" | field samples_per_s)"
    rate=$(torch "$preset" "$@" --ranks 2 --alone)
    row "$preset" "$round" "torch$suffix-alone" \
        "$(echo "$rate" | field samples_per_s)"
}

two_ranks() {
    local run=$work/run rate
    rate=$(together 2 "$run" "${recipe_2[@]}")
    row "$1" "$2" gentrain-2 "$rate"
    rm -rf "$run"
    read -r rate _ < <(alone 2 "$run" "${recipe[@]}")
    row "$1" "$2" gentrain-alone "$rate"
    rm -rf "$run"
}

# round PRESET ROUND
round() {
    [ -z "$own_bf16" ] || gentrain_one "$1" "$2" -bf16 --set train.precision=bf16
    gentrain_one "$1" "$2" ""
    torch_one "$1" "$2" "" "${how[@]}"
    [ -z "$bf16" ] || torch_one "$1" "$2" -bf16 "${how_bf16[@]}"
    [ -z "$one" ] || return 0
    two_ranks "$1" "$2"
    torch_two "$1" "$2" "" "${how[@]}"
    [ -z "$bf16" ] || torch_two "$1" "$2" -bf16 "${how_bf16[@]}"
}

# choose PRESET PRECISION: the fastest options
choose() {
    torch "$1" --choose --precision "$2" --cores "$own_cores" \
        --chunk $((steps / 4 + 1)) --chunks "$chunks"
}

for preset in $presets; do
    batch=$(batch_of "$preset")
    steps=${chunk:-$(chunk_for "$seconds" "$preset" "$batch")}
    mapfile -t recipe < <(recipe "$preset" "$batch" 1 "$steps" "$chunks")
    mapfile -t recipe_2 < <(recipe "$preset" $((2 * batch)) 2 "$steps" "$chunks")
    common="--chunk $steps --chunks $chunks --cores $own_cores"
    best=$(choose "$preset" fp32)
    read -ra how <<<"$best $common"
    if [ -n "$bf16" ]; then
        best_bf16=$(choose "$preset" bf16)
        read -ra how_bf16 <<<"$best_bf16 --precision bf16 $common"
        best="$best; bf16: $best_bf16"
    fi
    echo "$preset: batch $batch, $steps steps at a time, PyTorch with $best" >&2
    before=$(awk -F '\t' -v p="$preset" '$1 == p && $2 > n { n = $2 }
        END { print n + 0 }' "$rows")
    for round in $(seq "$rounds"); do
        echo "  round $round of $rounds" >&2
        round "$preset" $((before + round))
    done
    torch "$preset" --describe >"$work/torch.parameters"
    gentrain_parameters "$work/run.err" >"$work/gentrain.parameters"
    diff "$work/gentrain.parameters" "$work/torch.parameters" >&2 || {
        echo "$0: $preset: gentrain (<) and PyTorch (>) differ in parameters" >&2
        exit 1
    }
    kernels=$(sed -n 's/.*each, \(.*\) kernels, .*$/\1/p' "$work/run.err")
    theirs=$(field blas_kernel <"$work/torch.out")
    # Another Python may have another version of OpenBLAS, whose names differ.
    if [ "$kernels" != "$theirs" ]; then
        if [ -z "$python$root" ] || [ "${theirs#unknown}" != "$theirs" ]; then
            echo "$0: gentrain runs $kernels kernels, PyTorch $theirs" >&2
            exit 1
        fi
        kernels="$kernels kernels, $theirs in PyTorch"
    else
        kernels="$kernels kernels"
    fi
    # In bf16 the line names the rest in fp32 last.
    kernels="products by $(sed -n 's/^  products .*by //p' "$work/run.err"), BLAS with $kernels"
    touch "$figures/presets.tsv"
    awk -F '\t' -v p="$preset" '$1 != p' "$figures/presets.tsv" >"$work/others"
    awk -v p="$preset" -v b="$batch" -v how="$best" \
        '{ n += $2 } END { printf "%s\t%d\t%d\t%s\n", p, b, n, how }' \
        "$work/torch.parameters" | cat "$work/others" - >"$figures/presets.tsv"
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

# rounds_of: "3", or "3 to 5" where presets have had different numbers of them.
rounds_of() {
    awk -F '\t' '$3 == "torch" { n[$1]++ }
        END { for (p in n) print n[p] }' "$rows" | sort -nu |
        sed -n '1p;$p' | uniq | paste -s -d ' ' | sed 's/ / to /'
}

# columns CELL...: of a row
columns() {
    printf '|'
    printf ' %s |' "$@"
    echo
}

# heading NAME...
heading() {
    columns "$@"
    printf '|'
    printf -- '---|%.0s' "$@"
    echo
}

one_rank() {
    local preset batch parameters more=()
    [ -z "$bf16" ] || more=("gentrain bf16" "PyTorch bf16" ratio "fp32 / PyTorch bf16")
    heading preset batch parameters "gentrain images/s" PyTorch ratio \
        "${more[@]}" "gentrain MB" "PyTorch MB" ${bf16:+"PyTorch bf16 MB"}
    while IFS=$'\t' read -r preset batch parameters _; do
        [ -z "$bf16" ] || more=("$(median "$preset" gentrain-bf16 4)"
            "$(median "$preset" torch-bf16 4)"
            "$(ratio "$preset" gentrain-bf16 torch-bf16)"
            "$(ratio "$preset" gentrain torch-bf16)")
        columns "$preset" "$batch" "$parameters" "$(median "$preset" gentrain 4)" \
            "$(median "$preset" torch 4)" "$(ratio "$preset" gentrain torch)" \
            "${more[@]}" "$(median "$preset" gentrain 5)" \
            "$(median "$preset" torch 5)" \
            ${bf16:+"$(median "$preset" torch-bf16 5)"}
    done <"$figures/presets.tsv"
}

# ddp PRESET SUFFIX: three cells of PyTorch on two ranks
ddp() {
    cells+=("$(median "$1" "torch$2-2" 4)"
        "$(ratio "$1" "torch$2-2" "torch$2-alone")"
        "$(ratio "$1" gentrain-2 "torch$2-2")")
}

two_cores() {
    local preset cells more=()
    [ -z "$bf16" ] || more=("DDP bf16" efficiency "gentrain / PyTorch bf16")
    heading preset "gentrain images/s" efficiency "PyTorch DDP" efficiency \
        "gentrain / PyTorch" "${more[@]}"
    while IFS=$'\t' read -r preset _; do
        cells=("$preset" "$(median "$preset" gentrain-2 4)"
            "$(ratio "$preset" gentrain-2 gentrain-alone)")
        ddp "$preset" ""
        [ -z "$bf16" ] || ddp "$preset" -bf16
        columns "${cells[@]}"
    done <"$figures/presets.tsv"
}

table=$work/table.md
version=$(field torch <"$work/torch.out")
{
    echo "$(machine), PyTorch $version, $kernels; median (lowest .." \
        "highest) of $(rounds_of) rounds"
    echo
    echo "One rank, one thread, one core:"
    echo
    one_rank
    if [ -z "$one" ]; then
        echo
        echo "Two ranks on two cores, twice the batch; efficiency is against" \
            "two runs that know nothing of each other:"
        echo
        two_cores
    fi
} | tee "$table"

if [ -n "$json" ]; then
    awk -F '\t' -v machine="$(machine)" -v kernels="$kernels" \
        -v version="$version" '
        BEGIN {
            printf "{\"machine\": \"%s\", \"blas\": \"%s\", ", machine, kernels
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
        END { printf "\n]}\n" }' "$figures/presets.tsv" "$rows" >"$json"
fi
place="compare.sh, PyTorch ${version%%.*}"
grep -qw avx512f /proc/cpuinfo || place="$place, AVX2"
[ -z "$record" ] || record "$place" "$table"
