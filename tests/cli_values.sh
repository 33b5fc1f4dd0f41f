# Values of the data go through data.transform and come back: weights are the same
# on any number of ranks and after a resume on others; samples of HDF5 data are in a
# file like that of the data, in its units; what cannot be is refused in one line.
. "$(dirname "$0")/common.sh"

# --- Figures and noise do not depend on the ranks.
digits() {
    must "training $1" ranks "$2" train vae.yaml --quiet --out "$1" --steps 4 \
        --set 'data.transform=[{dequantize: 1}, {standardize: channel}]' \
        --set train.shards=6 --set model.likelihood=gaussian "${@:3}"
}
digits one 1
for n in 2 3; do
    ! sanitized || continue # mpi_figures.c looks at the sums
    digits on-$n $n
    must "1 and $n ranks" "$GENTRAIN" diff one on-$n >diff.txt
    cmp one/samples/step-00000004.h5 on-$n/samples/step-00000004.h5 ||
        fail "samples of 1 and $n ranks differ"
done
digits half 1 --steps 2
must "the second half" ranks 2 train --resume half --quiet --steps 4
must "one go and two" "$GENTRAIN" diff one half >diff.txt

# They stay those of the checkpoint when the data are others.
must "other data" ranks 1 train --resume half --steps 5 \
    --data 'glyphs?count=48&test_count=5&seed=9'
says err.txt "keeps the mean and the deviation of the data that half"

# --- What is made binary is the same on any number of ranks, and after a
# resume.
bits() {
    must "training $1" ranks "$2" train vae.yaml --quiet --out "$1" --steps 4 \
        --set "data.transform=[{range: [0, 255]}, {binarize: $3}]" \
        --set train.shards=12 "${@:4}"
}
for draw in fixed dynamic; do
    bits $draw-1 1 $draw
    for n in 2 3 4; do
        ! sanitized || continue
        bits $draw-$n $n $draw
        must "$draw, 1 and $n ranks" "$GENTRAIN" diff $draw-1 $draw-$n >diff.txt
    done
    bits $draw-half 1 $draw --steps 2
    must "$draw, the second half" ranks 2 train --resume $draw-half --quiet --steps 4
    must "$draw, one go and two" "$GENTRAIN" diff $draw-1 $draw-half >diff.txt
done
bits other 1 '{draw: fixed, seed: 2}'
if "$GENTRAIN" diff fixed-1 other >diff.txt; then fail "the draw does not matter"; fi
must "another draw" ranks 1 train --resume fixed-half --steps 5 \
    --set 'data.transform=[{range: [0, 255]}, {binarize: threshold}]'
says err.txt "data.transform.1.binarize.draw threshold (fixed before)"
refused 6 "binarize, which takes numbers within data.range" 2 train vae.yaml --out bad \
    --steps 1 --set 'data.transform=[binarize]'

# --- What cannot be.
refused 3 'did you mean "log"' 1 train vae.yaml --out bad \
    --set 'data.transform=[{lgo: 1}]'
refused 3 "the data are not HDF5" 1 train vae.yaml --out bad --set output.layout=as_input
refused 6 "sample 0: its value number 0 is 0 where it comes to data.transform.0, log" \
    2 train vae.yaml --out bad --set 'data.transform=[{log: 0}, standardize]'
refused 3 "the data are not HDF5" 1 sample one --layout as_input -o bad.h5
[ ! -e bad ] && [ ! -e bad.h5 ] || fail "something was left behind"

# --- A file of a simulation, and samples in one like it.
/usr/bin/python3 -c 'import h5py' 2>/dev/null || exit 0
/usr/bin/python3 "$GENTRAIN_SOURCE/examples/showers.py" showers.h5 600 ||
    fail "showers.py writes no showers"
must "training on showers" ranks 1 train "$GENTRAIN_SOURCE/examples/calorimeter.yaml" \
    --out showers --steps 10
[ -z "$(warnings err.txt)" ] || fail "the example is warned of"
says err.txt "standardize value"
must "raw values" ranks 1 train "$GENTRAIN_SOURCE/examples/calorimeter.yaml" \
    --out raw --steps 1 --set 'data.transform=[]'
says err.txt "networks learn from values of about 1"
counts="1 2"
! sanitized || counts=1
for n in $counts; do
    must "samples on $n ranks" ranks $n sample showers -o made-$n.h5 --grid made-$n.png \
        --conditions showers.h5
    cmp made-1.h5 made-$n.h5 || fail "samples of 1 and $n ranks differ"
    cmp made-1.png made-$n.png || fail "pictures of 1 and $n ranks differ"
done
must "a look" "$GENTRAIN" inspect made-1.h5 >out.txt
grep -qE '/showers +600x80 ' out.txt || fail "inspect does not show the showers"
must "a comparison" "$GENTRAIN" diff made-1.h5 made-1.h5 >out.txt
must "samples of our own layout" ranks 1 sample showers -n 9 --condition 512 \
    --layout plain -o plain.h5
/usr/bin/python3 - <<'EOF' || fail "samples are not like the data"
import h5py, numpy as np

def names(f):
    found = []
    f.visit(found.append)
    return sorted(found)

def same_attributes(a, b, where):
    for key in a.attrs:
        assert a.attrs[key] == b.attrs[key], (where, key)

data, plain = h5py.File("showers.h5"), h5py.File("plain.h5")
for made in h5py.File("made-1.h5"), h5py.File("showers/samples/step-00000010.h5"):
    assert names(made) == names(data), names(made)
    same_attributes(data, made, "/")
    assert made.attrs["format"] == b"gentrain samples"
    for name in names(data):
        a, b = data[name], made[name]
        same_attributes(a, b, name)
        assert len(a.attrs) == len(b.attrs)
        assert a.dtype == b.dtype and a.shape[1:] == b.shape[1:], name
        assert a.compression == b.compression and a.shuffle == b.shuffle, name
        assert (a.chunks is None) == (b.chunks is None), name
    showers, energies = made["showers"][...], made["incident_energies"][...]
    assert np.isfinite(showers).all() and showers.min() == 0
    small = showers[(showers > 0) & (showers <= 0.99e-4 * energies)]
    assert small.size == 0, small
made = h5py.File("made-1.h5")
assert made["showers"].shape == data["showers"].shape
assert (made["incident_energies"][...] == data["incident_energies"][...]).all()
# They are MeV: the cells of a shower sum up to something like what came in.
part = made["showers"][...].sum(1) / made["incident_energies"][:, 0]
assert 0.05 < np.median(part) < 20, np.median(part)
assert names(plain) == ["conditions", "latents", "vectors"], names(plain)
assert plain["vectors"].shape == (9, 80) and plain["vectors"][...].max() > 1
EOF

# --- When fill values are written, and when room is made, is as in the data.
/usr/bin/python3 - <<'EOF'
import h5py
with h5py.File("showers.h5") as a, h5py.File("timed.h5", "w") as b:
    for name, fill, room in (("showers", h5py.h5d.FILL_TIME_NEVER, h5py.h5d.ALLOC_TIME_EARLY),
                             ("incident_energies", h5py.h5d.FILL_TIME_ALLOC, h5py.h5d.ALLOC_TIME_INCR)):
        p = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        p.set_chunk((50, a[name].shape[1]))
        p.set_fill_time(fill)
        p.set_alloc_time(room)
        space = h5py.h5s.create_simple(a[name].shape)
        h5py.h5d.create(b.id, name.encode(), h5py.h5t.IEEE_F32LE, space, p)
        b[name][...] = a[name][...]
EOF
must "data with times" ranks 1 train "$GENTRAIN_SOURCE/examples/calorimeter.yaml" --quiet \
    --out timed --steps 1 --data timed.h5:/showers
must "samples with times" ranks 1 sample timed -o timed-made.h5 --conditions timed.h5
times() {
    h5dump -p -H "$1" | grep -E 'DATASET|FILL_TIME|H5D_ALLOC' | tr -s ' '
}
if command -v h5dump >/dev/null; then
    times timed.h5 >like.txt
    grep -q FILL_TIME_NEVER like.txt && grep -q ALLOC_TIME_EARLY like.txt ||
        fail "the data have no times: $(cat like.txt)"
    times timed-made.h5 | diff like.txt - >diff.txt || fail "other times: $(cat diff.txt)"
fi
