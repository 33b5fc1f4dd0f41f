# `gentrain import`: the same bytes on any number of ranks, after a kill at any moment,
# and with samples left out; no target that is not whole; the same training as from
# what was imported.
. "$(dirname "$0")/common.sh"
need_tool cmp
export SOURCE_DATE_EPOCH=1000000000 ASAN_OPTIONS="$shimmed"

# One chunk holds 113 samples of 96x96; three chunks and a last one that is not full.
data="damaged?count=400&test_count=120"
shape=(--size 96 --channels 1)
damaged() {
    DAMAGED="train 97 5" GENTRAIN=$GENTRAIN_DAMAGED "$@"
}

# --- any number of ranks
for level in 0 1; do
    must "an import" damaged ranks 1 import "$data" -o one$level.h5 "${shape[@]}" -z $level
    says err.txt "wrote one$level.h5: 395 training and 120 held-out images of 96x96x1"
    says err.txt "5 samples could not be read and were left out"
    [ ! -e one$level.h5.part ] && [ ! -e one$level.h5.part.list ] || fail "parts are left"
done
counts="2 3"
if sanitized; then counts=3; fi
for n in $counts; do
    must "on $n ranks" damaged ranks "$n" import "$data" -o many.h5 "${shape[@]}"
    cmp one0.h5 many.h5 || fail "other bytes on $n ranks"
done
[ "$(stat -c %s one1.h5)" -lt "$(stat -c %s one0.h5)" ] || fail "nothing was compressed"
cat >list.txt <<'END'
training 5: block 5 is damaged
training 102: block 102 is damaged
training 199: block 199 is damaged
training 296: block 296 is damaged
training 393: block 393 is damaged
END
diff list.txt one0.h5.skipped.txt || fail "the list of what was left out"
diff list.txt many.h5.skipped.txt || fail "the list of what was left out on ranks"
if command -v h5diff >/dev/null; then
    h5diff one0.h5 one1.h5 /train /train >diff.txt || fail "compressed: $(cat diff.txt)"
fi

# --- training on it is training on what was imported; labels and what is held out
# come along
mkdir idx
pixels() { # N FIRST
    printf '\0\0\10\3\0\0\0%b\0\0\0\14\0\0\0\14' "\\x$(printf %x "$1")"
    head -c $((144 * ($1 + $2))) "$GENTRAIN" | tail -c $((144 * $1))
}
classes() {
    printf '\0\0\10\1\0\0\0%b' "\\x$(printf %x "$1")"
    for ((i = 0; i < $1; i++)); do printf '%b' "\\x$((i % 3))"; done
}
pixels 60 20 >idx/train-images-idx3-ubyte
pixels 20 0 >idx/t10k-images-idx3-ubyte
classes 60 >idx/train-labels-idx1-ubyte
classes 20 >idx/t10k-labels-idx1-ubyte
must "IDX" ranks 1 import idx -o idx.h5
must "look" "$GENTRAIN" inspect idx.h5 >look.txt
says look.txt "idx.h5: 60 training images of 12x12x1"
says look.txt "idx.h5: 20 held-out images of 12x12x1"
grep -q "label 2 *20" look.txt || fail "labels: $(cat look.txt)"
must "train on IDX" "$GENTRAIN" train vae.yaml --data idx --out from-idx --quiet
must "train on the import" "$GENTRAIN" train vae.yaml --data idx.h5 --out from-h5 --quiet
[ -n "$(weights from-idx)" ] || fail "no fingerprint"
[ "$(weights from-idx)" = "$(weights from-h5)" ] || fail "other weights than from IDX"
must "a part" ranks 1 import idx.h5 -o part.h5 --holdout 10%
says err.txt "54 training and 6 held-out images of 12x12x1"
refused 2 "is what is read" 1 import idx.h5 -o idx.h5
refused 6 "training images are 12x12x1 of bytes, held-out ones 96x96x1 of bytes" 1 \
    import idx.h5 -o mixed.h5 --test one0.h5

# Pictures of 16 bits and several sizes, in two classes.
if command -v python3 >/dev/null; then
    python3 - <<'END'
import os, random, struct, zlib
random.seed(1)
def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
for i in range(30):
    side = random.choice([12, 20, 9])
    rows = b"".join(b"\0" + b"".join(struct.pack(">H", random.randrange(65536))
                                     for _ in range(side)) for _ in range(side))
    os.makedirs("deep/" + "ab"[i % 2], exist_ok=True)
    with open("deep/%s/%02d.png" % ("ab"[i % 2], i), "wb") as f:
        f.write(b"\x89PNG\r\n\x1a\n" +
                chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 16, 0, 0, 0, 0)) +
                chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))
END
    must "a size" ranks 2 import deep -o grey.h5 --size 12
    must "again, of a file" ranks 1 import grey.h5 -o once.h5 --size 12
    [ "$(grep -c '^data: ' err.txt)" -eq 1 ] || fail "it is not said once what is read"
    must "pictures" ranks 1 import deep -o deep.h5 --size 12 --channels 1
    must "names of classes" "$GENTRAIN" inspect deep.h5 >look.txt
    grep -q 'label 0 *15  a$' look.txt && grep -q 'label 1 *15  b$' look.txt ||
        fail "names of classes: $(cat look.txt)"
    for from in deep deep.h5; do
        must "train on $from" "$GENTRAIN" train vae.yaml --data $from --out "from-$from" --quiet
    done
    [ "$(weights from-deep)" = "$(weights from-deep.h5)" ] || fail "other weights than from pictures"
fi

# --- stop; what was read is gone on with
DAMAGED="train 400 300" GENTRAIN=$GENTRAIN_DAMAGED refused 5 \
    "sample 300: block 300 is damaged" 1 import "$data" -o stop.h5 "${shape[@]}" \
    --on-error stop
[ ! -e stop.h5 ] && [ -e stop.h5.part ] || fail "a target that is not whole"
must "mended" env DAMAGED="train 400 300" "$GENTRAIN_DAMAGED" import "$data" -o stop.h5 \
    "${shape[@]}" 2>err.txt
says err.txt "going on with stop.h5.part"
says err.txt "wrote stop.h5: 399 training"
DAMAGED="train 1 0" GENTRAIN=$GENTRAIN_DAMAGED refused 5 "none of 400 samples can be read" \
    1 import "$data" -o none.h5 "${shape[@]}"
[ ! -e none.h5 ] || fail "a file of nothing"

# --- other data or options are not mixed with what is there; --force begins anew
mkdir other
DAMAGED="train 400 300" "$GENTRAIN_DAMAGED" import "$data" -o other/x.h5 "${shape[@]}" \
    --on-error stop 2>err.txt && fail "a damaged sample does not stop it"
GENTRAIN=$GENTRAIN_DAMAGED refused 6 "of other data or with other options" 1 \
    import "$data&seed=2" -o other/x.h5 "${shape[@]}"
GENTRAIN=$GENTRAIN_DAMAGED refused 6 "of other data or with other options" 1 \
    import "$data" -o other/x.h5 "${shape[@]}" -z 3
must "anew" "$GENTRAIN_DAMAGED" import "$data&seed=2" -o other/x.h5 "${shape[@]}" \
    --force 2>err.txt
grep -q "going on" err.txt && fail "it went on with other data"
must "again" "$GENTRAIN_DAMAGED" import "$data&seed=2" -o again.h5 "${shape[@]}" 2>err.txt
cmp other/x.h5 again.h5 || fail "what was begun anew differs"
echo "mine" >mine.h5
refused 4 "is there already and is not an import" 1 import glyphs?count=10 -o mine.h5
[ "$(cat mine.h5)" = mine ] || fail "somebody's file was replaced"
echo "mine" >new.h5.part
refused 6 "new.h5.part is in the way" 1 import "glyphs?count=10" -o new.h5

# --- whatever call fails, or is the last one: the file is whole or absent, and the
# same command makes it. Of equal calls the first and the last one are tried.
small() {
    "$GENTRAIN" import "glyphs?count=30&test_count=20" -o "$1/x.h5" --size 300 \
        --channels 1 >out.txt 2>err.txt
}
mkdir whole run
must "a small import" small whole
LD_PRELOAD=$SHIM SHIM_DIR=run SHIM_KINDS=kinds.txt small run || fail "calm: $(cat err.txt)"
awk '{ kind[NR] = $0; last[$0] = ++count[$0]; at[NR] = count[$0] }
    END { for (i = 1; i <= NR; i++) if (at[i] == 1 || at[i] == last[kind[i]]) print at[i], kind[i] }' \
    kinds.txt >calls.txt
[ "$(wc -l <calls.txt)" -gt 20 ] || fail "only $(wc -l <calls.txt) calls"
tried=0 stride=2
if sanitized; then stride=6; fi
while read -r at kind; do
    tried=$((tried + 1))
    [ $((tried % stride)) -eq 0 ] || continue
    what=torn # or a full disk
    [ $((tried / stride % 2)) -gt 0 ] || what=28
    rm -rf run
    mkdir run
    LD_PRELOAD=$SHIM SHIM_DIR=run SHIM_KIND=$kind SHIM_AT=$at SHIM_DO=$what small run
    [ ! -e run/x.h5 ] || cmp run/x.h5 whole/x.h5 || fail "$what at $at $kind: not whole"
    small run || fail "$what at $at $kind, then: $(cat err.txt)"
    cmp run/x.h5 whole/x.h5 || fail "$what at $at $kind: other bytes"
    [ "$(find run -name '*.part*' ! -name '*.tmp' | wc -l)" -eq 0 ] ||
        fail "$what at $at $kind: $(ls run)"
done <calls.txt

# --- a signal, then a kill; what was read before is kept on other numbers of ranks
mkdir slow
# paused K: an import in the background stops itself before its K-th chunk
paused() {
    env LD_PRELOAD="$SHIM" SHIM_DIR=slow SHIM_KIND="write /x.h5.part" SHIM_AT="$1" \
        SHIM_DO=pause "$GENTRAIN" import "glyphs?count=60&test_count=20" -o slow/x.h5 \
        --size 300 --channels 1 >out.txt 2>err.txt &
    paused=$!
    await_pause
}
paused 2
kill -TERM $paused
kill -CONT $paused
wait $paused && fail "an import that was stopped succeeds"
says err.txt "stopped by a signal"
says err.txt "the same command goes on"
paused 2
kill -KILL $paused
wait $paused 2>/dev/null
says err.txt "going on with slow/x.h5.part"
[ ! -e slow/x.h5 ] || fail "a target that is not whole"
must "the rest" ranks 2 import "glyphs?count=60&test_count=20" -o slow/x.h5 --size 300 \
    --channels 1
says err.txt "going on with slow/x.h5.part"
must "all at once" ranks 1 import "glyphs?count=60&test_count=20" -o fast.h5 --size 300 \
    --channels 1
cmp slow/x.h5 fast.h5 || fail "other bytes after a stop and a kill"

# --- the command line
refused 2 "--out FILE.h5" 1 import glyphs
refused 2 "--size 0" 1 import glyphs -o a.h5 --size 0
refused 2 "must be skip or stop" 1 import glyphs -o a.h5 --on-error no
refused 3 "train" 1 import glyphs -o a.h5 --set train.batch=3
refused 4 "No such file" 1 import ./nowhere -o a.h5
refused 4 "cannot write nowhere/a.h5" 1 import "glyphs?count=10" -o nowhere/a.h5
refused 6 "points are 2, and only images of 1 to 4 channels" 1 import ring -o a.h5 --size 3 --channels 1
says err.txt "leave out --size and --channels"
refused 6 "resized images have 1, 3 or 4 channels" 1 import idx -o a.h5 --channels 2
[ ! -e grey.h5 ] || # made where there is a python3
    refused 6 "only images of bytes are resized" 1 import grey.h5 -o a.h5 --size 5
[ ! -e a.h5.part ] || fail "something was begun"

# --- what others read
/usr/bin/python3 -c 'import h5py' 2>/dev/null || exit 0
must "conditions" ranks 1 import "glyphs?count=20&test_count=0" -o slant.h5
/usr/bin/python3 - <<'END' || fail "h5py"
import h5py, numpy
f = h5py.File("one0.h5")
z = h5py.File("one1.h5")
x, y = f["/train/images"], f["/train/labels"]
assert x.shape == (395, 96, 96, 1) and x.dtype == numpy.uint8
assert f["/test/images"].shape[0] == 120
assert (x[:] == z["/train/images"][:]).all() and len(y) == 395
assert x.attrs["minimum"] == x[:].min() and x.attrs["maximum"] == x[:].max()
assert abs(x.attrs["mean"] - x[:].mean()) < 1e-9
assert abs(x.attrs["deviation"] - x[:].std()) < 1e-9
assert list(y.attrs["counts"]) == [(y[:] == c).sum() for c in range(10)]
slant = h5py.File("slant.h5")["/train/slant"]
assert slant.shape == (20,) and -0.15 <= slant[:].min() < slant[:].max() <= 0.4
assert f.attrs["date"] == b"2001-09-09T01:46:40Z" or f.attrs["date"] == "2001-09-09T01:46:40Z"
END

# --- images of an array are resized like the same pictures in a folder, and so is
# what is held out of them
/usr/bin/python3 -c 'import PIL' 2>/dev/null || exit 0
/usr/bin/python3 - <<'END_PYTHON' || fail "making pictures"
import os, h5py, numpy
from PIL import Image
x = numpy.random.default_rng(1).integers(0, 256, (20, 9, 13, 3), dtype="u1")
y = numpy.arange(20) % 3
for i in range(20):
    os.makedirs("same/%d" % y[i], exist_ok=True)
    Image.fromarray(x[i]).save("same/%d/%02d.png" % (y[i], i))
order = numpy.argsort(y, kind="stable")
with h5py.File("same.h5", "w") as f:
    f["x"], f["y"] = x[order], y[order]
with h5py.File("other.h5", "w") as f:
    f["x"] = x[:5, :, :8, :1]
END_PYTHON
for as in "--size 5 --channels 1" "--size 7x5 --fit pad" "--size 30 --channels 4"; do
    # shellcheck disable=SC2086
    must "pictures $as" ranks 1 import same -o from-pictures.h5 $as --holdout 20%
    # shellcheck disable=SC2086
    must "an array $as" ranks 2 import same.h5 -o from-array.h5 $as --holdout 20%
    /usr/bin/python3 - <<'END_PYTHON' || fail "not the same as pictures: $as"
import h5py
a, b = h5py.File("from-pictures.h5"), h5py.File("from-array.h5")
for name in ["/train/images", "/train/labels", "/test/images", "/test/labels"]:
    assert a[name].shape == b[name].shape and len(a[name]) in (4, 16), name
    assert (a[name][:] == b[name][:]).all(), name
END_PYTHON
done
must "held-out images of another size" ranks 1 import same.h5 -o both.h5 --size 6 \
    --channels 3 --test other.h5
says err.txt "20 training and 5 held-out images of 6x6x3"
