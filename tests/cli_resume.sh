# A run that was stopped and resumed, also from the middle of an epoch and on
# other numbers of ranks, has the same weights and moments, bit for bit, as a run
# that was never stopped.
. "$(dirname "$0")/common.sh"
need_tool h5diff

for model in gan vae; do
    twice=""
    [ $model = vae ] || twice="--set train.d_steps=2"
    must "a whole run" ranks 2 train $model.yaml --out whole-$model --quiet $twice
    must "its first part" ranks 4 train $model.yaml --out part-$model --quiet \
        $twice --steps 4
    must "its second part" ranks 3 train --resume part-$model --steps 7 --quiet
    must "its third part" ranks 1 train --resume part-$model --steps 12 --quiet
    same {whole,part}-$model/checkpoints/step-00000012.h5
    same {whole,part}-$model/samples/step-00000012.h5
    # The same lines of metrics, but for the rate and for the held-out figures
    # of the first parts' own ends.
    for run in whole part; do
        sed 's/"samples_per_s": [^,]*, //; s/, "test_[^}]*//' \
            $run-$model/metrics.jsonl >$run.txt
    done
    cmp whole.txt part.txt || fail "metrics.jsonl differs"
done

# An older checkpoint: later lines of metrics.jsonl go.
must "resuming an older checkpoint" ranks 2 train \
    --resume whole-gan/checkpoints/step-00000006.h5 --quiet
same {whole,part}-gan/checkpoints/step-00000012.h5
[ "$(wc -l <whole-gan/metrics.jsonl)" -eq 12 ] || fail "lines were repeated"

refused 2 "has done 12 of 12 steps" 2 train --resume whole-vae
refused 4 "no-such-run" 2 train --resume no-such-run
