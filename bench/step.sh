#!/usr/bin/env bash
# Training steps against the machine: builds the release and runs bench_step,
# pinned to one core for each BLAS thread.
#
#   bench/step.sh [--record] [OPTION of bench_step ...] [PRESET ...]
#
# --record puts what it prints into bench/README.md. The other options are
# listed by bench/step.sh --help. Example: bench/step.sh --rounds 3 dcgan64
# shellcheck source=bench/common.sh
. "$(dirname "$0")/common.sh"

record=""
if [ "${1:-}" = --record ]; then
    record=yes
    shift
fi
build bench_step
threads=1 before=""
for argument in "$@"; do
    [ "$before" != --threads ] || threads=$argument
    before=$argument
done
scratch
taskset -c "$(free_cores | head -n "$threads" | paste -s -d ,)" \
    build/bench_step "$@" | tee "$work/table"
if [ -n "$record" ]; then
    { echo '```' && cat "$work/table" && echo '```'; } >"$work/fenced"
    record step.sh "$work/fenced"
fi
