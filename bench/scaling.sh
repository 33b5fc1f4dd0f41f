#!/usr/bin/env bash
# How rates grow with ranks: strong scaling (the preset's batch is shared) and
# weak scaling (each rank has the preset's batch).
#
#   bench/scaling.sh [OPTION ...] [RANKS ...]
#
#   --preset NAME  what to train [dcgan64]
#   --batch N      its batch, of a rank (weak) or of all (strong) [the preset's]
#   --shards N     parts of every batch [one a rank]
#   --rounds N     measurements of each figure, in turns [5]
#   --seconds S    about how long each of a run's three parts takes on one rank,
#                  strong scaling makes it shorter [5]
#   --chunk N      steps of each part, instead of --seconds
#   --out DIR      table.md, scaling.json and the picture go there [runs/scaling];
#                  rows.tsv has every figure as soon as it is measured
#   --record       put the table into bench/README.md
#
# RANKS are numbers of ranks [1, 2, 4, ... up to the cores, or the tasks of the
# SLURM allocation]; 1 is always measured. GENTRAIN names the program, which may be
# an installed one; by default it is the release build of the sources, which is made
# first unless it is there in a SLURM allocation. GENTRAIN_LAUNCHER and GENTRAIN_BIND
# say how ranks are started, as in jobs/gentrain.sbatch. In an allocation nodes are
# filled one after another, and GENTRAIN_BENCH_DIR must name a folder that all nodes
# see. gnuplot draws the picture, scaling.svg (Debian: gnuplot-nox); where it is
# missing, scaling.gp is what it needs to draw it elsewhere.
#
# Example: bench/scaling.sh --preset seed-vae --rounds 3 1 2 4
#          salloc -n 32 bench/scaling.sh --out runs/scaling-32
#          GENTRAIN=~/.local/bin/gentrain bench/scaling.sh
# shellcheck source=bench/common.sh
. "$(dirname "$0")/common.sh"

preset=dcgan64 batch="" shards="" rounds=5 seconds=5 chunk="" chunks=2
out=runs/scaling record="" list=""
while [ $# -gt 0 ]; do
    case $1 in
    --preset | --batch | --shards | --rounds | --seconds | --chunk | --out)
        [ $# -gt 1 ] || misused "$1 needs a value"
        declare "${1#--}=$2"
        shift
        ;;
    --record) record=yes ;;
    --help | -h) usage ;;
    -* | *[!0-9]* | 0) misused "unknown argument $1" ;;
    *) list="$list $1" ;;
    esac
    shift
done
out=$(here "$out")
# In an allocation what was built before it: its nodes may have no compiler, and
# jobs that start together would build in one folder.
if [ -z "${SLURM_JOB_ID:-}" ] || [ ! -x "$gentrain" ]; then
    build gentrain_cli
fi
scratch
batch=${batch:-$(batch_of "$preset")}
most=$places
[ -z "${SLURM_JOB_ID:-}" ] || most=$(tasks_of_job)
if [ -z "$list" ]; then
    for ((n = 1; n <= most; n *= 2)); do
        list="$list $n"
    done
fi
list=$({ echo 1 && echo "$list"; } | tr ' ' '\n' | grep . | sort -nu | tr '\n' ' ')
chunk=${chunk:-$(chunk_for "$seconds" "$preset" "$batch")}
# The timeline is written while the first, unmeasured part still runs.
traced=$((chunk > 40 ? 20 : chunk > 4 ? chunk / 2 : 2))

# waited TRACE: the share of their steps in which ranks waited for sums.
waited() {
    awk '
        { pid = $0; sub(/.*"pid": /, "", pid); sub(/,.*/, "", pid)
          dur = $0; sub(/.*"dur": /, "", dur); sub(/[,}].*/, "", dur) }
        /"name": "step"/ && ++seen[pid] > 1 { steps += dur }
        /"name": "[a-z]* wait for reduction"/ && seen[pid] > 1 { wait += dur }
        END { printf "%.4f\n", (steps > 0 ? wait / steps : 0) }' "$1"
}

mkdir -p "$out"
rows=$out/rows.tsv
: >"$rows"
# measure RANKS ROUND KIND BATCH: KIND is strong or weak; then as many
# processes alone, each with a rank's share of the batch.
measure() {
    local run=$work/run recipe rate share apart="" even="" parts=${shards:-$1}
    mapfile -t recipe < <(recipe "$preset" "$4" "$parts" "$chunk" "$chunks")
    rate=$(together "$1" "$run" "${recipe[@]}" \
        --trace "$run.json" --trace-steps "$traced")
    share=$(waited "$run.json")
    rm -rf "$run"
    if [ "$1" -gt 1 ]; then
        mapfile -t recipe < <(recipe "$preset" $(($4 / $1)) \
            $(((parts + $1 - 1) / $1)) "$chunk" "$chunks")
        read -r apart even < <(alone "$1" "$run" "${recipe[@]}")
        rm -rf "$run"
    fi
    printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$3" "$1" "$2" "$4" \
        "$rate" "${apart:-$rate}" "$share" "${even:-$rate}" >>"$rows"
}

for round in $(seq "$rounds"); do
    for n in $list; do
        echo "round $round of $rounds: $(counted "$n" rank)" >&2
        measure "$n" "$round" weak $((batch * n))
        if [ "$n" -eq 1 ]; then
            row=$(tail -n 1 "$rows")
            echo "${row/#weak/strong}" >>"$rows"
        elif [ $((batch / n)) -gt 0 ]; then
            measure "$n" "$round" strong "$batch"
        fi
    done
done

# column KIND RANKS EXPRESSION: spread over the rounds of an awk expression of
# rate, apart (the sum of processes alone), even (n times the slowest of them), one
# (the rate of one rank, same round), n and share.
column() {
    awk -F '\t' -v kind="$1" -v n="$2" '
        FNR == NR { if ($1 == kind && $2 == 1) base[$3] = $5; next }
        $1 == kind && $2 == n {
            rate = $5; apart = $6; share = $7; even = $8; one = base[$3]
            print '"$3"'
        }' "$rows" "$rows" | spread
}

# How ranks were started, with N for their number.
starter=$(launcher "$n" | sed -E "s/([ =])$n( |\$)/\\1N\\2/; s/ --nodes=[0-9]*//")
data=$out/figures.tsv
: >"$data"
{
    case $preset in
    ring | grid) unit=points ;;
    *) unit=images ;;
    esac
    echo "$preset on $(machine); $starter; median (lowest .." \
        "highest) of $(counted "$rounds" round)"
    echo
    for kind in strong weak; do
        if [ $kind = strong ]; then
            echo "Strong scaling, batch $batch of all ranks:"
        else
            echo
            echo "Weak scaling, batch $batch of each rank:"
        fi
        echo
        echo "| ranks | $unit/s | speed-up | efficiency | exposed communication | of lone processes | of the slowest of them |"
        echo "|---|---|---|---|---|---|---|"
        for n in $list; do
            grep -q "^$kind	$n	" "$rows" || continue
            read -r rate _ < <(column $kind "$n" rate)
            read -r up _ < <(column $kind "$n" 'rate / one')
            read -r eff low high < <(column $kind "$n" 'rate / one / n')
            read -r open least largest < <(column $kind "$n" share)
            read -r lone below above < <(column $kind "$n" 'rate / apart')
            read -r same under over < <(column $kind "$n" 'rate / even')
            printf '%s\t%s\t%s\t%s\t%s\t%s\n' $kind "$n" "$up" "$eff" \
                "$open" "$lone" >>"$data"
            awk -v n="$n" -v r="$rate" -v u="$up" -v e="$eff" -v l="$low" \
                -v h="$high" -v o="$open" -v p="$least" -v q="$largest" \
                -v a="$lone" -v b="$below" -v c="$above" \
                -v s="$same" -v t="$under" -v w="$over" 'BEGIN {
                    printf "| %d | %.0f | %.2f ", n, r, u
                    printf "| %.1f %% (%.1f .. %.1f) ", 100*e, 100*l, 100*h
                    printf "| %.1f %% (%.1f .. %.1f) ", 100*o, 100*p, 100*q
                    printf "| %.1f %% (%.1f .. %.1f) ", 100*a, 100*b, 100*c
                    printf "| %.1f %% (%.1f .. %.1f) |\n", 100*s, 100*t, 100*w }'
        done
    done
    echo
    echo "Exposed communication is the share of their steps in which ranks stood" \
        "still for sums over ranks, also for ranks that came later, from --trace." \
        "Of lone processes is the rate by that of as many processes that know" \
        "nothing of each other, each with a rank's share of the batch, measured" \
        "next; ranks wait for each other, so on unequal cores all are as fast as" \
        "the slowest, which the last column compares with. Both may be above 100 %:" \
        "ranks share the optimizer's work, which a lone process does whole, and the" \
        "two runs see a machine at two moments."
} | tee "$out/table.md"

awk -F '\t' -v machine="$(machine)" -v preset="$preset" -v chunk="$chunk" '
    BEGIN {
        printf "{\"machine\": \"%s\", \"preset\": \"%s\", ", machine, preset
        printf "\"steps_of_a_part\": %d, \"rows\": [", chunk
    }
    {
        printf "%s\n  {\"scaling\": \"%s\", \"ranks\": %d, \"round\": %d, ",
            (NR > 1 ? "," : ""), $1, $2, $3
        printf "\"batch\": %d, \"samples_per_s\": %s, ", $4, $5
        printf "\"samples_per_s_alone\": %s, \"exposed_share\": %s, ", $6, $7
        printf "\"samples_per_s_of_slowest\": %s}", $8
    }
    END { printf "\n]}\n" }' "$rows" >"$out/scaling.json"

# The picture's own program: paths are from the folder that it is in.
cat >"$out/scaling.gp" <<EOP
set terminal svg size 1200,440 dynamic background "white"
set output "scaling.svg"
set datafile separator "\t"
set multiplot layout 1,3
set logscale x 2
set samples 20
set grid
set key below
set xlabel "ranks"
set style data linespoints
set linetype 1 lc "#1f77b4" pt 7
set linetype 2 lc "#d62728" pt 5
of(k, c) = stringcolumn(1) eq k ? column(c) : NaN
set title "$preset: speed-up"
set logscale y 2
plot "figures.tsv" using 2:(of("strong", 3)) lt 1 title "strong", \
  "figures.tsv" using 2:(of("weak", 3)) lt 2 title "weak", x with lines lc "gray" title "ideal"
unset logscale y
set title "efficiency, %"
set yrange [0:*]
plot "figures.tsv" using 2:(100*of("strong", 4)) lt 1 title "strong", \
  "figures.tsv" using 2:(100*of("weak", 4)) lt 2 title "weak", \
  100 with lines lc "gray" title "ideal"
set title "exposed communication, %"
plot "figures.tsv" using 2:(100*of("strong", 5)) lt 1 title "strong", \
  "figures.tsv" using 2:(100*of("weak", 5)) lt 2 title "weak"
EOP
if command -v gnuplot >/dev/null; then
    (cd "$out" && gnuplot scaling.gp)
    echo "picture: $out/scaling.svg"
else
    echo "no picture, because gnuplot is not here (Debian: gnuplot-nox); where it" \
        "is: cd $out && gnuplot scaling.gp"
fi
[ -z "$record" ] || record scaling.sh "$out/table.md"
