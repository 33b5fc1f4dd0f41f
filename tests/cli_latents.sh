# Latents from a file make the same samples, to the bit, as the same latents drawn
# from the seed, on any number of ranks.
. "$(dirname "$0")/common.sh"
need_tool h5diff

# alike SET SET: the same samples and latents; the sets say of themselves where
# these come from.
alike() {
    local data
    for data in /images /latents; do
        h5diff "$1" "$2" $data >diff.txt || fail "$1 and $2 differ: $(cat diff.txt)"
    done
}

counts="1 2 3"
! sanitized || counts="1 3"
for model in gan vae; do
    must "training" ranks 1 train $model.yaml --out $model --quiet --steps 3
    # Neither a whole block of 64 nor whole waves of them.
    must "sampling" ranks 2 sample $model -n 150 --seed 5 -o $model.h5 --grid $model.png
    for n in $counts; do
        must "the same latents on $n ranks" ranks $n sample $model \
            --latents $model.h5 -o again-$n.h5 --grid again.png
        alike $model.h5 again-$n.h5
        cmp $model.png again.png || fail "the picture differs on $n ranks"
        must "comparing" "$GENTRAIN" diff $model.h5 again-$n.h5 >diff.txt
    done
done

# A set says where its latents are from: a seed or a file.
"$GENTRAIN" inspect vae.h5 >seed.txt
says seed.txt "seed              5"
"$GENTRAIN" inspect again-1.h5 >file.txt
says file.txt "latents_from      vae.h5"
! grep -q '^  seed' file.txt || fail "latents from a file have a seed"

# Samples made in training can be made again with their latents, and some data set
# of that name or another.
must "those of training" ranks 1 sample vae --latents vae/samples/step-00000003.h5 -o t.h5
alike vae/samples/step-00000003.h5 t.h5
must "a data set by name" ranks 1 sample vae --latents t.h5:/latents -o u.h5
alike t.h5 u.h5

must "without latents" ranks 1 sample vae -n 150 --seed 5 --no-latents -o without.h5
! h5ls without.h5 | grep -q latents || fail "latents were stored"
h5diff without.h5 vae.h5 /images || fail "latents change the images"

refused 2 "leave out --count and --seed" 2 sample vae --latents vae.h5 -n 3 -o x.h5
refused 2 "leave out --count and --seed" 2 sample vae --latents vae.h5 --seed 3 -o x.h5
refused 6 "but the model takes latents of 1x1x4" 2 sample vae --latents gan.h5 -o x.h5
refused 5 "has no data set /latents" 2 sample vae --latents without.h5 -o x.h5
refused 4 "none.h5" 2 sample vae --latents none.h5 -o x.h5
refused 5 "not an HDF5 file" 2 sample vae --latents vae.yaml -o x.h5
refused 2 "--latents needs a value" 2 sample vae -o x.h5 --latents
[ ! -e x.h5 ] || fail "a refused command left samples"
