# chaos.sh N: train, and kill -9 a rank N times, each time going on with a random
# number of ranks: two of four times rank 0 while it writes a checkpoint, else
# any rank, once while the job starts and once while it trains. What is complete
# at last must be, bit for bit, the run that nobody disturbed.
#
#   GENTRAIN=build/gentrain MPIRUN=mpirun bash tests/chaos.sh 20
#
# SEED=... repeats the random choices, RANKS="1 2 3 4" are the numbers of ranks
# of which each start takes one.
kills=${1:?number of kills}
: "${GENTRAIN_SOURCE:=.}" "${MPIRUN:=mpirun}"
GENTRAIN=$(realpath "$GENTRAIN")
SEED=${SEED:-$RANDOM}
read -ra rank_counts <<<"${RANKS:-1 2 3 4}"
. "$(dirname "$0")/common.sh"
echo "seed $SEED: SEED=$SEED RANKS=\"${rank_counts[*]}\" bash tests/chaos.sh $kills"
RANDOM=$SEED

recipe=(vae.yaml --quiet --set output.log_every=10 --set output.checkpoint_every=25
    --set output.sample_every=60)

# begin STEPS: start or go on in the background; $launcher is its mpirun, $before
# the length of the metrics it found.
begin() {
    local n=${rank_counts[RANDOM % ${#rank_counts[@]}]} how
    how=(train --resume run --quiet)
    if ! newest run >step.txt; then
        rm -rf run # died before its first checkpoint
        how=(train "${recipe[@]}" --out run)
    fi
    before=$(lines)
    "$MPIRUN" -np "$n" "$GENTRAIN" "${how[@]}" --steps "$1" >out.txt 2>err.txt &
    launcher=$!
}

lines() {
    { wc -l <run/metrics.jsonl || echo 0; } 2>/dev/null
}

# await COMMAND: until it succeeds, while the job runs.
await() {
    until "$1"; do
        kill -0 $launcher 2>/dev/null || fail "the job ended by itself"
    done
}
has_ranks() {
    mapfile -t victims < <(ranks_of $launcher)
    [ ${#victims[@]} -gt 0 ]
}
has_trained() {
    sleep 0.02
    [ "$(lines)" -gt "$before" ]
}
# A file may be written faster than it is seen.
writes() {
    compgen -G 'run/checkpoints/*.tmp' >tmp.txt || [ $SECONDS -gt $patience ]
}

# strike: as the head of this file says, the first time in a checkpoint.
strike() {
    local kind=$((struck % 4)) victim=0
    [ $kind -eq 1 ] || await has_trained
    if [ $((kind % 2)) -eq 1 ]; then
        sleep "0.$((RANDOM % 4))$((RANDOM % 10))"
        await has_ranks
        victim=$((RANDOM % ${#victims[@]}))
    else
        await has_ranks
        patience=$((SECONDS + 2))
        await writes
    fi
    kill -KILL "${victims[victim]}" || fail "there was no rank to kill"
}

# end: wait for the job. Now and then Open MPI 4.1's launcher hangs by itself when
# a rank dies that is just connecting to it (in PMIx_server_finalize). With all
# ranks dead nothing is lost but time.
end() {
    local patience=$((SECONDS + 30))
    while kill -0 $launcher 2>/dev/null; do
        sleep 0.05
        [ $SECONDS -gt $patience ] || continue
        [ -z "$(ranks_of $launcher)" ] ||
            fail "ranks live on 30 s after one was killed"
        kill -KILL $launcher 2>/dev/null
    done
    wait $launcher
}

inside=0
for ((struck = 0; struck < kills; struck++)); do
    begin 1000000000
    strike
    end && fail "a killed job gave exit code 0"
    ! compgen -G 'run/checkpoints/*.tmp' >tmp.txt || inside=$((inside + 1))
done
goal=$((($(newest run || echo 0) / 100 + 1) * 100))
begin $goal
wait $launcher || fail "the last part gave exit code $?"

must "an undisturbed run" ranks "${rank_counts[0]}" train "${recipe[@]}" \
    --steps $goal --out whole
"$GENTRAIN" diff run whole >diff.txt 2>&1 || fail "the runs differ: $(cat diff.txt)"
for run in run whole; do
    sed 's/"samples_per_s": [^,]*, //' $run/metrics.jsonl >$run.txt
done
cmp run.txt whole.txt || fail "metrics.jsonl differs"
[ -z "$(find run -name '*.tmp')" ] || fail "temporary files were left"
[ "$(ls run/fence.* | wc -l)" -eq 1 ] || fail "more than one fence"
echo "$kills kills, $inside of them with a checkpoint half written, in $goal" \
    "steps: nothing was lost"
