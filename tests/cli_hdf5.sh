# Training from HDF5 files: the same numbers give the same weights from whatever
# container, on any number of ranks and after a stop; what is wrong with a file is
# told once, by one rank.
#
# ctest: release
. "$(dirname "$0")/common.sh"
/usr/bin/python3 -c 'import h5py' 2>/dev/null || {
    echo "skipped: no h5py for /usr/bin/python3"
    exit 77
}

/usr/bin/python3 - <<'END'
import struct

import h5py
import numpy as np

random = np.random.default_rng(5)
images = random.integers(0, 256, (96, 8, 8), dtype="u1")
labels = (np.arange(96) * 3 // 96).astype("i8")
energy = random.uniform(0, 1e6, (96, 1))

with open("images.idx", "wb") as out:
    out.write(struct.pack(">BBBBIII", 0, 0, 8, 3, 96, 8, 8) + images.tobytes())
with h5py.File("plain.h5", "w") as f:
    f["images"] = images
    f["labels"] = labels
    f["energy"] = energy
with h5py.File("packed.h5", "w") as f:
    f.create_dataset("images", data=images, chunks=(7, 8, 8), compression="gzip",
                     shuffle=True, fletcher32=True)
    f.create_dataset("labels", data=labels, chunks=(50,), compression="gzip")
    f["energy"] = energy
    f["other"] = images
for i in range(3):
    with h5py.File("run-%d.h5" % i, "w") as f:
        rows = slice(32 * i, 32 * i + 32)
        f["images"] = images[rows, None]  # channels first
        f["labels"] = labels[rows]
        f["energy"] = energy[rows]

floats = random.uniform(0, 1, (96, 12))
floats[40, 3] = np.nan
with h5py.File("nan.h5", "w") as f:
    f["showers"] = floats
with h5py.File("fewer.h5", "w") as f:
    f["images"] = images
    f["labels"] = labels[:90]
with h5py.File("zero.h5", "w") as f:
    f["images"] = images[:0]
    f["labels"] = labels[:0]
for name, value in ("half", 3.5), ("below", -7), ("beyond", 12):
    with h5py.File(name + ".h5", "w") as f:
        given = labels.astype("f8" if name == "half" else "i8")
        given[17] = value
        f["images"] = images
        f["labels"] = given
hot = np.eye(12, dtype="f4")[np.arange(96) * 3 // 96]
with h5py.File("hot.h5", "w") as f:
    f["X"] = images
    f["Y"] = hot
with h5py.File("targets.h5", "w") as f:
    f["X"] = images
    f["Targets"] = hot + random.uniform(0, 1, (96, 12))
with h5py.File("bad.h5", "w") as f:
    f["records"] = np.zeros(5, dtype=[("a", "f4"), ("b", "i4")])
    f["text"] = "hello"
END

cat >kinds.yaml <<'END'
task: classifier
data: {uri: idx, image: [8, 8, 1], classes: 3}
model:
  classifier:
    - flatten
    - dense: {units: 3}
train: {batch: 24, steps: 12, shards: 12}
output: {log_every: 1, checkpoint_every: 6, test_every: 0}
END
cat >vae.yaml <<'END'
task: vae
data: {uri: idx, image: [8, 8, 1], range: unit}
model:
  latent: 2
  encoder:
    - flatten
    - dense: {units: 4}
  decoder:
    - dense: {units: 64}
    - reshape: {shape: [8, 8, 1]}
  likelihood: bernoulli
train: {batch: 24, steps: 12, shards: 12}
output: {log_every: 1, checkpoint_every: 6, sample_every: 0}
END

# --- what there is
must "a look" "$GENTRAIN" inspect plain.h5 >out.txt 2>err.txt
says out.txt "96 training images of 8x8x1"
says out.txt "condition /energy"
grep -qE 'label 1 +32$' out.txt || fail "no count of labels"
must "a list" "$GENTRAIN" inspect --tree packed.h5 >out.txt
says out.txt "chunks of 7x8x8, shuffle, gzip, fletcher32"

# --- the same numbers, the same weights
must "from IDX" ranks 1 train vae.yaml --out idx --quiet --data images.idx
must "from a plain file" ranks 1 train vae.yaml --out plain --quiet --data plain.h5
must "packed" ranks 4 train vae.yaml --out packed --quiet --data packed.h5:/images
must "three files" ranks 1 train vae.yaml --out three --quiet --data 'hdf5:run-*.h5'
for run in plain packed three; do
    must "equal weights" "$GENTRAIN" diff idx $run >out.txt
done
must "labels" ranks 1 train kinds.yaml --out kinds-1 --quiet --data plain.h5
must "a part" ranks 1 train kinds.yaml --out kinds-2 --quiet --steps 5 \
    --data run-0.h5,./run-1.h5,"$PWD"/run-2.h5:/images
(mkdir -p else && cd else && ranks 2 train --resume ../kinds-2 --quiet --steps 12) ||
    fail "resume in another folder: $(cat else/err.txt)"
must "equal weights" "$GENTRAIN" diff kinds-1 kinds-2 >out.txt

# A one-hot table is labels if it is called so, in whatever case; numbers are
# conditions, whatever they are called.
must "one-hot" ranks 1 inspect hot.h5
says err.txt "labels /Y"
grep -qE 'label 1 +32$' out.txt || fail "no labels: $(cat out.txt)"
grep -q condition out.txt && fail "one-hot labels are conditions"
must "numbers" ranks 1 inspect targets.h5
says out.txt "condition /Targets[11]"
must "one-hot" ranks 2 train kinds.yaml --out kinds-3 --quiet --data hot.h5 \
    --set data.classes=12 --set 'model.classifier=[flatten, dense: {units: 12}]' --steps 1

# --- said once, before the first step
must "what was found" ranks 2 train vae.yaml --out found --data plain.h5 --steps 1
[ "$(cat out.txt err.txt | grep -c 'plain.h5:/images, 96x8x8 of uint8, labels /labels')" -eq 1 ] ||
    fail "it is not said once what is taken of the file"
must "labels that do not fit" "$GENTRAIN" inspect fewer.h5 >out.txt 2>err.txt
[ "$(grep -c 'going on without labels' err.txt)" -eq 1 ] || fail "labels are not warned of once"
refused 6 "/labels has 90 rows" 1 inspect fewer.h5 --set data.labels=/labels
refused 4 "no file 'none.h5'" 1 inspect none.h5:/images
# What is wrong with a list is said of the name that is wrong.
refused 4 "there is no file 'b.h5'" 1 inspect run-0.h5,b.h5
refused 4 "there is no file 'b.h5'" 2 train vae.yaml --out never --data b.h5,run-0.h5:/images
refused 4 "there is no such file" 1 inspect hdf5:run-0.h5,b.h5
mkdir one two
refused 3 "one is a folder, and only HDF5 files may be several" 1 inspect one,two
refused 3 "two is a folder, and only HDF5 files may be several" 1 inspect run-0.h5,two
refused 3 "images.idx is no HDF5 file" 1 inspect images.idx,run-0.h5
refused 3 "a name is missing beside a comma" 1 inspect run-0.h5,
# Samples and labels that are none, by number and value.
refused 5 "there are no samples: data set /images is 0x8x8" 1 inspect zero.h5
refused 5 "0x8x8 has no samples" 1 inspect zero.h5:/images
refused 5 "row 17, 3.5, is no label" 1 inspect half.h5 --set data.labels=labels
must "going on" "$GENTRAIN" inspect below.h5 >out.txt 2>err.txt
says err.txt "row 17, -7, is no label"
refused 6 "data.classes is 3 (sample 17 is the first, of class 12)" 2 train kinds.yaml \
    --out never --data beyond.h5
refused 3 "begins with a slash: plain.h5:/images" 2 train vae.yaml --out never --data plain.h5:images
refused 2 "'hdf5:run-*.h5'" 1 inspect run-0.h5 run-1.h5
must "no numbers" "$GENTRAIN" inspect nan.h5 >out.txt
says out.txt "--set data.on_nan=skip"
refused 6 "several data sets may be the samples: /images (96x8x8 of uint8), /other" \
    2 train vae.yaml --out never --data packed.h5
refused 5 "no data set can be samples" 1 train vae.yaml --out never --data bad.h5
refused 6 "data set /records holds compound values, not numbers" 1 train vae.yaml --out never \
    --data bad.h5:/records
refused 4 "there is no such file" 1 train vae.yaml --out never --data 'hdf5:none-*.h5'
head -c 4000 packed.h5 >short.h5
refused 5 "short.h5" 1 train vae.yaml --out never --data short.h5:/images
cp packed.h5 damaged.h5
at=$(/usr/bin/python3 -c 'import h5py; print(h5py.File("damaged.h5")["images"].id.get_chunk_info(3).byte_offset)')
printf '\1\2\3' | dd of=damaged.h5 bs=1 seek=$((at + 50)) conv=notrunc 2>err.txt
refused 5 "damaged.h5 is damaged: in data set /images, the chunk of row 21" \
    2 train vae.yaml --out damage --data damaged.h5:/images
# Whoever comes to the sample first: a grid, figures, held-out data, a batch.
advice="leave such samples out with --set data.on_error=skip"
says err.txt "$advice"
refused 5 "$advice" 2 train vae.yaml --out damage --data damaged.h5:/images \
    --set data.transform='[standardize]' --set model.likelihood=gaussian
must "held out" ranks 1 train vae.yaml --out held --data plain.h5 --steps 1 --quiet \
    --set data.test=plain.h5:/images
refused 5 "$advice" 2 train vae.yaml --out damage --data plain.h5 \
    --set data.test=damaged.h5:/images
must "without them" ranks 1 train vae.yaml --out damage-1 --quiet --steps 2 \
    --data damaged.h5:/images --set data.on_error=skip
refused 5 "leave such samples out with --set data.on_error=skip" \
    2 train kinds.yaml --out damage --data damaged.h5:/images --set train.batch=96
[ ! -e never ] || fail "a run was begun"

# --- numbers that are none
cat >flat.yaml <<'END'
task: vae
data: {uri: idx, image: [1, 1, 12]}
model:
  latent: 2
  encoder:
    - dense: {units: 4}
  decoder:
    - dense: {units: 12}
train: {batch: 24, steps: 4, shards: 4}
output: {log_every: 1, sample_every: 0}
END
refused 8 "sample 40 cannot be used: 1 of its 12 values are NaN or infinite" \
    2 train flat.yaml --out nan --data nan.h5
must "left out" ranks 2 train flat.yaml --out nan-2 --data nan.h5 --set data.on_nan=skip
grep -q '^skipped  *[0-9][0-9]* samples' out.txt || fail "no count in the summary"
must "left out" ranks 1 train flat.yaml --out nan-1 --quiet --data nan.h5 --set data.on_nan=skip
must "equal weights" "$GENTRAIN" diff nan-1 nan-2 >out.txt

# --- the line that inspect advises
/usr/bin/python3 - <<'END'
import h5py
import numpy as np
random = np.random.default_rng(6)
wide = np.exp(random.normal(0, 3, (64, 28, 28))) * (random.random((64, 28, 28)) > 0.5)
with h5py.File("wide.h5", "w") as f:
    f["x"] = np.minimum(wide, 1e6)
with h5py.File("flat-wide.h5", "w") as f:
    f["x"] = wide.reshape(-1, 49)
with h5py.File("even.h5", "w") as f:
    f["x"] = random.uniform(0, 1e6, (64, 28, 28))
with h5py.File("other-size.h5", "w") as f:
    f["x"] = random.integers(0, 256, (8, 32, 32), dtype="u1")
END
must "decades" "$GENTRAIN" inspect wide.h5 >out.txt 2>err.txt
says out.txt "log and standardize of data.transform are for values"
line=$(sed -n 's/^  gentrain \(train .*\)/\1/p' out.txt)
case $line in
*--preset*"{log: "*"{range: "*) ;;
*) fail "no logarithm is advised: $line" ;;
esac
eval "must 'the advised line' ranks 1 $line --steps 1 --batch 16 --out wide"
[ -z "$(warnings err.txt)" ] || fail "the advised line is warned of"
must "decades of vectors" "$GENTRAIN" inspect flat-wide.h5 >out.txt 2>err.txt
grep -qE "data.transform=\[\{log: [0-9.]+\}, standardize\]" out.txt ||
    fail "no standardize is advised: $(cat out.txt)"
must "even values" "$GENTRAIN" inspect even.h5 >out.txt 2>err.txt
grep -q "decades" out.txt && fail "even values do not go over decades"
grep -qE "data.transform=\[\{range: " out.txt || fail "no range is advised"
must "a size that no preset has" "$GENTRAIN" inspect other-size.h5 >out.txt 2>err.txt
says out.txt "Preset resgan32 works at 32x32x3: gentrain import --channels 3"
says out.txt "Preset dcgan28 works at 28x28x1: gentrain import --size 28"
