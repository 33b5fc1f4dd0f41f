# Sums in memory that ranks share: every order in which the steps of two and three
# ranks may follow each other (model/shared_sum.pml).
#
# ctest: release
. "$(dirname "$0")/model/check.sh"

for measure in "" -DMEASURE; do
    holds -DN=2 -DB=1 -DS=4 $measure
    holds -DN=2 -DB=2 -DS=3 $measure
    holds -DN=2 -DB=3 -DS=2 $measure
    holds -DN=3 -DB=1 -DS=3 $measure
done

# The test can fail.
three="-DN=3 -DB=2 -DS=2"
written='assertion violated (vector'
result='assertion violated (result'
finds "$written" $three -DFAULT=1 # vectors are added before ranks have started
finds "$written" $three -DFAULT=2 # only a neighbour is waited for
finds "$written" $three -DFAULT=3 # for one bucket too few
finds "invalid end state" $three -DFAULT=4 # for one that never comes
finds "$result" $three -DFAULT=5  # the result is read before it is there
finds "$result" $three -DFAULT=6  # only a neighbour's slice is waited for
finds "$result" $three -DFAULT=7  # a slice goes before its owner has changed it
finds "$written" $three -DFAULT=8 # a bucket is started before it is complete
finds "$written" $three -DFAULT=9 # counters begin anew with every step
