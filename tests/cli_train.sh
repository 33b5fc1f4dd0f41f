# A run leaves what the README says it leaves.
. "$(dirname "$0")/common.sh"

must "training a GAN" ranks 2 train gan.yaml --out gan
for file in config.yaml metrics.jsonl checkpoints/step-00000006.h5 \
    checkpoints/step-00000012.h5 samples/step-00000006.png \
    samples/step-00000012.png samples/step-00000012.h5; do
    [ -s "gan/$file" ] || fail "gan/$file is missing"
done
[ "$(wc -l <gan/metrics.jsonl)" -eq 12 ] || fail "metrics.jsonl has not 12 lines"
for key in step epoch samples_per_s loss_d loss_g d_real d_fake test_d_real; do
    says gan/metrics.jsonl "\"$key\": "
done
for word in ranks "on 1 node" kernels parameters "per rank" seed "D(x)"; do
    says err.txt "$word"
done
for word in picture checkpoint trained images/s; do says out.txt "$word"; done
[ -z "$(find gan -name '*.tmp')" ] || fail "temporary files were left"

must "training a VAE" ranks 3 train vae.yaml --out vae --quiet
[ ! -s out.txt ] || fail "--quiet printed something"
for key in loss recon kl test_loss test_recon test_kl; do
    says vae/metrics.jsonl "\"$key\": "
done
[ -s vae/samples/step-00000012-reconstructions.png ] || fail "no reconstructions"

# Ten held-out images are too few for two whole rows of pairs: the picture has
# one of eight originals and one of what was made of them.
must "training with few held-out images" ranks 1 train vae.yaml --out few \
    --data "glyphs?count=64&test_count=10" --quiet --steps 1
size() { od -An -t u1 -j 16 -N 8 "$1" | awk '{ print $3 * 256 + $4, $7 * 256 + $8 }'; }
read -r width height < <(size few/samples/step-00000001-reconstructions.png)
[ "$width" -gt $((3 * height)) ] || fail "8 pairs are drawn in $width x $height"

# What cannot be had of this data and these steps is told, by one rank.
must "training without held-out images" ranks 2 train vae.yaml --out none \
    --data "glyphs?count=20&test_count=0" --set output.test_every=2 --steps 2 \
    --set optimizer.schedule=cosine --set optimizer.decay_steps=1
for word in "test_every is 2, but glyphs" "batch is 24, but glyphs" \
    "rate is 0 at the last of 2 steps"; do
    [ "$(warnings err.txt | grep -c "$word")" -eq 1 ] ||
        fail "no warning that $word"
done

must "the resolved configuration is a recipe" \
    ranks 2 train gan/config.yaml --out again --quiet
if command -v h5diff >/dev/null; then
    same gan/checkpoints/step-00000012.h5 again/checkpoints/step-00000012.h5
fi

must "--json" ranks 2 train vae.yaml --out json --json --steps 3
[ "$(grep -c '"step": ' out.txt)" -eq 4 ] || fail "--json printed other lines"
says out.txt '"event": "done"'

must "keeping one checkpoint" \
    ranks 1 train vae.yaml --out keep --set output.keep=1 --quiet
[ "$(ls keep/checkpoints)" = step-00000012.h5 ] || fail "old checkpoints stay"

must "without mpirun" "$GENTRAIN" train vae.yaml --epochs 1 --quiet
[ -s runs/vae-1/checkpoints/step-00000005.h5 ] || fail "no numbered run"
must "without mpirun, again" "$GENTRAIN" train vae.yaml --epochs 1 --quiet
[ -d runs/vae-2 ] || fail "the second run has no directory of its own"

# pictures of any shape: a signal of 504 values
{
    printf '\0\0\10\3\0\0\0\21\0\0\0\1\0\0\1\370'
    head -c 8568 /dev/zero | tr '\0' '\100'
} >signals
must "training on 1x504" ranks 2 train vae.yaml --data signals --out signal \
    --quiet --set data.image='[1, 504, 1]' --set train.batch=16 --set train.shards=2 \
    --set model.decoder='[dense: {units: 504}, reshape: {shape: [1, 504, 1]}]'
[ -s signal/samples/step-00000012.png ] || fail "no picture of 1x504"
must "a grid of 1x504" "$GENTRAIN" sample signal -n 100 --grid signal.png
