# Help, presets and the man page, which all come from the same tables.
. "$(dirname "$0")/common.sh"

for command in train sample presets inspect diff help; do
    must "--help of $command" ranks 2 $command --help
    [ "$(grep -c "^gentrain $command" out.txt)" -eq 1 ] ||
        fail "the help of $command was not printed once"
done
for topic in config layers data man; do
    must "help $topic" ranks 1 help $topic
    [ "$(wc -l <out.txt)" -gt 3 ] || fail "help $topic says nothing"
done
must "help layers" ranks 1 help layers
for word in conv2d_transpose output_padding batch_norm; do says out.txt $word; done
must "help config" ranks 1 help config
for word in train.batch optimizer.lr; do says out.txt "${word#*.}"; done

must "presets" ranks 2 presets
for preset in quickstart seed-gan seed-gan-literal seed-vae dcgan28 dcgan64 \
    mlp-vae conv-vae28; do
    [ "$(grep -c "^$preset " out.txt)" -eq 1 ] || fail "$preset is not listed once"
done
for preset in $(cut -d' ' -f1 out.txt); do
    must "presets show $preset" "$GENTRAIN" presets show $preset >$preset.yaml
    cmp $preset.yaml "$GENTRAIN_SOURCE/src/model/presets/$preset.yaml" ||
        fail "presets show $preset is not its file"
done
must "--version" ranks 1 --version
for words in --version "help" "train --help" "help config" "presets show ring"; do
    # shellcheck disable=SC2086
    "$GENTRAIN" $words >/dev/full 2>err.txt
    code=$?
    [ $code -eq 4 ] || fail "$words on a full disk gave exit code $code, not 4"
    says err.txt "standard output: No space left"
done

if command -v man >/dev/null; then
    "$GENTRAIN" help man >gentrain.1
    LC_ALL=C.UTF-8 MANROFFSEQ='' MANWIDTH=80 man --warnings -E UTF-8 -l -Tutf8 \
        -Z gentrain.1 2>man.err >/dev/null
    [ ! -s man.err ] || fail "the man page has faults: $(head -n 3 man.err)"
fi
