# Samples that cannot be read, in training and in held-out data: the run ends on all
# ranks with one message and a checkpoint from which it goes on to the same bits, or
# leaves such samples out, the same ones on any number of ranks.
. "$(dirname "$0")/common.sh"
need_tool h5diff
GENTRAIN=$GENTRAIN_DAMAGED
for model in gan vae; do
    sed -i 's/glyphs?count=100/damaged?count=100/' $model.yaml
done
twice="--set train.d_steps=2"

counts="1 2 3 4"
skips="1 2 4"
if sanitized; then
    counts="1 2 3"
    skips="1 3"
fi

# damaged SPLIT EVERY FIRST COMMAND...: with such samples damaged.
damaged() {
    DAMAGED="$1 $2 $3" "${@:4}"
}

for model in gan vae; do
    steps=$twice
    [ $model = gan ] || steps=""
    must "a whole run" ranks 2 train $model.yaml --out whole-$model --quiet $steps
    # --- stop: sample 60 is met in a step that all numbers of ranks agree on
    for n in $counts; do
        damaged train 1000 60 refused 5 "sample 60 cannot be read" $n train \
            $model.yaml --out stop-$model-$n --quiet $steps
        says err.txt "block 60 is damaged"
        says err.txt "train --resume stop-$model-$n"
        [ ! -e stop-$model-$n/INTERRUPTED ] || fail "it was not interrupted"
        newest stop-$model-$n >>steps-$model.txt || fail "no checkpoint was saved"
    done
    [ "$(sort -u steps-$model.txt | wc -l)" -eq 1 ] || fail "steps differ"
    [ "$(head -n 1 steps-$model.txt)" -lt 5 ] || fail "it stopped too late"
    for n in 2 3; do
        must "going on" ranks $((5 - n)) train --resume stop-$model-$n --quiet
        same whole-$model/checkpoints/step-00000012.h5 \
            stop-$model-$n/checkpoints/step-00000012.h5
    done
done

# --- at once: nothing is made
damaged train 1 0 refused 5 "cannot be read" 2 train vae.yaml --out never --quiet
[ ! -e never ] || fail "a run that cannot start left something behind"

# --- a batch that no step asks for is not read
must "only the steps that are asked for" damaged train 1000 60 ranks 2 train \
    vae.yaml --out few --quiet --steps 1

# --- held-out data
damaged test 1000 33 refused 5 "sample 33 cannot be read" 3 train vae.yaml --out held \
    --quiet
[ "$(newest held)" -eq 5 ] || fail "no checkpoint after the epoch"
must "going on" ranks 2 train --resume held --quiet
same {whole-vae,held}/checkpoints/step-00000012.h5

# --- skip: the same samples on any number of ranks, and when resumed
for n in $skips; do
    must "skipping" damaged train 7 3 ranks $n train gan.yaml --out skip-$n \
        --set data.on_error=skip $twice
    [ "$(grep -c 'warning: .*cannot be read' err.txt)" -eq 1 ] ||
        fail "not one warning"
    says err.txt "the next sample took its place"
    grep -q '^skipped  *[0-9][0-9]* samples' out.txt || fail "no count in the summary"
    same skip-1/checkpoints/step-00000012.h5 skip-$n/checkpoints/step-00000012.h5
    tail -n 1 skip-$n/metrics.jsonl | grep -o '"skipped": [0-9]*' >>counts.txt
done
[ "$(sort -u counts.txt | wc -l)" -eq 1 ] || fail "counts differ: $(cat counts.txt)"
must "its first part" damaged train 7 3 ranks 3 train gan.yaml --out skip-part \
    --set data.on_error=skip $twice --steps 5 --quiet
must "its second part" damaged train 7 3 ranks 2 train --resume skip-part --steps 12 \
    --quiet
same {skip-1,skip-part}/checkpoints/step-00000012.h5
cmp -s {skip-1,whole-gan}/checkpoints/step-00000012.h5 && fail "nothing was skipped"

# --- a run that stopped goes on without the sample; held-out ones are counted, too
must "going on without" damaged train 1000 60 ranks 2 train --resume stop-vae-1 \
    --set data.on_error=skip
must "held-out samples" damaged test 10 3 ranks 2 train vae.yaml --out held-skip \
    --quiet --set data.on_error=skip
grep -q '"test_skipped": 4[,}]' held-skip/metrics.jsonl || fail "not counted"

# --- stored in chunks: another order, the same on any number of ranks and from any step
for n in $counts; do
    STORED=3 must "samples in chunks" ranks $n train gan.yaml --out stored-$n --quiet $twice
    same {stored-1,stored-$n}/checkpoints/step-00000012.h5
done
cmp -s {stored-1,whole-gan}/checkpoints/step-00000012.h5 && fail "the order is the same"
STORED=3 must "its first part" ranks 3 train gan.yaml --out stored-part --quiet $twice \
    --steps 5
STORED=3 must "its second part" ranks 2 train --resume stored-part --steps 12 --quiet
same {stored-1,stored-part}/checkpoints/step-00000012.h5
STORED=4 must "other chunks" ranks 2 train --resume stored-part --steps 13
says err.txt "the data have changed"

# --- all of them
damaged train 1 0 refused 5 "no sample can be read" 2 train vae.yaml --out none \
    --quiet --set data.on_error=skip
exit 0
