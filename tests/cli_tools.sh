# Other people's tools read what we write: h5ls, h5dump, h5py, and whatever
# reads JSON and PNG. Parts whose tool is missing say so.
#
# ctest: release
. "$(dirname "$0")/common.sh"

python=/usr/bin/python3
parts=0
# part NAME COMMAND...: is there what this part needs? Counts parts that ran.
part() {
    local name=$1
    shift
    if "$@" >/dev/null 2>&1; then
        parts=$((parts + 1))
        return 0
    fi
    echo "skipped: no $name"
    return 1
}

sed 's/\[12, 12, 1\]/[12, 12, 3]/; s/filters: 1, kernel: 4/filters: 3, kernel: 4/;
    s/glyphs?/shapes?/' gan.yaml >colour.yaml
must "training a GAN" ranks 2 train gan.yaml --out gan --quiet
must "training a GAN in colour" ranks 2 train colour.yaml --out colour --quiet
must "training a VAE" ranks 2 train vae.yaml --out vae --quiet
must "sampling" ranks 2 sample colour -n 20 -o drawn.h5 --grid drawn.png
last=gan/checkpoints/step-00000012.h5
# Samples take the place of samples alone, not of what they are made from.
must "sampling anew" ranks 1 sample colour -n 20 -o drawn.h5 --grid drawn.png
refused 4 "is not a set of samples" 2 sample colour -n 2 \
    -o colour/checkpoints/step-00000012.h5
refused 4 "is not a picture" 1 sample colour -n 2 -o both --grid ./both
must "what was written before stays" ranks 1 inspect both
images=gan/samples/step-00000012.h5

# lists FILE LINE...: h5ls -r shows exactly this (spaces squeezed).
lists() {
    h5ls -r "$1" >list.txt 2>&1 || fail "h5ls cannot list $1"
    tr -s ' ' <list.txt >squeezed.txt
    shift
    local line
    for line; do
        grep -qxF -- "$line" squeezed.txt || fail "h5ls does not show: $line"
    done
}
if part "h5ls" command -v h5ls; then
    lists $last "/config Dataset {SCALAR}" \
        "/generator/00_dense/weight Dataset {8, 72}" \
        "/generator/02_batch_norm/running_mean Dataset {8}" \
        "/generator/04_conv2d_transpose/weight Dataset {8, 4, 4, 8}" \
        "/generator/07_conv2d_transpose/bias Dataset {1}" \
        "/discriminator/00_conv2d/weight Dataset {4, 4, 1, 8}" \
        "/optimizer/generator/m Dataset {1808}" \
        "/optimizer/discriminator/v Dataset {848}"
    lists vae/checkpoints/step-00000012.h5 \
        "/encoder/01_dense/weight Dataset {144, 32}" \
        "/decoder/02_dense/bias Dataset {144}"
    lists $images "/images Dataset {9, 12, 12, 1}" \
        "/latents Dataset {9, 1, 1, 8}"
    lists drawn.h5 "/images Dataset {20, 12, 12, 3}"
fi

# dumps FILE SET TEXT...: h5dump -p shows each text for the data set.
dumps() {
    local file=$1 set=$2 text
    h5dump -p -A -d "$set" "$file" >dump.txt 2>&1 ||
        fail "h5dump cannot show $set of $file"
    shift 2
    for text; do says dump.txt "$text"; done
}
if part "h5dump" command -v h5dump; then
    for file in $last $images drawn.h5 vae/checkpoints/step-00000012.h5; do
        must "h5dump reads all of $file" h5dump -o values.txt "$file" >dump.txt 2>&1
        # Every set of numbers is checksummed; texts are the only others.
        h5dump -p -A "$file" >dump.txt
        [ "$(grep -c 'CHECKSUM FLETCHER32' dump.txt)" -eq \
            "$(grep -c 'CHUNKED' dump.txt)" ] || fail "$file: missing checksums"
        [ "$(grep -c '^ *CONTIGUOUS' dump.txt)" -eq \
            "$(grep -c 'DATASET "config"' dump.txt)" ] ||
            fail "$file: data sets without chunks"
    done
    dumps $last /generator/00_dense/weight H5T_IEEE_F32LE FLETCHER32
    dumps $images /images H5T_STD_U8LE FLETCHER32 DEFLATE '"IMAGE_GRAYSCALE"' \
        "CLASS" "IMAGE_VERSION" "IMAGE_MINMAXRANGE" "0, 255"
    dumps drawn.h5 /images '"IMAGE_TRUECOLOR"' '"INTERLACE_PIXEL"'
    # It indents texts in its own way and sets them in quotes.
    h5dump -y -d /config -o config.txt $last >dump.txt 2>&1 ||
        fail "h5dump cannot show the configuration"
    [ "$(tr -d ' \n"' <config.txt)" = "$(tr -d ' \n"' <gan/config.yaml)" ] ||
        fail "/config is not config.yaml"
fi

if part "xxhsum" command -v xxhsum; then
    for file in $last $images drawn.h5; do
        digest=$(tail -c +513 "$file" | xxhsum -H3 | grep -o '[0-9a-f]\{16\}')
        [ "$(head -n 1 "$file" | tr -d '\0')" = "gentrain-digest 1 XXH3-64 $digest" ] ||
            fail "$file: xxhsum gives $digest"
    done
fi

cat >check.py <<'EOP'
import sys, h5py, numpy as np

def text(value):
    return value.decode() if isinstance(value, bytes) else str(value)

with h5py.File("gan/checkpoints/step-00000012.h5", "r") as f:
    assert text(f.attrs["format"]) == "gentrain checkpoint"
    assert f.attrs["format_version"] == 2
    assert text(f.attrs["gentrain_version"])[0].isdigit()
    assert text(f.attrs["task"]) == "gan"
    assert text(f.attrs["build"]) in open("version.txt").read()
    assert f.attrs["shards"] == 12 and f.attrs["blas_threads"] == 1
    assert text(f.attrs["norm_sync"]) == "false"
    assert text(f.attrs["reduction"]) == "tree"
    assert f.attrs["step"] == 12 and f.attrs["seed"] == 1
    assert abs(f.attrs["epoch"] - 2.48) < 1e-9
    assert text(f["config"][()]) == open("gan/config.yaml").read()
    sets = {}
    f.visititems(lambda name, o: sets.update({name: o})
                 if isinstance(o, h5py.Dataset) and name != "config" else None)
    for name, o in sets.items():
        assert o.dtype == np.dtype("<f4") and o.fletcher32, name
        assert np.isfinite(o[()]).all(), name
    for net in "generator", "discriminator":
        # The moments are flat; every tensor's begin at a multiple of 16.
        sizes = [o.size for name, o in sets.items()
                 if name.startswith(net) and "running" not in name]
        moments = f["optimizer/%s/m" % net]
        assert moments.shape == (sum(-(-n // 16) * 16 for n in sizes),), net
        assert np.count_nonzero(moments) <= sum(sizes), net
        assert (f["optimizer/%s/v" % net][()] >= 0).all(), net

def images(path, shape):
    with h5py.File(path, "r") as f:
        assert text(f.attrs["format"]) == "gentrain samples"
        data = f["images"]
        assert data.shape == shape and data.dtype == np.uint8, data
        assert data.fletcher32 and data.compression == "gzip"
        assert text(data.attrs["CLASS"]) == "IMAGE"
        assert text(data.attrs["IMAGE_VERSION"]) == "1.2"
        assert list(data.attrs["IMAGE_MINMAXRANGE"]) == [0, 255]
        assert data[()].std() > 0
        return text(data.attrs["IMAGE_SUBCLASS"]), text(f.attrs["source"])

assert images("gan/samples/step-00000012.h5", (9, 12, 12, 1))[0] == \
    "IMAGE_GRAYSCALE"
assert images("colour/samples/step-00000012.h5", (9, 12, 12, 3))[0] == \
    "IMAGE_TRUECOLOR"
assert "step-00000012.h5" in images("drawn.h5", (20, 12, 12, 3))[1]

# One damaged number is noticed by h5py too.
raw = bytearray(open("gan/checkpoints/step-00000012.h5", "rb").read())
with h5py.File("gan/checkpoints/step-00000012.h5", "r") as f:
    at = raw.index(f["generator/00_dense/weight"][()].tobytes())
raw[at + 100] ^= 1
open("damaged.h5", "wb").write(raw)
with h5py.File("damaged.h5", "r") as f:
    try:
        f["generator/00_dense/weight"][()]
        sys.exit("h5py read damaged weights")
    except OSError:
        pass
EOP
if part "h5py for $python" $python -c 'import h5py'; then
    "$GENTRAIN" --version >version.txt
    $python check.py >out.txt 2>err.txt || fail "h5py disagrees"
    refused 5 "digest does not match" 1 inspect damaged.h5
fi

cat >lines.py <<'EOP'
import json, sys

def no_constant(name):
    sys.exit("%s is not JSON" % name)

path, *keys = sys.argv[1:]
# Held-out figures are there at checkpoints only.
always = {"step", "epoch", "samples_per_s"} | \
    {key for key in keys if not key.startswith(("test_", "train_"))}
steps = []
for line in open(path):
    figures = json.loads(line, parse_constant=no_constant)
    steps.append(figures["step"])
    assert always <= set(figures) <= always | set(keys), line
    assert list(figures)[:3] == ["step", "epoch", "samples_per_s"], line
    assert all(isinstance(v, (int, float)) for v in figures.values()), line
    assert figures["samples_per_s"] > 0
    # 100 samples in batches of 24: five steps make an epoch.
    samples = figures["step"] // 5 * 100 + figures["step"] % 5 * 24
    assert abs(figures["epoch"] - samples / 100) < 1e-9, line
assert steps == list(range(1, 13)), steps
assert set(figures) == always | set(keys), line
EOP
if part "python3" $python -c 'import json'; then
    $python lines.py gan/metrics.jsonl loss_d loss_g d_real d_fake \
        d_fake_after test_d_real train_d_real >out.txt 2>err.txt || fail "GAN's metrics.jsonl"
    $python lines.py vae/metrics.jsonl loss recon kl test_loss test_recon \
        test_kl >out.txt 2>err.txt || fail "VAE's metrics.jsonl"
    "$GENTRAIN" inspect --json $last >inspect.json || fail "inspect --json"
    must "inspect --json is JSON" $python -m json.tool inspect.json >out.txt
fi

# png FILE WIDTH HEIGHT COLOUR: what the header says; colour 0 grey, 2 RGB.
png() {
    [ -s "$1" ] || fail "$1 is missing"
    [ "$(od -An -tx1 -N8 "$1")" = " 89 50 4e 47 0d 0a 1a 0a" ] ||
        fail "$1 is not a PNG file"
    # shellcheck disable=SC2046
    set -- "$@" $(od -An -tu1 -j16 -N10 "$1")
    [ $(($7 * 256 + $8)) -eq "$2" ] || fail "$1 is not $2 pixels wide"
    [ $((${11} * 256 + ${12})) -eq "$3" ] || fail "$1 is not $3 pixels high"
    [ "${13} ${14}" = "8 $4" ] || fail "$1: depth or colour"
}
# 3 x 3 images of 12 pixels, drawn 5 times as large, 2 pixels between them.
png gan/samples/step-00000012.png 188 188 0
png colour/samples/step-00000012.png 188 188 2
if part "file" command -v file; then
    file gan/samples/step-00000012.png colour/samples/step-00000012.png \
        $last >out.txt
    says out.txt "PNG image data, 188 x 188, 8-bit grayscale"
    says out.txt "PNG image data, 188 x 188, 8-bit/color RGB"
    says out.txt "Hierarchical Data Format"
fi
echo "$parts of 6 tools were there"

# --- samples: no room is noticed before the work, and people see how far it is
must "a model" ranks 1 train vae.yaml --out roomy --quiet
refused 4 "disk has " 2 sample roomy -n 1000000000000 -o too-many.h5
[ ! -e too-many.h5 ] || fail "there is a file of too many samples"
must "samples" ranks 2 sample roomy -n 100 -o some.h5 --grid some.png
says err.txt "wrote some.h5"
says err.txt "wrote some.png"
"$GENTRAIN" sample roomy -n 20000000 -o long.h5 >out.txt 2>err.txt &
sampling=$!
for _ in $(seq 300); do
    grep -q "/20000000 .* samples/s .* left" err.txt && break
    sleep 0.1
done
kill $sampling
wait $sampling
grep -q "^sample .*/20000000 .* samples/s .* left" err.txt ||
    fail "no line tells how far it is"
