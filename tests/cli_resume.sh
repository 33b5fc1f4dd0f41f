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

# A run that is complete needs nothing more; with fewer steps it was not meant.
must "resuming a complete run" ranks 2 train --resume whole-vae --quiet
says err.txt "has done 12 of 12 steps"
refused 2 "has done 12 of 9 steps" 2 train --resume whole-vae --steps 9
[ ! -e whole-vae/generation.2 ] || fail "a run with nothing to do was claimed"
# Metrics that are not there are missed; the run goes on.
mv whole-vae/metrics.jsonl .
must "resuming without metrics" ranks 2 train --resume whole-vae --steps 13 --quiet
warnings err.txt | grep -q "whole-vae/metrics.jsonl is missing" || fail "no warning"
# From inside the run's directory.
(cd whole-vae && GENTRAIN=$(realpath "$GENTRAIN") must "resuming at home" \
    ranks 1 train --resume checkpoints/step-00000012.h5 --steps 13 --quiet) || exit 1
[ -e whole-vae/generation.3 ] || fail "another run was resumed"
mkdir whole-vae/mycheckpoints
cp whole-vae/{,my}checkpoints/step-00000012.h5
refused 2 "RUN/checkpoints/FILE" 1 train --resume whole-vae/mycheckpoints/step-00000012.h5
refused 4 "no-such-run" 2 train --resume no-such-run
