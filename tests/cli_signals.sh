# A signal ends a run after its step, with a checkpoint from which it goes on to
# the same weights; any one rank may get it.
. "$(dirname "$0")/common.sh"
need_tool h5diff

must "a whole run" ranks 2 train gan.yaml --out whole --steps 4000 --quiet \
    --set output.checkpoint_every=0 --set output.log_every=4000 \
    --set output.sample_every=0

for signal in TERM INT USR1; do
    "$MPIRUN" -np 2 "$GENTRAIN" train gan.yaml --out part-$signal --steps 4000 \
        --set output.checkpoint_every=0 --set output.log_every=1 \
        --set output.sample_every=0 >out.txt 2>err.txt &
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
    [ "$(ls part-$signal/checkpoints)" != step-00004000.h5 ] ||
        fail "the run was too fast to be interrupted"
    must "resuming" ranks 2 train --resume part-$signal --quiet
    [ ! -e part-$signal/INTERRUPTED ] || fail "INTERRUPTED stays"
    same {whole,part-$signal}/checkpoints/step-00004000.h5
done
