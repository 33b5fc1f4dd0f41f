#!/usr/bin/env bash
# How good are trained models? Trains them as papers did, evaluates them with
# gentrain eval, and prints our figures beside the published ones.
#
#   bench/quality.sh [OPTION ...] TABLE...
#
#   binarised      VAE 784-400-z40-400 on MNIST drawn once: NLL
#   binarised-two  the same with a second layer of 400 each way
#   vae-l1         VAE 784-200-200-z50-200-200 on MNIST drawn anew: NLL
#   ring, grid     GANs on 8 and 25 Gaussians: modes found, points near them
#   dcgan28        GAN on MNIST: classes, confidence, distances
#   cgan28         the same with labels, and agreement with the class asked for
#   stacked        GAN on stacked MNIST: classes of 1000 that are found, KL
#   shards         batch norm with the statistics of a shard, and of the batch
#
#   --full         the paper's schedule, where the usual one is shorter
#   --data MNIST   the folder of its files, or any source; ring and grid need none
#   --seeds N      trainings of each model, seeds 1 .. N [as the table says]
#   --ranks N      of a training [1]; with 1, one training runs on each core
#   --out FOLDER   runs are kept there [quality, in GENTRAIN_BENCH_DIR]
#   --train "..."  further arguments of gentrain train, such as "--steps 100"
#   --eval "..."   further arguments of gentrain eval
#   --record       put the tables into bench/README.md
#
# What is finished is kept: a table that was stopped goes on when it is asked for
# again, and is printed at once when all of it is there. So give another --out for
# other sources, data or arguments. Times are those of trainings on this machine with
# whatever else it did; what was stopped and taken up again counts from there.
#
# Example: bench/quality.sh --data mnist binarised
# shellcheck source=bench/common.sh
. "$(dirname "$0")/common.sh"

full="" data="" seeds="" ranks=1 out="" train="" eval="" record="" tables=()
while [ $# -gt 0 ]; do
    case $1 in
    --data | --seeds | --ranks | --out | --train | --eval)
        [ $# -gt 1 ] || misused "$1 needs a value"
        declare "${1#--}=$2"
        shift
        ;;
    --full) full=yes ;;
    --record) record=yes ;;
    --help | -h) usage ;;
    binarised | binarised-two | vae-l1 | ring | grid | stacked | dcgan28 | cgan28 | shards) tables+=("$1") ;;
    -*) misused "unknown option $1" ;;
    *) misused "unknown table $1" ;;
    esac
    shift
done
[ ${#tables[@]} -gt 0 ] || misused "which table?"
for number in "$ranks" "${seeds:-1}"; do
    case $number in
    *[!0-9]* | 0 | "") misused "--seeds and --ranks are numbers of at least 1" ;;
    esac
done
for table in "${tables[@]}"; do
    case $table in
    ring | grid) ;;
    *) [ -n "$data" ] || misused "$table needs --data MNIST" ;;
    esac
done
[ ! -e "$started/$data" ] || data=$(here "$data")
out=$(here "${out:-$GENTRAIN_BENCH_DIR/quality}")
build gentrain_cli
scratch
mkdir -p "$out"
asked_seeds=$seeds

# --- Runs.

# on N: the words that start N ranks; a single one is free to run on any core, as its
# neighbours are.
on() {
    [ "$1" -eq 1 ] || launcher "$1"
}

# train_one NAME ARGUMENTS...: train the run $out/NAME, or what is left of it.
train_one() {
    local run=$out/$1 since=$SECONDS resumed=""
    shift
    [ ! -e "$run.done" ] || return 0
    if ls "$run"/checkpoints/*.h5 >/dev/null 2>&1; then
        resumed=" after a stop"
        set -- --resume "$run"
    else
        rm -rf "$run"
        # shellcheck disable=SC2086
        set -- "$@" --out "$run" $train
    fi
    echo "${run##*/}: training$resumed" >&2
    # shellcheck disable=SC2046
    $(on "$ranks") "$gentrain" train --quiet "$@" >"$run.log" 2>&1 ||
        failed "$run.log" "training ${run##*/}"
    [ ! -e "$run/INTERRUPTED" ] || failed "$run.log" "training ${run##*/}, which was stopped,"
    echo "$((SECONDS - since)) $ranks$resumed" >"$run.done"
}

# train_all NAME SEEDS ARGUMENTS...: the runs NAME-1 .. NAME-SEEDS.
train_all() {
    local name=$1 n=$2 seed pid pids=() at_once=1 bad=""
    shift 2
    [ "$ranks" -gt 1 ] || at_once=$places
    for seed in $(seq "$n"); do
        if [ ${#pids[@]} -ge "$at_once" ]; then
            wait "${pids[0]}" || bad=yes
            pids=("${pids[@]:1}")
        fi
        [ -z "$bad" ] || break
        train_one "$name-$seed" --seed "$seed" "$@" &
        pids+=($!)
    done
    for pid in "${pids[@]}"; do
        wait "$pid" || bad=yes
    done
    [ -z "$bad" ] || exit 1
}

# eval_all NAME SEEDS ARGUMENTS...: their figures, NAME-1.json .. NAME-SEEDS.json.
eval_all() {
    local name=$1 n=$2 seed run
    shift 2
    for seed in $(seq "$n"); do
        run=$out/$name-$seed
        [ ! -e "$run.json" ] || continue
        echo "$name-$seed: evaluation" >&2
        # shellcheck disable=SC2046 disable=SC2086
        $(on "$places") "$gentrain" eval "$run" --out "$run.json" "$@" $eval \
            >"$run.eval.log" 2>&1 || failed "$run.eval.log" "evaluation of $name-$seed"
    done
}

# --- Tables.

# value KEY FILE: a figure of an evaluation.
value() {
    sed -n "s/.*\"$1\": {\"value\": \\([-+0-9.e]*\\).*/\\1/p" "$2" | head -n 1
}

# row NAME SEEDS KEY LABEL PUBLISHED: of all seeds mean, deviation, lowest and highest.
row() {
    local name=$1 n=$2 key=$3 label=$4 published=$5 seed
    for seed in $(seq "$n"); do
        value "$key" "$out/$name-$seed.json"
    done | awk -v n="$n" -v key="$key" -v label="$label" -v published="$published" '
        { s += $1; v[NR] = $1 }
        NR == 1 || $1 + 0 < low { low = $1 + 0 }
        NR == 1 || $1 + 0 > high { high = $1 + 0 }
        END {
            if (NR != n) {
                print "no figure " key >"/dev/stderr"
                exit 1
            }
            for (i = 1; i <= n; i++) d += (v[i] - s / n) ^ 2
            deviation = n > 1 ? sprintf("%.3g", sqrt(d / (n - 1))) : "-"
            line = sprintf("  %-30s %9.5g %9s %9.5g %9.5g   %s", label, s / n,
                deviation, low, high, published)
            sub(/ +$/, "", line)
            print line
        }'
}

# took NAME...: how long the trainings of these took.
took() {
    local name
    for name in "$@"; do
        cat "$out/$name"-*.done
    done | awk -v cores="$(counted "$ranks" rank)" '
        { s += $1; c += $1 * $2; if ($3) stopped++ }
        END {
            printf "  a training took %.1f min on %s, all of them %.2f core-hours", s / NR / 60,
                cores, c / 3600
            print stopped ? ", without what was stopped before" : ""
        }'
}

# about TITLE: the line above a table.
about() {
    local trained=""
    [ -z "$train" ] || trained=", $train"
    printf '%s%s\n  %-30s %9s %9s %9s %9s   %s\n' "$1" "$trained" "$(counted "$n" seed)" \
        mean deviation lowest highest published
}

# schedule SHORT FULL: epochs, as arguments; sets `epochs`.
schedule() {
    epochs=$1
    [ -z "$full" ] || epochs=$2
}

# judge: the classifier of the data, trained once.
judge() {
    train_one classifier28-1 --preset classifier28 --data "$data" --seed 1
    classifier=$out/classifier28-1
}

# binarised NAME ARGUMENTS...: train, and choose weights by what is held out.
binarised() {
    local name=$1
    shift
    train_all "$name" "$n" --preset vae-binary --data "$data" \
        --set data.holdout=16.7% --set train.shards=2 \
        --set output.best=test_loss --set output.test_every=5000 "$@"
    eval_all "$name" "$n" --checkpoint best --set data.holdout=0% \
        --metrics likelihood --draws 200
}

table_binarised() {
    n=${asked_seeds:-2}
    binarised binarised
    about "vae-binary: MNIST drawn once, 5/6 of it to train, 500 epochs of batch 100, the best of 50 steps by the rest (the paper's schedule)"
    row binarised "$n" nll "NLL, 200 draws, nats" "89.78 (pythae), 89.9 (Rezende, Mohamed 2015)"
    took binarised
}

# The published script has these layers as a comment.
table_binarised-two() {
    local dense='{dense: {units: 400}}, relu'
    n=${asked_seeds:-2}
    binarised binarised-two --set optimizer.ema=0.9999 \
        --set "model.encoder=[flatten, $dense, $dense, {dense: {units: 80}}]" \
        --set "model.decoder=[$dense, $dense, {dense: {units: 784}}, {reshape: {shape: [28, 28, 1]}}]"
    about "vae-binary with two layers of 400 each way, the same schedule, weights averaged (0.9999)"
    row binarised-two "$n" nll "NLL, 200 draws, nats" "89.78 (pythae), 89.9 (Rezende, Mohamed 2015)"
    took binarised-two
}

# The short schedule falls to 0 and averages weights: the paper's takes most of its
# epochs to do as much.
table_vae-l1() {
    local name=vae-l1 how="a rate falling to 0, weights averaged (0.9999)"
    local falling=(--set optimizer.schedule=linear --set optimizer.decay_steps=3279000
        --set optimizer.ema=0.9999)
    n=${asked_seeds:-2}
    schedule 1093 3280
    [ -z "$full" ] || name=vae-l1-full how="the paper's schedule" falling=()
    train_all "$name" "$n" --preset vae-l1 --data "$data" --epochs "$epochs" \
        --set train.shards=1 "${falling[@]}"
    eval_all "$name" "$n" --metrics likelihood --draws 5000
    about "vae-l1: MNIST drawn anew, batch 20, $epochs epochs (Burda et al. 2015: 3280), $how"
    row "$name" "$n" nll "NLL, 5000 draws, nats" "86.76 (Burda et al. 2015)"
    row "$name" "$n" active_units "active units of 50" "19"
    took "$name"
}

# points PRESET MODES FULL-EPOCHS FOUND NEAR: a table of a GAN on points.
points() {
    local name=$1
    n=${asked_seeds:-5}
    [ -z "$full" ] || n=${asked_seeds:-10}
    schedule 40 400
    [ -z "$full" ] || name=$1-full
    train_all "$name" "$n" --preset "$1" --epochs "$epochs"
    eval_all "$name" "$n" --metrics modes --samples 2500
    about "$1: $2 Gaussians, $epochs epochs of batch 100 (Lin et al. 2018: 400), 2500 points"
    row "$name" "$n" modes "modes of $2" "$3 (GAN of the paper; PacGAN2 $4)"
    row "$name" "$n" mode_quality "part within 3 sigma" "$5 (PacGAN2 $6)"
    took "$name"
}

table_ring() {
    points ring 8 6.3 7.9 0.982 0.956
}

table_grid() {
    points grid 25 17.3 23.8 0.948 0.913
}

# Three digits as the channels of one image, judged by the classifier of single ones.
table_stacked() {
    local name=stacked
    n=${asked_seeds:-2}
    schedule 5 25
    [ -z "$full" ] || name=stacked-full
    judge
    train_all "$name" "$n" --preset dcgan28 --data "$data" --epochs "$epochs" \
        --set data.stack=3 --set 'data.image=[28, 28, 3]' \
        --set model.generator.7.conv2d_transpose.filters=3
    eval_all "$name" "$n" --classifier "$classifier" --metrics modes --samples 25600
    about "dcgan28 on stacked MNIST, 60,000 images, $epochs epochs of batch 256, 25,600 samples"
    row "$name" "$n" modes "classes of 1000" "78.9 (DCGAN of the paper; PacGAN2 1000)"
    row "$name" "$n" mode_kl "KL to equal shares" "4.50 (PacGAN2 0.06)"
    took "$name"
}

# images NAME PRESET ARGUMENTS...: train and evaluate GANs on images. Without a
# preset the arguments begin with a configuration.
images() {
    local name=$1 preset=${2:+--preset $2}
    shift 2
    # shellcheck disable=SC2086
    train_all "$name" "$n" $preset "$@" --data "$data"
    eval_all "$name" "$n" --classifier "$classifier" --samples 5000
}

table_dcgan28() {
    n=${asked_seeds:-5}
    judge
    images dcgan28 dcgan28
    about "dcgan28: MNIST, the preset's schedule, 5000 samples"
    row dcgan28 "$n" class_entropy "entropy of classes" "2.303 at most"
    row dcgan28 "$n" class_confidence "classifier's confidence" ""
    row dcgan28 "$n" frechet_distance "Frechet distance" ""
    row dcgan28 "$n" kernel_distance "kernel distance" ""
    took dcgan28
}

table_cgan28() {
    n=${asked_seeds:-2}
    judge
    images cgan28 cgan28
    about "cgan28: MNIST, the preset's schedule, 5000 samples"
    row cgan28 "$n" class_agreement "agreement with the class asked" ""
    row cgan28 "$n" class_entropy "entropy of classes" "2.303 at most"
    row cgan28 "$n" frechet_distance "Frechet distance" ""
    took cgan28
}

# The same networks with batch norm's statistics of 64, of 16 and again of 64 images.
table_shards() {
    n=${asked_seeds:-5}
    judge
    images shards-one "" bench/shards.yaml --set train.shards=1
    images shards-four "" bench/shards.yaml --set train.shards=4
    images shards-sync "" bench/shards.yaml --set train.shards=4 --set norm.sync=true
    about "DCGAN with batch norm in both networks: MNIST, 3 epochs of batch 64 at 2e-4, 5000 samples"
    row shards-one "$n" class_entropy "entropy: 1 shard" "2.167 (PyTorch, 1 seed)"
    row shards-four "$n" class_entropy "entropy: 4 shards" ""
    row shards-sync "$n" class_entropy "entropy: norm.sync" ""
    row shards-one "$n" class_confidence "confidence: 1 shard" "0.803 (PyTorch, 1 seed)"
    row shards-four "$n" class_confidence "confidence: 4 shards" ""
    row shards-sync "$n" class_confidence "confidence: norm.sync" ""
    took shards-one shards-four shards-sync
}

for table in "${tables[@]}"; do
    machine >"$work/table.txt"
    "table_$table" >>"$work/table.txt"
    cat "$work/table.txt"
    if [ -n "$record" ]; then
        { echo '```' && cat "$work/table.txt" && echo '```'; } >"$work/record.txt"
        record "quality.sh $table" "$work/record.txt"
    fi
done
