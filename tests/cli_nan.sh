# NaN or infinity ends the run on all ranks; the last good checkpoint stays.
. "$(dirname "$0")/common.sh"

must "six good steps" ranks 2 train gan.yaml --out run --steps 6 --quiet
cp run/checkpoints/step-00000006.h5 good.h5
refused 8 "step " 2 train --resume run --steps 50 --quiet \
    --set optimizer.kind=sgd --set optimizer_discriminator.lr=10000000 \
    --set optimizer_generator.lr=10000000
says err.txt "discriminator/"
cmp run/checkpoints/step-00000006.h5 good.h5 || fail "the checkpoint changed"
[ "$(ls run/checkpoints)" = step-00000006.h5 ] || fail "a bad checkpoint was written"
