# Memory that is not there is an error before the first step: no limit of
# addresses makes a training hang or crash, and buffers follow what a step uses.
# The sanitizers map terabytes of addresses.
#
# ctest: release
. "$(dirname "$0")/common.sh"

# limited KB N COMMAND...: gentrain under ulimit -v; exit code in $code
limited() {
    local size=$1
    shift
    (
        ulimit -v "$size"
        if [ "$1" -eq 1 ]; then
            timeout 120 "$GENTRAIN" "${@:2}" >out.txt 2>err.txt
        else
            timeout 120 "$MPIRUN" -np "$1" "$GENTRAIN" "${@:2}" >out.txt 2>err.txt
        fi
    )
    code=$?
}

must "an undisturbed run" ranks 1 train vae.yaml --out whole --quiet
refusals=0
trained=0
for mb in 100 150 200 250 300 330 350 380 410 440 480 520 560 600 700 900 1200; do
    limited $((1000 * mb)) 1 train vae.yaml --out run-$mb --quiet
    case $code in
    0)
        trained=$((trained + 1))
        must "comparing" "$GENTRAIN" diff run-$mb whole >diff.txt
        ;;
    7)
        refusals=$((refusals + 1))
        [ "$(grep -c 'gentrain: error: ' err.txt)" -eq 1 ] || fail "$mb MB: not one error"
        says err.txt "ulimit -v"
        [ ! -e run-$mb/metrics.jsonl ] || [ ! -s run-$mb/metrics.jsonl ] ||
            fail "$mb MB: it was noticed after the first step"
        ;;
    *) fail "with $mb MB of addresses: exit code $code" ;;
    esac
done
echo "refused $refusals, trained $trained"
[ $refusals -gt 0 ] || fail "no limit was too low"
[ $trained -gt 0 ] || fail "no limit was high enough"

# At the lowest limit with which it starts, and near it, all files can be written:
# what libraries allocate late was asked for.
# lowest COMMAND...: the lowest limit in MB at which it is not refused
lowest() {
    local low=100 middle
    high=1200
    while [ $((high - low)) -gt 1 ]; do
        middle=$(((low + high) / 2))
        rm -rf edge edge.h5
        limited $((1000 * middle)) 1 "$@"
        case $code in
        0) high=$middle ;;
        7) low=$middle ;;
        *) fail "$* with $middle MB of addresses: exit code $code" ;;
        esac
    done
    echo "at $high MB: $*"
}
# near_edge COMMAND...: and 12 MB more
near_edge() {
    lowest "$@"
    local mb
    for mb in $(seq $high 2 $((high + 12))); do
        rm -rf edge edge.h5
        limited $((1000 * mb)) 1 "$@"
        [ $code -eq 0 ] || fail "$* with $mb MB of addresses: exit code $code"
    done
}
near_edge train vae.yaml --out edge --quiet
must "comparing" "$GENTRAIN" diff edge whole >diff.txt
near_edge sample whole -n 300 -o edge.h5 --grid edge.png

# Points and latents are not compressed, and the file is built in memory.
must "points" ranks 1 train --preset ring --out ring --steps 1 --quiet
limited 500000 1 sample ring -n 20000000 -o edge.h5
[ $code -eq 7 ] || fail "a set of 320 MB under a limit of 500 MB: exit code $code"
says err.txt "more, but ulimit -v"

limited 400000 2 train vae.yaml --out two --quiet
[ $code -eq 7 ] || fail "2 ranks with 400 MB of addresses: exit code $code"
[ "$(grep -c 'gentrain: error: ' err.txt)" -eq 1 ] || fail "2 ranks: not one error"
says err.txt "ulimit -v"

# More than any machine has.
sed 's/units: 32/units: 100000/' vae.yaml >huge.yaml
refused 7 " MB " 2 train huge.yaml --out huge --steps 1 \
    --set train.batch=1048576 --set train.shards=2 \
    --set "data.uri=glyphs?count=1048576"
[ ! -e huge ] || fail "a run that does not fit has made its directory"

# Data that do not fit are refused before they are read: by what is on this disk,
# which holds nothing but a header, a terabyte for each rank.
# images FILE N: images of 1024x1024, none of which is written
images() {
    printf '\0\0\10\3%b\0\0\4\0\0\0\4\0' "$(printf '%08x' "$2" | sed 's/../\\x&/g')" >"$1" &&
        truncate -s $((16 + $2 * 1048576)) "$1"
}
if images large 1000000 2>/dev/null; then
    for n in 1 2; do
        refused 7 " MB of memory more for the data, but " $n train vae.yaml --out large-run \
            --data large --set "data.image=[1024, 1024, 1]"
        who="rank 0 needs "
        [ $n -eq 1 ] || who="the $n ranks from rank 0 on need "
        says err.txt "$who"
    done
    [ ! -e large-run ] || fail "a run without room for its data has made its directory"
    refused 7 "large: reading it takes" 1 inspect large
    cp whole/checkpoints/step-00000012.h5 long.h5
    truncate -s 1T long.h5
    refused 7 "long.h5: reading it takes" 1 inspect long.h5
    refused 7 "long.h5: reading it takes" 2 sample long.h5 -o x.h5
    refused 7 "long.h5: reading it takes" 2 train --resume long.h5
    rm large long.h5
else
    echo "skipped: no sparse file of a terabyte here"
fi

# A control group's limit would kill it without a word.
group=/sys/fs/cgroup/memory$(sed -n 's/^[0-9]*:memory://p' /proc/self/cgroup)/gentrain-$$
if mkdir "$group" 2>/dev/null && echo 300000000 2>/dev/null >"$group/memory.limit_in_bytes"; then
    trap 'rmdir "$group"; rm -rf "$scratch"' EXIT
    images some 400
    (
        echo $BASHPID >"$group/tasks"
        timeout 120 "$GENTRAIN" train vae.yaml --out group --quiet --data some \
            --set "data.image=[1024, 1024, 1]" >out.txt 2>err.txt
    )
    code=$?
    [ $code -eq 7 ] || fail "data beyond the group's limit: exit code $code"
    says err.txt "for the data, but the control group's memory.limit_in_bytes is 300 MB"
else
    echo "skipped: no control group can be made here"
fi

# A batch that is larger than the data takes memory for the data.
rss() { sed -n 's/^  memory *\([0-9]*\) MB per rank at most$/\1/p' err.txt; }
must "a batch of all images" ranks 1 train vae.yaml --out all --steps 3 \
    --set train.batch=100 --set train.shards=1
all=$(rss)
must "a batch of many more" ranks 1 train vae.yaml --out more --steps 3 \
    --set train.batch=1048576 --set train.shards=2
more=$(rss)
[ "$more" -lt $((all + 20)) ] || fail "100 images take $all MB, with a larger batch $more"
