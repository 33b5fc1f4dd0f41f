# One word, one meaning, and the field's word before one of our own. Tests are not
# held to the words: their names are sentences.
#
# planted.sh says why there are faults in this file.
. "$(dirname "$0")/planted.sh"

# Parts of names, which are what _ divides, and where names may have such a part.
# Meant are names in code, not words in comments. The list is of words that had
# several meanings, or one that only we knew.
parts='
meetings?|told                 -
tracks?|paces?|walks?          -
exchanges?|legs?|ways?         -
answers?|accepts?              -
undo|excuses?|claims?          -
opening|journal|origin         -
previews?|heldout|outer        -
seals?|sealed|pulses?|beats?   -
asks?           src/store/                  # another module, whether it may
then            src/(model|run)/            # the settings of then and of now
lanes?          src/core/(rng|vmath|panels/)        # of SIMD; a communicator is a channel
carry|carries   src/comm/reducer            # of a binary counter
loss|losses     (src/(nn|tasks|run|eval)|bench)/ # of a network; a file has write errors
owners?         src/comm/                   # the rank that updates a slice
generation      src/run/fence               # its name in older versions
fence           src/run/                    # who may write into a run
spread          bench/                      # from the lowest to the highest figure
patch|patches   src/nn/conv/                # what a kernel sees of an image
'
# The same for whole words of comments.
words='
meetings?|exchanges?|excuses?|heldout|pulses?|journals?|previews?  -
lanes?    src/core/(rng|vmath|panels/)
'

# shellcheck disable=SC2016
program='
function read_table(text, kind,   n, i, line, part) {
    n = split(text, line, "\n")
    for (i = 1; i <= n; i++) {
        sub(/#.*/, "", line[i])
        if (split(line[i], part, " ") != 2)
            continue
        word[kind, ++rows[kind]] = "^(" part[1] ")$"
        place[kind, rows[kind]] = part[2]
    }
}
BEGIN {
    read_table(ENVIRON["parts"], "part")
    read_table(ENVIRON["words"], "word")
}

function fault(text) { print text }

# check KIND OF TEXT DIVIDER: each word of the text is where it belongs. OF is what
# to name.
function check(kind, of, text, divider,   n, w, i, one, only) {
    n = split(tolower(text), one, divider)
    for (w = 1; w <= n; w++)
        for (i = 1; i <= rows[kind]; i++) {
            if (one[w] !~ word[kind, i] || FILENAME ~ ("^" place[kind, i]))
                continue
            only = "this word is not used"
            if (place[kind, i] != "-")
                only = "this word is for " place[kind, i]
            fault(FILENAME ":" FNR ": " of one[w] ": " only)
        }
}

FNR == 1 {
    comment = 0
    example = FILENAME ~ /^tests\//
}

# Code, and what is said beside it.
{
    code = $0
    said = ""
    gsub(/\\"/, "", code)
    gsub(/"[^"]*"/, "\"\"", code)
    while (match(code, /\/\*([^*]|\*+[^*\/])*\*+\//)) {
        said = said " " substr(code, RSTART, RLENGTH)
        code = substr(code, 1, RSTART - 1) " " substr(code, RSTART + RLENGTH)
    }
    if (comment) {
        end = index(code, "*/")
        said = said " " (end ? substr(code, 1, end) : code)
        code = end ? substr(code, end + 2) : ""
        comment = !end
    }
    if (begin = index(code, "/*")) {
        said = said " " substr(code, begin)
        code = substr(code, 1, begin - 1)
        comment = 1
    }
}

!example && said != "" { check("word", "", said, "[^a-z0-9_]+") }
!example && code !~ /^#/ {
    rest = code
    while (match(rest, /[A-Za-z_][A-Za-z0-9_]*/)) {
        name = substr(rest, RSTART, RLENGTH)
        rest = substr(rest, RSTART + RLENGTH)
        if (name !~ /^(H5|MPI_|hwloc_)/)
            check("part", name ": ", name, "_+")
    }
}

# Types that differ only by the room they are for.
match(code, /(^[}]|^typedef .*[ *)]|^(struct|enum|union)) *gt_[a-z0-9_]+( [{]|;)/) {
    name = substr(code, RSTART, RLENGTH)
    sub(/( [{]|;)$/, "", name)
    sub(/.*[ *]/, "", name)
    plain = name
    sub(/^gt__/, "gt_", plain)
    if (plain in type && type[plain] != name)
        fault(FILENAME ":" FNR ": " name " and " type[plain] " are two types")
    type[plain] = name
}

# What has a status: functions that return one, and variables. What headers
# declare is known everywhere.
match(code, /gt_status [a-z_][a-z0-9_]*/) {
    name = substr(code, RSTART + 10, RLENGTH - 10)
    if (FILENAME ~ /\.h$/ && substr(code, RSTART + RLENGTH, 1) == "(")
        fails[name] = 1
    else
        fails[FILENAME, name] = 1
}
code ~ /^#/ { next }

# A condition, to its end, is kept until all names are known.
{
    gsub(/^[ \t]+/, " ", code)
    statement = statement code
}
code ~ /[;{}]$/ {
    if (statement ~ /gt_|status/) {
        text[++n_texts] = statement
        file_of[n_texts] = FILENAME
        line_of[n_texts] = FNR
    }
    statement = ""
}

# The position after the parenthesis that closes the one at `at`.
function past(s, at,   depth, c) {
    depth = 0
    for (; at <= length(s); at++) {
        c = substr(s, at, 1)
        depth += (c == "(") - (c == ")")
        if (depth == 0)
            return at + 1
    }
    return at
}

# Every use of a status as a condition is compared with GT_OK or another code.
function look_at(s, file, line,   at, name, before, after, to) {
    at = 1
    while (match(substr(s, at), /[A-Za-z_][A-Za-z0-9_]*/)) {
        name = substr(s, at + RSTART - 1, RLENGTH)
        before = substr(s, 1, at + RSTART - 2)
        at += RSTART - 1 + RLENGTH
        if (!(name in fails || (file, name) in fails) || before ~ /(\.|->)$/)
            continue
        to = substr(s, at, 1) == "(" ? past(s, at) : at
        after = substr(s, to)
        if (before ~ /!$/ || after ~ /^ (\?|[!=]= [0-9])/ ||
            (before ~ /((if|while|assert|assert_true|assert_false) ?\(|&& *|\|\| *)$/ &&
            after ~ /^ *(\)|&&|\|\|)/))
            fault(file ":" line ": " name ": compare a status with GT_OK")
    }
}

END {
    for (i = 1; i <= n_texts; i++)
        look_at(text[i], file_of[i], line_of[i])
}
'

faults() {
    (cd "$1" && find src include tests bench -name '*.[ch]' | sort |
        parts=$parts words=$words xargs awk "$program" | sort)
}

plant '' <<'END'
== src/core/rng.c
/* The lanes of a register. */
enum { LANES = 4 };
typedef struct gt_range {
    int here; /* and then some more */
} gt_range;
gt_status gt_rng_open(int on)
{
    gt_status status = gt_rng_try("the meeting");
    if (status != GT_OK || gt_rng_open(1) != GT_OK)
        status = gt_rng_open(2);
    return status == GT_OK ? gt_rng_open(
        3) : status;
}
END
plant 'src/nn/a.c:1: gt_meeting_up: meeting: this word is not used' <<'END'
== src/nn/a.c
int gt_meeting_up;
END
plant 'src/nn/a.c:1: LANES: lanes: this word is for src/core/(rng|vmath|panels/)' <<'END'
== src/nn/a.c
enum { LANES = 4 };
END
plant 'src/nn/a.c:2: heldout: this word is not used' <<'END'
== src/nn/a.c
/* one
 * heldout */
END
plant 'src/nn/b.c:1: gt__range and gt_range are two types' <<'END'
== src/nn/a.h
typedef struct gt_range {
    int a;
} gt_range;
== src/nn/b.c
struct gt__range {
    int b;
};
END
for condition in 'if (status)' 'if (!status)' 'if (a && gt_a())' 'while (gt_a() || a)' \
    'if (!gt_a(b(c), d))' 'return status ? a : b' 'assert_false(gt_a(0))' \
    'a = status == 0'; do
    name=status
    [ "${condition%gt_a*}" = "$condition" ] || name=gt_a
    plant "src/nn/a.c:5: $name: compare a status with GT_OK" <<END
== src/nn/a.c
gt_status gt_a(void);
int f(void)
{
    gt_status status = gt_a();
    $condition;
}
END
done
look
