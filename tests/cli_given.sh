# Labels and conditions: samples are made with those that are asked for, have the
# same bits on any number of ranks, and say what they were made with; grids of a
# training have a label in each column, also after a resume on other ranks.
. "$(dirname "$0")/common.sh"
need_tool h5diff
need_tool h5dump

# Both networks of a GAN, with labels and conditions; labels alone, embedded.
sed -e 's/^data: {/&classes: 10, conditions: [slant, size], /' \
    -e 's/units: 72, bias: false/&, from: [z, label, condition]/' \
    -e 's/- conv2d: {filters: 8, kernel: 4/&, from: [x, label, condition]/' \
    -e 's/sample_count: 9/sample_count: 25/' gan.yaml >both.yaml
sed -e 's/^data: {/&classes: 10, /' -e '/^  decoder:/a\
    - dense: {units: 3, bias: false, from: label, name: embedding}' \
    -e '/^  decoder:/,$ s/- dense: {units: 32}/- dense: {units: 32, from: [z, embedding]}/' \
    vae.yaml >labels.yaml
grep -q 'from: \[z, label, condition\]' both.yaml && grep -q 'from: \[x, label' both.yaml ||
    fail "the GAN takes no labels"
grep -q 'from: \[z, embedding\]' labels.yaml || fail "the VAE takes no labels"

# numbers FILE SET: the numbers of a data set, on one line.
numbers() {
    h5dump -d "$2" -y -w 1 "$1" | sed -n '/DATA {/,/}/p' | tr -d ' \n' |
        sed 's/DATA{//; s/}.*//'
}
# rows FILE FIRST COUNT: images, as text.
rows() {
    h5dump -d /images -s "$2,0,0,0" -c "$3,12,12,1" -y "$1" | sed -n '/DATA {/,/}/p'
}
# alike SET SET DATA...
alike() {
    local data
    for data in "${@:3}"; do
        h5diff "$1" "$2" "$data" >diff.txt || fail "$data of $1 and $2 differ"
    done
}

counts="1 2 3 4"
! sanitized || counts="1 3"

# --- Training: grids and checkpoints on any number of ranks.
for model in both labels; do
    for n in $counts; do
        must "training $model on $n ranks" ranks $n train $model.yaml --out $model-$n --quiet
        same $model-1/samples/step-00000012.h5 $model-$n/samples/step-00000012.h5
        cmp $model-1/samples/step-00000012.png $model-$n/samples/step-00000012.png ||
            fail "the picture differs on $n ranks"
        must "comparing" "$GENTRAIN" diff $model-1 $model-$n >diff.txt
    done
    must "the first half" ranks 3 train $model.yaml --out $model-r --quiet --steps 6
    must "the second half" ranks 2 train --resume $model-r --quiet --steps 12
    same $model-1/samples/step-00000012.h5 $model-r/samples/step-00000012.h5
    must "comparing" "$GENTRAIN" diff $model-1 $model-r >diff.txt
done
same labels-1/samples/step-00000012.h5 labels-r/samples/step-00000012.h5
cmp labels-1/samples/step-00000012-reconstructions.png \
    labels-3/samples/step-00000012-reconstructions.png || fail "reconstructions differ"

# Ten columns, each with a label; rows have the conditions of one sample each.
grid=both-1/samples/step-00000012.h5
[ "$(numbers $grid /labels)" = "0,1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0,1,2,3,4" ] ||
    fail "the labels of the grid are $(numbers $grid /labels)"
numbers $grid /conditions | tr , '\n' | paste -d, - - >conditions.txt
[ "$(uniq conditions.txt | wc -l)" -eq 3 ] && [ "$(uniq -c conditions.txt | head -n 1 |
    awk '{ print $1 }')" -eq 10 ] || fail "rows of the grid differ in their conditions"
h5dump -a /conditions/names $grid >names.txt
says names.txt '"slant", "size'
h5dump -a /labels/classes $grid >classes.txt
says classes.txt "10"

# --- Samples on any number of ranks.
for n in $counts; do
    must "labels that take turns on $n ranks" ranks $n sample both-1 --label 3,5 \
        --condition size=0.7,slant=0.25 -n 150 -o turns-$n.h5 --grid turns-$n.png
    alike turns-1.h5 turns-$n.h5 /images /latents /labels /conditions
    cmp turns-1.png turns-$n.png || fail "the picture differs on $n ranks"
    must "all labels on $n ranks" ranks $n sample labels-1 -n 130 -o all-$n.h5
    alike all-1.h5 all-$n.h5 /images /latents /labels
    # What a set was made with makes it again, also in its waves of other ranks.
    must "the same again on $n ranks" ranks $n sample both-1 --latents turns-1.h5 \
        --conditions turns-1.h5 --label 3,5 -o again-$n.h5
    alike turns-1.h5 again-$n.h5 /images /latents /labels /conditions
done
[ "$(numbers turns-1.h5 /labels | cut -c 1-11)" = "3,5,3,5,3,5" ] || fail "labels do not take turns"
[ "$(numbers turns-1.h5 /conditions | cut -d, -f 1-4)" = "0.25,0.7,0.25,0.7" ] ||
    fail "the conditions are $(numbers turns-1.h5 /conditions | cut -d, -f 1-4)"

# A sample stays the same whatever the count, and whatever its neighbours' labels
# are; without a label it has that of its number.
must "the default" ranks 1 sample labels-1 -n 40 -o few.h5
rows few.h5 0 40 >few.txt
rows all-1.h5 0 40 | cmp - few.txt || fail "the count changes samples"
must "label all" ranks 1 sample labels-1 --label all -n 130 -o named.h5
alike all-1.h5 named.h5 /images /labels
must "label 7" ranks 2 sample labels-1 --label 7 -n 130 -o sevens.h5
for i in 7 17 127; do
    rows sevens.h5 $i 1 >seven.txt
    rows all-1.h5 $i 1 | cmp - seven.txt || fail "sample $i depends on its neighbours' labels"
done
# Labels and conditions do change samples.
rows sevens.h5 8 1 >seven.txt
rows all-1.h5 8 1 | cmp -s - seven.txt && fail "the label changes nothing"
must "another slant" ranks 1 sample both-1 --label 3,5 --condition -0.1,0.7 -n 150 -o other.h5
h5diff -q turns-1.h5 other.h5 /images && fail "the condition changes nothing"
alike turns-1.h5 other.h5 /latents /labels

# Rows of a file, as many as there are; the latents are the seed's.
must "rows of a grid" ranks 3 sample both-1 --conditions $grid --seed 4 -o rows.h5
alike rows.h5 $grid /conditions /labels
must "the same seed" ranks 1 sample both-1 --condition 0,0.7 --seed 4 -n 25 -o seed.h5
alike rows.h5 seed.h5 /latents

# --- What is refused, with one error.
must "a model without labels" ranks 1 train vae.yaml --out plain --quiet --steps 1
refused 2 "knows no labels" 3 sample plain --label 7 -o x.h5
refused 2 "knows no conditions" 2 sample plain --condition 7 -o x.h5
refused 2 "knows no conditions" 2 sample labels-1 --conditions $grid -o x.h5
refused 2 "are 0 to 9" 3 sample labels-1 --label 10 -o x.h5
refused 2 "give --condition slant=VALUE,size=VALUE" 2 sample both-1 --label 7 -o x.h5
refused 2 "in this order: slant, size" 2 sample both-1 --condition 1 -o x.h5
refused 2 "--conditions says how many" 2 sample both-1 --conditions $grid -n 3 -o x.h5
refused 2 "give one of them" 2 sample both-1 --conditions $grid --condition 1,2 -o x.h5
refused 2 "has 25 rows, but" 3 sample both-1 --conditions $grid --latents turns-1.h5 -o x.h5
refused 6 "the conditions slant, size" 2 sample both-1 --conditions $grid:/latents -o x.h5
refused 4 "none.h5" 2 sample both-1 --conditions none.h5 -o x.h5
[ ! -e x.h5 ] || fail "a refused command left samples"
