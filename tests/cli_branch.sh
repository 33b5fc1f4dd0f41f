# A branch: a new run that begins with another one's state, or with its weights. The
# other run stays as it is, and is not needed any more.
#
# ctest: release
. "$(dirname "$0")/common.sh"
need_tool h5diff

# contents RUN: all of its files
contents() { (cd "$1" && find . -type f -exec md5sum {} + | sort -k 2); }

# --- all of the state: nothing has changed, so it is the same training
for model in gan vae; do
    twice=""
    [ $model = vae ] || twice="--set train.d_steps=2"
    must "a run" ranks 2 train $model.yaml --out $model --quiet $twice
    contents $model >before.txt
    for n in 1 3; do
        must "a branch on $n ranks" ranks $n train --quiet \
            --from $model/checkpoints/step-00000006.h5 --out branch-$n
        same $model/samples/step-00000012.h5 branch-$n/samples/step-00000012.h5
        must "the same weights and moments" "$GENTRAIN" diff $model branch-$n >diff.txt
        must "the same state to begin with" "$GENTRAIN" diff \
            {$model,branch-$n}/checkpoints/step-00000006.h5 >diff.txt
        cmp $model/config.yaml branch-$n/config.yaml || fail "another configuration"
        # Its metrics are those of its own steps.
        for run in $model branch-$n; do
            sed 's/"samples_per_s": [^,]*, //' $run/metrics.jsonl | tail -n 6 >$run.txt
        done
        cmp $model.txt branch-$n.txt || fail "metrics.jsonl differs"
        [ "$(wc -l <branch-$n/metrics.jsonl)" -eq 6 ] || fail "lines of another run"
    done
    contents $model | cmp - before.txt || fail "the run was touched"
    # It goes on longer than the run did, whose folder is gone.
    mv $model gone
    must "a branch that goes on" ranks 2 train --resume branch-3 --steps 15 --quiet
    [ -z "$(warnings err.txt)" ] || fail "$(cat err.txt)"
    mv gone $model
    must "the run" ranks 1 train --resume $model --steps 15 --quiet
    must "which go on alike" "$GENTRAIN" diff $model branch-3 >diff.txt
    rm -r branch-*
done

# --- it says where it comes from, also when it goes on
must "a branch" ranks 2 train --from vae/checkpoints/step-00000012.h5 --out other \
    --steps 16 --set optimizer.lr=1e-4
says err.txt "begins with   all of the state of vae/checkpoints/step-00000012.h5"
says err.txt "differ from the checkpoint's: optimizer.lr 0.0001"
parent="$(realpath vae)/checkpoints/step-00000012.h5"
fingerprint=$("$GENTRAIN" inspect "$parent" | sed -n 's/^  fingerprint *//p')
must "going on" ranks 1 train --resume other --steps 20 --quiet
"$GENTRAIN" inspect other >inspect.txt
tr -s ' ' <inspect.txt >squeezed.txt
for line in "parent $parent" "parent_step 12" "parent_state all" \
    "parent_fingerprint $fingerprint"; do
    says squeezed.txt "$line"
done
says squeezed.txt "step 20"
"$GENTRAIN" inspect vae >inspect.txt
! grep -q parent inspect.txt || fail "a run that is no branch has an parent"

# --- weights alone: step 0, a fresh optimizer, other settings
must "weights alone" ranks 2 train --from vae --weights-only --out w2 --quiet --steps 4 \
    --set optimizer.kind=sgd --set optimizer.lr=0.01 --batch 12
must "on other ranks" ranks 3 train --from vae --weights-only --out w3 --quiet --steps 4 \
    --set optimizer.kind=sgd --set optimizer.lr=0.01 --batch 12
must "same weights" "$GENTRAIN" diff w2 w3 >diff.txt
[ "$(sed 's/{"step": //; s/,.*//' w2/metrics.jsonl | xargs)" = "1 2 3 4" ] ||
    fail "steps of weights alone: $(cat w2/metrics.jsonl)"
"$GENTRAIN" inspect w2/checkpoints/step-00000000.h5 | tr -s ' ' >squeezed.txt
for line in "step 0" "samples 0" "updates encoder 0, decoder 0" "parent_state weights" \
    "fingerprint $("$GENTRAIN" inspect vae | sed -n 's/^  fingerprint *//p')"; do
    says squeezed.txt "$line"
done
mv vae gone
must "from its first checkpoint" ranks 1 train --quiet \
    --resume w2/checkpoints/step-00000000.h5
mv gone vae
must "same weights" "$GENTRAIN" diff w2 w3 >diff.txt
# Into another configuration of the same layers.
sed 's/latent: 4/latent: 4\n  beta: 2/; s/steps: 12/steps: 3/' vae.yaml >beta.yaml
must "another configuration" ranks 1 train beta.yaml --from vae --weights-only --out beta
grep -q 'beta: 2' beta/config.yaml || fail "the configuration is not the one given"
h5diff vae/checkpoints/step-00000015.h5 beta/checkpoints/step-00000000.h5 /encoder ||
    fail "the weights are not those of the checkpoint"

# --- a name is found where none is given
must "without a name" ranks 2 train --from vae --steps 16 --quiet
[ -e runs/vae-1/checkpoints/step-00000016.h5 ] || fail "no runs/vae-1"
must "with a slash" ranks 1 train --from vae/ --steps 16 --quiet
[ -e runs/vae-2/checkpoints/step-00000016.h5 ] || fail "no runs/vae-2: $(ls runs)"
# A checkpoint by itself, as somebody may have sent it.
cp vae/checkpoints/step-00000015.h5 sent.h5
must "a file" ranks 1 train --from sent.h5 --out of-file --steps 16 --quiet
must "the same weights" "$GENTRAIN" diff of-file runs/vae-1 >diff.txt
# One of the first format.
gunzip -c "$GENTRAIN_SOURCE/tests/data/checkpoint_v1.h5.gz" >first.h5
must "the first format" ranks 1 train --from first.h5 --out first --steps 4 --quiet
"$GENTRAIN" inspect first | tr -s ' ' >squeezed.txt
says squeezed.txt "parent_step 2"
# A run that has done its steps needs more of them.
must "nothing to do" ranks 1 train --from vae --out none
says err.txt "nothing to do"
[ ! -e none ] || fail "a branch without steps was made"

# --- what a resume refuses, and what does not fit
refused 2 "has done 15 of 9 steps" 2 train --from vae --out x --steps 9
refused 6 "optimizer.kind" 2 train --from vae --out x --steps 20 --set optimizer.kind=sgd
refused 6 "/encoder/03_dense/weight is 32x8, but the model here has 32x10" 2 train \
    --from vae --out x --steps 20 --weights-only --set model.latent=5 \
    --set model.encoder.3.dense.units=10
refused 6 "another architecture" 2 train gan.yaml --from vae --weights-only --out x
refused 3 "gan" 2 train --from vae --out x --steps 20 --set task=gan
refused 4 "vae exists and is not empty" 2 train --from vae --out vae --steps 20
refused 4 "no-such-run" 2 train --from no-such-run --out x
refused 5 "not an HDF5 file" 1 train --from vae.yaml --out x
refused 2 "--weights-only needs --from" 1 train vae.yaml --weights-only
refused 2 "add --weights-only" 2 train vae.yaml --from vae --out x
refused 2 "--resume goes on with a run, --from begins a new one" 1 train \
    --from vae --resume vae --weights-only
refused 2 "more than one configuration" 1 train --from vae --resume vae
[ ! -e x ] || fail "a start that was refused left a directory"

# --- a disk that is full at the first checkpoint: one error, nothing to regret
SHIM_DIR=full SHIM_NAME=step- SHIM_AT=1 SHIM_DO=28 LD_PRELOAD=$SHIM "$GENTRAIN" train \
    --from vae --out full --steps 16 --quiet 2>err.txt && fail "no checkpoint, no error"
[ "$(grep -c 'gentrain: error: ' err.txt)" -eq 1 ] || fail "not one error"
[ ! -e full/config.yaml ] || fail "a branch without its state has a configuration"
must "the same again" ranks 1 train --from vae --out full --steps 16 --quiet
must "the same weights" "$GENTRAIN" diff full runs/vae-1 >diff.txt
