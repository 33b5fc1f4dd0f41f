# Ranks that see another configuration under the same path: one error, which names
# a rank and the first key that differs.
#
# ctest: release
. "$(dirname "$0")/common.sh"

GENTRAIN=$(realpath "$GENTRAIN")
export GENTRAIN
mkdir node0 node1
cp gan.yaml node0/c.yaml

# apart OPTION...: ranks 0 and 1 of three are in node0, rank 2 in node1, and train
# c.yaml there
# shellcheck disable=SC2016
apart() {
    "$MPIRUN" -np 3 bash -c 'node=node$(('"$number"' / 2)); out=$PWD/x
        cd $node && exec "$GENTRAIN" train c.yaml --out "$out" --quiet "$@"' bash "$@" \
        >out.txt 2>err.txt
}

# differ TEXT [OPTION...]: one error of rank 2, which says the text
differ() {
    apart "${@:2}" && fail "ranks with other configurations train"
    [ "$(grep -c 'gentrain: error: ' err.txt)" -eq 1 ] || fail "not one error"
    grep 'gentrain: error: rank 2 on [^ ]*: ' err.txt >error.txt || fail "no rank is named"
    says error.txt "$1"
    [ ! -e x ] || fail "a run was begun"
}

# change SED: what node1 has instead
change() { sed "$1" node0/c.yaml >node1/c.yaml; }

change 's/batch: 24/batch: 36/'
differ "train.batch 36 here, 24 on rank 0; give all nodes the same configuration"
change 's/units: 72, bias: false/units: 72, bias: true/'
differ "model.generator.0.dense.bias true here, false on rank 0"
change '/- relu/d'
differ "model.generator.3 conv2d_transpose here, relu on rank 0"
change 's/latent: 8/latent: 9/; s/symmetric/unit/'
differ "data.range unit here, symmetric on rank 0"
cp vae.yaml node1/c.yaml
differ "task vae here, gan on rank 0"
change 's/batch:/bath:/'
differ "c.yaml:"
# What the command line sets, it sets for all.
change 's/batch: 24/batch: 36/'
must "the same batch by an option" apart --batch 12
must "whole" ranks 1 train gan.yaml --out whole --quiet --batch 12
must "equal weights" "$GENTRAIN" diff x whole >out.txt
rm -r x
# How a file is written does not matter, nor where its data are.
{
    echo "# A copy."
    change 's/, bias: false/, bias: no/; s/steps: 12/steps: 12.0/'
    sed -i 's/bias: no/bias: false/; s/12\.0/12/' node1/c.yaml
    cat node1/c.yaml
} >copy && mv copy node1/c.yaml
must "the same otherwise written" apart
rm -r x
# Only rank 0 must see the file.
rm node1/c.yaml
must "a file that one node has" apart
rm -r x
# What is no file is read once.
must "standard input" ranks 2 train /dev/stdin --out x --quiet <gan.yaml
