# The data that a run is trained on: the same on all ranks, and the same when it
# goes on, or somebody is told.
#
# ctest: release
. "$(dirname "$0")/common.sh"

# images N BYTE >FILE: N images of 12x12 of one grey; labels N BYTE >FILE.
images() {
    printf '\0\0\10\3\0\0\0%b\0\0\0\14\0\0\0\14' "\\x$(printf %x "$1")"
    head -c $((144 * $1)) /dev/zero | tr '\0' "$2"
}
labels() {
    printf '\0\0\10\1\0\0\0%b' "\\x$(printf %x "$1")"
    head -c "$1" /dev/zero | tr '\0' "$2"
}
# folder NAME N BYTE LABEL
folder() {
    rm -rf "$1"
    mkdir -p "$1"
    images "$2" "$3" >"$1/train-images-idx3-ubyte"
    labels "$2" "$4" >"$1/train-labels-idx1-ubyte"
}

# --- ranks whose files differ under one path
# differ TEXT: ranks 0 and 1 of three see node0/mnist, rank 2 node1/mnist
mkdir node0 node1
folder node0/mnist 50 a '\1'
# shellcheck disable=SC2016
differ() {
    "$MPIRUN" -np 3 bash -c 'node=node$(('"$number"' / 2)); config=$PWD/gan.yaml
        out=$PWD/x; cd $node && exec "$GENTRAIN" train "$config" --out "$out" --data mnist' \
        >out.txt 2>err.txt && fail "ranks with other data train"
    [ "$(grep -c 'gentrain: error: ' err.txt)" -eq 1 ] || fail "not one error"
    grep -q 'gentrain: error: rank 2 on [^ ]*: ' err.txt || fail "no rank is named"
    says err.txt "$1"
    [ ! -e x ] || fail "a run was begun"
}
export GENTRAIN
GENTRAIN=$(realpath "$GENTRAIN")
sed -i 's/shards: 12/shards: 12, watchdog_s: 60/' gan.yaml
folder node1/mnist 49 a '\1'
differ "data.uri has 49 images here, 50 images on rank 0"
folder node1/mnist 50 b '\1'
differ "data.uri has contents of digest"
folder node1/mnist 50 a '\2'
differ "data.uri has images of 3 classes here, 2 classes on rank 0"
rm node1/mnist/*labels*
differ "data.uri has images of 0 classes here, 2 classes on rank 0"
folder node1/mnist 50 a '\1'
cp node0/mnist/train-images-idx3-ubyte node1/mnist/t10k-images-idx3-ubyte
differ "data.uri holds out 50 images here, no images on rank 0"
rm -r node1/mnist
differ "node1/mnist"
# The same contents otherwise compressed, and under other paths, are the same.
folder node1/mnist 50 a '\1'
gzip node1/mnist/*
# shellcheck disable=SC2016
must "the same data elsewhere" "$MPIRUN" -np 2 bash -c 'exec "$GENTRAIN" train gan.yaml \
    --out elsewhere --quiet --data node'"$number"/mnist 2>err.txt
must "data in one place" ranks 1 train gan.yaml --out here --quiet --data node0/mnist
must "equal weights" "$GENTRAIN" diff here elsewhere >out.txt

# --- data that were swapped between stop and resume
warned() {
    warnings err.txt >warned.txt
    [ "$(wc -l <warned.txt)" -eq 1 ] || fail "not one warning"
    says warned.txt "$1"
}
go_on() {
    must "going on" ranks 2 train --resume here --steps $(($(newest here) + 1)) --quiet
}
go_on
warnings err.txt && fail "a warning of data that are the same"
folder node0/mnist 50 b '\1'
go_on
warned "has as many images, but other contents"
go_on
warnings err.txt && fail "a warning that was given before"
folder node0/mnist 50 b '\2'
go_on
warned "has labels of 3 classes, it had 2"
folder node0/mnist 40 b '\2'
go_on
warned "has 40 images, it had 50"
"$GENTRAIN" inspect here >out.txt
grep -q '^  data_count *40$' out.txt || fail "the new data are not recorded"
must "another source" ranks 1 train --resume here --steps $(($(newest here) + 1)) \
    --quiet --data "glyphs?count=40"
warned "glyphs?count=40 has labels of 10 classes"
(printf '\0\0\10\3\0\0\0\62\0\0\0\13\0\0\0\13'; head -c 6050 /dev/zero) >other
refused 6 "images are 11x11x1, but the model works at 12x12x1" 1 train \
    --resume here --steps 99 --data other

# --- a relative path is that of the folder in which the run was begun
folder mnist 50 a '\1'
must "a relative path" ranks 1 train gan.yaml --steps 2 --out far --quiet --data mnist
mkdir other-folder
folder other-folder/mnist 50 b '\1'
(cd other-folder && must "from another folder" ranks 2 train --resume ../far --steps 4 \
    --quiet && silent err.txt) || exit 1
says far/config.yaml "uri: $PWD/mnist"
(cd other-folder && must "its own data" ranks 2 train --resume ../far --steps 5 \
    --quiet --data mnist && cp err.txt ..) || exit 1
warned "but other contents"
(cd other-folder && must "going on" ranks 1 train --resume ../far --steps 6 &&
    cp err.txt ..) || exit 1
grep -q "settings that differ" err.txt && fail "a change that was made before"
for uri in glyphs "glyphs?count=100" "/dev/null"; do
    ranks 1 train gan.yaml --steps 1 --out plain --quiet --data "$uri"
    [ ! -e plain ] || grep -q "uri: [\"']*$uri" plain/config.yaml || fail "$uri is changed"
    rm -rf plain
done

# --- another batch: epochs stay what they are
last() { sed -n 's/.*"epoch": \([0-9.]*\).*/\1/p' "$1/metrics.jsonl" | tail -n 1; }
must "an epoch and a half" ranks 1 train gan.yaml --out batch --quiet --steps 7
[ "$(last batch)" = 1.48 ] || fail "epoch $(last batch)"
must "larger batches" ranks 2 train --resume batch --quiet --batch 48 --steps 8
[ "$(last batch)" = 1.96 ] || fail "epoch $(last batch) with larger batches"
must "smaller batches" ranks 3 train --resume batch --quiet --batch 12 --epochs 3
[ "$(last batch)" = 3 ] || fail "epoch $(last batch) with smaller batches"
[ "$(newest batch)" -eq 18 ] || fail "$(newest batch) steps: 1 for the rest of an epoch, 9 for another"
must "nothing more" ranks 1 train --resume batch --batch 100 --epochs 3
says err.txt "nothing to do"
refused 2 "has done 3.00 of 2 epochs already" 1 train --resume batch --epochs 2
must "larger batches once more" ranks 1 train --resume batch --quiet --batch 100 --epochs 4
[ "$(newest batch)" -eq 19 ] || fail "$(newest batch) steps for one epoch more"
# in one go or stopped in between
for run in straight halting; do
    must "a run" ranks 1 train gan.yaml --out $run --quiet --steps 7 \
        --set train.d_steps=2
done
must "in one go" ranks 2 train --resume straight --quiet --batch 36 --steps 13
for steps in 8 9 11 13; do
    must "in parts" ranks 3 train --resume halting --quiet --batch 36 --steps $steps
done
must "equal weights" "$GENTRAIN" diff straight halting >out.txt
# How often a network was updated is counted, whatever a step was.
must "fewer updates" ranks 1 train --resume halting --quiet --set train.d_steps=1 --steps 14
"$GENTRAIN" inspect halting >out.txt
grep -q '^  updates *generator 14, discriminator 27$' out.txt || fail "other updates"
grep -q '^  batches *27$' out.txt || fail "other batches"

# --- moments are one optimizer's
refused 6 "moments are those of another optimizer.kind" 2 train --resume halting \
    --steps 15 --set optimizer.kind=sgd
must "sgd" ranks 1 train gan.yaml --out sgd --quiet --steps 1 --set optimizer.kind=sgd
refused 6 "has no /optimizer/" 2 train --resume sgd --steps 2 --set optimizer.kind=adam

# --- a checkpoint of an earlier build, which counts no samples: 2 steps
mkdir -p first/checkpoints
gunzip -c "$GENTRAIN_SOURCE/tests/data/checkpoint_v1.h5.gz" \
    >first/checkpoints/step-00000002.h5
"$GENTRAIN" inspect first >out.txt
grep -q '^  samples' out.txt && fail "the first format counts samples"
must "an earlier build" ranks 1 train --resume first --steps 3 --quiet --batch 1
"$GENTRAIN" inspect first >inspect.txt
# 2 epochs of 8 samples, and one more sample
[ "$(sed -n 's/^  \(step\|samples\|batches\|data_count\|epoch\) *//p' inspect.txt | xargs)" = \
    "3 17 3 8 2.125" ] || fail "the earlier build's samples: $(cat inspect.txt)"

# --- the first lines tell what is, not what was asked for
must "a batch larger than the data" ranks 2 train gan.yaml --out large --steps 1 \
    --batch 240 --threads 2
says err.txt "  ranks         2 on 1 node, 2 BLAS threads each, "
says err.txt "  data          100 images of 12x12x1, 40 held out"
says err.txt "  batch         100 in 5 shards of up to 20, seed 1"
must "a batch as it was asked for" ranks 1 train gan.yaml --out small --steps 1 \
    --set "data.uri=glyphs?count=100&test_count=0"
says err.txt "  data          100 images of 12x12x1, none held out"
says err.txt "  batch         24 in 12 shards of up to 2, seed 1"
# OpenBLAS has a largest number of threads.
must "more threads than there are" ranks 1 train gan.yaml --out many --steps 1 --threads 1000
threads=$(sed -n 's/.* node, \([0-9]*\) BLAS threads each.*/\1/p' err.txt)
recorded=$("$GENTRAIN" inspect many | sed -n 's/^  blas_threads *//p')
if [ "$threads" ]; then
    [ "$threads" = "$recorded" ] || fail "$threads threads, $recorded in the checkpoint"
    [ "$threads" -eq 1000 ] || says err.txt "BLAS runs $threads threads where --threads asks for 1000"
fi
