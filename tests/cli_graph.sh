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

# The networks as tables.
must "inspecting a configuration" ranks 1 inspect graph.yaml
cat >expected <<'END'
discriminator: x 8x8x1 -> 1
  layer          reads   makes  parameters  bytes  products
  00_conv2d a            8x8x4          40  1,024     2,304
  01_leaky_relu          8x8x4           -  1,024         -
  02_conv2d              8x8x4         148  1,024     9,216
  03_add         00, 02  8x8x4           -      -         -
  04_avg_pool            4x4x4           -    256         -
  05_leaky_relu          4x4x4           -      -         -
  06_flatten             64              -      -         -
  07_dense               1              65      4        64
  253 parameters, 11,584 products a sample
END
sed -n '/^discriminator/,/products a sample/p' out.txt | diff expected - ||
    fail "the table of the discriminator is another one"
must "the same as JSON" ranks 1 inspect graph.yaml --json
says out.txt '"type": "add", "name": "", "from": ["a", "02_conv2d"], "shape": [8, 8, 4]'
must "inspecting a preset" ranks 1 inspect dcgan28
says out.txt "generator: z 100 -> 28x28x1"
# Names are cut where the table would be wider than 80 columns.
must "inspecting another preset" ranks 1 inspect resgan32
says out.txt "  05_avg_pool shrink-1-body "
"$GENTRAIN" presets show resgan32 |
    sed 's/\<body\>/the_body_of_a_residual_block/' >long.yaml
must "inspecting long names" ranks 1 inspect long.yaml
says out.txt "  05_avg_pool shrink-1-the_..."
awk 'length($0) > 80 { exit 1 }' out.txt || fail "the table is too wide"
echo "task: gan" >half.yaml
refused 3 "half.yaml" 1 inspect half.yaml

refused 3 'generator: layer 12 add: from: nothing is called "bodi"; did you mean "body"?' \
    2 train graph.yaml --out no --set 'model.generator.12.add.from=[bodi, previous]'
refused 3 "discriminator: layer 3 add: needs two inputs or more" 2 train \
    graph.yaml --out no --set 'model.discriminator.3.add.from=previous'
refused 3 "discriminator: layer 0 conv2d x: x is the name of an input" 2 train \
    graph.yaml --out no --set 'model.discriminator.0.conv2d.name=x'
