#!/usr/bin/env bash
# Makes the first seeds of the harnesses, in seeds/NAME. What fuzzing found lies
# beside them, under names that begin with "found-".
export LC_ALL=C
set -eu
cd "$(dirname "$0")"
presets=../../src/model/presets
mkdir -p seeds/idx seeds/config seeds/args seeds/checkpoint seeds/sampleset seeds/picture \
    seeds/labels seeds/cifar seeds/array seeds/chunk seeds/hdf5 seeds/hdf5_sets

# --- idx: how, form, where, share of the images; images; labels.
images='\0\0\10\3\0\0\0\2\0\0\0\2\0\0\0\2\1\2\3\4\5\6\7\10'
colours='\0\0\10\4\0\0\0\1\0\0\0\1\0\0\0\2\0\0\0\3\1\2\3\4\5\6'
labels='\0\0\10\1\0\0\0\2\3\7'
printf "\0\0\0\264$images$labels" >seeds/idx/plain
printf "\3\0\0\264$images$labels" >seeds/idx/gzip
printf "\7\1\0\264$images$labels" >seeds/idx/folder
printf "\14\2\0\264$images$labels" >seeds/idx/test
printf "\20\240\0\377$colours" >seeds/idx/colours
printf "\41\0\200\264$images$labels" >seeds/idx/cut
printf "\101\0\200\264$images$labels" >seeds/idx/flipped
printf "\20\0\0\377PK\3\4abc.npy" >seeds/idx/zip
printf "\20\0\0\377<!DOCTYPE html>" >seeds/idx/page
printf "\220\0\0\377\37\213\10\0\0\0\0\0\0\3\143\140\140\146\0\0" >seeds/idx/raw
printf "\21\0\0\377\37\213\10\0" >seeds/idx/twice

# --- config: the text; after each NUL a --set.
for preset in "$presets"/*.yaml; do
    cp "$preset" seeds/config/"$(basename "$preset" .yaml)"
done
vae='task: vae
data: {uri: glyphs, image: [8, 8, 1], range: unit}
model: {latent: 2, likelihood: bernoulli, encoder: [flatten, dense: {units: 4}],
  decoder: [dense: {units: 64}, reshape: {shape: [8, 8, 1]}]}
train: {batch: 8, steps: 3}
'
gan='task: gan
data: {uri: ring, image: [1, 1, 2]}
model:
  latent: 4
  generator: [dense: {units: 8}, batch_norm, relu, dense: {units: 2},
    reshape: {shape: [1, 1, 2]}]
  discriminator: [flatten, dense: {units: 8}, leaky_relu: {slope: 0.1}, dropout,
    dense: {units: 1}]
optimizer: {kind: adam, lr: 1e-3, beta1: 0.5}
train: {batch: 16, epochs: 2, shards: 4}
'
conv='task: gan
data: {uri: shapes, image: [9, 7, 3]}
model:
  latent: 3
  generator: [dense: {units: 60}, reshape: {shape: [4, 3, 5]},
    conv2d_transpose: {filters: 4, kernel: [3, 3], stride: 2, padding: 1},
    upsample, conv2d: {filters: 3, kernel: [6, 4], padding: [0, 1, 0, 2]}, tanh]
  discriminator: [conv2d: {filters: 2, kernel: 3, stride: 2, padding: same},
    flatten, dense: {units: 1}]
train: {batch: 4, steps: 1}
'
printf '%s' "$vae" >seeds/config/vae
printf '%s' "$gan" >seeds/config/gan
printf '%s' "$conv" >seeds/config/conv
graph='task: vae
blocks:
  res:
    with: {n: 4, slope: 0.1}
    layers: [leaky_relu: {slope: $slope}, dense: {units: $n, name: w},
      dense: {units: 2, from: [w, input]}, add: {from: [input, previous]}]
  two: {layers: [res: {name: h}, res: {n: 3}, add: {from: [h, previous-1]}]}
data: {uri: ring, image: 2}
model: {latent: 1, encoder: [two: {from: x, name: a}, concat: {from: [a, x]},
  dense: {units: 2}], decoder: [dense: {units: 2, from: z}, res]}
train: {batch: 4, steps: 1}
'
printf '%s' "$graph" >seeds/config/graph
printf '%s\0%s' "$graph" 'model.encoder.1.concat.from=[x, a, b]' \
    >seeds/config/graph-set
printf '%s\0%s\0%s\0%s' "$vae" train.batch=4 model.encoder.1.dense.units=7 \
    'data.image=[8, 8, 1]' >seeds/config/sets
printf '%s\0%s\0%s' "$gan" 'model.generator.2={leaky_relu: {slope: 0.3}}' \
    optimizer_discriminator.lr=4e-4 >seeds/config/sets_gan

# --- args: the arguments, with a NUL between them.
say() {
    local file=seeds/args/$1
    shift
    printf '%s\0' "$@" >"$file"
}
say version --version
say help help train
say markdown help config --format markdown
say pages help --man-pages pages
say presets presets show quickstart
say preset train --preset quickstart --steps 3 -s train.batch=8 --out x -q
say file train a.yaml --epochs 2 --batch 16 --seed 7 --threads 2
say resume train --resume a --set optimizer.lr=1e-3 --trace t.json --trace-steps 5
say data train -p dcgan28 -d 'glyphs?count=100&seed=3' --json
say sample sample a -n 10 -o out.h5 -g out.png --seed 7 --latents -t 1
say inspect inspect --json a.h5
say diff diff a.h5 b.h5
say typo trian --hlep

# --- checkpoint and sampleset: how; operations; 255 and damage.
for name in checkpoint sampleset; do
    printf '\0' >seeds/$name/whole
    printf '\1' >seeds/$name/bare
    printf '\1\377\0\10\1\1\100\377' >seeds/$name/damaged
    # /config of other words
    printf '\0\244\1a: b\n' >seeds/$name/config
    # attribute step: a double; seed: a text; format: a list
    printf '\0\0\4\3\0\0\10\1\2\3\4\5\6\7\10\0\11\2\3\0\3abc\0\0\2\4\145\3\4abcd' \
        >seeds/$name/attributes
    # /latents: 3 x 2 doubles; /points: 2 x 2 floats in chunks; a weight of text
    printf '\0\200\2\3\0\162\3\2\0\0\4\0\0\0\0\200\3\0\0\162\2\2\6\1\1\0\10abcdefgh' \
        >seeds/$name/sets
    printf '\0\200\200\2\5\0\0\0\5words' >seeds/$name/text
    # removed; a group; links to itself, to nothing; a named type
    printf '\0\314\1\316\10\317\10\12\320\11\4\321\13\0\0' >seeds/$name/links
done
printf '\2\200\2\0\0\162\3\2\0\0\4\0\0\0\77' >seeds/sampleset/foreign

# --- cifar: how, shape; of each file records, labels and pixels, what is left
# over; names.
printf '\4\0\2\1\17\11\377\0\1\5\3\0\1\7\7\0a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n' \
    >seeds/cifar/folder
printf '\0\0\3\1\1\2\2\3\3\0' >seeds/cifar/file
printf '\5\0\2\1\143\17\23\11\377\0\1\5\3\0\0' >seeds/cifar/hundred
printf '\17\1\2\1\143\17\23\11\377\0\1\5\3\4\0abcd' >seeds/cifar/coarse
printf '\10\0\2\1\17\13\377\0' >seeds/cifar/label
printf '\10\0\2\1\17\1\377\3abc' >seeds/cifar/cut

# --- array: how, options, shape; of each array how, name, dictionary, numbers.
# numpy TYPE FORTRAN SHAPE
numpy() {
    local dict="{'descr': '$1', 'fortran_order': $2, 'shape': $3, }"
    printf '%b%s' "\\x$(printf %02x "${#dict}")" "$dict"
}
# array HOW NAME TYPE FORTRAN SHAPE BYTES NUMBERS
array() {
    printf '%b%b%s' "\\x$(printf %02x "$1")" "\\x$(printf %02x "${#2}")" "$2"
    numpy "$3" "$4" "$5"
    printf '%b%b' "\\x$(printf %02x "$6")" "$7"
}
eight='\0001\0002\0003\0004\0005\0006\0007\0010'
{ printf '\0\0\0' && array 0 x '|u1' False '(2, 2, 2)' 8 "$eight"; } >seeds/array/npy
{ printf '\0\0\0' && array 1 x '<f4' True '(2, 1)' 8 "$eight"; } >seeds/array/fortran
{
    printf '\140\0\0'
    array 2 x '>i2' False '(2, 1, 1, 2)' 8 "$eight"
    array 0 y '|u1' False '(2,)' 2 "$eight"
    array 0 c '<f2' False '(2,)' 4 "$eight"
    array 0 x '|b1' False '(1, 2, 2)' 4 "$eight"
} >seeds/array/beside
{
    printf '\141\0\0\0\0'
    array 64 x_train '|u1' False '(2, 2, 2)' 8 "$eight"
    array 128 y_train '|u1' False '(2,)' 2 "$eight"
    array 192 c '<f8' False '(1,)' 8 "$eight"
    array 0 x_test '|u1' False '(1, 2, 2)' 4 "$eight"
} >seeds/array/npz
{
    printf '\1\0\0\0\0'
    array 64 a '<i8' True '(1, 1)' 8 "$eight"
    array 0 b '|u1' False '(2, 2)' 4 "$eight"
} >seeds/array/several
{ printf '\21\0\0\10\40' && array 64 x '|u1' False '(2, 2, 2)' 8 "$eight"; } \
    >seeds/array/damaged
{ printf '\2\0\45' && array 0 x '|u1' False '(2, 2, 2)' 8 "$eight"; } >seeds/array/raw
printf '\3\0\0PK\5\6\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0' >seeds/array/empty

# --- hdf5_sets: how, options, shape; operations as of checkpoints.
printf '\4\0\0' >seeds/hdf5_sets/images
printf '\0\0\0' >seeds/hdf5_sets/chosen
printf '\6\0\0' >seeds/hdf5_sets/conditions
# another data set: 3 x 2 doubles; 2 x 2 floats in chunks; text
printf '\0\0\0\200\2\3\0\162\3\2\0\0\4\0\0\0\0\200\3\0\0\162\2\2\6\1\1\0\10abcdefgh' \
    >seeds/hdf5_sets/sets
printf '\0\0\0\200\200\2\5\0\0\0\5words' >seeds/hdf5_sets/text

# --- picture: how, the sides; a file that Pillow wrote.
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
/usr/bin/python3 ../pictures.py "$made"
how=0
for name in mode_{1,L,LA,P,P_clear,RGBA,I16}.png grey_{1,4,16}_interlaced.png \
    colour_16_4_plain.png colour_8_3_interlaced.png key_{grey,deep}.png gamma.png \
    turned_big.png turned_5.jpg grey.jpg half.jpg progressive_grey.jpg cmyk.jpg clear.png; do
    # shellcheck disable=SC2059
    printf "$(printf '\\%03o\\%03o' $((2 + how % 64 / 8 * 8 + how % 2)) $((how * 37 % 256)))" |
        cat - "$made/$name" >seeds/picture/"$name"
    how=$((how + 5))
done

# --- labels: the text.
printf 'a.png,1\nb.png,0\n"c,d.png",5\n' >seeds/labels/numbers
printf '\357\273\277file,label\r\n\r\n./b.png,sea\r\na.png,"land, ""far"""\n"c,d.png",sea' \
    >seeds/labels/names
printf 'a.png,1\n"b.png,0\n' >seeds/labels/open

# --- chunk: filters, bytes of an element, size, what was left out; what is stored.
printf '\1\2\0\6\0abcdef' >seeds/chunk/shuffle
printf '\4\0\0\12\0\2abc\340\0\2' >seeds/chunk/lzf
printf '\10\0\0\4\0abcdABCD' >seeds/chunk/fletcher32
printf '\2\0\0\40\0' | cat - <(/usr/bin/python3 -c \
    'import sys, zlib; sys.stdout.buffer.write(zlib.compress(b"a" * 32))') >seeds/chunk/gzip
printf '\13\4\0\40\3%036d' 0 >seeds/chunk/left-out

# --- hdf5: files that h5py wrote.
/usr/bin/python3 - <<'END'
import h5py
import numpy as np

images = np.arange(48, dtype="u1").reshape(4, 3, 4)
with h5py.File("seeds/hdf5/plain", "w") as f:
    f["x"] = images
    f["y"] = np.array([0, 2, 1, 0])
with h5py.File("seeds/hdf5/packed", "w", libver="latest") as f:
    f.create_dataset("x_train", data=images, chunks=(3, 2, 4), compression="gzip", shuffle=True,
                     fletcher32=True)
    f.create_dataset("x_test", data=images[:2].astype(">f4"), chunks=(1, 3, 4),
                     compression="lzf")
    f["theta_train"] = np.ones((4, 2), dtype="f2")
with h5py.File("seeds/hdf5/holes", "w") as f:
    f.create_dataset("v", (9, 5), "i2", chunks=(2, 3), fillvalue=7)[3:5] = 1
    f["v"].attrs["units"] = "MeV"
END
