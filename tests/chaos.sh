# chaos.sh N: train, and kill -9 a random rank at a random moment N times, also
# while a checkpoint is written; each time resume, until the run is complete. It
# must then be, bit for bit, the run that nobody disturbed.
#
#   GENTRAIN=build/gentrain MPIRUN=mpirun bash tests/chaos.sh 20
#
# SEED=... repeats the random choices, RANKS="1 2 3 4" are the numbers of ranks
# of which each start takes one, STEPS=... makes the run longer.
kills=${1:?number of kills}
: "${GENTRAIN_SOURCE:=.}" "${MPIRUN:=mpirun}" "${STEPS:=$((150 * kills + 150))}"
GENTRAIN=$(realpath "$GENTRAIN")
SEED=${SEED:-$RANDOM}
read -ra rank_counts <<<"${RANKS:-1 2 3 4}"
. "$(dirname "$0")/common.sh"
echo "seed $SEED: SEED=$SEED RANKS=\"${rank_counts[*]}\" bash tests/chaos.sh $kills"
RANDOM=$SEED

recipe=(vae.yaml --quiet --set output.log_every=10 --set output.checkpoint_every=25
    --set output.sample_every=60 --steps "$STEPS")
must "an undisturbed run" ranks "${rank_counts[0]}" train "${recipe[@]}" --out whole

# begin: start or go on in the background; $launcher is its mpirun
begin() {
    local n=${rank_counts[RANDOM % ${#rank_counts[@]}]} how
    how=(train --resume run --quiet)
    if ! ls run/checkpoints/step-*.h5 >ls.txt 2>&1; then
        rm -rf run # died before its first checkpoint
        how=(train "${recipe[@]}" --out run)
    fi
    "$MPIRUN" -np "$n" "$GENTRAIN" "${how[@]}" >out.txt 2>err.txt &
    launcher=$!
}

running() {
    kill -0 $launcher 2>/dev/null
}

# strike: kill a rank some time after training has begun, or, every second time,
# rank 0 as soon as it is seen writing a file, if it is seen. False: there was
# none to kill.
strike() {
    local from=$1 victims victim
    until grep -qsv "\"step\": $from," run/metrics.jsonl || ! running; do sleep 0.02; done
    sleep "0.$((RANDOM % 4))$((RANDOM % 10))"
    if [ $((RANDOM % 2)) -eq 0 ]; then
        local until=$((SECONDS + 2)) # a file may be written faster than seen
        while running && [ $SECONDS -lt $until ]; do
            compgen -G 'run/checkpoints/*.tmp' >/dev/null && break
        done
    fi
    read -ra victims <<<"$(pgrep -P $launcher | tr '\n' ' ')"
    [ ${#victims[@]} -gt 0 ] || return 1
    victim=${victims[RANDOM % ${#victims[@]}]}
    kill -KILL "$victim" 2>/dev/null
}

struck=0
while [ $struck -lt "$kills" ]; do
    begin
    strike "$struck" && struck=$((struck + 1))
    wait $launcher && break
done
if [ "$("$GENTRAIN" inspect run --json | sed 's/.*"step": //; s/,.*//')" -lt "$STEPS" ]; then
    begin
    wait $launcher || fail "the last part gave exit code $?"
fi

"$GENTRAIN" diff run whole >diff.txt 2>&1 || fail "the runs differ: $(cat diff.txt)"
for run in run whole; do
    sed 's/"samples_per_s": [^,]*, //' $run/metrics.jsonl >$run.txt
done
cmp run.txt whole.txt || fail "metrics.jsonl differs"
[ -z "$(find run -name '*.tmp')" ] || fail "temporary files were left"
[ "$(ls run/generation.* | wc -l)" -eq 1 ] || fail "more than one generation"
echo "$struck kills of $kills before the run was complete: nothing was lost"
