# A signal ends a run after its step, with a checkpoint from which it goes on to
# the same weights and metrics; any one rank may get it.
. "$(dirname "$0")/common.sh"
need_tool h5diff

# trains RUN: a run in the background has begun its steps.
trains() {
    for _ in $(seq 1500); do
        [ -s "$1/metrics.jsonl" ] && return
        sleep 0.02
    done
    fail "$1 does not train"
}

# Held-out figures are due at every step, as it ends an epoch, but for USR1.
sed -i 's/count=100&test_count=40/count=24\&test_count=4/; s/shards: 12/shards: 2/; s/output: .*/output: {log_every: 1, checkpoint_every: 0, sample_every: 0}/' gan.yaml
signals="TERM INT USR1"
! sanitized || signals=USR1

metrics() { sed 's/"samples_per_s": [^,]*, //' "$1/metrics.jsonl"; }
for signal in $signals; do
    every=1
    [ $signal != USR1 ] || every=50
    "$MPIRUN" -np 2 "$GENTRAIN" train gan.yaml --out part-$signal --steps 100000 \
        --set output.log_every=$every --set output.test_every=$every \
        >out.txt 2>err.txt &
    launcher=$!
    trains part-$signal
    rank=$(ranks_of $launcher | tail -n 1)
    kill -$signal "$rank" || fail "no rank to signal"
    wait $launcher || fail "SIG$signal gave exit code $?"
    says err.txt "gentrain train --resume part-$signal"
    says part-$signal/INTERRUPTED "gentrain train --resume part-$signal"
    # It goes on to a step of which there are metrics.
    steps=$((($(newest part-$signal) / every + 3) * every))
    must "resuming" ranks 2 train --resume part-$signal --steps $steps --quiet
    [ ! -e part-$signal/INTERRUPTED ] || fail "INTERRUPTED stays"
    must "a whole run" ranks 2 train gan.yaml --out whole-$signal --steps $steps --quiet
    last=checkpoints/$(printf 'step-%08d.h5' $steps)
    h5diff --exclude-path /config {whole,part}-$signal/"$last" \
        >diff.txt || fail "the weights differ: $(head -n 5 diff.txt)"
    metrics whole-$signal | sed -n "$every~${every}p" >whole.txt
    metrics part-$signal | cmp - whole.txt || fail "metrics.jsonl differs"
done

# A signal while the last files are written: neither the mark of a run that was
# stopped is lost, nor a run that is complete.
pausing twice INTERRUPTED train gan.yaml --out twice --steps 100000 --quiet
trains twice
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

# alone RUN [OPTION...]: a long run of one rank in the background
alone() {
    "$GENTRAIN" train gan.yaml --out "$1" --steps 100000 "${@:2}" >out.txt 2>err.txt &
    training=$!
    trains "$1"
}

# Other signals that mean the end save as well.
for signal in HUP USR2 XCPU; do
    alone other-$signal
    kill -$signal $training
    wait $training || fail "SIG$signal gave exit code $?"
    says err.txt "gentrain train --resume other-$signal"
    says other-$signal/INTERRUPTED "after step $(newest other-$signal);"
done

# What was ignored at the start stays ignored: a script's background job is not
# for Ctrl-C to end. Libraries that handle signals do not change that, nor does a
# limit of addresses, for which the program starts itself again.
alone background
(
    trap '' HUP
    sanitized || ulimit -v 16000000
    exec env ASAN_OPTIONS="$shimmed" LD_PRELOAD="$SHIM" SHIM_SIGNAL=1 \
        "$GENTRAIN" train gan.yaml --out nohup --steps 100000 2>nohup.txt
) &
nohup=$!
trains nohup
kill -INT $training
kill -HUP $nohup
sleep 1
kill -0 $training || fail "an ignored SIGINT ended a training"
kill -0 $nohup || fail "an ignored SIGHUP ended a training"
kill -TERM $training $nohup
wait $training || fail "SIGTERM of a background job gave exit code $?"
wait $nohup || fail "SIGTERM under nohup gave exit code $?"

# What does not train ends at a signal, also with such a library.
must "a short run" "$GENTRAIN" train gan.yaml --out short --quiet
SHIM_SIGNAL=1 pausing short drawn.h5 sample short -n 4 -o short/drawn.h5
await_pause
kill -HUP $paused
kill -CONT $paused
wait $paused
[ $? -eq 129 ] || fail "SIGHUP does not end sample"

# Who reads the output may go: the training goes on, and its files are whole.
# What only prints ends quietly.
for option in --steps=12 --json; do
    { "$GENTRAIN" train gan.yaml --out piped$option $option 2>&1
      echo $? >code.txt; } | head -n 1 >/dev/null
    [ "$(cat code.txt)" -eq 4 ] || fail "$option: unread output: exit code $(cat code.txt)"
    must "comparing" "$GENTRAIN" diff piped$option short >diff.txt
    [ "$(wc -l <piped$option/metrics.jsonl)" -eq 12 ] || fail "lines are missing"
    [ -z "$(find piped$option -name '*.tmp')" ] || fail "temporary files were left"
done
{ sleep 0.5; "$GENTRAIN" inspect short 2>err.txt; echo $? >code.txt; } | true
[ "$(cat code.txt)" -eq 141 ] || fail "inspect | true: exit code $(cat code.txt)"
[ ! -s err.txt ] || fail "inspect | true is not quiet"
(
    trap '' PIPE
    { sleep 0.5; "$GENTRAIN" inspect short 2>err.txt; echo $? >code.txt; } | true
)
[ "$(cat code.txt)" -eq 4 ] || fail "without SIGPIPE: exit code $(cat code.txt)"
[ ! -s err.txt ] || fail "without SIGPIPE it is not quiet"

# No file of the run is opened as a descriptor that messages go to.
"$GENTRAIN" train gan.yaml --out closed 2>&- >&-
[ $? -eq 4 ] || fail "closed output: exit code $?"
must "comparing" "$GENTRAIN" diff closed short >diff.txt

# A launcher that ends its ranks does not read their output any more, and kills
# them soon: the mark and the hint do not wait for it.
# Open MPI 5 gives them no time at all.
"$MPIRUN" --version 2>&1 | grep -q '(Open MPI) 4' || exit 0
OMPI_MCA_odls_base_sigkill_timeout=1 "$MPIRUN" -np 2 "$GENTRAIN" train gan.yaml --out ended --steps 1000000 \
    >out.txt 2>err.txt &
launcher=$!
trains ended
kill -TERM $launcher
wait $launcher
says ended/INTERRUPTED "after step $(newest ended);"
