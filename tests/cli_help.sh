# Help, man pages, the configuration's reference and presets, which all come from
# the same tables.
. "$(dirname "$0")/common.sh"

for command in train sample eval presets inspect diff help; do
    must "--help of $command" ranks 1 $command --help
    [ "$(grep -c "^gentrain $command" out.txt)" -eq 1 ] ||
        fail "the help of $command was not printed once"
    grep -q '^  gentrain\|^  mpirun' out.txt || fail "$command has no example"
done
for topic in config layers data metrics run; do
    must "help $topic" ranks 1 help $topic
    [ "$(wc -l <out.txt)" -gt 3 ] || fail "help $topic says nothing"
done
must "help layers" ranks 1 help layers
for word in conv2d_transpose output_padding batch_norm; do says out.txt $word; done
must "help config" ranks 1 help config
for word in train.batch optimizer.lr; do says out.txt "${word#*.}"; done

must "presets" ranks 1 presets
for preset in quickstart seed-gan seed-gan-literal seed-vae dcgan28 dcgan64 \
    resgan32 mlp-vae conv-vae28 cgan28 cvae28; do
    [ "$(grep -c "^$preset " out.txt)" -eq 1 ] || fail "$preset is not listed once"
done
for preset in $(cut -d' ' -f1 out.txt); do
    must "presets show $preset" "$GENTRAIN" presets show $preset >$preset.yaml
    cmp $preset.yaml "$GENTRAIN_SOURCE/src/model/presets/$preset.yaml" ||
        fail "presets show $preset is not its file"
done
must "--version" ranks 1 --version
says out.txt "BLAS: "
for words in --version "help" "train --help" "help config" "presets show ring"; do
    # shellcheck disable=SC2086
    "$GENTRAIN" $words >/dev/full 2>err.txt
    code=$?
    [ $code -eq 4 ] || fail "$words on a full disk gave exit code $code, not 4"
    says err.txt "standard output: No space left"
done

refused 2 'did you mean "config"?' 1 help confg
refused 2 "not text, man or markdown" 1 help config --format html

# No line of plain text is too long for a terminal.
for topic in "" train sample eval presets inspect diff help config layers data metrics run; do
    # shellcheck disable=SC2086
    "$GENTRAIN" help $topic >plain.txt
    [ -z "$(grep '.\{81\}' plain.txt)" ] ||
        fail "help $topic: too long: $(grep -m 1 '.\{81\}' plain.txt)"
done

# The long form names every file, signal and exit code that the table has.
"$GENTRAIN" help run >run.txt
for word in $(sed -n 's/^  \([^ ][^ ]*\) .*/\1/p; s/^  \([^ ]*\)$/\1/p' run.txt); do
    grep -qF -- "$word" "$GENTRAIN_SOURCE/doc/run-directory.md" ||
        fail "doc/run-directory.md does not name $word"
done

"$GENTRAIN" help config --format markdown >configuration.md
cmp configuration.md "$GENTRAIN_SOURCE/doc/configuration.md" ||
    fail "doc/configuration.md is out of date; make it anew with: gentrain help config --format markdown"

# One man page for the program and for each command, of which none has a fault.
must "the man pages" "$GENTRAIN" help --man-pages man
for page in man1/gentrain.1 man1/gentrain-train.1 man1/gentrain-sample.1 \
    man1/gentrain-presets.1 man1/gentrain-inspect.1 man1/gentrain-diff.1 \
    man1/gentrain-help.1 man5/gentrain-config.5 man7/gentrain-run.7; do
    [ -s "man/$page" ] || fail "$page is missing"
done
"$GENTRAIN" help --man-pages /dev/null/man 2>err.txt && fail "man pages in /dev/null"
says err.txt "cannot make the directory /dev/null"
if command -v man >/dev/null; then
    for page in man/*/*; do
        LC_ALL=C.UTF-8 MANROFFSEQ='' MANWIDTH=80 man --warnings -E UTF-8 -l \
            -Tutf8 -Z "$page" 2>man.err >/dev/null
        [ ! -s man.err ] || fail "$page has faults: $(head -n 3 man.err)"
    done
    LC_ALL=C.UTF-8 MANWIDTH=80 man -l man/man5/gentrain-config.5 >shown.txt 2>man.err
    for word in KEYS LAYERS d_steps conv2d_transpose glyphs; do
        says shown.txt "$word"
    done
fi
