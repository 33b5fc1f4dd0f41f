# gentrain diff: silent about nothing, and its exit code can be relied on.
. "$(dirname "$0")/common.sh"

must "a run" ranks 1 train vae.yaml --out a --quiet
must "its twin" ranks 1 train vae.yaml --out b --quiet --set output.log_every=5
must "another seed" ranks 1 train vae.yaml --out c --quiet --set train.seed=2
must "fewer latents" ranks 1 train gan.yaml --out g --quiet

must "equal runs" "$GENTRAIN" diff a b >out.txt
says out.txt identical

# differ TEXT A B: exit code 6, the verdict and the text among the lines, and no
# word of an error.
differ() {
    "$GENTRAIN" diff "$2" "$3" >out.txt 2>err.txt
    local code=$?
    [ "$code" -eq 6 ] || fail "diff $2 $3 gave exit code $code, not 6"
    says out.txt "$1"
    says out.txt "different: "
    [ ! -s err.txt ] || fail "different files are called an error"
}
differ /decoder/00_dense/weight a c
differ "only in the first" a g
differ "only in the second" a g
differ values a/samples/step-00000006.h5 a/samples/step-00000012.h5
must "a file and itself" "$GENTRAIN" diff a/samples/step-00000006.h5 \
    a/samples/step-00000006.h5 >out.txt

# One bit is enough: the last value of a tensor. As long as the file has its
# digest, which does not match any more, it is damaged.
must "equal files" "$GENTRAIN" diff a/checkpoints/step-00000012.h5 b >out.txt
if /usr/bin/python3 -c 'import h5py' 2>/dev/null; then
    cp a/checkpoints/step-00000012.h5 bit.h5
    /usr/bin/python3 - <<'EOF'
import h5py, numpy
f = h5py.File("bit.h5", "r+")
x = f["/decoder/00_dense/bias"]
v = x[...]
v.view(numpy.uint32)[-1] ^= 1
x[...] = v
EOF
    "$GENTRAIN" diff a bit.h5 >out.txt 2>err.txt
    [ $? -eq 5 ] || fail "a damaged file must give exit code 5"
    says err.txt "bit.h5 is damaged"
    tail -c +513 bit.h5 >undigested.h5 # without the user block
    differ "1 of 32 values differ" a undigested.h5
    [ "$(grep -c "^/" out.txt)" -eq 1 ] || fail "more than one tensor differs"
fi

"$GENTRAIN" diff a nowhere >out.txt 2>err.txt
[ $? -eq 4 ] || fail "a missing file must give exit code 4"
