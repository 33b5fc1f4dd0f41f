# Whatever single system call on the run's files fails, or is the last one that
# a process makes, nothing is lost: the run goes on or is resumed to the same
# weights and the same complete metrics, and leaves no temporary files.
#
# ctest: two cores
. "$(dirname "$0")/common.sh"

export ASAN_OPTIONS="$shimmed"
# The sanitizers' build takes one call in five, as each run is slow.
stride=1
sanitized && stride=5

cat >tiny.yaml <<'END'
task: vae
data: {uri: "glyphs?count=16&test_count=4", image: [12, 12, 1], range: unit}
model:
  latent: 2
  encoder: [flatten, dense: {units: 4}]
  decoder: [dense: {units: 144}, reshape: {shape: [12, 12, 1]}]
  likelihood: bernoulli
train: {batch: 8, steps: 3, shards: 2}
output: {log_every: 1, checkpoint_every: 1, sample_every: 0, sample_count: 1,
  keep: 2}
END
must "an undisturbed run" "$GENTRAIN" train tiny.yaml --out whole --quiet

# calm RUN COMMAND...: nothing goes wrong, and fsync does not wait for the disk
calm() {
    local run=$1
    shift
    LD_PRELOAD=$SHIM SHIM_DIR=$run "$GENTRAIN" "$@" --quiet >"$run.out" 2>"$run.err"
}

# check RUN WHAT [STEPS]: as if nothing had happened; its metrics are those of STEPS
check() {
    "$GENTRAIN" diff "$1" whole >"$1.out" 2>"$1.err" ||
        fail "$2: $(cat "$1.out" "$1.err")"
    [ "$(sed 's/{"step": //; s/,.*//' "$1/metrics.jsonl" | tr '\n' ' ')" = "${3:-1 2 3} " ] ||
        fail "$2: $(cat "$1/metrics.jsonl")"
    [ -z "$(find "$1" -name '*.tmp')" ] || fail "$2: temporary files were left"
}

# unseen RUN: what lies there has not been looked at yet. Many calls leave the
# same behind: names, sizes, and metrics but for the rates in them.
shopt -s extglob
declare -A seen
unseen() {
    local state="" metrics=$1/metrics.jsonl
    [ ! -e "$metrics" ] || state=$(<"$metrics")
    state=${state//'"samples_per_s": '+([0-9.e+])/}
    state+=$(find "$1" -name metrics.jsonl -o -name 'fence.*' -printf '%P ' \
        -o -printf '%P %s ' 2>/dev/null)
    [ -z "${seen[${state:-nothing}]:-}" ] && seen[${state:-nothing}]=yes
}

# complete RUN WHAT: resume it as a job would be, and check it. A run that died
# before its first checkpoint begins at step 0, and one without config.yaml is
# started anew where it is.
complete() {
    local code had
    had=$(newest "$1")
    if [ -e "$1/config.yaml" ]; then
        calm "$1" train --resume "$1"
        code=$?
        ! grep -q "begins again at step 0" "$1.err" || [ -z "$had" ] ||
            fail "$2: the checkpoint of step $had is ignored"
    else
        calm "$1" train --resume "$1" && fail "$2: resumed without config.yaml"
        calm "$1" train tiny.yaml --out "$1"
        code=$?
    fi
    [ $code -eq 0 ] || fail "$2: resuming gave $code: $(cat "$1.err")"
    # A run that is complete is not opened.
    warnings "$1.err" >"$1.warned"
    grep -q "has done 3 of 3" "$1.warned" && find "$1" -name '*.tmp' -delete
    grep -vE "has done 3 of 3|begins again at step 0" "$1.warned" && fail "$2: $(cat "$1.err")"
    check "$1" "$2"
}

# disturbed RUN K WHAT COMMAND...: false when there is no K-th call
disturbed() {
    local run=$1 k=$2 what=$3
    shift 3
    rm -f "$run.log"
    # The shell tells of a killed process on its own standard error.
    { LD_PRELOAD=$SHIM SHIM_DIR=$run SHIM_AT=$k SHIM_DO=$what \
        SHIM_LOG=$run.log "$GENTRAIN" "$@" >"$run.out" 2>"$run.err"; } 2>/dev/null
    code=$?
    if [ ! -s "$run.log" ]; then
        [ $code -eq 0 ] || fail "undisturbed, $k: exit code $code: $(cat "$run.err")"
        return 1
    fi
    place="$what at call $k ($(cat "$run.log")) of $1 $2"
}

# deaths RUN WHAT: the process dies at every call
deaths() {
    local run=$1 k=0
    while k=$((k + stride)); rm -rf "$run"; disturbed "$run" $k "$2" train tiny.yaml --out "$run" --quiet; do
        [ $code -eq 137 ] || fail "$place: exit code $code, not killed"
        ! unseen "$run" || complete "$run" "$place"
    done
    [ $k -gt 100 ] || fail "only $k calls were seen"
    echo "$2: $((k - stride)) calls, ${#seen[@]} states"
}

# errors RUN: every call fails, with all errors in turn
errors() {
    local run=$1 k=0 list=(5 28 30 122 13) # EIO ENOSPC EROFS EDQUOT EACCES
    while k=$((k + stride)); rm -rf "$run"; disturbed "$run" $k ${list[k / stride % 5]} train tiny.yaml --out "$run" --quiet; do
        case $code in
        0 | 4) ;;
        *) fail "$place: exit code $code: $(cat "$run.err")" ;;
        esac
        [ $code -eq 0 ] || [ "$(grep -c 'gentrain: error: ' "$run.err")" -eq 1 ] ||
            fail "$place: not one error: $(cat "$run.err")"
        ! unseen "$run" || complete "$run" "$place"
    done
    [ $k -gt 100 ] || fail "only $k calls were seen"
    echo "errors: $((k - stride)) calls, ${#seen[@]} states"
}

# resumes RUN WHAT: the process dies at every call of a resume
resumes() {
    local run=$1 k=0
    seen=()
    rm -rf half
    must "half a run" "$GENTRAIN" train tiny.yaml --out half --quiet --steps 2
    echo torn >half/checkpoints/step-00000009.h5
    printf '{"step": 3, "epoch"' >>half/metrics.jsonl
    while k=$((k + stride)); rm -rf "$run"; cp -r half "$run"; disturbed "$run" $k "$2" \
        train --resume "$run" --steps 3 --quiet; do
        unseen "$run" || continue
        calm "$run" train --resume "$run" --steps 3
        code=$?
        [ $code -eq 0 ] || fail "$place: resuming gave $code: $(cat "$run.err")"
        find "$run" -name '*.tmp' -delete
        check "$run" "$place"
    done
    [ $k -gt 40 ] || fail "only $k calls were seen"
    echo "resume, $2: $((k - stride)) calls, ${#seen[@]} states"
}

# branches RUN WHAT: the process dies at every call of a branch's start and training.
# There is no moment at which a configuration without a state could begin at step 0.
branches() {
    local run=$1 k=0
    seen=()
    must "a run to branch from" "$GENTRAIN" train tiny.yaml --out parent --quiet --steps 2
    branch=(train --from parent --out "$run" --steps 3)
    while k=$((k + stride)); rm -rf "$run"; disturbed "$run" $k "$2" "${branch[@]}" --quiet; do
        [ $code -eq 137 ] || fail "$place: exit code $code, not killed"
        unseen "$run" || continue
        if newest "$run" >/dev/null; then
            calm "$run" train --resume "$run" --steps 3
            code=$?
        else
            [ ! -e "$run/config.yaml" ] || fail "$place: config.yaml before the state"
            calm "$run" "${branch[@]}"
            code=$?
        fi
        [ $code -eq 0 ] || fail "$place: going on gave $code: $(cat "$run.err")"
        ! warnings "$run.err" | grep -v "has done 3 of 3" || fail "$place: $(cat "$run.err")"
        find "$run" -name '*.tmp' -delete
        check "$run" "$place" 3
    done
    [ $k -gt 40 ] || fail "only $k calls were seen"
    echo "branch, $2: $((k - stride)) calls, ${#seen[@]} states"
}

( # on a core of its own
    errors failed
    resumes again torn
    branches branch torn
) >beside.txt 2>&1 &
beside=$!
deaths torn torn
wait $beside || fail "$(cat beside.txt)"
cat beside.txt

# File systems that cannot flush folders serve as well, whatever they call it:
# EINVAL ENOTSUP EBADF EACCES ENOSYS EPERM ENOTTY.
for error in 22 95 9 13 38 1 25; do
    SHIM_FOLDERS=$error calm folders-$error train tiny.yaml --out folders-$error ||
        fail "folders that give error $error: $(cat folders-$error.err)"
    [ -z "$(warnings folders-$error.err)" ] || fail "$(cat folders-$error.err)"
    check folders-$error "folders that give error $error"
done
# Data that are gone are an error.
! SHIM_FOLDERS=5 calm lost train tiny.yaml --out lost ||
    fail "EIO of a folder is ignored"
