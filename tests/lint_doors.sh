# Each dependency enters the house by one door, rooms include downward only, and
# data, comm, io and model/nn never see each other.
cd "$GENTRAIN_SOURCE" || exit 1
bad=0

# refuse PATTERN WHERE-NOT MESSAGE: files that include PATTERN outside its door
refuse() {
    hits=$(grep -rlE "#include [<\"]$1" src include --include='*.[ch]' |
        grep -vE "$2")
    if [ -n "$hits" ]; then
        echo "$3:"
        echo "$hits"
        bad=1
    fi
}
refuse 'mpi\.h' '^src/comm/' 'mpi.h outside src/comm'
refuse '(openblas/)?cblas\.h' '^src/core/gemm\.c$' 'cblas.h outside gemm.c'
refuse 'hdf5\.h' '^src/core/h5file' 'hdf5.h outside src/core/h5file*'
refuse 'png\.h' '^src/io/picture' 'png.h outside src/io/picture*'
refuse 'c?yaml(/cyaml)?\.h' '^src/model/config' 'YAML outside src/model/config*'
refuse 'zlib\.h' '^src/data/idx' 'zlib outside src/data/idx*'

# Public headers belong to rooms. forbid ROOM HEADERS...: ROOM must not include.
nn='layer|network|lockstep|loss|optimizer'
data='source|loader|shuffle'
comm='comm|reducer|meeting'
io='checkpoint|sampleset|picture|inspect'
model='config|preset'
train='task|trainer|metrics|generate'
forbid() {
    hits=$(grep -rnE "#include \"gentrain/($2)\.h\"" "src/$1" --include='*.[ch]')
    private=$(grep -rnE "#include \"($3)/" "src/$1" --include='*.[ch]')
    if [ -n "$hits$private" ]; then
        echo "src/$1 includes what it must not:"
        echo "$hits$private"
        bad=1
    fi
}
forbid base "$nn|$data|$comm|$io|$model|$train|arena|rng|gemm|h5file|files" 'core|nn|data|comm|io|model|train|cli'
forbid core "$nn|$data|$comm|$io|$model|$train" 'nn|data|comm|io|model|train|cli'
forbid nn "$data|$comm|$io|$model|$train" 'data|comm|io|model|train|cli'
forbid data "$nn|$comm|$io|$model|$train" 'nn|comm|io|model|train|cli'
forbid comm "$nn|$data|$io|$model|$train" 'nn|data|io|model|train|cli'
forbid io "$nn|$comm|$model|$train|loader|shuffle" 'nn|data|comm|model|train|cli'
forbid model "$data|$comm|$io|$train" 'data|comm|io|train|cli'
forbid train "no-such-header" cli
exit $bad
