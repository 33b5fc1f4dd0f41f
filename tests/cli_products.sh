# Own products: a convolutional GAN has the same weights by every kernel, beside
# every BLAS, and with every compiler. The banner says who multiplies.
. "$(dirname "$0")/common.sh"

# Convolutions with many channels and with few, with and without strides; dense layers
# of many outputs and of one.
cat >nets.yaml <<'END'
task: gan
data: {uri: "glyphs?count=64&test_count=8", image: [16, 16, 1], range: symmetric}
model:
  latent: 9
  generator:
    - dense: {units: 512, bias: false}
    - reshape: {shape: [4, 4, 32]}
    - batch_norm
    - relu
    - conv2d_transpose: {filters: 32, kernel: 4, stride: 2, padding: 1, bias: false}
    - batch_norm
    - relu
    - conv2d: {filters: 16, kernel: 5, padding: same}
    - leaky_relu
    - conv2d_transpose: {filters: 1, kernel: 4, stride: 2, padding: 1}
    - tanh
  discriminator:
    - conv2d: {filters: 16, kernel: 5, stride: 2, padding: same}
    - leaky_relu
    - conv2d: {filters: 32, kernel: 3, padding: same}
    - leaky_relu
    - conv2d: {filters: 64, kernel: 4, stride: 2, padding: 1}
    - leaky_relu
    - flatten
    - dense: {units: 1}
train: {batch: 24, steps: 4, shards: 2}
output: {log_every: 1, checkpoint_every: 0, sample_every: 0, test_every: 0}
END

# trained NAME VARIABLE=VALUE ...: so, the networks have the weights that they have
# everywhere.
trained() {
    local name=$1
    shift
    must "$name" env "$@" "$GENTRAIN" train nets.yaml --out "$name" >out.txt 2>&1
    golden "$name" 2d31dca3a15afb02
}

trained portable GENTRAIN_FP32=portable
says out.txt "products      by portable"
# The best one of this CPU, whatever that is, and each that it has.
if grep -qw avx2 /proc/cpuinfo; then
    trained chosen OPENBLAS_CORETYPE=Prescott
    trained beside-another OPENBLAS_CORETYPE=Nehalem
    trained avx2 GENTRAIN_FP32=AVX2
    says out.txt "products      by AVX2"
fi
if grep -qw avx512bw /proc/cpuinfo; then
    trained avx512 GENTRAIN_FP32=AVX-512
    says out.txt "products      by AVX-512"
fi

# BLAS makes them where it is asked to, and where a rank has several of its threads.
must "by BLAS" env GENTRAIN_FP32=none "$GENTRAIN" train nets.yaml --out blas \
    >out.txt 2>&1
says out.txt "products      by BLAS"
need_tool h5diff
near 1e-3 portable/checkpoints/step-*.h5 blas/checkpoints/step-*.h5
must "by threads" "$GENTRAIN" train nets.yaml --out threads --threads 2 \
    >out.txt 2>&1
says out.txt "products      by BLAS"
