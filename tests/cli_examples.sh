# The examples are right: each configuration trains a few steps, and the batch
# script hands over what it should.
#
# ctest: release
. "$(dirname "$0")/common.sh"
examples=$GENTRAIN_SOURCE/examples

# Images of one's own: 200 of noise, 28 x 28, and 50 held out.
mkdir images
for part in train:200 t10k:50; do
    n=${part#*:}
    {
        printf '\0\0\10\3\0\0\0'
        # shellcheck disable=SC2059
        printf "\\$(printf %o "$n")"
        printf '\0\0\0\34\0\0\0\34'
        head -c $((n * 784)) /dev/urandom
    } >"images/${part%:*}-images-idx3-ubyte"
done

ran=0
for config in "$examples"/*.yaml; do
    name=$(basename "$config" .yaml)
    options=()
    [ "$name" != calorimeter ] || continue # cli_values.sh
    case $name in
    vae-own-data) options=(--data images) ;;
    cluster) options=(--batch 16 --set train.shards=4) ;; # of 1024: too long for a test
    esac
    must "the example $name" ranks 2 train "$config" --steps 3 --out "$name" \
        "${options[@]}"
    [ -s "$name/samples/step-00000003.png" ] || fail "$name leaves no picture"
    [ -z "$(warnings err.txt)" ] || fail "$name is warned of"
    ran=$((ran + 1))
done
[ "$ran" -ge 3 ] || fail "only $ran examples were found"

# The batch script: right shell, and options arrive where they should.
for script in "$examples"/*.sbatch; do
    must "the syntax of $script" bash -n "$script"
done
mkdir -p jobs
# shellcheck disable=SC2016
echo 'printf "%s\n" "$@"' >jobs/gentrain.sbatch
bash "$examples/cluster.sbatch" --epochs 60 >handed.txt || fail "cluster.sbatch"
[ "$(paste -s -d ' ' handed.txt)" = \
    "examples/cluster.yaml --out runs/shapes --epochs 60" ] ||
    fail "cluster.sbatch hands over: $(cat handed.txt)"

# A classifier looks at samples of asked labels.
if command -v h5dump >/dev/null && command -v python3 >/dev/null; then
    for part in train:200 t10k:50; do
        n=${part#*:}
        {
            printf '\0\0\10\1\0\0\0'
            # shellcheck disable=SC2059
            printf "\\$(printf %o "$n")"
            for _ in $(seq $((n / 2))); do printf '\0\1'; done
        } >"images/${part%:*}-labels-idx1-ubyte"
    done
    cat >cgan.yaml <<'EOF'
task: gan
data: {uri: images, image: [28, 28, 1], classes: 2}
model:
  latent: 4
  generator:
    - dense: {units: 784, from: [z, label]}
    - tanh
    - reshape: {shape: [28, 28, 1]}
  discriminator: [flatten, dense: {units: 1, from: [previous, label]}]
train: {batch: 16, shards: 4, steps: 2}
EOF
    cat >classifier.yaml <<'EOF'
task: classifier
data: {uri: images, image: [28, 28, 1], classes: 2}
model: {classifier: [flatten, dense: {units: 2}]}
train: {batch: 16, shards: 4, steps: 2}
EOF
    for task in cgan classifier; do
        must "training the $task" ranks 1 train $task.yaml --quiet --out $task
    done
    "$examples/find-labels.sh" cgan classifier images 100 >out.txt 2>err.txt ||
        fail "find-labels.sh"
    grep -qE '^"test_accuracy": [01](\.[0-9]+)?$' out.txt ||
        fail "find-labels.sh gives no figure"
fi
