# Pictures of an evaluation: their names, the same bytes on any number of ranks, and
# numbers beside them that add up.
#
# ctest: release
. "$(dirname "$0")/common.sh"
need_tool python3

# same_pictures RUN FILES: eval draws these files, and no others, the same on 1, 2
# and 3 ranks, and says so.
same_pictures() {
    local run=$1 n file
    shift
    must "pictures of $run" ranks 1 eval "$run" --samples 150 --metrics sliced
    [ "$(ls "$run/eval" | tr '\n' ' ')" = "$* " ] ||
        fail "pictures of $run are not $*: $(ls "$run/eval" | tr '\n' ' ')"
    for file in "$@"; do
        says err.txt "wrote $run/eval/$file"
        says "$run/eval.json" "\"$file\""
    done
    for n in 2 3; do
        must "pictures of $run on $n ranks" ranks $n eval "$run" --samples 150 \
            --metrics sliced --pictures "$run-$n" --out $n.json
        for file in "$@"; do
            cmp "$run/eval/$file" "$run-$n/$file" ||
                fail "$run/eval/$file is another one on $n ranks"
        done
    done
}

must "a GAN" ranks 1 train gan.yaml --out gan
must "a VAE" ranks 1 train vae.yaml --out vae
must "points" ranks 1 train --preset ring --data 'ring?count=2000&test_count=300' \
    --steps 3 --out ring
same_pictures gan histogram.csv histogram.png interpolation.png neighbours.png \
    samples.png
says err.txt "not drawn: scatter.png (samples are not points of the plane)"
says gan/eval.json '"folder": "gan/eval"'
same_pictures vae histogram.csv histogram.png interpolation.png neighbours.png \
    reconstructions.png samples.png
same_pictures ring histogram.csv histogram.png scatter.png
says err.txt "samples.png (points are in scatter.png)"

# --- numbers
cat >look.py <<'EOF2'
import csv, struct, sys


def png_size(path):
    with open(path, "rb") as f:
        head = f.read(24)
    assert head[:8] == b"\x89PNG\r\n\x1a\n", path
    return struct.unpack(">II", head[16:24])


folder, samples, held_out, values = sys.argv[1], *map(int, sys.argv[2:5])
sizes = dict(zip(sys.argv[5::2], sys.argv[6::2]))
rows = list(csv.DictReader(open(folder + "/histogram.csv")))
for of, each in (("value", values), ("sum", 1)):
    for whose, n in (("data", held_out), ("model", samples)):
        total = sum(int(r[whose]) for r in rows if r["of"] == of)
        assert total == n * each, (of, whose, total)
    edges = [float(r["high"]) for r in rows if r["of"] == of]
    assert len(edges) == 67 and edges[:65] == sorted(edges[:65])
for name, size in sizes.items():
    got = "%dx%d" % png_size(folder + "/" + name + ".png")
    assert got == size, (name, got, size)
EOF2
must "a GAN's sheets" python3 look.py gan/eval 150 40 144 samples 498x498 \
    neighbours 1024x498 interpolation 622x498 histogram 1460x700
must "a VAE's sheets" python3 look.py vae/eval 150 40 144 samples 498x498 \
    neighbours 1024x498 interpolation 642x498 reconstructions 498x498
must "points" python3 look.py ring/eval 150 150 2 scatter 930x948

# --- counts of known bytes
python3 - <<'EOF2'
import random

random.seed(1)
with open("bytes.raw", "wb") as out:
    for i in range(50):
        out.write(bytes(random.choice((0, 7, random.randrange(256))) for _ in range(144)))
EOF2
must "a run of bytes" ranks 1 train gan.yaml --data raw:bytes.raw --steps 1 \
    --set output.test_every=0 --out bytes
must "its figures" ranks 2 eval bytes --samples 60 --metrics sliced
cat >counts.py <<'EOF2'
import collections, csv

data = open("bytes.raw", "rb").read()
want = collections.Counter(b // 4 for b in data)
rows = list(csv.DictReader(open("bytes/eval/histogram.csv")))
bins = [r for r in rows if r["of"] == "value"][1:65]
for i, row in enumerate(bins):
    assert float(row["low"]) == 4 * i - 0.5, row
    assert int(row["data"]) == want[i], (i, row, want[i])
sums = [sum(data[i:i + 144]) for i in range(0, len(data), 144)]
for row in (r for r in rows if r["of"] == "sum"):
    low, high = float(row["low"]), float(row["high"])
    inside = sum(low <= s < high for s in sums)
    assert int(row["data"]) == inside, (row, inside)
EOF2
must "exact counts" python3 counts.py

# --- distances to training samples
must "a figure of copies" ranks 2 eval gan --samples 60 --metrics nearest --no-pictures
must "the same" ranks 1 eval gan --samples 60 --metrics nearest --no-pictures \
    --out one.json
cmp gan/eval.json one.json || fail "distances to training samples differ"
says one.json '"nearest_ratio"'

# --- none, and where they cannot be
rm -r gan/eval
must "no pictures" ranks 1 eval gan --samples 50 --metrics sliced --no-pictures
[ ! -e gan/eval ] || fail "--no-pictures draws some"
touch file
refused 4 "cannot make the directory file" 1 eval gan --samples 50 --metrics sliced --pictures file/pictures
refused 2 "one of them" 1 eval gan --no-pictures --pictures x

# --- a folder for each checkpoint
must "all checkpoints" ranks 1 eval gan --samples 50 --metrics sliced --checkpoint all
for step in 6 12; do
    [ -s "gan/eval/step-$(printf %08d "$step")/samples.png" ] ||
        fail "step $step has no pictures"
done
