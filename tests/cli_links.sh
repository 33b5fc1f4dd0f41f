# A link that leads nowhere is called that, wherever a path is given: "no such
# file" would send people looking for the link, which is there.
. "$(dirname "$0")/common.sh"

ln -s gone/mnist data
ln -s gone/run run
ln -s gone/step.h5 step.h5
ln -s gone/out.h5 out.h5
ln -s gone above
says_link() { # LINK TARGET COMMAND...
    refused 4 "$1 is a link to $2, which is not there" 1 "${@:3}"
}
says_link data gone/mnist train gan.yaml --data data
says_link above gone train gan.yaml --data above/mnist
says_link run gone/run train gan.yaml --out run
says_link above gone train gan.yaml --out above/run
says_link run gone/run train --resume run
says_link step.h5 gone/step.h5 sample step.h5 -o samples.h5
says_link step.h5 gone/step.h5 diff step.h5 step.h5
must "a run" ranks 1 train gan.yaml --out whole --quiet
says_link out.h5 gone/out.h5 sample whole -o out.h5
mv whole/checkpoints/step-00000012.h5 elsewhere.h5
ln -s gone.h5 whole/checkpoints/step-00000012.h5
says_link whole/checkpoints/step-00000012.h5 gone.h5 train --resume \
    whole/checkpoints/step-00000012.h5
[ -L out.h5 ] || fail "the link was replaced"
refused 4 "above is a link to gone, which is not there" 2 train gan.yaml \
    --out above/run
