# NaN or infinity ends the run on all ranks; the last good checkpoint stays.
. "$(dirname "$0")/common.sh"

must "six good steps" ranks 2 train gan.yaml --out run --steps 6 --quiet \
    --set optimizer.kind=sgd
cp run/checkpoints/step-00000006.h5 good.h5
refused 8 "step " 2 train --resume run --steps 50 --quiet \
    --set output.checkpoint_every=0 --set optimizer_discriminator.lr=1000 \
    --set optimizer_generator.lr=1000
says err.txt "discriminator/"
cmp run/checkpoints/step-00000006.h5 good.h5 || fail "the checkpoint changed"
[ "$(ls run/checkpoints)" = step-00000006.h5 ] || fail "a bad checkpoint was written"

# A checkpoint that would hold NaN is not written either.
refused 8 "is NaN or" 2 train vae.yaml --out vae --steps 3 --quiet \
    --set optimizer.kind=sgd --set optimizer.lr=1000 --set output.checkpoint_every=1
for file in vae/checkpoints/*.h5; do
    [ ! -e "$file" ] || "$GENTRAIN" inspect "$file" >inspect.txt
    if grep -q "NaN or infinite!" inspect.txt 2>/dev/null; then
        fail "$file holds NaN"
    fi
done
