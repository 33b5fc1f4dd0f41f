# What a person sees: on a terminal of 80 columns, on one that knows no control
# codes, and in a log.
#
# ctest: release
. "$(dirname "$0")/common.sh"
unset COLUMNS NO_COLOR
need_tool python3
python3 -c 'import pty; pty.openpty()' 2>err.txt || {
    echo "skipped: there are no terminals here: $(tail -n 1 err.txt)"
    exit 77
}
esc=$(printf '\033')

# on_terminal NAME [--columns N] [--interrupt TEXT] COMMAND...: gentrain on a
# terminal; what it prints is in seen.txt, with carriage returns.
on_terminal() {
    local what=$1
    shift
    python3 "$GENTRAIN_SOURCE/tests/on_terminal.py" seen.txt "$@" || fail "$what (exit code $?)"
    tr '\r' '\n' <seen.txt | sed "s/$esc\[[0-9;]*[mK]//g" >lines.txt
}
# fits N: no line is longer. Lines that are drawn again count one by one. Where lines
# are not broken, warnings of the machine may be as long as they are.
fits() {
    awk -v most="$1" 'length($0) > most' lines.txt | grep -vE "$of_machine" >long.txt
    [ ! -s long.txt ] || fail "longer than $1: $(head -n 3 long.txt)"
}

export TERM=xterm
sed 's/steps: 12/steps: 400/; s/log_every: 1,/log_every: 100,/' gan.yaml >long.yaml

# --- training, interrupted: a line is drawn again, and all of them fit
on_terminal "training" --interrupt "left  loss" "$GENTRAIN" train long.yaml --out a \
    --steps 100000
fits 80
grep -q "^step *[0-9]*/100000 .*images/s .* left  loss D" lines.txt || fail "no progress line"
grep -q "$esc\[K" seen.txt || fail "the line is not drawn again"
says lines.txt "Ctrl-C again ends without one"
grep -A 2 "^interrupted after step .* of 100000; go on with" lines.txt |
    grep -qx "  gentrain train --resume a" || fail "no command to go on with"
[ -e a/INTERRUPTED ] || fail "the run is not marked"
on_terminal "an interrupted run" "$GENTRAIN" inspect a
fits 80
grep -q "^  state  *interrupted after [0-9]* of 100000 steps" lines.txt ||
    fail "inspect does not tell that the run was interrupted"

# --- narrow and wide
for columns in 40 60 120; do
    on_terminal "$columns columns" --columns $columns "$GENTRAIN" train gan.yaml \
        --out "columns-$columns"
    grep "^step.*/12" lines.txt | awk -v most=$columns 'length($0) > most - 1' >long.txt
    [ ! -s long.txt ] || fail "$columns columns: $(head -n 3 long.txt)"
done
says lines.txt "D(G(z)) 0."
# Held-out figures stand beside those that are made in the same way.
grep -Eq "^step 12 evaluation: D\(x\) [0-9.]{5} held out, D\(x\) [0-9.]{5} training$" \
    lines.txt || fail "held-out figures without those of training images"

# --- a VAE tells what is held out, and the best of it
on_terminal "a VAE" "$GENTRAIN" train vae.yaml --out vae
fits 80
grep -Eq "^step *12 held out: loss [0-9. ]{5} .*(the best so far|best .* at)" lines.txt ||
    fail "no held-out figures"
says lines.txt "step 12/12  looking at held-out images"

# --- other commands
touch empty.yaml
for command in "presets" "--help" "train --help" "sample --help" "inspect --help" \
    "help run" "help config" "help layers" "help data" "diff a a" "inspect vae" \
    "inspect vae/samples/step-00000012.h5" "sample vae -n 3 -o s.h5 --grid s.png"; do
    # shellcheck disable=SC2086
    on_terminal "$command" "$GENTRAIN" $command
    fits 80
done

# --- errors are broken between words and coloured, where that is wanted
python3 "$GENTRAIN_SOURCE/tests/on_terminal.py" seen.txt "$GENTRAIN" train vae.yaml \
    --set train.bach=1 && fail "a wrong key was taken"
grep -q "$esc\[31m.*error.*$esc\[0m" seen.txt || fail "no colour"
tr -d '\r' <seen.txt | sed "s/$esc\[[0-9;]*m//g" >lines.txt
fits 80
[ "$(grep -c '^  ' lines.txt)" -ge 1 ] || fail "a long error is on one line"
NO_COLOR=1 python3 "$GENTRAIN_SOURCE/tests/on_terminal.py" seen.txt --columns 200 "$GENTRAIN" trian
grep -q "$esc" seen.txt && fail "NO_COLOR is coloured"
says seen.txt 'did you mean "train"?'

# --- a terminal that knows no codes gets plain lines
for term in dumb ""; do
    TERM=$term on_terminal "TERM=$term" "$GENTRAIN" train gan.yaml --out "dumb$term"
    grep -q "$esc" seen.txt && fail "TERM=$term gets control codes"
    # As lines end with \r\n there, no other \r may be.
    [ "$(tr -cd '\r' <seen.txt | wc -c)" -eq "$(wc -l <seen.txt)" ] ||
        fail "TERM=$term gets a line that is drawn again"
    [ "$(grep -c "^step.* left" lines.txt)" -ge 1 ] || fail "TERM=$term: no progress"
    fits 80
done

# --- a log has no codes, and lines by time, not by steps: one after two seconds
"$GENTRAIN" train long.yaml --steps 1000000 --out log >out.txt 2>err.txt &
training=$!
for _ in $(seq 300); do
    grep -q "^step .* images/s .* left  loss D" err.txt && break
    sleep 0.1
done
kill -USR1 $training
must "a training in the background" wait $training
grep -q "$esc" out.txt err.txt && fail "control codes in a log"
grep -q "^step .* images/s .* left  loss D" err.txt || fail "no line by time"
lines=$(grep -c "^step.* left" err.txt)
[ "$lines" -le 5 ] || fail "$lines lines within seconds"
cp err.txt lines.txt
fits 80

# --- and so under mpirun, where steps of 10 would have none
must "two ranks" ranks 2 train gan.yaml --out two
[ "$(grep -c "^step.* left" err.txt)" -ge 1 ] || fail "no line under mpirun"
grep -q "$esc" out.txt err.txt && fail "control codes under mpirun"
exit 0
