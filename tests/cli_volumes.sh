# Volumes and vectors of measured numbers, from a NumPy file to samples: they are
# trained on, drawn and stored; layers of images refuse them.
#
# ctest: release
. "$(dirname "$0")/common.sh"
need_tool python3

python3 - <<'END'
import math, struct

def store(name, dims, values):
    header = repr({"descr": "<f4", "fortran_order": False, "shape": dims}).encode()
    header += b" " * (63 - (10 + len(header)) % 64) + b"\n"
    with open(name, "wb") as f:
        f.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header)
        f.write(struct.pack("<%df" % len(values), *values))

def blob(i, z, y, x):
    far = (z - 3 - math.sin(i)) ** 2 + (y - 2 - math.cos(2 * i)) ** 2 + (x - 2) ** 2
    return 100 * math.exp(-far / 4)

store("volumes.npy", (90, 6, 5, 4),
      [blob(i, z, y, x) for i in range(90) for z in range(6) for y in range(5) for x in range(4)])
store("vectors.npy", (90, 20), [math.sin(i + j / 3) * j for i in range(90) for j in range(20)])
END

cat >volumes.yaml <<'END'
task: vae
data: {uri: volumes.npy, image: [6, 5, 4, 1], layout: ndhw, augment: [dflip, turns]}
model:
  latent: 3
  encoder:
    - dense: {units: 2, bias: false}
    - batch_norm
    - relu
    - flatten
    - dense: {units: 6}
  decoder:
    - dense: {units: 60}
    - reshape: {shape: [6, 5, 2, 1]}
    - flatten
    - dense: {units: 120}
    - reshape: {shape: [6, 5, 4, 1]}
train: {batch: 30, steps: 8, shards: 4}
output: {sample_count: 12}
END

for n in 1 2; do
    must "volumes on $n ranks" ranks $n train volumes.yaml --out all-$n
    must "the same state" "$GENTRAIN" diff all-1 all-$n >diff.txt
done
says err.txt "90 volumes of 6x5x4x1"
says err.txt "pictures      the three middle slices of each volume"
says err.txt "augmentation  dflip, turns"
for picture in step-00000008 step-00000008-reconstructions; do
    [ -s all-1/samples/$picture.png ] || fail "no $picture.png"
done
must "samples" ranks 2 sample all-1 -n 5 -o five.h5 --grid five.png
"$GENTRAIN" inspect five.h5 >inspect.txt
says inspect.txt "5x6x5x4x1"

# --- layers that know two directions
refused 3 "layer 1 conv2d: it takes images, but its input is a volume of 6x5x4x1; \
flatten it, or use dense layers" 2 train volumes.yaml --out x --set 'model.encoder=
    [relu, conv2d: {filters: 2, kernel: 3}, flatten, dense: {units: 6}]'
[ ! -e x ] || fail "a start that was refused left a directory"

# --- vectors
cat >vectors.yaml <<'END'
task: vae
data: {uri: vectors.npy, image: 20}
model:
  latent: 2
  encoder: [dense: {units: 4}]
  decoder: [dense: {units: 20}]
train: {batch: 30, steps: 8}
END
must "vectors" ranks 1 train vectors.yaml --out vectors
says err.txt "90 vectors of 20 numbers"
"$GENTRAIN" inspect vectors/samples/step-00000008.h5 >inspect.txt
says inspect.txt "/vectors         64x20"
