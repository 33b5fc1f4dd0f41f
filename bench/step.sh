#!/usr/bin/env bash
# Training steps against the machine: builds the release and runs bench_step,
# pinned to one core for each BLAS thread.
#
#   bench/step.sh [--record] [OPTION of bench_step ...] [PRESET ...]
#
# --record puts what it prints into bench/README.md. The other options are
# listed by build/bench_step --help. Example: bench/step.sh --rounds 3 dcgan64
# shellcheck source=bench/common.sh
. "$(dirname "$0")/common.sh"

record="" threads=1 options=()
while [ $# -gt 0 ]; do
    case $1 in
    --record)
        record=yes
        shift
        continue
        ;;
    --help | -h) usage ;;
    --threads) threads=${2:-} ;;
    --threads=*) threads=${1#*=} ;;
    esac
    options+=("$1")
    shift
done
build bench_step
scratch
bench_step=$PWD/build/bench_step
pinned=$(free_cores | head -n "$threads" | paste -s -d ,)
{
    machine
    cd "$started" # where the files are that options name
    taskset -c "$pinned" "$bench_step" "${options[@]}"
} | tee "$work/table"
if [ -n "$record" ]; then
    { echo '```' && cat "$work/table" && echo '```'; } >"$work/fenced"
    record step.sh "$work/fenced"
fi
