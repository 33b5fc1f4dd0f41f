# bench_step counts the arithmetic that a step needs, and the step computes no
# more of it. The counts are worked out by hand here, as multiplications of one
# sample: products x (forward + weights + inputs).
#
# Scaling is measured of a program that is installed, by the scripts that are.
#
# ctest: release
. "$(dirname "$0")/common.sh"

# --- scaling.sh
prefix=$scratch/prefix
"$CMAKE" --install "$GENTRAIN_BUILD" --prefix "$prefix" >install.txt 2>&1 ||
    fail "cmake --install fails: $(tail -n 5 install.txt)"
# scaling TABLE OPTION...: the shortest measurement; out.txt, err.txt, TABLE/
scaling() {
    local out=$1 script=$2
    shift 2
    GENTRAIN_BENCH_DIR=$scratch bash "$script" --preset ring --batch 16 --rounds 1 \
        --chunk 2 --out "$out" "$@" >out.txt 2>err.txt
}
installed=$prefix/share/gentrain/bench/scaling.sh
must "an installed scaling.sh" env -u GENTRAIN bash -c "$(declare -f scaling)
    scratch=$scratch; scaling rates $installed 1 2"
says out.txt "$(GENTRAIN="" "$prefix/bin/gentrain" --version | head -n 1)"
says err.txt "round 1 of 1: 1 rank"
says err.txt "round 1 of 1: 2 ranks"
grep -qE '1 (ranks|rounds|cores|nodes)' out.txt err.txt && fail "one is many"
says rates/table.md "| ranks | points/s |"
for file in table.md scaling.json rows.tsv figures.tsv scaling.gp; do
    [ -s "rates/$file" ] || fail "no rates/$file"
done
# Ranks may stand still for no time, but not for less.
awk -F '\t' '{ n++; if ($6 <= 0 || $5 < 0 || $5 > 1) bad = 1 }
    END { exit bad || n != 4 }' rates/figures.tsv ||
    fail "the figures: $(cat rates/figures.tsv)"
# As many as the slowest of lone processes are no faster than these together.
awk -F '\t' '{ n++; if ($8 <= 0 || $8 > 1.0001 * $6) bad = 1 }
    END { exit bad || n != 4 }' rates/rows.tsv ||
    fail "lone processes: $(cat rates/rows.tsv)"
grep -q '^| 2 |.*-' rates/table.md && fail "less than nothing: $(cat rates/table.md)"
if command -v gnuplot >/dev/null; then
    [ -s rates/scaling.svg ] || fail "no picture"
else
    says out.txt "gnuplot is not here (Debian: gnuplot-nox)"
fi
# The program that GENTRAIN names, without a build.
must "GENTRAIN" scaling named "$GENTRAIN_SOURCE/bench/scaling.sh" 1
says out.txt "$("$GENTRAIN" --version | head -n 1)"
GENTRAIN=nowhere/gentrain scaling no "$GENTRAIN_SOURCE/bench/scaling.sh" 1
[ $? -eq 2 ] || fail "a program that is not there"
says err.txt "there is no program nowhere/gentrain"
GENTRAIN_LAUNCHER=jsrun scaling no "$GENTRAIN_SOURCE/bench/scaling.sh" 1
[ $? -eq 2 ] || fail "a launcher that nobody knows"
says err.txt "with %n for the number of ranks, not jsrun"
bash "$GENTRAIN_SOURCE/bench/overlap.sh" >out.txt 2>err.txt
[ $? -eq 2 ] || fail "overlap.sh measures a program that is given"
says err.txt "unset GENTRAIN"

# --- quality.sh: tiny models get tables, finished runs are kept, a stopped one goes on.
quality() {
    GENTRAIN_BENCH_DIR=$scratch bash "$GENTRAIN_SOURCE/bench/quality.sh" --out q \
        --seeds 2 --train "--steps 6 --set output.test_every=3" "$@" >out.txt 2>err.txt
}
must "importing digits" ranks 1 import 'glyphs?count=600&test_count=60' -o digits.h5
must "a table of points" quality --eval "--samples 60" ring
says out.txt "ring: 8 Gaussians"
says out.txt "2 seeds"
says out.txt "modes of 8"
says err.txt "ring-2: training"
must "the same once more" quality --eval "--samples 60" ring
grep -q training err.txt && fail "a finished run was trained again"
rm q/ring-1.done q/ring-1.json
must "a run that was stopped" quality --train "--steps 8" --eval "--samples 60" ring
says err.txt "ring-1: training after a stop"
says out.txt "without what was stopped before"
must "a table of likelihoods" quality --data digits.h5 \
    --eval "--samples 60 --draws 3" binarised
says out.txt "NLL, 200 draws, nats"
must "tables of images" quality --data digits.h5 --eval "--samples 60" dcgan28 cgan28 stacked
says out.txt "entropy of classes"
says out.txt "agreement with the class asked"
says out.txt "classes of 1000"
quality dcgan28
[ $? -eq 2 ] || fail "images without data"
says err.txt "dcgan28 needs --data MNIST"
quality ringg
[ $? -eq 2 ] || fail "an unknown table"
says err.txt "unknown table ringg"

# --- bench_step
[ -n "${BENCH_STEP:-}" ] || {
    echo "skipped: built without GT_BENCH"
    exit 77
}

# bench PRESET [OPTION ...]: the shortest measurement there is; out.txt, b.json.
bench() {
    "$BENCH_STEP" --rounds 1 --steps 1 --sgemm 64 --json b.json "${@:2}" "$1" \
        >out.txt 2>err.txt
}

# counts PRESET BATCH MULTIPLICATIONS [OPTION ...]; share: about how many of them
# BLAS is asked for, as convolutions take fewer [all]
counts() {
    local key got
    must "bench_step $1" bench "$1" --set "train.batch=$2" "${@:4}"
    for key in gflop_per_step gflop_computed_per_step; do
        got=$(sed -n "s/.*\"$key\": \([0-9.e+]*\),.*/\1/p" b.json)
        awk -v got="$got" -v n="$2" -v m="$3" 'BEGIN {
            off = got * 1e9 / (2 * n * m) - 1
            exit !(off < 1e-6 && off > -1e-6) }' ||
            fail "$1 ${*:4}: $key is $got, not that of $3 x $2"
    done
    got=$(sed -n 's/.*"gflop_multiplied_per_step": \([0-9.e+]*\),.*/\1/p' b.json)
    awk -v got="$got" -v n="$2" -v m="$3" -v share="${share:-1}" 'BEGIN {
        off = got * 1e9 / (2 * n * m) - share
        exit !(off < 0.15 && off > -0.15) }' ||
        fail "$1 ${*:4}: $got GFLOP were multiplied of $3 x $2"
    if grep -q "is computed than is needed" out.txt; then
        fail "$1 is said to compute too much"
    fi
}

# Nothing below the encoder's first layer wants its gradient; z does want the
# decoder's.
counts mlp-vae 16 $((784 * 400 * 2 + 400 * 40 * 3 + 20 * 400 * 3 + 400 * 784 * 3))
says out.txt "decoder/02_dense"
says out.txt " images/s"

# When the first step began and when it was done, and the figures of each round.
number() { sed -n "s/.*\"$1\": \[*\([0-9.e+-]*\).*/\1/p" b.json; }
awk -v begin="$(number first_step_begins_s)" -v end="$(number first_step_s)" \
    'BEGIN { exit !(0 < begin && begin < end) }' ||
    fail "the first step is from $(number first_step_begins_s) to $(number first_step_s) s"
for key in step_s sgemm_gflop_per_s; do
    [ -n "$(number ${key}_of_rounds)" ] || fail "b.json has no rounds of $key"
done

# Every script tells how it is called, from wherever that is asked.
for script in step compare scaling reduction checkpoint import quality; do
    (cd / && bash "$GENTRAIN_SOURCE/bench/$script.sh" --help) >out.txt ||
        fail "$script.sh has no --help"
    says out.txt "bench/$script.sh ["
    grep -q shellcheck out.txt && fail "$script.sh tells what is for others"
done

# D sees real, generated and, for G, generated images once more, then without
# gradients of its weights; only that pass goes down to the image.
big=$((49 * 16 * 64 * 128)) small=$((196 * 16 * 64))
share=0.63 counts dcgan28 8 $((100 * 6272 * 2 + big * 3 + small * 3 + \
    small * (3 + 2 + 1) + big * (3 + 2 + 3) + 6272 * (3 + 2 + 3)))

# A second D step a G step: D's own part twice, and images for each.
share=0.63 counts dcgan28 8 $((100 * 6272 * 3 + big * 4 + small * 4 + \
    small * (5 + 4 + 1) + big * (5 + 4 + 5) + 6272 * (5 + 4 + 5))) \
    --set train.d_steps=2

# Where activations are made twice to save memory, that shows.
must "bench_step with accumulation" bench dcgan28 --set train.batch=8 \
    --set train.accumulate=2
says out.txt "more is computed than is needed"

if bench dcgan29; then fail "bench_step took an unknown preset"; fi
says err.txt "dcgan28"
if bench dcgan28 --rounds 0; then fail "bench_step took no rounds"; fi
says err.txt "--rounds 0"
