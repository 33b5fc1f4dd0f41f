# Sourced by the cli tests: a scratch folder, small recipes, and checks that say
# what they expected. GENTRAIN, GENTRAIN_SOURCE and MPIRUN come from ctest.
set -u
export LC_ALL=C
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1
# Launchers that are killed leave folders behind that are named after their
# process numbers, and a later one with that number does not start.
mkdir tmp
export TMPDIR=$scratch/tmp

# ranks N COMMAND...: gentrain on N ranks; output in out.txt, err.txt. One rank needs
# no mpirun, which takes longer than it (cli_ranks.sh has one that is started so).
ranks() {
    local launch=("$MPIRUN" -np "$1")
    [ "$1" -gt 1 ] || launch=()
    "${launch[@]}" "$GENTRAIN" "${@:2}" >out.txt 2>err.txt
}

# The launcher's number of a process, for the shell that is to become a rank,
# whoever the launcher is.
# shellcheck disable=SC2016 disable=SC2034
number='${OMPI_COMM_WORLD_RANK:-${PMIX_RANK:-${PMI_RANK:-0}}}'

# below PROCESS: the processes that it has started, and those that these have.
below() {
    local child
    for child in $(pgrep -P "$1"); do
        echo "$child"
        below "$child"
    done
}
# ranks_of PROCESS: those of them that run gentrain and have not ended, one a line,
# by their ranks. Launchers start ranks themselves, or by others.
ranks_of() {
    local process program
    program=$(realpath "$GENTRAIN")
    for process in $(below "$1"); do
        [ "$(readlink "/proc/$process/exe")" != "$program" ] ||
            tr '\0' '\n' <"/proc/$process/environ" |
            sed -nE "s/^(OMPI_COMM_WORLD|PMIX|PMI)_RANK=(.*)/\\2 $process/p" |
            head -n 1
    done 2>/dev/null | sort -n | cut -d ' ' -f 2
}

# What the sanitizers' build needs beside a preloaded library.
shimmed=${ASAN_OPTIONS:-}:verify_asan_link_order=0:detect_leaks=0

# pausing RUN NAME COMMAND...: gentrain, in the background as process $paused, will
# stop itself before the first call of the system that names a path in RUN with
# NAME in it; await_pause waits for that. Output in out.txt, err.txt.
pausing() {
    local run=$1 name=$2
    shift 2
    env ASAN_OPTIONS="$shimmed" LD_PRELOAD="$SHIM" SHIM_DIR="$run" \
        SHIM_NAME="$name" SHIM_AT=1 SHIM_DO=pause "$GENTRAIN" "$@" \
        >out.txt 2>err.txt &
    paused=$!
}
await_pause() {
    for _ in $(seq 1500); do
        grep -q '^State:.T' "/proc/$paused/status" && return
        sleep 0.02
    done
    fail "it does not stop itself"
}

fail() {
    echo "FAILED: $*"
    [ -s out.txt ] && sed 's/^/  stdout: /' out.txt | tail -n 15
    [ -s err.txt ] && sed 's/^/  stderr: /' err.txt | tail -n 25
    exit 1
}

# newest RUN: the step of a run's newest checkpoint; fails where it has none. A
# name that is removed while it is looked at, by a run that goes on, does no harm.
newest() {
    ls "$1/checkpoints" 2>/dev/null | sed -n 's/^step-0*\([0-9]*\)\.h5$/\1/p' |
        sort -n | tail -n 1 | grep .
}
# await_checkpoint RUN: a run in the background has written one.
await_checkpoint() {
    for _ in $(seq 1500); do
        newest "$1" >newest.txt && return
        sleep 0.02
    done
    fail "$1 wrote no checkpoint"
}

# must NAME COMMAND...: the command succeeds.
must() {
    local what=$1
    shift
    "$@" || fail "$what (exit code $?)"
}

# says FILE TEXT: the file contains the text.
says() {
    grep -qF -- "$2" "$1" || fail "$1 does not say: $2"
}

# weights RUN: the fingerprint of its newest checkpoint.
weights() {
    "$GENTRAIN" inspect "$1" --json | sed -n 's/.*"fingerprint": "\([0-9a-f]*\)".*/\1/p'
}

# golden RUN FINGERPRINT: these weights are the same on every CPU, with every compiler and
# every BLAS.
golden() {
    [ "$(weights "$1")" = "$2" ] || fail "$1 has the weights $(weights "$1"), not $2"
}

# Warnings of the machine that the tests happen to run on, its BLAS kernels and its
# cores.
of_machine='BLAS runs its|threads? of gentrain share'

# warnings FILE: the warnings in it, but for those of the machine.
warnings() {
    grep 'gentrain: warning: ' "$1" | grep -vE "$of_machine"
}

# silent FILE: nothing is in it, but for those.
silent() {
    ! grep -vE "$of_machine" "$1" >/dev/null || fail "$1 is not empty"
}

# refused CODE TEXT N COMMAND...: gentrain on N ranks fails with that exit code
# and says exactly one error line, which contains the text.
refused() {
    local code=$1 text=$2
    shift 2
    ranks "$@"
    local got=$?
    [ "$got" -eq "$code" ] || fail "gentrain ${*:2} gave exit code $got, not $code"
    [ "$(grep -c 'gentrain: error: ' err.txt)" -eq 1 ] ||
        fail "gentrain ${*:2} did not print exactly one error"
    grep 'gentrain: error: ' err.txt | grep -qF -- "$text" ||
        fail "the error does not say: $text"
}

# same FILE FILE: all data sets are equal to the bit.
same() {
    h5diff "$1" "$2" >diff.txt || fail "$1 and $2 differ: $(head -n 5 diff.txt)"
}

# near DELTA FILE FILE: numbers differ by at most DELTA; what the files say of
# themselves may be different.
near() {
    local group
    for group in $(h5ls "$2" | awk '$2 == "Group" { print $1 }'); do
        h5diff -d "$1" "$2" "$3" "/$group" >diff.txt ||
            fail "/$group of $2 and $3 differs: $(head -n 5 diff.txt)"
    done
}

# sanitized: whether this is a build with sanitizers, where every run is slow.
sanitized() {
    ldd "$GENTRAIN" | grep -q 'lib[at]san'
}

need_tool() {
    command -v "$1" >/dev/null || {
        echo "skipped: $1 is not installed"
        exit 77
    }
}

# A GAN and a VAE that train in no time, with every kind of state: batch norm,
# dropout, momentum.
cat >gan.yaml <<'EOF'
# A tiny GAN for tests.
task: gan
data: {uri: "glyphs?count=100&test_count=40", image: [12, 12, 1], range: symmetric}
model:
  latent: 8
  generator:
    - dense: {units: 72, bias: false}
    - reshape: {shape: [3, 3, 8]}
    - batch_norm
    - relu
    - conv2d_transpose: {filters: 8, kernel: 4, stride: 2, padding: 1, bias: false}
    - batch_norm
    - relu
    - conv2d_transpose: {filters: 1, kernel: 4, stride: 2, padding: 1}
    - tanh
  discriminator:
    - conv2d: {filters: 8, kernel: 4, stride: 2, padding: 1}
    - leaky_relu
    - dropout: {rate: 0.2}
    - conv2d: {filters: 8, kernel: 3, stride: 2, padding: same, bias: false}
    - batch_norm
    - leaky_relu
    - flatten
    - dense: {units: 1}
train: {batch: 24, steps: 12, shards: 12}
output: {log_every: 1, checkpoint_every: 6, sample_every: 6, sample_count: 9}
EOF
cat >vae.yaml <<'EOF'
# A tiny VAE for tests.
task: vae
data: {uri: "glyphs?count=100&test_count=40", image: [12, 12, 1], range: unit}
model:
  latent: 4
  encoder:
    - flatten
    - dense: {units: 32}
    - relu
    - dense: {units: 8}
  decoder:
    - dense: {units: 32}
    - relu
    - dense: {units: 144}
    - reshape: {shape: [12, 12, 1]}
  likelihood: bernoulli
train: {batch: 24, steps: 12, shards: 12}
output: {log_every: 1, checkpoint_every: 6, sample_every: 6, sample_count: 9}
EOF
