# Training with products in bf16: the same weights on any number of ranks, by
# both kernels and after a resume; changes are told; a CPU that has none refuses,
# and makes samples of such a model all the same.
. "$(dirname "$0")/common.sh"
need_tool h5diff

# A CPU without the instructions computes the same bits by the portable loops.
bf16="--quiet --set train.precision=bf16"
ranks 1 train vae.yaml --out trial --steps 1 $bf16 2>/dev/null ||
    export GENTRAIN_BF16=portable

for np in 1 2 3 4; do
    must "on $np" ranks $np train gan.yaml --out gan-$np $bf16
    same gan-{1,$np}/checkpoints/step-00000012.h5
done
must "its first part" ranks 3 train gan.yaml --out part $bf16 --steps 5
must "its second part" ranks 2 train --resume part --steps 12 --quiet
same {gan-1,part}/checkpoints/step-00000012.h5
must "by loops" env GENTRAIN_BF16=portable "$GENTRAIN" train gan.yaml \
    --out loops $bf16
same {gan-1,loops}/checkpoints/step-00000012.h5
must "in fp32" ranks 1 train vae.yaml --out vae --quiet
must "in bf16" ranks 1 train vae.yaml --out half $bf16
! h5diff {vae,half}/checkpoints/step-00000012.h5 >diff.txt ||
    fail "bf16 has the bits of fp32"

# From fp32 to bf16 and back.
must "fp32 to bf16" ranks 1 train --resume vae --steps 14 \
    --set train.precision=bf16
says err.txt "settings that differ from the checkpoint's: train.precision bf16 (fp32 before)"
says err.txt "products      in bf16"
must "and back" ranks 1 train --resume vae --steps 16 \
    --set train.precision=fp32
says err.txt "train.precision fp32 (bf16 before)"
if grep -q "products      in bf16" err.txt; then fail "it is fp32"; fi

# Where there are no such products.
export GENTRAIN_BF16=none
refused 3 "this CPU has no instructions for it (AVX512-BF16)" 2 \
    train vae.yaml --out none --set train.precision=bf16
must "samples" ranks 1 sample half -n 4 -o samples.h5
must "in fp32 instead" ranks 1 train --resume half --steps 13 --quiet \
    --set train.precision=fp32
refused 3 "train.precision" 1 train vae.yaml --out none \
    --set train.precision=fp16
