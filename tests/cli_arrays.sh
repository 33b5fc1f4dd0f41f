# The same samples train the same model, whatever file they are in: IDX, NumPy
# arrays in both orders, archives, raw files; and what NumPy writes is read.
#
# ctest: release
. "$(dirname "$0")/common.sh"

python=
for candidate in python3 /usr/bin/python3; do
    "$candidate" -c 'import numpy' 2>/dev/null && python=$candidate
done
[ "$python" ] || skip "no python3-numpy"

"$python" - <<'END'
import numpy as np

x = (np.arange(50 * 144) * 37 % 256).astype('uint8').reshape(50, 12, 12)
y = (np.arange(50) * 3 % 4).astype('int64')
with open('idx', 'wb') as f:
    f.write(bytes([0, 0, 8, 3, 0, 0, 0, 50, 0, 0, 0, 12, 0, 0, 0, 12]) + x.tobytes())
np.save('plain.npy', x)
np.save('fortran.npy', np.asfortranarray(x[..., None]))
np.save('first.npy', x[:, None])
np.savez('stored.npz', x_train=x, other=y[:, None] * [1, 2])
np.savez_compressed('packed.npz', x_train=np.asfortranarray(x), other=y[:, None] * [1, 2])
with open('raw', 'wb') as f:
    f.write(b'head' + x.tobytes())
np.save('x_train.npy', x)
np.save('y_train.npy', y)
np.save('x_test.npy', x[:5])
np.save('y_test.npy', y[:5].astype('uint8'))
np.save('height.npy', np.linspace(0, 1, 50).astype('>f2'))
np.save('nan.npy', np.where(x == 37, np.nan, x.astype('float64')))
for name, values in {
    'object': np.array([[None, 1]], dtype=object), 'text': np.array([['a', 'b']]),
    'complex': np.zeros((2, 2), 'complex64'), 'record': np.zeros(2, [('a', 'f4')]),
    'date': np.zeros((2, 2), 'datetime64[s]'), 'none': np.zeros((0, 2, 2), 'f4'),
}.items():
    np.save(name + '.npy', values)
for version in (1, 0), (2, 0), (3, 0):
    with open('version%d.npy' % version[0], 'wb') as f:
        np.lib.format.write_array(f, x, version=version)
END

# --- one model of all files
# trains NAME RANKS DATA OPTIONS: the weights of IDX
trains() {
    local name=$1 ranks=$2 data=$3
    shift 3
    must "training on $name" ranks "$ranks" train gan.yaml --out "$name" --steps 3 --quiet \
        --data "$data" "$@"
    "$GENTRAIN" diff of-idx "$name" >out.txt || fail "$name trains another model"
}
must "training on IDX" ranks 1 train gan.yaml --out of-idx --steps 3 --quiet --data idx
trains of-npy 2 plain.npy
trains of-fortran 2 fortran.npy
trains of-first 1 first.npy
trains of-stored 1 stored.npz:x_train
trains of-packed 2 npz:packed.npz:x_train
trains of-raw 1 raw:raw --set data.skip_bytes=4
for version in 1 2 3; do
    "$GENTRAIN" inspect version$version.npy >out.txt || fail "version $version"
    says out.txt "50 training images of 12x12x1"
done
"$GENTRAIN" inspect stored.npz >out.txt || fail "the array with no rival"

# --- labels, conditions and held-out samples
"$GENTRAIN" inspect x_train.npy --set 'data.conditions=height.npy' >out.txt 2>err.txt &&
    fail "conditions that the held-out samples lack"
says err.txt "there is none of the held-out samples beside"
mkdir apart
cp x_train.npy height.npy apart
cp y_train.npy apart/kinds.npy
"$GENTRAIN" inspect apart/x_train.npy -s data.conditions=height.npy -s data.labels=kinds.npy \
    >out.txt || fail "named files"
says out.txt "  label 3    13"
says out.txt "  condition height.npy   0 to 1, mean 0.499984"
says out.txt "--set data.conditions=height.npy --set data.labels=kinds.npy"
"$GENTRAIN" inspect x_train.npy >out.txt || fail "both splits"
says out.txt "x_train.npy: 5 held-out images of 12x12x1"

# --- what cannot be read
# refuses FILE CODE TEXT
refuses() { refused "$2" "$3" 1 train gan.yaml --out none --steps 1 --data "$1"; }
refuses object.npy 5 "an array of Python objects"
refuses text.npy 5 "an array of texts"
refuses complex.npy 5 "an array of complex numbers"
refuses record.npy 5 "an array of records"
refuses date.npy 5 "an array of dates or times"
refuses none.npy 5 "0x2x2 has no samples"
refuses y_train.npy 5 "an array of 1 dimension"
refuses raw 5 "it starts with bytes 68 65 61 64; see gentrain help data, or give raw:raw"
head -c 6000 plain.npy >cut.png
refuses cut.png 5 "50x12x12 of uint8, 7200 bytes, but only 5872 follow"
refuses nan.npy 8 "values are NaN or infinite"
# A pipe that nobody fills is refused, not waited for.
mkfifo pipe
for source in npy npz cifar hdf5 pictures; do
    timeout 20 "$GENTRAIN" inspect $source:pipe >out.txt 2>err.txt
    case $? in
    4 | 5) ;;
    *) fail "$source: a pipe is not refused: $(cat err.txt)" ;;
    esac
done
[ ! -e none ] || fail "a run was begun"
exit 0
