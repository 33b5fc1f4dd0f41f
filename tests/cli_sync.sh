# With norm.sync batch norm sees the whole batch, and still the number of ranks
# changes nothing, short batches and resumed runs included.
#
# ctest: release
. "$(dirname "$0")/common.sh"
need_tool h5diff

sed 's/^    - relu/    - batch_norm\n    - relu/' vae.yaml >norm.yaml
mv norm.yaml vae.yaml
last=checkpoints/step-00000012.h5
for model in gan vae; do
    must "training on 1 rank" ranks 1 train $model.yaml --out $model-1 --quiet \
        --set norm.sync=true --trace trace.json --trace-steps 2
    says trace.json '"all-reduce of statistics"'
    says trace.json '_batch_norm backward sums"'
    for n in 2 3 4; do
        must "training on $n ranks" ranks $n train $model.yaml --quiet \
            --out $model-$n --set norm.sync=true
        same $model-{1,$n}/$last
    done
    # On one rank from the middle of a run on several, the key unsaid.
    must "going on on 1 rank" ranks 1 train --quiet \
        --resume $model-$n/checkpoints/step-00000006.h5
    same $model-{1,$n}/$last
    grep -q 'sync: true' $model-$n/config.yaml || fail "the key was not kept"
done

must "training without" ranks 1 train gan.yaml --out each --quiet
if h5diff each/$last gan-1/$last /generator >diff.txt; then
    fail "norm.sync changes nothing"
fi

refused 3 "set norm.sync to false or train.accumulate to 1" 2 train gan.yaml \
    --out no --set norm.sync=true --set train.accumulate=2
sed '/batch_norm/d' gan.yaml >plain.yaml
must "training without batch_norm" ranks 2 train plain.yaml --out plain \
    --set norm.sync=true --steps 1
says err.txt "no network has a batch_norm layer"
