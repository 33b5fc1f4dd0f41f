# Accumulation changes where activations live, not what is computed: shards cut
# into pieces give the bits of as many shards.
#
# ctest: release
. "$(dirname "$0")/common.sh"

for recipe in gan vae; do
    must "$recipe in 12 shards" ranks 2 train $recipe.yaml --out $recipe-12 --quiet
    must "$recipe in 4 x 3 pieces" ranks 2 train $recipe.yaml \
        --out $recipe-4x3 --quiet --set train.shards=4 --set train.accumulate=3
    must "comparing them" "$GENTRAIN" diff $recipe-12 $recipe-4x3 >diff.txt
done

# One piece's activations at a time: less memory than all of them.
memory() {
    grep -o 'memory  *[0-9]*' err.txt out.txt | grep -o '[0-9]*$'
}
cat >wide.yaml <<'EOF'
task: gan
data: {uri: glyphs, image: [28, 28, 1], range: symmetric}
model:
  latent: 8
  generator:
    - dense: {units: 784}
    - reshape: {shape: [28, 28, 1]}
    - conv2d: {filters: 16, kernel: 3, padding: same}
    - leaky_relu
    - conv2d: {filters: 1, kernel: 3, padding: same}
    - tanh
  discriminator: [flatten, dense: {units: 1}]
train: {batch: 512, steps: 1, shards: 1}
EOF
must "a wide step" ranks 1 train wide.yaml --out wide
whole=$(memory)
must "a wide step in pieces" ranks 1 train wide.yaml --out pieces \
    --set train.accumulate=16
pieces=$(memory)
[ "$pieces" -lt $((whole * 2 / 3)) ] ||
    fail "$pieces MB in pieces, $whole MB as a whole"
