# The map of the house is true. Each dependency has one door; a room includes the
# rooms below it and no others; no modules include each other in a circle; and
# what a file shows to others is declared in the header beside it. A module is
# x.c with x.h.
#
# planted.sh says why there are faults in this file.
. "$(dirname "$0")/planted.sh"

# A header, and where it may be included (the beginnings of paths).
doors='
mpi.h src/comm/mpi/
cblas.h src/core/gemm.c
openblas/cblas.h src/core/gemm.c
xxhash.h src/core/hash.c
hwloc.h src/comm/mpi/node_cores.
hdf5.h src/store/h5 src/store/foreign/h5
png.h src/run/picture/ src/data/picture/png_decode.
jpeglib.h src/data/picture/jpeg_decode.
jerror.h src/data/picture/jpeg_decode.
yaml.h src/model/config
zlib.h src/data/idx/ src/data/array/inflate. src/store/foreign/h5decode. src/store/h5encode.
'
# A room, and the rooms that it may include besides itself. comm/mpi is a room in
# a room: only what starts a program or sees to its end knows it.
rooms='
base
core base
store base core
nn base core store
data base core store
comm base core store
comm/mpi base core store comm
model base core store
tasks base core store nn data comm model
run base core store nn data comm model tasks
eval base core store nn data comm model tasks
train base core store nn data comm comm/mpi model tasks run eval
evaluate base core store nn data comm model tasks run eval train
import base core store data comm
cli base core store nn data comm comm/mpi model tasks run eval train evaluate import
api base core store nn data comm model tasks run train
'

# What is wrong with the sources on the command line, one fault a line. Sources
# are formatted (lint_format.sh), so a definition begins in the first column, and
# the body of a function is between braces that stand there alone.
# shellcheck disable=SC2016
program='
BEGIN {
    n = split(ENVIRON["doors"], line, "\n")
    for (i = 1; i <= n; i++)
        if ((m = split(line[i], word, " ")) > 1)
            for (j = 2; j <= m; j++)
                door[word[1]] = door[word[1]] (j > 2 ? " " : "") word[j]
    n = split(ENVIRON["rooms"], line, "\n")
    for (i = 1; i <= n; i++) {
        m = split(line[i], word, " ")
        if (m == 0)
            continue
        known[word[1]] = 1
        for (j = 1; j <= m; j++)
            below[word[1], word[j]] = 1
    }
}

function fault(text) { print text; }

# The longest known room at the begin of a path below src/.
function room_of(path,   r, best) {
    best = path
    sub(/\/.*/, "", best)
    for (r in known)
        if (index(path, r "/") == 1 && length(r) > length(best))
            best = r
    return best
}

function module_of(path) {
    sub(/\.[ch]$/, "", path)
    return path
}

# Whether this file is one of the doors of a header.
function is_door(path,   n, i, word) {
    n = split(door[path], word, " ")
    for (i = 1; i <= n; i++)
        if (index(FILENAME, word[i]) == 1)
            return 1
    return 0
}

function includes(path,   here, there) {
    if (path in door && !is_door(path))
        fault(FILENAME ": " path " is included only by " door[path] "*")
    if (kind == "<" || FILENAME !~ /^src\//)
        return
    here = room_of(substr(FILENAME, 5))
    if (!(here in known) && !(here in unknown)) {
        unknown[here] = 1
        fault("src/" here ": this room is not in the map of " ENVIRON["script"])
    }
    there = path ~ /\// ? room_of(path) : here
    if (there in known && here in known && !((here, there) in below))
        fault(FILENAME ": src/" here " does not include src/" there ": " path)
    if (path !~ /\//)
        path = here "/" path
    reads[module_of(FILENAME)] = reads[module_of(FILENAME)] " src/" module_of(path)
}

FNR == 1 {
    signature = ""
    inside = comment = macro = 0
    header = FILENAME ~ /\.h$/
    if (!(module_of(FILENAME) in module))
        modules[++n_modules] = module_of(FILENAME)
    module[module_of(FILENAME)] = 1
    has[FILENAME] = 1
}

/^#include [<"]/ {
    kind = substr($2, 1, 1)
    path = $2
    gsub(/[<>"]/, "", path)
    includes(path)
}

# Code without comments and without the preprocessor.
{
    text = $0
    if (macro || text ~ /^#/) {
        macro = text ~ /\\$/
        next
    }
    gsub(/\/\*([^*]|\*+[^*\/])*\*+\//, " ", text)
    if (comment) {
        if (text !~ /\*\//)
            next
        sub(/^.*\*\//, "", text)
        comment = 0
    }
    if (text ~ /\/\*/) {
        comment = 1
        sub(/\/\*.*/, "", text)
    }
    sub(/[ \t]+$/, "", text)
}

header {
    shown[FILENAME] = shown[FILENAME] " " text
    next
}

inside {
    if (text == "}")
        inside = 0
    next
}
text == "" { next }
text == "{" {
    shows(signature, "(")
    signature = ""
    inside = 1
    next
}
text ~ /^[A-Za-z_]/ { signature = text }
text ~ /^[ \t]/ && signature != "" { signature = signature " " text }
signature ~ /^[^(]*= / || signature ~ /^[^({]*;$/ {
    shows(signature, "=")
    signature = ""
}
signature ~ /;$/ {
    # Names of Fortran end in _; there is no header of them, and one door.
    if ((FILENAME != "src/core/lapack.c" || signature !~ /[a-z]_\(/) &&
        signature !~ /(^| )(static|typedef|_Static_assert|GT_INLINE)[ (]/ &&
        signature !~ /__attribute__\(\(weak\)\)/ && signature ~ /^(extern |[^={]*\()/)
        fault(FILENAME ": declares what another file defines: " signature)
    signature = ""
}
text ~ /^[}]/ { signature = "" }

# A definition: of a function, if the name ends at "(", or else of a variable.
function shows(text, what,   name) {
    if (text ~ /(^| )(static|typedef|extern|GT_INLINE)( |$)/ ||
        text ~ /^(enum|struct|union)( [A-Za-z_0-9]+)?( [{]|;)/)
        return
    gsub(/__attribute__\(\(([^()]|\([^()]*\))*\)\)/, "", text)
    name = text
    if (what == "(")
        sub(/\(.*/, "", name)
    else
        sub(/(\[| *=|;).*/, "", name)
    sub(/^.*[^A-Za-z0-9_]/, "", name)
    if (name == "" || name == "main")
        return
    defined[FILENAME, name] = text ~ /^const / ? "constant" : what
}

function declared(file, name) {
    return shown[file] ~ ("[^A-Za-z0-9_]" name "[^A-Za-z0-9_]")
}

function check_definitions(   pair, part, file, own, h, ok) {
    for (pair in defined) {
        split(pair, part, SUBSEP)
        file = part[1]
        own = module_of(file) ".h"
        if (file !~ /^src\// || declared(own, part[2]))
            continue
        # Entries of a table, as layers are, are declared together, where the
        # table is; and what the library offers, in its one header.
        ok = 0
        for (h in shown)
            if (declared(h, part[2]) && (h ~ /^include\// ||
                (defined[pair] == "constant" &&
                room_of(substr(h, 5)) == room_of(substr(file, 5)))))
                ok = 1
        if (!ok)
            fault(file ": " part[2] " is not declared in " own)
    }
}

# A step back to a module that is still open closes a circle.
function visit(at, trail,   n, i, to) {
    state[at] = "open"
    n = split(reads[at], to, " ")
    for (i = 1; i <= n; i++)
        if (state[to[i]] == "open" && to[i] != at)
            fault("circle: " substr(trail, index(trail, to[i] " ")) to[i])
        else if (state[to[i]] == "" && to[i] in module)
            visit(to[i], trail to[i] " ")
    state[at] = "done"
}

END {
    check_definitions()
    for (m = 1; m <= n_modules; m++)
        if (state[modules[m]] == "")
            visit(modules[m], modules[m] " ")
}
'

faults() {
    (cd "$1" && find src include -name '*.[ch]' | sort |
        doors=$doors rooms=$rooms script=tests/lint_doors.sh xargs awk "$program" | sort)
}

plant '' <<'END'
== src/base/a.h
extern const int gt_table[];
/* gt_b(): a comment
 * of two lines */
int gt_a(const char *x,
         int y);
== src/base/a.c
#include "base/a.h"
const int gt_table[] = {
    1,
};
static int once(int x)
{
    return x;
}
__attribute__((noinline)) int gt_a(const char *x,
                                   int y)
{
    goto out;
out:
    return once(*x);
}
enum { X = 1 };
GT_INLINE int gt_inline(void)
{
    return 2;
}
== include/lib.h
int lib_open(void);
== src/api/open.c
#include "lib.h"
int lib_open(void)
{
    return 1;
}
== src/nn/kinds.h
extern const gt_kind gt_two, gt_one;
== src/nn/one.c
#include "nn/kinds.h"
#include "base/a.h"
const gt_kind gt_one = {
    .x = 1,
};
== src/comm/mpi/start.c
#include <mpi.h>
== src/run/picture/picture.c
#include <png.h>
== src/data/picture/png_decode.c
#include <png.h>
END
plant 'src/nn/a.c: mpi.h is included only by src/comm/mpi/*' <<'END'
== src/nn/a.c
#include <mpi.h>
END
plant 'src/core/a.c: src/core does not include src/nn: nn/b.h' <<'END'
== src/core/a.c
#include "nn/b.h"
== src/nn/b.h
END
plant 'src/run/a.c: src/run does not include src/comm/mpi: comm/mpi/b.h' <<'END'
== src/run/a.c
#include "comm/mpi/b.h"
== src/comm/mpi/b.h
END
plant 'src/attic: this room is not in the map of tests/lint_doors.sh' <<'END'
== src/attic/a.c
#include "base/b.h"
== src/base/b.h
END
plant 'circle: src/nn/a src/nn/b src/nn/c src/nn/a' <<'END'
== src/nn/a.h
== src/nn/a.c
#include "nn/b.h"
== src/nn/b.h
#include "nn/c.h"
== src/nn/c.h
== src/nn/c.c
#include "nn/a.h"
END
plant 'src/nn/a.c: gt_a is not declared in src/nn/a.h' <<'END'
== src/nn/b.h
int gt_a(void);
== src/nn/a.c
#include "nn/b.h"
int gt_a(void)
{
    return 0;
}
END
plant 'src/nn/a.c: gt_a is not declared in src/nn/a.h' <<'END'
== src/nn/b.h
extern int gt_a;
== src/nn/b.c
#include "nn/b.h"
== src/nn/a.c
#include "nn/b.h"
int gt_a = 1;
END
plant 'src/nn/a.c: declares what another file defines: extern int dgemm_(void);' <<'END'
== src/nn/a.c
extern int dgemm_(void);
== src/core/lapack.h
== src/core/lapack.c
extern int dsyev_(void);
END
plant 'src/nn/a.c: declares what another file defines: int gt_b(void);' <<'END'
== src/nn/a.c
int gt_b(void);
END

look
