# The number of ranks changes how fast, not what. (Sums over ranks are MPI's, so
# weights agree to rounding; latents, data order and samples agree to the bit.)
. "$(dirname "$0")/common.sh"
need_tool h5diff

for model in gan vae; do
    for n in 1 2 3 4; do
        must "training on $n ranks" ranks $n train $model.yaml --out $model-$n \
            --quiet --set optimizer.kind=sgd --set optimizer.lr=0.01
    done
    for n in 2 3 4; do
        # /config carries the digest of all bits.
        h5diff -d 1e-5 --exclude-path /config \
            $model-{1,$n}/checkpoints/step-00000012.h5 >diff.txt ||
            fail "$model on 1 and $n ranks: $(head -n 5 diff.txt)"
        h5diff $model-{1,$n}/samples/step-00000012.h5 /latents >diff.txt ||
            fail "latents differ on $n ranks"
    done
    for n in 1 2 3 4; do
        must "sampling on $n ranks" ranks $n sample $model-2 -n 300 \
            -o s$n.h5 --grid s$n.png --seed 5 --latents
        [ $n -eq 1 ] || {
            same s1.h5 s$n.h5
            cmp s1.png s$n.png || fail "pictures differ on $n ranks"
        }
    done
    must "another seed" ranks 1 sample $model-2 -n 300 -o other.h5 --seed 6
    if h5diff s1.h5 other.h5 /images >diff.txt; then
        fail "the seed changes nothing"
    fi
done
