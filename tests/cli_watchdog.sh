# A rank that hangs ends the job with a message that names it, instead of
# keeping all others waiting for ever.
#
# ctest: two cores
# ctest: release
. "$(dirname "$0")/common.sh"

# start OPTIONS...: an endless run on two ranks in the background; its ranks'
# processes in $first and $second once it has trained a while.
start() {
    rm -rf run
    "$MPIRUN" -np 2 "$GENTRAIN" train gan.yaml --out run --steps 100000000 \
        --set train.watchdog_s=2 --set output.checkpoint_every=50 \
        --set output.keep=2 --set output.sample_every=0 "$@" >out.txt \
        2>err.txt &
    launcher=$!
    await_checkpoint run
    trained=$(ranks_of $launcher)
    first=$(echo "$trained" | head -n 1)
    second=$(echo "$trained" | tail -n 1)
    [ "$first" != "$second" ] || fail "the ranks were not found"
}

# alive PROCESS: it is there, and more than an entry that nobody has collected.
alive() {
    local state
    state=$(sed 's/.*) //; s/ .*//' "/proc/$1/stat" 2>/dev/null) &&
        [ "$state" != Z ]
}

# ended CODE: the job ended by itself within 30 s, and left no rank behind.
ended() {
    for _ in $(seq 300); do
        kill -0 $launcher 2>/dev/null || break
        sleep 0.1
    done
    kill -0 $launcher 2>/dev/null && fail "the job hangs"
    wait $launcher
    local code=$?
    [ $code -eq "$1" ] || fail "exit code $code, not $1"
    for process in $trained; do
        for _ in $(seq 50); do
            alive "$process" || break
            sleep 0.1
        done
        ! alive "$process" || fail "process $process lives on"
    done
    [ "$(grep -c 'gentrain: error: ' err.txt)" -eq 1 ] || fail "not one error"
}

start
kill -STOP "$second"
ended 9
says err.txt "as rank 1 (process $second) is stopped"

# Each rank can be asked why, also the first, and also where shards meet. While a
# job is suspended as a whole nobody asks.
start --set norm.sync=true
kill -STOP "$first" "$second"
sleep 3
kill -CONT "$first" "$second"
sleep 0.5
kill -0 $launcher || fail "the job was ended for having been suspended"
kill -STOP "$first"
ended 9
says err.txt "waiting for other ranks"

# What the run had saved is there to go on from.
must "going on" ranks 2 train --resume run --quiet \
    --steps $(($(newest run) + 3))

# A rank that hangs while the job starts: its data are a pipe that nobody fills.
mkdir here there
{
    printf '\0\0\10\3\0\0\0\30\0\0\0\14\0\0\0\14'
    head -c $((24 * 144)) /dev/zero
} >here/images
mkfifo there/images
set -- train "$PWD/gan.yaml" --quiet --data images --set train.watchdog_s=2
"$MPIRUN" -np 2 bash -c "folders=(here there)
    cd \"\${folders[$number]}\" && exec \"\$@\"" bash "$GENTRAIN" "$@" \
    >out.txt 2>err.txt &
launcher=$!
trained=
ended 9
says err.txt "rank 1 on"
says err.txt "while opening the data"
