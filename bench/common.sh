# Sourced by the scripts of bench/: a release build, runs that write nothing
# but their figures, statistics, and tables that go into bench/README.md. Plain
# shell and awk: a cluster may have nothing else.
# shellcheck shell=bash
set -eu -o pipefail
export LC_ALL=C
started=$PWD
cd "$(dirname "$0")/.."
manual=$PWD/bench/${0##*/}
# shellcheck source=jobs/dependencies.sh
. jobs/dependencies.sh
# shellcheck source=jobs/launcher.sh
. jobs/launcher.sh

# Whatever the caller's settings: the kernels that fit the CPU, one thread, and
# ranks that do not yield their core while they wait.
unset OPENBLAS_CORETYPE OMPI_MCA_rmaps_base_oversubscribe PRTE_MCA_rmaps_default_mapping_policy \
    OMPI_MCA_mpi_yield_when_idle
export OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1

# here PATH: as the caller meant it, who may have been in another folder.
here() {
    case $1 in
    "" | /*) echo "$1" ;;
    *) echo "$started/$1" ;;
    esac
}
GENTRAIN_BENCH_DIR=$(here "${GENTRAIN_BENCH_DIR:-${TMPDIR:-/tmp}}")

# Print the comment at the top of the script: its manual.
usage() {
    sed -n '2,/^[^#]/{/^# shellcheck/d;s/^# \{0,1\}//p;}' "$manual"
    exit 0
}

# An option that is not known, or lacks its value.
misused() {
    echo "$0: $*; see $0 --help" >&2
    exit 2
}

# The program: the release build of these sources, or one that is measured as it is,
# because GENTRAIN names it or because there are no sources, where it is installed.
given=${GENTRAIN:-}
if [ -z "$given" ] && [ ! -e CMakeLists.txt ]; then
    find_program "$PWD/jobs"
    given=$GENTRAIN
    [ "$given" != build/gentrain ] || given=$PWD/$given
fi
gentrain=$PWD/build/gentrain
if [ -n "$given" ]; then
    gentrain=$(cd "$started" && command -v "$given") ||
        misused "there is no program $given (GENTRAIN)"
    gentrain=$(here "$gentrain")
fi

# build TARGET...: the release build, silent unless it fails. Nothing where another
# program is measured; what is not installed can be measured in the build alone.
build() {
    if [ -n "$given" ]; then
        [ "$*" = gentrain_cli ] ||
            misused "this measures a build of the sources; unset GENTRAIN"
        return 0
    fi
    # Where it was built once, what it needs is there, however CMake found it.
    [ -f build/CMakeCache.txt ] || need "$build_needs"
    local log
    log=$(mktemp)
    if ! { cmake --preset release && cmake --build --preset release \
        -j "$cores" --target "$@"; } >"$log" 2>&1; then
        tail -n 30 "$log" >&2
        exit 1
    fi
    rm "$log"
}

# A folder for runs and logs, removed at the end. Ends the script if it cannot start
# ranks.
scratch() {
    launcher 1 >/dev/null || exit 2
    mkdir -p "$GENTRAIN_BENCH_DIR"
    work=$(mktemp -d "$GENTRAIN_BENCH_DIR/gentrain-bench.XXXXXX")
    trap 'rm -rf "$work"' EXIT
}

# The machine, the day, and what was measured: a commit, "dirty" if the program
# is not that commit's, or the version of a program that is measured as it is.
machine() {
    local cpu program
    program="gentrain $(git describe --always 2>/dev/null)" || program="gentrain ?"
    [ "$program" = "gentrain ?" ] ||
        git diff --quiet HEAD -- src include CMakeLists.txt || program=$program-dirty
    [ -z "$given" ] || program=$("$gentrain" --version | head -n 1)
    cpu=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)
    echo "${cpu:-unknown CPU}, $(counted "$places" core), $(date -u +%Y-%m-%d)," \
        "$program"
}

# source_of PRESET: data with nothing held out. For grey 28 x 28 images a file
# of noise, as drawing digits would take a good part of a small network's time
# and nobody trains on drawn ones for long; else the built-in source, an epoch of
# which does not end here.
source_of() {
    local uri images=$work/images-idx3-ubyte
    uri=$("$gentrain" presets show "$1" | sed -n 's/^ *uri: *\([a-z]*\).*/\1/p')
    if [ "$uri" != glyphs ]; then
        echo "$uri?count=1048576&test_count=0"
        return
    fi
    [ -e "$images" ] || {
        printf '\0\0\10\3\0\0\100\0\0\0\0\34\0\0\0\34'
        head -c $((16384 * 28 * 28)) /dev/urandom
    } >"$images"
    echo "$images"
}

batch_of() {
    "$gentrain" presets show "$1" | sed -n 's/^ *batch: *\([0-9]*\).*/\1/p'
}

# recipe PRESET BATCH SHARDS CHUNK CHUNKS: the arguments of a run that trains
# one chunk of steps to warm up and CHUNKS to be measured, and writes figures
# after each. A checkpoint at the end cannot be left out; it is not timed.
recipe() {
    set -- "$1" "$2" "$3" "$4" $((($5 + 1) * $4))
    printf '%s\n' train --json --preset "$1" --data "$(source_of "$1")" \
        --batch "$2" --set "train.shards=$3" --steps "$5" \
        --set "output.log_every=$4" --set output.checkpoint_every=0 \
        --set output.sample_every=0 --set output.sample_count=1
}

# rates_of FILE: the rate of each line of figures of a run.
rates_of() {
    sed -n 's/^{"step".*"samples_per_s": \([0-9.e+]*\).*/\1/p' "$1"
}

# rate_of FILE: the median rate of a run's lines but the first.
rate_of() {
    rates_of "$1" | sed 1d | spread | cut -d ' ' -f 1
}

# spread: of numbers on stdin, "median lowest highest".
spread() {
    sort -g | awk '{ v[NR] = $1 }
        END {
            if (NR == 0) exit 1
            printf "%.6g %.6g %.6g\n",
                (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2, v[1], v[NR]
        }'
}

# failed LOG WHAT: show what a run said, and stop.
failed() {
    echo "$0: this failed: $2" >&2
    tail -n 20 "$1" >&2
    exit 1
}

# nodes_for N: how many nodes of the allocation N processes fill. "3(x2),1" is
# 3 processes on each of two nodes and 1 on a third.
nodes_for() {
    echo "${SLURM_TASKS_PER_NODE:?}" | tr ',' '\n' | awk -F '[(x)]+' -v n="$1" '
        { for (i = 0; i < ($2 ? $2 : 1) && n > 0; i++) { n -= $1; nodes++ } }
        END { print nodes }'
}

# launcher N: the words that start N ranks, a core each, by jobs/launcher.sh. In an
# allocation of SLURM one node is filled after another; srun by itself would take as
# many nodes as it can. With more ranks than cores on this machine, ranks share them.
launcher() {
    local nodes=1 launch=() GENTRAIN_BIND=${GENTRAIN_BIND:-core} crowded=""
    if [ -n "${SLURM_JOB_ID:-}" ]; then
        nodes=$(nodes_for "$1")
    elif [ "$1" -gt "$places" ]; then
        crowded=yes GENTRAIN_BIND=none
    fi
    launch_words "$1" 1 "$nodes" "$gentrain" || return
    case $(launcher_kind "${launch[0]}"),$crowded in
    srun,*) launch+=(--nodes="$nodes") ;;
    openmpi,yes) launch+=(--oversubscribe) ;;
    esac
    echo "${launch[*]}"
}

# together N RUN RECIPE...: N ranks train one model; prints their rate.
together() {
    local n=$1 run=$2
    shift 2
    # shellcheck disable=SC2046
    $(launcher "$n") "$gentrain" "$@" --out "$run" \
        >"$run.out" 2>"$run.err" || failed "$run.err" "$(counted "$n" rank): $*"
    rate_of "$run.out"
}

# alone N RUN RECIPE...: N processes, started and bound in the same way, that
# know nothing of each other; prints the sum of their rates, and N times the lowest.
alone() {
    local n=$1 run=$2 i
    shift 2
    mkdir -p "$run"
    $(launcher "$n") bash bench/alone.sh "$run" "$gentrain" "$@" \
        >"$run.out" 2>&1 || {
        tail -n 5 "$run"/*.err >>"$run.out"
        failed "$run.out" "$n lone processes: $*"
    }
    for i in "$run"/*.out; do
        rate_of "$i"
    done | sort -g | awk 'NR == 1 { least = $1 } { s += $1 }
        END { print s, NR * least }'
}

# chunk_for SECONDS PRESET BATCH: how many steps of one rank take that long, told
# from a short run.
chunk_for() {
    local seconds=$1 preset=$2 batch=$3 rate
    local run="$work/chunk-$preset-$batch"
    # shellcheck disable=SC2046
    rate=$(together 1 "$run" $(recipe "$preset" "$batch" 1 2 2))
    rm -rf "$run"
    awk -v s="$seconds" -v b="$batch" -v r="$rate" \
        'BEGIN { n = int(s * r / b + 0.999); print (n > 0 ? n : 1) }'
}

# record NAME FILE: put FILE between NAME's marks in bench/README.md.
record() {
    local readme=bench/README.md
    grep -q "^<!-- $1: begin" "$readme" || {
        echo "$readme has no marks for $1" >&2
        return 1
    }
    awk -v name="$1" -v file="$2" '
        $0 ~ "^<!-- " name ": end" { skip = 0 }
        !skip { print }
        $0 ~ "^<!-- " name ": begin" {
            skip = 1
            while ((getline line < file) > 0) print line
        }' "$readme" >"$readme.new"
    mv "$readme.new" "$readme"
    echo "written into $readme"
}
