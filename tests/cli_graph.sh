# Networks that are no rows of layers: the same bits on any number of ranks, with
# norm.sync and after a resume on other ranks, too; faults of a graph are named.
#
# ctest: release
. "$(dirname "$0")/common.sh"

cat >graph.yaml <<'END'
task: gan
data: {uri: shapes, image: [8, 8, 1]}
model:
  latent: 8
  generator:
    - dense: {units: 64}
    - reshape: {shape: [4, 4, 4]}
    - upsample: {name: a}
    - batch_norm
    - relu
    - conv2d: {filters: 4, kernel: 3, padding: same}
    - batch_norm
    - relu
    - conv2d: {filters: 4, kernel: 3, padding: same, name: body}
    - dense: {units: 16, from: z, name: code}
    - relu
    - conv2d: {filters: 4, kernel: 1, from: [a, previous]}
    - add: {from: [body, previous]}
    - tanh
    - conv2d: {filters: 1, kernel: 3, padding: same}
    - tanh
  discriminator:
    - conv2d: {filters: 4, kernel: 3, padding: same, name: a}
    - leaky_relu
    - conv2d: {filters: 4, kernel: 3, padding: same}
    - add: {from: [a, previous]}
    - avg_pool
    - leaky_relu
    - flatten
    - dense: {units: 1}
train: {batch: 24, shards: 12, steps: 12, seed: 5}
output: {checkpoint_every: 6, sample_every: 0}
END

last=checkpoints/step-00000012.h5
for sync in false true; do
    for n in 1 2 3 4 6; do
        must "training on $n ranks" ranks $n train graph.yaml --quiet \
            --out $sync-$n --set norm.sync=$sync
        same $sync-{1,$n}/$last
    done
    must "going on on 4 ranks" ranks 4 train --quiet \
        --resume $sync-3/checkpoints/step-00000006.h5
    same $sync-{1,3}/$last
done

# What the file says is what the checkpoint says.
grep -q 'from: \[body, previous\]' false-1/config.yaml ||
    fail "the resolved configuration does not say what add reads"
must "samples" ranks 2 sample false-1 -n 4 -o four.h5

refused 3 'generator: layer 12 add: from: nothing is called "bodi"; did you mean "body"?' \
    2 train graph.yaml --out no --set 'model.generator.12.add.from=[bodi, previous]'
refused 3 "discriminator: layer 3 add: needs two inputs or more" 2 train \
    graph.yaml --out no --set 'model.discriminator.3.add.from=previous'
refused 3 "discriminator: layer 0 conv2d x: x is the name of an input" 2 train \
    graph.yaml --out no --set 'model.discriminator.0.conv2d.name=x'
