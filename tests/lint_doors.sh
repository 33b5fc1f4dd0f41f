# Each dependency enters the house by one door, and arrows between rooms go
# down only.
cd "$GENTRAIN_SOURCE" || exit 1
bad=0

# refuse PATTERN WHERE-NOT MESSAGE: files that include PATTERN outside its door
refuse() {
    hits=$(grep -rlE "#include [<\"]$1" src include --include='*.[ch]' 2>/dev/null |
        grep -vE "$2")
    if [ -n "$hits" ]; then
        echo "$3:"
        echo "$hits"
        bad=1
    fi
}
refuse 'mpi\.h' '^src/comm/mpi/' 'mpi.h outside src/comm/mpi'
refuse 'comm/mpi/' '^src/(comm/mpi|train|cli)/' 'comm/mpi below train'
refuse '(openblas/)?cblas\.h' '^src/core/gemm\.c$' 'cblas.h outside gemm.c'
refuse 'xxhash\.h' '^src/core/hash\.c$' 'xxhash.h outside hash.c'
refuse 'hwloc\.h' '^src/comm/mpi/node_cores\.' 'hwloc.h outside src/comm/mpi/node_cores*'
refuse 'hdf5\.h' '^src/store/h5' 'hdf5.h outside src/store/h5*'
refuse 'png\.h' '^src/run/picture' 'png.h outside src/run/picture*'
refuse 'yaml\.h' '^src/model/config' 'YAML outside src/model/config*'
refuse 'zlib\.h' '^src/data/idx' 'zlib outside src/data/idx*'

# The rooms that a room may include, besides itself.
below() {
    case $1 in
    base) ;;
    core) echo base ;;
    store) echo base core ;;
    nn | data | comm) echo base core store ;;
    model) echo base core store ;;
    tasks) echo base core store nn data comm model ;;
    run) echo base core store nn data comm model tasks ;;
    train) echo base core store nn data comm model tasks run ;;
    cli | api) echo base core store nn data comm model tasks run train ;;
    *) echo "no such room: $1" >&2 ;;
    esac
}
for room in src/*/; do
    room=$(basename "$room")
    allowed=$(echo "$room" $(below "$room") | tr ' ' '|')
    hits=$(grep -rnE '#include "[a-z]+/' "src/$room" --include='*.[ch]' |
        grep -vE "#include \"($allowed)/")
    if [ -n "$hits" ]; then
        echo "src/$room includes what it must not:"
        echo "$hits"
        bad=1
    fi
done
exit $bad
