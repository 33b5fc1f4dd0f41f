# A signal ends a run after its step, with a checkpoint from which it goes on to
# the same weights and metrics; any one rank may get it.
#
# ctest: two cores
. "$(dirname "$0")/common.sh"
need_tool h5diff

# Held-out figures are due at every step, as it ends an epoch, but for USR1.
sed -i 's/count=100&test_count=40/count=24\&test_count=4/; s/shards: 12/shards: 2/; s/output: .*/output: {log_every: 1, checkpoint_every: 0, sample_every: 0}/' gan.yaml
steps=3000 signals="TERM INT USR1"
! sanitized || { steps=600 signals=USR1; }
must "a whole run" ranks 2 train gan.yaml --out whole --steps $steps --quiet

metrics() { sed 's/"samples_per_s": [^,]*, //' "$1/metrics.jsonl"; }
last=$(ls whole/checkpoints)
for signal in $signals; do
    every=1
    [ $signal != USR1 ] || every=50
    "$MPIRUN" -np 2 "$GENTRAIN" train gan.yaml --out part-$signal --steps $steps \
        --set output.log_every=$every --set output.test_every=$every \
        >out.txt 2>err.txt &
    launcher=$!
    for _ in $(seq 300); do
        [ -s part-$signal/metrics.jsonl ] && break
        sleep 0.1
    done
    rank=$(pgrep -P $launcher gentrain | tail -n 1)
    kill -$signal "$rank" || fail "no rank to signal"
    wait $launcher || fail "SIG$signal gave exit code $?"
    says err.txt "gentrain train --resume part-$signal"
    says part-$signal/INTERRUPTED "gentrain train --resume part-$signal"
    [ "$(ls part-$signal/checkpoints)" != "$last" ] ||
        fail "the run was too fast to be interrupted"
    must "resuming" ranks 2 train --resume part-$signal --quiet
    [ ! -e part-$signal/INTERRUPTED ] || fail "INTERRUPTED stays"
    h5diff --exclude-path /config {whole,part-$signal}/checkpoints/"$last" \
        >diff.txt || fail "the weights differ: $(head -n 5 diff.txt)"
    metrics whole | sed -n "$every~${every}p" >whole.txt
    metrics part-$signal | cmp - whole.txt || fail "metrics.jsonl differs"
done

# A signal while the last files are written: neither the mark of a run that was
# stopped is lost, nor a run that is complete.
pausing twice INTERRUPTED train gan.yaml --out twice --steps 100000 --quiet
for _ in $(seq 300); do
    [ -s twice/metrics.jsonl ] && break
    sleep 0.1
done
kill -TERM $paused
await_pause
kill -TERM $paused
kill -CONT $paused
wait $paused || fail "a second SIGTERM gave exit code $?"
[ -s twice/INTERRUPTED ] || fail "a second SIGTERM: no file INTERRUPTED"
pausing late trace.json train gan.yaml --out late --steps 3 --quiet \
    --trace late/trace.json
await_pause
kill -USR1 $paused
kill -CONT $paused
wait $paused || fail "SIGUSR1 after the last step gave exit code $?"
[ ! -e late/INTERRUPTED ] || fail "a complete run is marked as interrupted"
