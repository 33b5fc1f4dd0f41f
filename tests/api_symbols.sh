# The library shows what its header declares and nothing else, and needs no MPI.
cd "$GENTRAIN_BUILD" || exit 1
bad=0
wanted=$(grep -o 'gentrain_[a-z_]*(' "$GENTRAIN_SOURCE/include/gentrain.h" |
    tr -d '(' | grep -vx 'gentrain_[a-z]*_h' | sort -u)
shown=$(nm -D --defined-only libgentrain.so | awk '{ print $3 }' | sort)
if [ "$wanted" != "$shown" ]; then
    echo "declared (<) and shown (>) differ:"
    diff <(echo "$wanted") <(echo "$shown")
    bad=1
fi
if nm -D --undefined-only libgentrain.so | grep -iE ' U _?(p?mpi|ompi)_'; then
    echo "the library calls MPI"
    bad=1
fi
if readelf -d libgentrain.so | grep NEEDED | grep -E 'libp?mpi|libmpich'; then
    echo "the library is linked to MPI"
    bad=1
fi
# What loads MPI all the same is HDF5, where that was built with it.
hdf5=$(ldd libgentrain.so | awk '/libhdf5/ { print $3 }')
if ldd libgentrain.so | grep -qE 'libp?mpi|libmpich' &&
    ! ldd "$hdf5" | grep -qE 'libp?mpi|libmpich'; then
    echo "the library loads MPI, and not through $hdf5"
    bad=1
fi
exit $bad
