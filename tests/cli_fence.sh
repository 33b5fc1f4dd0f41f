# Only one job trains in a run directory: of two that start at once one is
# refused, and one that was cut off and lives on stops when it finds that the
# run was resumed without it, and has changed nothing.
. "$(dirname "$0")/common.sh"

one_error() { # FILE TEXT
    [ "$(grep -c 'gentrain: error: ' "$1")" -eq 1 ] || fail "not one error in $1: $(cat "$1")"
    grep 'gentrain: error: ' "$1" | grep -qF -- "$2" || fail "$(cat "$1") lacks: $2"
}

# --- two starts at once
for round in 1 2 3; do
    "$GENTRAIN" train vae.yaml --out both-$round --quiet >a.txt 2>a.err &
    "$GENTRAIN" train vae.yaml --out both-$round --quiet >b.txt 2>b.err
    b=$?
    wait $!
    a=$?
    case "$a $b" in
    "0 4") one_error b.err both-$round ;;
    "4 0") one_error a.err both-$round ;;
    *) fail "two at once gave exit codes $a and $b: $(cat a.err b.err)" ;;
    esac
    [ "$(ls both-$round/fence.*)" = both-$round/fence.1 ] ||
        fail "the run was taken twice"
done
"$GENTRAIN" diff both-1 both-2 >diff.txt || fail "$(cat diff.txt)"

# --- a start that fails takes the run from nobody, and changes nothing
tree() { # RUN
    (cd "$1" && find . -type f | sort | xargs sha256sum)
}
tree both-1 >before.txt
for change in train.shards=25 data.uri=nowhere model.latent=5 output.keep=-1; do
    ranks 1 train --resume both-1 --steps 13 --set $change &&
        fail "$change was accepted"
    tree both-1 >after.txt
    cmp before.txt after.txt || fail "$change has changed the run"
done

# --- a job that was cut off
sed -i 's/steps: 12/steps: 100000/; s/_every: 6/_every: 10/g' vae.yaml
"$MPIRUN" -np 2 "$GENTRAIN" train vae.yaml --out run --quiet >a.txt 2>a.err &
launcher=$!
await_checkpoint run
old=$(ranks_of $launcher)
# shellcheck disable=SC2086
kill -STOP $old
[ -s run/fence.1 ] || fail "the run is not fenced"
must "resuming beside it" ranks 2 train --resume run --quiet --steps $(($(newest run) + 30))
tree run >before.txt
# shellcheck disable=SC2086
kill -CONT $old
wait $launcher
code=$?
[ $code -eq 4 ] || fail "the old job gave exit code $code, not 4: $(cat a.err)"
one_error a.err "another gentrain has resumed the run in run"
# What it was writing at that moment may have got its name.
tree run >after.txt
diff before.txt after.txt | grep '^[<>]' | grep -v '^> .*step-' &&
    fail "the old job changed the new one's files"
steps=$(($(newest run) / 10 * 10 + 30))
must "the rest" ranks 2 train --resume run --steps $steps --quiet
must "an undisturbed run" ranks 2 train vae.yaml --out whole --steps $steps --quiet
"$GENTRAIN" diff run whole >diff.txt || fail "$(cat diff.txt)"
for run in run whole; do
    sed 's/"samples_per_s": [^,]*, //; s/, "test_[^}]*//' $run/metrics.jsonl >$run.txt
done
cmp run.txt whole.txt || fail "metrics.jsonl differs"
[ "$(ls run/fence.*)" = run/fence.3 ] || fail "fences: $(ls run)"
[ -z "$(find run -name '*.tmp')" ] || fail "temporary files were left"

# --- a run that was still being written to when its checkpoint was chosen: none
# is lost, and it goes on from the newest
sed -i 's/steps: 100000/steps: 12/; s/_every: 10/_every: 6/g' vae.yaml
must "all of it" ranks 1 train vae.yaml --out done --quiet
rm -f done/samples/*
behind() { # RUN: as it was after six steps
    cp -r done "$1"
    rm "$1/checkpoints/step-00000012.h5"
    sed -i '7,$d' "$1/metrics.jsonl"
}
behind moving
pausing moving fence.2 train --resume moving --steps 18
await_pause
mv moving/checkpoints/step-00000006.h5 .
cp done/checkpoints/step-00000012.h5 moving/checkpoints
cp done/metrics.jsonl moving
kill -CONT $paused
wait $paused || fail "a newer checkpoint gave exit code $?"
says err.txt "moving/checkpoints/step-00000006.h5 was removed meanwhile: looking for"
says out.txt " 6 steps in "
[ "$(cat moving/checkpoints/*.old 2>/dev/null | wc -c)" -eq 0 ] || fail "it was set aside"
mv step-00000006.h5 moving/checkpoints
must "the same at once" ranks 1 train vae.yaml --out whole-18 --steps 18 --quiet
"$GENTRAIN" diff moving whole-18 >diff.txt || fail "$(cat diff.txt)"
[ "$(wc -l <moving/metrics.jsonl)" -eq 18 ] || fail "lines are missing"

# --- a job that stands still while it opens the run, and wakes when that is
# somebody else's
behind stalled
touch stalled/checkpoints/step-00000012.h5.1-0.tmp
pausing stalled 12.h5.1-0.tmp train --resume stalled --quiet
await_pause
must "resuming beside it" ranks 1 train --resume stalled --quiet
echo "not to be removed" >stalled/INTERRUPTED
tree stalled >before.txt
kill -CONT $paused
wait $paused
code=$?
[ $code -eq 4 ] || fail "the stalled job gave exit code $code, not 4: $(cat err.txt)"
one_error err.txt "another gentrain has resumed the run in stalled"
tree stalled >after.txt
cmp before.txt after.txt || fail "the stalled job changed the other's files"
