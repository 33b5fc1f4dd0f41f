# The residual GAN, whole: the same bits on any number of ranks that divides its 48
# shards, also with statistics of the whole batch, and where the number of ranks
# changes on the way. Every third batch is short: half of the shards are empty.
#
# ctest: release
. "$(dirname "$0")/common.sh"
need_tool h5diff

recipe=(--preset resgan32 --data "shapes?count=120&test_count=12" --batch 48
    --steps 4 --quiet --set train.shards=48 --set output.checkpoint_every=2
    --set output.sample_every=0)
last=checkpoints/step-00000004.h5
for sync in false true; do
    counts="1 2 3 4 6"
    [ $sync = false ] || counts="1 3 4"
    for n in $counts; do
        must "training on $n ranks" ranks $n train "${recipe[@]}" \
            --set norm.sync=$sync --out $sync-$n
        same $sync-{1,$n}/$last
    done
    must "going on on 4 ranks" ranks 4 train --quiet \
        --resume $sync-3/checkpoints/step-00000002.h5
    same $sync-{1,3}/$last
done
if h5diff {false,true}-1/$last /generator >diff.txt; then
    fail "norm.sync changes nothing"
fi
