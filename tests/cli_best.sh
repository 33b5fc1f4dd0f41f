# The best checkpoint by a figure, and a training that ends early: the same on any
# number of ranks and in several goes, whatever is left of them; and what is told of
# it.
#
# ctest: release
. "$(dirname "$0")/common.sh"

# Few images and large steps: what is held out gets worse again.
follow="--set output.best=test_loss --set output.test_every=2 --set output.keep=2
    --set output.checkpoint_every=5 --set optimizer.lr=0.15 --set output.log_every=1
    --set output.eval_every=1000 --set output.metrics=frechet --set output.eval_samples=20"
few="glyphs?count=24&test_count=16"
# figures RUN: its lines but for the rates
figures() { sed 's/"samples_per_s": [^,]*, //' "$1/metrics.jsonl"; }
# told RUN FIGURE: of its last line that has it
told() { sed -n "s/.*\"$2\": \\([^,}]*\\).*/\\1/p" "$1/metrics.jsonl" | tail -n 1; }
# step_of FILE, print_of FILE: what a checkpoint says of itself
step_of() { "$GENTRAIN" inspect "$1" | sed -n 's/^  step  *//p'; }
print_of() { "$GENTRAIN" inspect "$1" | sed -n 's/^  fingerprint  *//p'; }

# --- on any number of ranks
for n in 1 2 3; do
    # shellcheck disable=SC2086
    must "on $n ranks" ranks $n train vae.yaml --out all-$n --steps 40 $follow \
        --set output.patience=4 --set data.uri=$few
    figures all-1 >one.txt
    figures all-$n | cmp - one.txt || fail "other figures on $n ranks"
    [ "$(print_of all-$n/checkpoints/best.h5)" = "$(print_of all-1/checkpoints/best.h5)" ] ||
        fail "another best checkpoint on $n ranks"
done
best=$(told all-1 best_step)
last=$(told all-1 step)
[ "$best" -gt 2 ] && [ "$last" -eq $((best + 8)) ] && [ "$last" -lt 40 ] ||
    fail "best after $best, ended after $last"
[ "$(step_of all-1/checkpoints/best.h5)" -eq "$best" ] || fail "best.h5 is of another step"
[ "$(grep -c '"frechet_distance": ' all-1/metrics.jsonl)" -eq 1 ] &&
    tail -n 1 all-1/metrics.jsonl | grep -q '"frechet_distance": ' ||
    fail "the step at which patience ended is not evaluated"
must "the least one" awk -v best="$best" '
    match($0, /"test_loss": [^,}]*/) {
        loss = substr($0, RSTART + 13, RLENGTH - 13) + 0
        step = substr($0, 10) + 0
        if (least == "" || loss < least) { least = loss; at = step }
    }
    END { exit at != best }' all-1/metrics.jsonl
says err.txt "checkpoint of step $best, the best so far"
says out.txt ", after step $best: checkpoints/best.h5"
says out.txt "ended early: not better in 4 evaluations in a row"
[ ! -e all-1/INTERRUPTED ] || fail "it is marked as interrupted"
"$GENTRAIN" inspect all-1 >out.txt
says out.txt "finished after $last of 40 steps"
says out.txt "after step $best: checkpoints/best.h5"
says out.txt "not better in 4 evaluations in a row"
"$GENTRAIN" inspect all-1 --json >out.txt
says out.txt '"state": "finished"'
says out.txt '"ended_early": true'
must "its figures" ranks 2 eval all-1 --checkpoint best
says out.txt "best.h5, step $best, "

# --- it is over, unless one asks for more
must "once more" ranks 2 train --resume all-1
says err.txt "nothing to do: all-1/checkpoints/step-000000$last.h5 ended early"
must "with more patience" ranks 2 train --resume all-1 --set output.patience=5
further=$(told all-1 step)
[ "$further" -ge $((best + 10)) ] || fail "it ended after $further"
must "without end" ranks 1 train --resume all-1 --set output.patience=0 \
    --steps $((further + 1))
[ "$(told all-1 step)" -eq $((further + 1)) ] || fail "it ended after $(told all-1 step)"

# --- in several goes, by signals and elsewhere
# goes RUN: as all-2, killed after steps of its own
# shellcheck disable=SC2086
must "the first go" ranks 2 train vae.yaml --out goes --steps 4 $follow \
    --set output.patience=4 --set data.uri=$few --quiet
must "the second go" ranks 3 train --resume goes --steps $((best + 4)) --quiet
must "the third go" ranks 1 train --resume goes --steps 40
says out.txt "ended early"
figures goes | cmp - one.txt || fail "other figures in three goes"
[ "$(print_of goes/checkpoints/best.h5)" = "$(print_of all-2/checkpoints/best.h5)" ] ||
    fail "another best checkpoint in three goes"
must "the same end" "$GENTRAIN" diff goes all-2 >diff.txt

# --- from an older checkpoint
# shellcheck disable=SC2086
must "all of them kept" ranks 1 train vae.yaml --out old --steps 20 $follow \
    --set data.uri=$few --set output.keep=0 --quiet
cp -r old lost
before=$(awk -F '[:,]' 'match($0, /"best_step": [0-9]*/) && $2 <= 5 {
    at = substr($0, RSTART + 13, RLENGTH - 13) } END { print at }' old/metrics.jsonl)
must "an older one" ranks 2 train --resume old/checkpoints/step-00000005.h5 --steps 6 \
    --set output.test_every=100
[ "$(step_of old/checkpoints/best.h5)" -eq "$before" ] || fail "best.h5 is not what was known"
[ -e old/checkpoints/best.h5.old ] || fail "best.h5 is not set aside"
# What was the best is there no more.
rm lost/checkpoints/step-0000000[1-4].h5
must "it is lost" ranks 2 train --resume lost/checkpoints/step-00000005.h5 --steps 6 \
    --set output.test_every=100
says err.txt "of step $before, is not there; the best one is found anew"
[ ! -e lost/checkpoints/best.h5 ] || fail "a best.h5 of another step"
must "the next best" ranks 2 train --resume lost --steps 8 --set output.test_every=2 --quiet
[ "$(told lost best_step)" -eq "$(step_of lost/checkpoints/best.h5)" ] || fail "not found anew"

# --- from best.h5 itself, whose step has no other checkpoint
cp -r all-3 again
must "from the best" ranks 2 train --resume again/checkpoints/best.h5 \
    --steps $((best + 1)) --quiet
[ "$(step_of again/checkpoints/best.h5)" -eq "$best" ] || fail "best.h5 is gone"
[ -e again/checkpoints/step-"$(printf %08d "$best")".h5 ] || fail "nothing to go on from"

# --- damaged: from the checkpoint of its step
cp -r all-3 damaged
echo torn >damaged/checkpoints/best.h5
must "with a damaged one" ranks 2 train --resume damaged --set output.patience=0 \
    --steps $((last + 1))
grep -q torn damaged/checkpoints/best.h5.old || fail "it is not set aside"

# --- evaluations of a model that makes what it is asked for
cat >judge.yaml <<'EOF'
task: classifier
data: {uri: "glyphs?count=200&test_count=40", image: [12, 12, 1], classes: 10}
model: {classifier: [flatten, dense: {units: 10}]}
train: {batch: 20, steps: 60}
output: {checkpoint_every: 0}
EOF
sed -e 's/^data: {/&classes: 10, /' -e '/^  decoder:/,$ s/- dense: {units: 32}/- dense: {units: 32, from: [z, label]}/' \
    -e 's/test_count=40/test_count=0/' vae.yaml >asked.yaml
must "a classifier" ranks 1 train judge.yaml --out judge --quiet
evaluate="--set output.eval_every=4 --set output.metrics=agreement
    --set output.eval_samples=90 --set output.best=class_agreement
    --set output.classifier=judge --set optimizer.lr=0.02"
for n in 1 2 3; do
    # shellcheck disable=SC2086
    must "on $n ranks" ranks $n train asked.yaml --out eval-$n --steps 24 $evaluate
    figures eval-1 >one.txt
    figures eval-$n | cmp - one.txt || fail "other figures of evaluations on $n ranks"
done
says out.txt "the best class_agreement"
grep -q '^step 24 evaluation: class_agreement .*best' err.txt || fail "no line of the evaluation"
[ "$(grep -c '"class_agreement_se": ' eval-1/metrics.jsonl)" -eq 6 ] || fail "not every 4 steps"
best=$(told eval-1 best_step)
[ "$(step_of eval-1/checkpoints/best.h5)" -eq "$best" ] || fail "best.h5 is of another step"
# shellcheck disable=SC2086
must "the first go" ranks 3 train asked.yaml --out again-eval --steps 10 $evaluate --quiet
must "the second go" ranks 2 train --resume again-eval --steps 24 --quiet
figures again-eval | cmp - one.txt || fail "other figures in two goes"
must "the same end" "$GENTRAIN" diff again-eval eval-1 >diff.txt
# Training does not depend on being looked at. The figures are those of gentrain eval.
must "without" ranks 2 train asked.yaml --out plain --steps 24 --set optimizer.lr=0.02 --quiet
must "the same state" "$GENTRAIN" diff plain eval-2 >diff.txt
must "gentrain eval" ranks 2 eval eval-1 --classifier judge --samples 90 --json \
    --checkpoint best
figure=$(sed -n 's/.*"class_agreement": {"value": \([^,]*\),.*/\1/p' out.txt)
[ "$figure" = "$(told eval-1 best_class_agreement)" ] ||
    fail "$figure of eval, $(told eval-1 best_class_agreement) of the training"

# --- several metrics at once; names that a step has, too; the price in the trace
several="--set output.eval_every=5 --set output.eval_samples=70 --set output.eval_draws=3
    --set output.metrics=[likelihood,frechet,coverage] --set output.log_every=5"
for n in 1 2 3 4; do
    # shellcheck disable=SC2086
    must "on $n ranks" ranks $n train vae.yaml --out several-$n --steps 10 $several \
        --set output.best=frechet_distance --trace trace.json
    figures several-1 >one.txt
    figures several-$n | cmp - one.txt || fail "other figures of several metrics on $n ranks"
done
for key in recon eval_recon eval_kl_se nll_score frechet_distance frechet_floor coverage; do
    [ "$(tail -n 1 one.txt | grep -o "\"$key\": " | wc -l)" -eq 1 ] ||
        fail "$key is not there once: $(tail -n 1 one.txt)"
done
[ "$(grep -o '"name": *"evaluation"' trace.json | wc -l)" -eq 8 ] ||
    fail "the trace does not have two evaluations of each rank"
# shellcheck disable=SC2086
refused 6 "output.best is nll, which this model does not have; an evaluation of it finds elbo_score" \
    2 train vae.yaml --out other --steps 10 $several --set output.best=nll

# --- what cannot be had is refused before anything is written
asked="train asked.yaml --out never --set output.eval_every=4"
# shellcheck disable=SC2086
{
    refused 6 "metric agreement cannot be had: there is no classifier of the data" 2 \
        $asked --set output.metrics=agreement
    refused 6 "output.best: there will be no class_agreement: there is no classifier" 2 \
        $asked --set output.best=class_agreement
    refused 6 "plain/checkpoints/step-00000024.h5: a vae, and no classifier" 2 \
        $asked --set output.classifier=plain
    refused 6 "output.best is test_loss, but glyphs?count=100&test_count=0 holds out no images" \
        2 $asked --set output.best=test_loss
    refused 3 "unknown metric \"agrement\"" 1 $asked --set output.metrics=agrement
    refused 3 "\"test_los\" is no figure that tells which step is the best" 1 $asked \
        --set output.best=test_los
    refused 3 "neighbour_accuracy does not tell which step is the best: it is best at 0.5" 2 \
        $asked --set output.best=neighbour_accuracy
    refused 3 "patience is for a figure" 1 $asked --set output.patience=2
    refused 3 "nothing is evaluated" 1 train asked.yaml --out never \
        --set output.metrics=agreement
}
[ ! -e never ] || fail "a run that could not start left something behind"
