# Augmentation: the same bits on any number of ranks, and when a run goes on on
# others, also in the middle of an epoch; another result than without; and what is
# refused.
#
# ctest: release
. "$(dirname "$0")/common.sh"

cat >turned.yaml <<'END'
task: vae
data:
  uri: "glyphs?count=100&test_count=20"
  image: [12, 12, 1]
  range: unit
  augment: [hflip, crop: 2, turns]
model:
  latent: 4
  encoder: [flatten, dense: {units: 8}]
  decoder: [dense: {units: 144}, reshape: {shape: [12, 12, 1]}]
  likelihood: bernoulli
train: {batch: 32, epochs: 2, shards: 4}
END

for n in 1 2 4; do
    must "on $n ranks" ranks $n train turned.yaml --out all-$n --quiet
    must "the same state" "$GENTRAIN" diff all-1 all-$n >diff.txt
done
must "the first half" ranks 4 train turned.yaml --out two --steps 6 --quiet
must "the second" ranks 1 train --resume two --steps 8 --quiet
[ -z "$(warnings err.txt)" ] || fail "$(cat err.txt)"
must "the same state" "$GENTRAIN" diff all-1 two >diff.txt

sed '/augment/d' turned.yaml >plain.yaml
must "without" ranks 1 train plain.yaml --out plain --quiet
"$GENTRAIN" diff all-1 plain >diff.txt && fail "augmentation changes nothing"
must "an empty list" ranks 1 train turned.yaml --out empty --set 'data.augment=[]' --quiet
must "the same as without" "$GENTRAIN" diff plain empty >diff.txt

# --- what a person reads and gets wrong
grep -qF -- '- crop: {padding: 2}' all-1/config.yaml || fail "$(cat all-1/config.yaml)"
"$GENTRAIN" help data >help.txt
says help.txt dflip
refused 3 "20 is not below the 12 of 12x12x1" 2 train turned.yaml --out x \
    --set 'data.augment=[crop: 20]'
refused 3 "unknown augmentation \"turn\"; did you mean \"turns\"?" 1 train turned.yaml \
    --out x --set 'data.augment=[turn]'
refused 3 "points of 2 numbers have no directions" 1 train turned.yaml --out x \
    --set data.uri=ring --set data.image=2
[ ! -e x ] || fail "a start that was refused left a directory"
