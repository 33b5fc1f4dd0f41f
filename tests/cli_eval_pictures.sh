# Pictures of an evaluation: their names, the same bytes on any number of ranks, and
# numbers beside them that add up.
#
# ctest: release
. "$(dirname "$0")/common.sh"
need_tool python3

must "a run" ranks 1 train gan.yaml --out gan
must "pictures on one rank" ranks 1 eval gan --samples 150
says err.txt "wrote gan/eval/samples.png"
says gan/eval.json '"folder": "gan/eval"'
for n in 2 3; do
    must "pictures on $n ranks" ranks $n eval gan --samples 150 \
        --pictures pictures$n --out $n.json
    for file in gan/eval/*; do
        cmp "$file" "pictures$n/${file##*/}" ||
            fail "$file is another one on $n ranks"
    done
done

# --- numbers
cat >look.py <<'EOF2'
import csv, struct, sys


def png_size(path):
    with open(path, "rb") as f:
        head = f.read(24)
    assert head[:8] == b"\x89PNG\r\n\x1a\n", path
    return struct.unpack(">II", head[16:24])


folder, samples, held_out, values = sys.argv[1], *map(int, sys.argv[2:5])
rows = list(csv.DictReader(open(folder + "/histogram.csv")))
for of, each in (("value", values), ("sum", 1)):
    for whose, n in (("data", held_out), ("model", samples)):
        total = sum(int(r[whose]) for r in rows if r["of"] == of)
        assert total == n * each, (of, whose, total)
    edges = [float(r["high"]) for r in rows if r["of"] == of]
    assert len(edges) == 67 and edges[:65] == sorted(edges[:65])
width, height = png_size(folder + "/samples.png")
assert width > 400 and height > 400, (width, height)
EOF2
must "numbers that add up" python3 look.py gan/eval 150 40 144

# --- none, and where they cannot be
rm -r gan/eval
must "no pictures" ranks 1 eval gan --samples 50 --no-pictures
[ ! -e gan/eval ] || fail "--no-pictures draws some"
touch file
refused 4 "cannot make the directory file" 1 eval gan --samples 50 --pictures file/pictures
refused 2 "one of them" 1 eval gan --no-pictures --pictures x

# --- a folder for each checkpoint
must "all checkpoints" ranks 1 eval gan --samples 50 --checkpoint all
for step in 6 12; do
    [ -s "gan/eval/step-$(printf %08d "$step")/samples.png" ] ||
        fail "step $step has no pictures"
done
