#!/usr/bin/env bash
# Who drives messages while gradients are computed? Measures how much longer a
# step gets by a sum over ranks with nobody driving it, with matrix products doing
# so, as in training, and with a helper thread; each over memory and over TCP.
#
#   bench/overlap.sh [OPTION ...]
#
#   --ranks N         ranks [2]
#   --megabytes X     length of the vector [8]
#   --milliseconds X  of computing in a step [50]
#   --rounds N        steps of each kind, in turns [50]
#   --record          put the tables into bench/README.md
#
# Example: bench/overlap.sh --megabytes 80 --milliseconds 200
# shellcheck source=bench/common.sh
. "$(dirname "$0")/common.sh"

ranks=2 megabytes=8 milliseconds=50 rounds=50 record=""
while [ $# -gt 0 ]; do
    case $1 in
    --ranks | --megabytes | --milliseconds | --rounds)
        [ $# -gt 1 ] || misused "$1 needs a value"
        declare "${1#--}=$2"
        shift
        ;;
    --record) record=yes ;;
    --help | -h) usage ;;
    *) misused "unknown option $1" ;;
    esac
    shift
done
build bench_overlap
scratch

table=$work/table.md
{
    echo "$(machine); $(counted "$ranks" rank), $megabytes MB, $milliseconds ms of" \
        "computing, median (lowest .. highest) of $(counted "$rounds" step)"
    for transport in vader tcp; do
        echo
        echo "Messages by ${transport/vader/memory (vader)}:"
        echo
        # shellcheck disable=SC2046
        OMPI_MCA_btl=self,$transport $(launcher "$ranks") build/bench_overlap \
            "$megabytes" "$milliseconds" "$rounds" 2>"$work/err" ||
            failed "$work/err" "bench_overlap by $transport"
    done
} | tee "$table"
[ -z "$record" ] || record overlap.sh "$table"
