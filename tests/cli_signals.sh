# A signal ends a run after its step, with a checkpoint from which it goes on to
# the same weights; any one rank may get it.
. "$(dirname "$0")/common.sh"
need_tool h5diff

sed -i 's/shards: 12/shards: 2/; s/output: .*/output: {log_every: 1, checkpoint_every: 0, sample_every: 0}/' gan.yaml
steps=3000 signals="TERM INT USR1"
! sanitized || { steps=600 signals=USR1; }
must "a whole run" ranks 2 train gan.yaml --out whole --steps $steps --quiet

last=$(ls whole/checkpoints)
for signal in $signals; do
    "$MPIRUN" -np 2 "$GENTRAIN" train gan.yaml --out part-$signal --steps $steps \
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
    [ -s part-$signal/INTERRUPTED ] || fail "no file INTERRUPTED"
    [ "$(ls part-$signal/checkpoints)" != "$last" ] ||
        fail "the run was too fast to be interrupted"
    must "resuming" ranks 2 train --resume part-$signal --quiet
    [ ! -e part-$signal/INTERRUPTED ] || fail "INTERRUPTED stays"
    same {whole,part-$signal}/checkpoints/"$last"
done
