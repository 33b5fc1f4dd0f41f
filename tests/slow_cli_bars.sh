# With 48 shards the presets end with the same fingerprint on any number of ranks
# that divides them, also if it changes on the way: chains stop and go on at
# random steps.
#
# SEED=... repeats the random choices.
#
# ctest: two cores
. "$(dirname "$0")/common.sh"
SEED=${SEED:-$RANDOM}
echo "seed $SEED"
RANDOM=$SEED
counts=(1 2 3 4 6 8 12 16)

# part N RUN STEPS WORD...: train on N ranks up to that step.
part() {
    must "$2 on $1 ranks" ranks "$1" train "${@:4}" --steps "$3" --quiet \
        --set output.checkpoint_every=0 --set output.sample_every=0
}

# same_bits RUN: its weights are those of one rank, of which $whole is a print.
same_bits() {
    [ "$(weights "$1")" = "$whole" ] || fail "$1 ends with other weights"
}

# bars PRESET BATCH CHAINS STEPS
bars() {
    local preset=$1 n chain step recipe
    recipe=(--preset "$preset" --batch "$2" --set train.shards=48)
    for n in "${counts[@]}"; do
        part "$n" "$preset-$n" "$4" "${recipe[@]}" --out "$preset-$n"
        [ "$n" -gt 1 ] || whole=$(weights "$preset-1")
        [ -n "$whole" ] || fail "$preset has no fingerprint"
        same_bits "$preset-$n"
        [ "$n" -eq 1 ] || rm -r "$preset-$n"
    done
    for ((chain = 1; chain <= $3; chain++)); do
        step=$((1 + RANDOM % 15))
        n=${counts[RANDOM % ${#counts[@]}]}
        part "$n" chain "$step" "${recipe[@]}" --out chain
        while [ "$step" -lt "$4" ]; do
            step=$((step + 1 + RANDOM % 15))
            [ "$step" -le "$4" ] || step=$4
            n=${counts[RANDOM % ${#counts[@]}]}
            part "$n" chain "$step" --resume chain
        done
        same_bits chain
        rm -r chain
    done
    echo "$preset: $whole on ${counts[*]} ranks and in $3 chains, $SECONDS s"
}

bars mlp-vae 96 5 50
bars dcgan28 96 5 50
bars seed-vae 48 2 50
bars resgan32 96 2 20
