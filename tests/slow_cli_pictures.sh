# MNIST as 60,000 PNG files trains the same weights as MNIST itself, also where the
# labels come from a text file, and one damaged picture of them costs its line in the
# report. Prints how long opening and reading take; nothing is asked of that.
#
# MNIST=FOLDER says where its four files are. PICTURES=FOLDER keeps the files there,
# or takes those that an earlier run has left there; they take 240 MB.
#
# ctest: two cores
# ctest: release
MNIST=${MNIST:-$GENTRAIN_SOURCE/../shared/data/mnist}
. "$(dirname "$0")/common.sh"
need_tool python3
ls "$MNIST"/train-images* >images.txt 2>&1 || {
    echo "skipped: MNIST is not in $MNIST; MNIST=FOLDER says where it is"
    exit 77
}
pictures=${PICTURES:-pictures}

[ -d "$pictures/train" ] || python3 - "$MNIST" "$pictures" <<'EOF2'
import glob
import gzip
import os
import struct
import sys
import zlib


def elements(name, head):
    path, = glob.glob(f"{sys.argv[1]}/{name}*")
    data = open(path, "rb").read()
    return (gzip.decompress(data) if path.endswith(".gz") else data)[head:]


def chunk(kind, data):
    body = kind + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))


head = chunk(b"IHDR", struct.pack(">IIBBBBB", 28, 28, 8, 0, 0, 0, 0))
for split, prefix in (("train", "train"), ("test", "t10k")):
    folder = f"{sys.argv[2]}/{split}"
    os.makedirs(folder)
    images = elements(f"{prefix}-images", 16)
    with open(f"{folder}/labels.csv", "w") as csv:
        for i, label in enumerate(elements(f"{prefix}-labels", 8)):
            pixels = images[784 * i:784 * (i + 1)]
            rows = b"".join(b"\0" + pixels[y:y + 28] for y in range(0, 784, 28))
            with open(f"{folder}/{i:05}.png", "wb") as out:
                out.write(b"\x89PNG\r\n\x1a\n" + head
                          + chunk(b"IDAT", zlib.compress(rows, 1))
                          + chunk(b"IEND", b""))
            csv.write(f"{i:05}.png,{label}\n")
EOF2

# timed TEXT COMMAND...: which must succeed; how long it takes
timed() {
    local from=$EPOCHREALTIME
    must "$@"
    echo "$1: $(awk "BEGIN { print $EPOCHREALTIME - $from }") s"
}
steps="--steps 700 --quiet --set output.test_every=700 --set output.sample_every=0"
timed "inspect" "$GENTRAIN" inspect "$pictures" >out.txt
tail -n 1 out.txt
says out.txt "60000 training images of 28x28x1"
says out.txt "10000 held-out images"

# shellcheck disable=SC2086
{
    timed "mlp-vae from IDX, np 1" ranks 1 train --preset mlp-vae --data "$MNIST" --out idx $steps
    timed "mlp-vae from PNG, np 1" ranks 1 train --preset mlp-vae --data "$pictures" \
        --out png-1 $steps
    timed "mlp-vae from PNG, np 2" ranks 2 train --preset mlp-vae --data "$pictures" \
        --out png-2 $steps
    timed "mlp-vae from PNG, np 2, no cache" ranks 2 train --preset mlp-vae \
        --data "$pictures" --out stream $steps --set data.cache=none
    must "cvae28 from IDX" ranks 2 train --preset cvae28 --data "$MNIST" --out idx-labels \
        --steps 30 --quiet
    must "cvae28 from PNG" ranks 2 train --preset cvae28 --data "$pictures" \
        --set data.labels=labels.csv --out png-labels --steps 30 --quiet
}
for run in png-1 png-2 stream; do
    must "equal weights" "$GENTRAIN" diff idx $run >out.txt
done
must "equal weights" "$GENTRAIN" diff idx-labels png-labels >out.txt

# One that is damaged.
mkdir damaged
cp -rl "$pictures/train" damaged/train
rm damaged/train/31415.png
head -c 90 "$pictures/train/31415.png" >damaged/train/31415.png
# shellcheck disable=SC2086
timed "one damaged picture" ranks 2 train --preset mlp-vae --data damaged --out skip \
    --set data.on_error=skip $steps
[ "$(warnings err.txt | grep -c 31415.png)" -eq 1 ] || fail "it is not warned of once"
