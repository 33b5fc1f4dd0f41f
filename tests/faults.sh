# faults.sh all|ends: whatever single system call on the run's files fails, or is the
# last one that a process makes, nothing is lost: the run goes on or is resumed to the
# same weights and the same complete metrics, and leaves no temporary files.
#
# Each call is tried in turn, or, as equal calls for the first checkpoint and the
# second leave the same behind, the first and the last one of each kind: of the same
# call and the same path but for numbers.
which=${1:?all or ends}
. "$(dirname "$0")/common.sh"

export ASAN_OPTIONS="$shimmed"
# Of the ends every other one is tried, and one in eight in the sanitizers' build, where
# each run is slow.
stride=1
[ "$which" = all ] || stride=2
sanitized && stride=8

cat >tiny.yaml <<'END'
task: vae
data: {uri: "glyphs?count=16&test_count=4", image: [12, 12, 1], range: unit}
model:
  latent: 2
  encoder: [flatten, dense: {units: 4}]
  decoder: [dense: {units: 144}, reshape: {shape: [12, 12, 1]}]
  likelihood: bernoulli
train: {batch: 8, steps: 3, shards: 2}
optimizer: {lr: 0.3} # the best step is the second
output: {log_every: 1, checkpoint_every: 1, sample_every: 0, sample_count: 1,
  keep: 2, test_every: 1, best: test_loss}
END
must "an undisturbed run" "$GENTRAIN" train tiny.yaml --out whole --quiet
"$GENTRAIN" diff whole/checkpoints/{best,step-00000002}.h5 >diff.txt ||
    fail "the best step is another: $(cat diff.txt)"

# calm RUN COMMAND...: nothing goes wrong, and fsync does not wait for the disk
calm() {
    local run=$1
    shift
    LD_PRELOAD=$SHIM SHIM_DIR=$run "$GENTRAIN" "$@" --quiet >"$run.out" 2>"$run.err"
}

# kinds RUN COMMAND...: calls.txt has a line "K KIND" for each call to try, the K-th
# one of its kind, from a run in which nothing goes wrong
kinds() {
    local run=$1
    SHIM_KINDS=$run.kinds calm "$@" || fail "undisturbed: $(cat "$run.err")"
    awk -v which="$which" -v stride=$stride '
        { kind[NR] = $0; at[NR] = ++count[$0] }
        END {
            for (i = 1; i <= NR; i++)
                if ((which == "all" || at[i] == 1 || at[i] == count[kind[i]]) &&
                    ++chosen % stride == 0)
                    print at[i], kind[i]
        }' "$run.kinds" >"$run.calls"
    [ "$(wc -l <"$run.calls")" -gt $((40 / stride)) ] || fail "only $(wc -l <"$run.calls") calls"
    rm -rf "$run" "$run.kinds"
}

# best RUN FILE: its best checkpoint holds what FILE does. Where the one of the best
# step could not be written, and that was said, there is none.
unwritten=0
best() {
    local file=$1/checkpoints/best.h5
    if [ $unwritten -gt 0 ] && [ ! -e "$file" ]; then
        return 0
    fi
    cmp -s "$file" "$2" || "$GENTRAIN" diff "$file" "$2" >"$1.out" 2>"$1.err"
}

# check RUN WHAT [STEPS BEST]: as if nothing had happened; its metrics are those of
# STEPS, its best checkpoint is as BEST
check() {
    "$GENTRAIN" diff "$1" whole >"$1.out" 2>"$1.err" ||
        fail "$2: $(cat "$1.out" "$1.err")"
    best "$1" "${4:-whole/checkpoints/best.h5}" ||
        fail "$2: best.h5 is not the best: $(cat "$1.out" "$1.err")"
    [ "$(sed 's/{"step": //; s/,.*//' "$1/metrics.jsonl" | tr '\n' ' ')" = "${3:-1 2 3} " ] ||
        fail "$2: $(cat "$1/metrics.jsonl")"
    [ -z "$(find "$1" -name '*.tmp')" ] || fail "$2: temporary files were left"
}

# unseen RUN: what lies there has not been looked at yet. Many calls leave the
# same behind: names, but for the process in those of temporary files, sizes, and
# metrics but for the rates in them.
shopt -s extglob
declare -A seen
unseen() {
    local state="" metrics=$1/metrics.jsonl
    [ ! -e "$metrics" ] || state=$(<"$metrics")
    state=${state//'"samples_per_s": '+([0-9.e+])/}
    state+=$(find "$1" -name metrics.jsonl -o -name 'fence.*' -printf '%P ' \
        -o -printf '%P %s ' 2>/dev/null)
    state+=$(cat "$1/checkpoints/best.h5" 2>/dev/null | cksum)
    state=${state//.+([0-9])-+([0-9]).tmp/.tmp}
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
    [ $unwritten -eq 0 ] || sed -i '/the best one is found anew/d' "$1.warned"
    grep -vE "has done 3 of 3|begins again at step 0" "$1.warned" && fail "$2: $(cat "$1.err")"
    check "$1" "$2"
}

# disturbed RUN K KIND WHAT COMMAND...: WHAT is done at the K-th call of the kind. False
# where that does not come, as threads take turns in another order.
disturbed() {
    local run=$1 k=$2 kind=$3 what=$4
    shift 4
    rm -f "$run.log"
    # The shell tells of a killed process on its own standard error.
    { LD_PRELOAD=$SHIM SHIM_DIR=$run SHIM_KIND=$kind SHIM_AT=$k SHIM_DO=$what \
        SHIM_LOG=$run.log "$GENTRAIN" "$@" >"$run.out" 2>"$run.err"; } 2>/dev/null
    code=$?
    place="$what at call $k of \"$kind\" of $1 $2"
    if [ ! -s "$run.log" ]; then
        [ $code -eq 0 ] || fail "no $place: exit code $code: $(cat "$run.err")"
        missed=$((missed + 1))
        return 1
    fi
}

# tried RUN WHAT: says how many, and that most of them came
tried() {
    local n
    n=$(wc -l <"$1.calls")
    echo "$2: $n calls, $missed of which did not come, ${#seen[@]} states"
    [ $((5 * missed)) -le "$n" ] || fail "$missed calls did not come"
    missed=0
    seen=()
}
missed=0

# deaths RUN WHAT: the process dies at every call
deaths() {
    local run=$1 k kind
    kinds "$run" train tiny.yaml --out "$run"
    while read -r k kind; do
        rm -rf "$run"
        disturbed "$run" "$k" "$kind" "$2" train tiny.yaml --out "$run" --quiet || continue
        [ $code -eq 137 ] || fail "$place: exit code $code, not killed"
        ! unseen "$run" || complete "$run" "$place"
    done <"$run.calls"
    tried "$run" "$2"
}

# errors RUN: every call fails, with all errors in turn
errors() {
    local run=$1 i=0 k kind list=(5 28 30 122 13) # EIO ENOSPC EROFS EDQUOT EACCES
    kinds "$run" train tiny.yaml --out "$run"
    while read -r k kind; do
        rm -rf "$run"
        i=$((i + 1))
        disturbed "$run" "$k" "$kind" ${list[i % 5]} train tiny.yaml --out "$run" --quiet || continue
        case $code in
        0 | 4) ;;
        *) fail "$place: exit code $code: $(cat "$run.err")" ;;
        esac
        [ $code -eq 0 ] || [ "$(grep -c 'gentrain: error: ' "$run.err")" -eq 1 ] ||
            fail "$place: not one error: $(cat "$run.err")"
        unwritten=$(grep -cE "no (checkpoint|best.h5) of step" "$run.err")
        ! unseen "$run" || complete "$run" "$place"
    done <"$run.calls"
    unwritten=0
    tried "$run" errors
}

# resumes RUN WHAT: the process dies at every call of a resume
resumes() {
    local run=$1 k kind
    rm -rf half
    must "half a run" "$GENTRAIN" train tiny.yaml --out half --quiet --steps 2
    echo torn >half/checkpoints/step-00000009.h5
    printf '{"step": 3, "epoch"' >>half/metrics.jsonl
    cp -r half "$run"
    kinds "$run" train --resume "$run" --steps 3
    while read -r k kind; do
        rm -rf "$run"
        cp -r half "$run"
        disturbed "$run" "$k" "$kind" "$2" train --resume "$run" --steps 3 --quiet || continue
        [ $code -eq 137 ] || fail "$place: exit code $code, not killed"
        unseen "$run" || continue
        calm "$run" train --resume "$run" --steps 3
        code=$?
        [ $code -eq 0 ] || fail "$place: resuming gave $code: $(cat "$run.err")"
        find "$run" -name '*.tmp' -delete
        check "$run" "$place"
    done <"$run.calls"
    tried "$run" "resume, $2"
}

# branches RUN WHAT: the process dies at every call of a branch's start and training.
# There is no moment at which a configuration without a state could begin at step 0.
branches() {
    local run=$1 k kind
    must "a run to branch from" "$GENTRAIN" train tiny.yaml --out parent --quiet --steps 2
    branch=(train --from parent --out "$run" --steps 3)
    kinds "$run" "${branch[@]}"
    while read -r k kind; do
        rm -rf "$run"
        disturbed "$run" "$k" "$kind" "$2" "${branch[@]}" --quiet || continue
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
        check "$run" "$place" 3 whole/checkpoints/step-00000003.h5
    done <"$run.calls"
    tried "$run" "branch, $2"
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
