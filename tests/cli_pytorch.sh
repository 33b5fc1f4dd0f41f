# A step of a GAN is the one that PyTorch computes with equal weights: outputs,
# losses, gradients of both updates, parameters after them, statistics, to 1e-4 of
# each tensor; alone, in shards on two ranks, and with statistics of the whole
# batch on three. The networks are those of bench/peer_pytorch.py, so these are
# gentrain's layer by layer.
#
# ctest: release
. "$(dirname "$0")/common.sh"

/usr/bin/python3 -c 'import torch' 2>/dev/null || {
    echo "skipped: PyTorch is not installed (Debian: python3-torch)"
    exit 77
}

lr=0.01
# dump NAME PRESET RANKS SHARDS [SET ...]: what a step reads and makes. Two steps
# before that one bring all parameters away from 0 and 1.
dump() {
    "$MPIRUN" -np "$3" "$DUMP_STEP" "$2" 2 "$1" train.batch=24 \
        "train.shards=$4" optimizer.kind=sgd optimizer.momentum=0 \
        "optimizer.lr=$lr" "${@:5}" >out.txt 2>err.txt ||
        fail "a step of $2 on $3 ranks"
}
# pytorch NAME PRESET PARTS: the same step; batch norm sees so many parts.
pytorch() {
    /usr/bin/python3 "$GENTRAIN_SOURCE/tests/pytorch_step.py" "$2" "$3" $lr "$1" \
        >out.txt 2>err.txt
}
# agrees PRESET RANKS SHARDS PARTS [SET ...]
agrees() {
    local name=on-$2-ranks
    dump "$name" "${@:1:3}" "${@:5}"
    pytorch "$name" "$1" "$4" || fail "$1 $name is another step"
    cat out.txt
    rm "$name".*
}

agrees resgan32 1 1 1
agrees resgan32 2 4 4
agrees resgan32 3 6 1 norm.sync=true
kept=(model.discriminator.2.dropout.rate=0 model.discriminator.5.dropout.rate=0)
agrees dcgan28 2 2 2 "${kept[@]}"

# What differs by more than rounding is found.
dump other dcgan28 1 1 "${kept[@]}" model.discriminator.1.leaky_relu.slope=0.201
pytorch other dcgan28 1 && fail "another slope is not found"
says err.txt "outputs judged_real is off by"
exit 0
