# Bad input: one clear error on one rank, a non-zero exit on all, nothing left
# behind.
. "$(dirname "$0")/common.sh"
# Most inputs are as bad on one rank, which the sanitizers' build starts without
# mpirun, as it is slow.
if sanitized; then
    ranks() {
        local launch=("$MPIRUN" -np "$1")
        [ "$1" -gt 2 ] || launch=()
        "${launch[@]}" "$GENTRAIN" "${@:2}" >out.txt 2>err.txt
    }
fi

# with EDIT: bad.yaml is gan.yaml changed by a sed script
with() {
    sed "$1" gan.yaml >bad.yaml
}

# --- configuration
with 's/batch: 24/bach: 24/'
refused 3 'did you mean "batch"' 2 train bad.yaml --out x
says err.txt "bad.yaml:25"
with 's/batch: 24/batch: many/'
refused 3 "train.batch" 1 train bad.yaml --out x
with 's/batch: 24/batch: 0/'
refused 3 "out of range" 1 train bad.yaml --out x
with 's/- batch_norm/- batch_nrm/'
refused 3 'did you mean "batch_norm"' 1 train bad.yaml --out x
with 's/latent: 8/latent: [8/'
refused 3 "bad.yaml:" 1 train bad.yaml --out x
: >empty.yaml
refused 3 "empty.yaml" 1 train empty.yaml --out x
head -c 3000 /dev/urandom >noise.yaml
ranks 1 train noise.yaml --out x && fail "noise was taken for a configuration"
[ "$(grep -c 'gentrain: error: ' err.txt)" -eq 1 ] || fail "not one error"
refused 4 "missing.yaml" 2 train missing.yaml --out x
refused 3 "--set optimizer.lr" 2 train gan.yaml --set optimizer.lr=fast --out x
refused 3 'dcgan28' 1 train --preset dcgan82 --out x

# --- layers that do not fit: the message shows the chain of shapes
with 's/shape: \[3, 3, 8\]/shape: [3, 3, 9]/'
refused 3 "8 -> 72" 2 train bad.yaml --out x
with 's/kernel: 3, stride: 2, padding: same/kernel: 9, stride: 2, padding: 0/'
refused 3 "12x12x1 -> 6x6x8" 1 train bad.yaml --out x
with 's/image: \[12, 12, 1\]/image: [16, 16, 1]/'
refused 3 "12x12x1" 1 train bad.yaml --out x

# --- ranks and batch
refused 3 "train.batch is 2" 3 train gan.yaml --batch 2 --set train.shards=auto --out x
refused 3 "1, 2, 4, 8" 3 train gan.yaml --set train.shards=8 --out x

# --- data
refused 4 "nowhere" 2 train gan.yaml --data nowhere --out x
refused 3 'did you mean' 1 train gan.yaml --data glyps --out x
mkdir hollow
refused 4 "hollow" 2 train gan.yaml --data hollow --out x
idx() { # header of N 12x12 images, then BYTES bytes
    printf '\0\0\10\3\0\0\0%b\0\0\0\14\0\0\0\14' "\\x$(printf %x "$1")"
    head -c "$2" /dev/zero
}
idx 50 7200 >images-idx3-ubyte
must "a good IDX file" ranks 2 train gan.yaml --data images-idx3-ubyte --out good --steps 2 --quiet
idx 50 7000 >short-idx3-ubyte
refused 5 "short-idx3-ubyte" 2 train gan.yaml --data short-idx3-ubyte --out x
gzip -c images-idx3-ubyte | head -c 60 >cut-idx3-ubyte.gz
refused 5 "cut-idx3-ubyte.gz" 1 train gan.yaml --data cut-idx3-ubyte.gz --out x
refused 5 "gan.yaml" 1 train gan.yaml --data gan.yaml --out x
refused 6 "28x28" 2 train gan.yaml --data images-idx3-ubyte --out x \
    --set data.image='[28, 28, 1]'

# --- run directories
mkdir full
touch full/something
refused 4 "--resume full" 2 train gan.yaml --out full
touch file
refused 4 "file" 1 train gan.yaml --out file
refused 4 "/proc" 2 train gan.yaml --out /proc/run

# --- one rank of two that cannot start: nothing is claimed by the other
cat >second <<END
#!/usr/bin/env bash
[ "$number" = 0 ] || export LD_PRELOAD=$SHIM SHIM_THREADS=none
exec "$GENTRAIN" "\$@"
END
chmod +x second
ASAN_OPTIONS=$shimmed GENTRAIN=./second MPIRUN="$MPIRUN" \
    refused 4 "reads data ahead" 4 train gan.yaml --out x --set train.watchdog_s=0

# --- checkpoints
must "a checkpoint" ranks 2 train gan.yaml --out run --quiet
saved=run/checkpoints/step-00000012.h5
refused 6 "generator/" 2 train --resume run --steps 20 --set model.latent=9
refused 3 "vae" 1 train --resume run --steps 20 --set task=vae
cp $saved whole.h5
head -c 5000 whole.h5 >$saved
refused 5 "step-00000012.h5" 2 train --resume $saved --steps 20
refused 5 "step-00000012.h5" 2 sample $saved -o s.h5
printf 'not HDF5 at all' >$saved
refused 5 "step-00000012.h5" 2 train --resume $saved --steps 20

# a run falls back to an older checkpoint, with one warning; none: an error
older=run/checkpoints/step-00000006.h5
cp $older older.h5
warned() { # the one warning names the newest checkpoint
    warnings err.txt >warned.txt
    [ "$(wc -l <warned.txt)" -eq 1 ] || fail "not one warning"
    says warned.txt "step-00000012.h5"
}
must "sampling" ranks 2 sample run -o fallback.h5
warned
printf 'nor this' >$older
refused 5 "no good checkpoint in run" 2 train --resume run --steps 20
refused 5 "no good checkpoint in run" 2 sample run -o s.h5
cp older.h5 $older
# a flipped bit in the weights
size=$(stat -c %s whole.h5)
cp whole.h5 $saved
printf '\377\376' | dd of=$saved bs=1 seek=$((size / 2)) conv=notrunc 2>/dev/null
refused 5 "step-00000012.h5" 2 train --resume $saved --steps 20
must "resuming" ranks 2 train --resume run --steps 12 --quiet
warned
"$GENTRAIN" diff $saved whole.h5 >diff.txt || fail "the resumed run differs"
refused 4 "no-run" 2 sample no-run -o s.h5
refused 5 "good/config.yaml" 1 sample good/config.yaml -o s.h5

# --- the command line, before MPI starts
refused 2 "did you mean --preset" 2 train --prest quickstart
refused 2 'did you mean "train"?' 1 trian
refused 2 "a command comes before its options" 1 --preset quickstart
refused 2 "did you mean --set optimizer.lr=VALUE?" 1 train --lr 1e-4
refused 2 "did you mean --set train.d_steps=VALUE?" 1 train --train.d-steps=2
refused 2 "--quiet takes no value" 1 train --quiet=yes
refused 2 "write two dashes, --preset" 1 train -preset quickstart
refused 4 "did you mean the preset, --preset quickstart?" 1 train quickstrat
refused 2 "gentrain presets show quickstart" 1 presets quickstart
refused 2 'did you mean "show"?' 1 presets shwo quickstart
refused 2 'did you mean "man"?' 1 help run --format mann
mkdir -p arun/checkpoints
refused 4 "go on with it: gentrain train --resume arun" 1 train arun
rm -r arun
refused 2 "no configuration" 2 train
refused 2 "--steps" 1 train gan.yaml --steps
# shellcheck disable=SC2046
must "many options" ranks 1 train gan.yaml $(printf -- '--steps=%d ' {240..1}) --quiet
# shellcheck disable=SC2046
refused 2 "more than 256 options" 1 train gan.yaml $(printf -- '--steps=%d ' {257..1})
refused 2 "whole number" 1 sample run -n many -o s.h5
refused 2 "nothing to write" 1 sample run -n 5

[ ! -e x ] || fail "a refused run left its directory behind"
[ ! -e s.h5 ] || fail "a refused command left s.h5 behind"
[ -z "$(find . -name '*.tmp')" ] || fail "temporary files were left"

# --- files that may not grow: an error as well, and no signal that kills
(
    ulimit -f 16
    "$GENTRAIN" train gan.yaml --out limited --quiet >out.txt 2>err.txt
)
code=$?
[ $code -eq 4 ] || fail "files over the limit gave exit code $code, not 4"
says err.txt "no checkpoint of steps 6, 12 (cannot write"
says err.txt "File too large"

# --- a disk that runs full: training goes on, the older checkpoints stay, nothing
# is half-written, and the one error names what is missing
mount -t tmpfs -o size=600k tmpfs full 2>/dev/null || {
    echo "the full disk was skipped: mounting is not allowed here"
    exit 0
}
trap 'umount "$scratch/full"; rm -rf "$scratch"' EXIT
refused 4 "no checkpoint of steps " 2 train gan.yaml --out full/run --steps 200 \
    --quiet --set output.keep=0 --set output.sample_every=0
grep 'gentrain: error: ' err.txt >error.txt
says error.txt "No space left"
says error.txt ", ... 200: "
says err.txt "training goes on"
newest full/run >step.txt || fail "no checkpoint survived"
[ -z "$(find full -name '*.tmp')" ] || fail "temporary files were left"
for checkpoint in full/run/checkpoints/*.h5; do
    must "reading $checkpoint" "$GENTRAIN" inspect "$checkpoint" >/dev/null
done
