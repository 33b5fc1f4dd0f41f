# Files are written while training goes on: they are those of a run that seldom
# writes, their order survives kill -9, and a disk that fails does not end the
# run, but decides its exit code.
#
# ctest: threads
. "$(dirname "$0")/common.sh"
need_tool h5diff

# equal RUN RUN STEP: the files of a step. Their recipes differ in the intervals.
equal() {
    local a=$1 b=$2 step
    step=$(printf 'step-%08d' "$3")
    h5diff --exclude-path /config {$a,$b}/checkpoints/$step.h5 >diff.txt ||
        fail "$a and $b differ at $step: $(head -n 5 diff.txt)"
    same {$a,$b}/samples/$step.h5
    for picture in $b/samples/$step*.png; do
        cmp "$a/samples/${picture##*/}" "$picture" || fail "$picture differs"
    done
}

for model in gan vae; do
    must "a run that writes at each step" ranks 2 train $model.yaml --quiet \
        --out often-$model --set output.checkpoint_every=1 \
        --set output.sample_every=1 --set output.keep=0
    must "a run that writes twice" ranks 2 train $model.yaml --quiet \
        --out seldom-$model
    must "a run that writes at its end" ranks 2 train $model.yaml --quiet \
        --out short-$model --steps 7 --set output.checkpoint_every=0 \
        --set output.sample_every=0
    for step in 6 12; do equal {often,seldom}-$model $step; done
    equal {often,short}-$model 7
    [ "$(ls often-$model/checkpoints | wc -l)" -eq 12 ] ||
        fail "not every step has a checkpoint"
    [ "$(ls often-$model/samples/*.h5 | wc -l)" -eq 12 ] ||
        fail "not every step has samples"
done
must "keeping two" ranks 1 train vae.yaml --quiet --out keep \
    --set output.checkpoint_every=1 --set output.keep=2
[ "$(ls keep/checkpoints | tr '\n' ' ')" = "step-00000011.h5 step-00000012.h5 " ] ||
    fail "not the newest two checkpoints stay"
[ -z "$(find . -name '*.tmp')" ] || fail "temporary files were left"

# busy RUN: a long run that writes all the time, in the background, once it has
# written something; $launcher is its mpirun.
busy() {
    "$MPIRUN" -np 2 "$GENTRAIN" train vae.yaml --out "$1" --steps 100000 --quiet \
        --set output.checkpoint_every=1 --set output.sample_every=3 \
        >out.txt 2>err.txt &
    launcher=$!
    await_checkpoint "$1"
}
last_line() { # the step of a run's last whole line of metrics
    grep '}$' "$1/metrics.jsonl" | tail -n 1 | sed 's/{"step": //; s/,.*//'
}

# --- a signal: all that was handed over is written before the run says so
busy stopped
kill -TERM "$(ranks_of $launcher | head -n 1)"
wait $launcher || fail "SIGTERM gave exit code $?"
step=$(newest stopped)
says stopped/INTERRUPTED "after step $step;"
[ "$(last_line stopped)" = "$step" ] || fail "the metrics end elsewhere"
[ -s "$(printf 'stopped/samples/step-%08d.png' "$step")" ] || fail "no picture"
[ -z "$(find stopped -name '*.tmp')" ] || fail "temporary files were left"

# --- a crash: metrics reach as far as checkpoints, and those are whole
busy killed
for rank in $(ranks_of $launcher); do kill -KILL "$rank"; done
wait $launcher && fail "a killed run gave exit code 0"
[ "$(newest killed)" -le "$(last_line killed)" ] ||
    fail "the checkpoint of step $(newest killed) is ahead of the metrics"
for file in killed/checkpoints/step-*.h5; do
    must "reading $file" "$GENTRAIN" inspect "$file" >inspect.txt
done
must "resuming" ranks 2 train --resume killed --quiet \
    --steps $(($(newest killed) + 3)) --set output.sample_every=0

# --- folders that vanish while they are written to: training goes on, and files
# are written again as soon as they can be
appears() { # FILE TEXT
    for _ in $(seq 300); do
        grep -qsF -- "$2" "$1" && return
        sleep 0.1
    done
    fail "$1 does not come to say: $2"
}
for folder in checkpoints samples; do
    busy no-$folder
    mv no-$folder/$folder gone-$folder
    appears err.txt "training goes on" # not: an old file could not be removed
    kill -0 $launcher || fail "the run ended without its $folder"
    mv gone-$folder no-$folder/$folder
    touch mark
    for _ in $(seq 300); do
        [ -n "$(find no-$folder/$folder -name '*.h5' -newer mark)" ] && break
        sleep 0.1
    done
    kill -TERM "$(ranks_of $launcher | head -n 1)"
    wait $launcher
    code=$?
    [ $code -eq 4 ] || fail "without its $folder the run gave exit code $code"
    [ -n "$(find no-$folder/$folder -name '*.h5' -newer mark)" ] ||
        fail "no $folder after the folder was back"
    says no-$folder/INTERRUPTED "after step $(newest no-$folder);"
    [ "$(grep -c 'gentrain: error: ' err.txt)" -eq 1 ] || fail "not one error"
    grep 'gentrain: error: ' err.txt >error.txt
    says error.txt "no-$folder/$folder"
    says error.txt "No such file or directory"
done
[ "$(warnings err.txt | wc -l)" -eq 1 ] ||
    fail "pictures are warned of more than once"
must "resuming" ranks 2 train --resume no-checkpoints --quiet \
    --steps $(($(newest no-checkpoints) + 3))
[ -z "$(find no-checkpoints -name '*.tmp')" ] || fail "temporary files were left"
