# Normalised weights: what a checkpoint holds, going on from it on other ranks, and
# samples.
#
# ctest: release
. "$(dirname "$0")/common.sh"
need_tool h5diff

norm="parametrization: weight_norm"
sed "s/bias: false}/bias: false, $norm}/; s/padding: 1}/padding: 1, $norm}/
     s/{units: 1}/{units: 1, $norm}/" gan.yaml >norm.yaml
[ "$(grep -c weight_norm norm.yaml)" -eq 6 ] || fail "$(cat norm.yaml)"

for n in 1 2 3 4; do
    must "on $n ranks" ranks $n train norm.yaml --out all-$n --quiet
    must "the same state" "$GENTRAIN" diff all-1 all-$n >diff.txt
    same {all-1,all-$n}/samples/step-00000012.h5
done
must "the first half" ranks 2 train norm.yaml --out two --steps 5 --quiet
must "the second" ranks 3 train --resume two --steps 12 --quiet
[ -z "$(warnings err.txt)" ] || fail "$(cat err.txt)"
must "the same state" "$GENTRAIN" diff all-1 two >diff.txt
same {all-1,two}/samples/step-00000012.h5

# --- what is stored, and only that
"$GENTRAIN" inspect all-1 >inspect.txt
for line in "weight_g         72" "weight_v         8x72" "weight_v         4x4x1x8"; do
    says inspect.txt "$line"
done
"$GENTRAIN" inspect norm.yaml >inspect.txt || fail "no table of the networks"

# --- samples are those of the grid
must "samples" ranks 2 sample two -n 40 -o two.h5
must "samples" ranks 1 sample all-4 -n 40 -o all.h5
h5diff two.h5 all.h5 /images >diff.txt || fail "other samples: $(head -n 5 diff.txt)"
must "the grid's latents" ranks 1 sample two -o grid.h5 \
    --latents two/samples/step-00000012.h5
h5diff -d 1 grid.h5 two/samples/step-00000012.h5 /images >diff.txt ||
    fail "the grid is of other weights: $(head -n 5 diff.txt)"

# --- a network with it is another one than without
refused 6 "/generator/00_dense/weight, which the model here needs" 2 train --resume two \
    --steps 14 --set model.generator.0.dense.parametrization=none
refused 3 "weight_norm" 1 train gan.yaml --out x \
    --set model.generator.0.dense.parametrization=spectral_nrm
[ ! -e x ] || fail "a start that was refused left a directory"
