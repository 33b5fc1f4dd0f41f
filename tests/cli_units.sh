# Shards that go through dense networks in one pass: the same weights however many do
# so, on any number of ranks, by every kernel, with labels and conditions, short
# batches, in bf16 and after a resume; and networks that shards cannot share.
# ctest: ranks 6
. "$(dirname "$0")/common.sh"
need_tool h5diff

cat >told.yaml <<'END'
task: vae
data: {uri: "glyphs?count=100&test_count=30", image: [12, 12, 1], range: unit, classes: 10,
  conditions: [slant]}
model:
  latent: 3
  encoder: [flatten, {dense: {units: 24, from: [previous, label, condition]}}, tanh,
    {dropout: {rate: 0.2}}, {dense: {units: 6}}]
  decoder: [{dense: {units: 20, from: [z, label, condition]}}, relu, {dense: {units: 144}},
    {reshape: {shape: [12, 12, 1]}}]
optimizer: {kind: adam, lr: 1e-3}
train: {batch: 37, epochs: 3, shards: 12, seed: 3}
output: {log_every: 1, sample_every: 0, checkpoint_every: 0, test_every: 3}
END

last() { echo "$1"/checkpoints/step-*.h5; }
figures() { sed 's/"samples_per_s": [^,]*, //' "$1/metrics.jsonl"; }

counts="2 3 4 6"
if sanitized; then counts=3; fi
must "on 1" ranks 1 train told.yaml --out told-1 --quiet
for np in $counts; do
    must "on $np" ranks $np train told.yaml --out told-$np --quiet
    same "$(last told-1)" "$(last told-$np)"
    figures told-1 >1.txt
    figures told-$np >n.txt
    cmp 1.txt n.txt || fail "other figures on $np ranks"
done
must "a part" ranks 3 train told.yaml --out part --quiet --steps 4
must "the rest" ranks 2 train --resume part --steps 9 --quiet
[ "$(weights told-1)" = "$(weights part)" ] || fail "other weights after a resume"
[ -n "$(weights told-1)" ] || fail "no fingerprint"
must "by loops" env GENTRAIN_FP32=portable "$GENTRAIN" train told.yaml --out told-loops --quiet
golden told-loops 83274ade961fbfb1
if grep -q avx2 /proc/cpuinfo; then
    must "by AVX2" env GENTRAIN_FP32=AVX2 "$GENTRAIN" train told.yaml --out told-avx2 --quiet
    same "$(last told-1)" "$(last told-loops)"
    same "$(last told-1)" "$(last told-avx2)"
fi
must "in bf16" env GENTRAIN_BF16=portable "$GENTRAIN" train told.yaml --out half \
    --quiet --set train.precision=bf16
GENTRAIN_BF16=portable must "in bf16, on ranks" ranks 4 train told.yaml --out halves \
    --quiet --set train.precision=bf16
same "$(last half)" "$(last halves)"
golden half 2901c9a7081e6dfa

# Without own kernels, by BLAS: near the same.
must "by BLAS" env GENTRAIN_FP32=none "$GENTRAIN" train told.yaml --out blas --quiet
near 1e-4 "$(last told-1)" "$(last blas)"

# A task without latents.
cat >classes.yaml <<'END'
task: classifier
data: {uri: "ring?count=50&test_count=20", image: 2, classes: 8}
model: {classifier: [{dense: {units: 9}}, relu, {dense: {units: 8}}]}
train: {batch: 24, epochs: 2, shards: 6}
output: {log_every: 1}
END
for np in 1 $counts; do
    [ "$np" -ne 4 ] || continue # of 6 shards
    must "classes on $np" ranks $np train classes.yaml --out classes-$np --quiet
    same "$(last classes-1)" "$(last classes-$np)"
done

# A layer with statistics, and a batch in pieces: there shards go one by one.
sed 's/tanh/batch_norm/' told.yaml >norm.yaml
sed 's/shards: 12/shards: 6, accumulate: 2/' told.yaml >pieces.yaml
for config in norm pieces; do
    must "$config on 1" ranks 1 train $config.yaml --out $config-1 --quiet
    must "$config on 3" ranks 3 train $config.yaml --out $config-3 --quiet
    same "$(last $config-1)" "$(last $config-3)"
done
# Pieces are shards of their own.
[ "$(weights told-1)" = "$(weights pieces-1)" ] || fail "other weights in pieces"
