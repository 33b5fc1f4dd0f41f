# As model_shared.sh, with more buckets and steps, and four ranks. Of the largest,
# which has too many states for memory, spin looks at as many as it can tell apart
# in 512 MB.
#
# ctest: release
. "$(dirname "$0")/model/check.sh"
optimize=-O2

for measure in "" -DMEASURE; do
    holds -DN=3 -DB=2 -DS=2 $measure
    holds -DN=3 -DB=2 -DS=3 $measure
    holds -DN=4 -DB=1 -DS=2 $measure
done
holds -DN=3 -DB=3 -DS=2 -DMEASURE
thorough="-DBITSTATE -DMEMLIM=2000"
holds -DN=4 -DB=2 -DS=2 -DMEASURE
