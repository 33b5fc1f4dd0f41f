# Training from folders of pictures: the same pixels give the same weights as from
# an IDX file, on any number of ranks; one picture that is damaged is named, or left
# out and counted.
#
# ctest: release
. "$(dirname "$0")/common.sh"
need_tool python3

# Pictures, and the same ones in IDX files; no library is needed to write them.
python3 - <<'EOF2'
import os
import random
import struct
import zlib

random.seed(3)


def chunk(kind, data):
    body = kind + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))


def write_png(path, pixels):
    rows = b"".join(b"\0" + pixels[i:i + 12] for i in range(0, 144, 12))
    with open(path, "wb") as out:
        out.write(b"\x89PNG\r\n\x1a\n"
                  + chunk(b"IHDR", struct.pack(">IIBBBBB", 12, 12, 8, 0, 0, 0, 0))
                  + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def idx(path, dims, data):
    with open(path, "wb") as out:
        out.write(struct.pack(">BBBB", 0, 0, 8, len(dims)))
        out.write(b"".join(struct.pack(">I", n) for n in dims) + data)


names = ["apple", "pear", "plum"]
os.makedirs("idx")
for split, prefix, n in (("train", "train", 90), ("test", "t10k", 30)):
    images, labels = b"", b""
    os.makedirs(f"flat/{split}")
    for name in names:
        os.makedirs(f"classes/{split}/{name}")
    with open(f"flat/{split}/labels.csv", "w") as csv:
        csv.write("file,kind\n")
        for i in range(n):
            label = i * 3 // n
            pixels = bytes(random.randrange(256) for _ in range(144))
            write_png(f"flat/{split}/{i:02}.png", pixels)
            write_png(f"classes/{split}/{names[label]}/{i:02}.png", pixels)
            csv.write(f"{i:02}.png,{names[label]}\n")
            images += pixels
            labels += bytes([label])
    idx(f"idx/{prefix}-images-idx3-ubyte", (n, 12, 12), images)
    idx(f"idx/{prefix}-labels-idx1-ubyte", (n,), labels)
EOF2

# --- what there is
must "a look" "$GENTRAIN" inspect classes >out.txt
says out.txt "90 training images of 12x12x1"
says out.txt "30 held-out images"
grep -qE '^ *label 1 +30 +pear$' out.txt || fail "no count of pears"
must "a look at JSON" "$GENTRAIN" inspect --json classes >out.txt
says out.txt '"class_names": ["apple", "pear", "plum"]'
"$GENTRAIN" --version >out.txt
says out.txt "Pictures as data: PNG, "

# A table beside pictures without labels may hold some.
mkdir -p table/train
cp classes/train/*/*.png table/train/
(cd table/train && for name in *.png; do echo "train/$name,1"; done) >table/list.csv
must "a look" "$GENTRAIN" inspect table >out.txt
says out.txt "table/list.csv is not read; if it holds labels, add --set data.labels=list.csv"
must "a look with it" "$GENTRAIN" inspect table --set data.labels=list.csv >out.txt
grep -q "is not read" out.txt && fail "a file that was read is advised of"
grep -qE 'label 1 +90$' out.txt || fail "no labels: $(cat out.txt)"
must "a look" "$GENTRAIN" inspect classes >out.txt
grep -q "is not read" out.txt && fail "labels are advised of where there are some"

# --- the same pixels and labels, the same weights
cat >kinds.yaml <<'END'
task: classifier
data: {uri: idx, image: [12, 12, 1], classes: 3}
model:
  classifier:
    - flatten
    - dense: {units: 3}
train: {batch: 24, steps: 12, shards: 12}
output: {log_every: 1, checkpoint_every: 6, test_every: 6}
END
must "from IDX" ranks 1 train kinds.yaml --out from-idx --quiet
must "from folders" ranks 2 train kinds.yaml --out from-classes --quiet --data classes
must "from a file of labels" ranks 3 train kinds.yaml --out from-flat --quiet --data flat \
    --set data.labels=labels.csv
must "equal weights" "$GENTRAIN" diff from-idx from-classes >out.txt
must "equal weights" "$GENTRAIN" diff from-idx from-flat >out.txt
for run in classes flat; do
    sed 's/"samples_per_s.*//' from-$run/metrics.jsonl | diff - \
        <(sed 's/"samples_per_s.*//' from-idx/metrics.jsonl) >diff.txt ||
        fail "other figures from $run: $(head -n 4 diff.txt)"
done

# --- another size, and pictures that change
must "a part of a run" ranks 2 train kinds.yaml --out part --quiet --data classes --steps 5
cp classes/train/pear/3[0-9].png .
cp 31.png classes/train/pear/30.png
must "going on" ranks 1 train --resume part --quiet --steps 6
says err.txt "has as many images, but other contents"
cp 30.png classes/train/pear/30.png

# --- one that is damaged
head -c 100 31.png >classes/train/pear/31.png
refused 5 "classes/train/pear/31.png: " 2 train kinds.yaml --out stop --data classes
says err.txt "truncated"
must "leaving it out" ranks 2 train kinds.yaml --out skip-2 --data classes \
    --set data.on_error=skip
grep -q '^skipped  *[0-9][0-9]* samples' out.txt || fail "no count in the summary"
[ "$(warnings err.txt | grep -c 31.png)" -eq 1 ] || fail "it is not warned of once"
must "leaving it out" ranks 1 train kinds.yaml --out skip-1 --quiet --data classes \
    --set data.on_error=skip
must "equal weights" "$GENTRAIN" diff skip-1 skip-2 >out.txt

# --- what cannot be read at all
mkdir none
refused 5 "none: no pictures in it" 2 train kinds.yaml --out never --data pictures:none
refused 4 "data.labels: cannot read labels.csv" 2 train kinds.yaml --out never --data classes \
    --set data.labels=labels.csv
mkdir -p run/checkpoints run/samples
cp 30.png run/samples/
touch run/config.yaml
ranks 1 train kinds.yaml --out never --data run && fail "a run is data"
says err.txt "run is a run directory, no data"
[ ! -e never ] || fail "a run was begun"
