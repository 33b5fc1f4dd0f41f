# Loops are compiled for AVX2 and AVX-512 as well, by any compiler of this CPU, and
# what they call is either compiled into them or compiled so itself: a helper that
# is left outside would run as plain x86-64.
for tool in nm objdump; do
    command -v $tool >/dev/null || {
        echo "skipped: $tool is not installed"
        exit 77
    }
done
[ "$(uname -m)" = x86_64 ] || {
    echo "skipped: this is no x86-64 machine, and loops are compiled once"
    exit 77
}

# outside BINARY: "LOOP HELPER" for each static function that is not compiled for
# AVX-512 and is called by a loop that is. Names that begin with gt_ are of other
# files, whose loops are looked at themselves.
outside() {
    nm "$1" | awk '$2 == "t" { print $3 }' | sort >"$scratch/static"
    objdump -d --no-show-raw-insn "$1" | awk '
        /^[0-9a-f]+ <.*>:$/ { in_loop = $2 ~ /avx512/; loop = $2 }
        in_loop && /[ \t](call|jmp) / && $NF ~ /^<[A-Za-z0-9_.]*>$/ {
            print loop, substr($NF, 2, length($NF) - 2)
        }' | sed 's/^<\([a-z0-9_]*\)[^ ]*/\1/' | sort -u |
        awk 'NR == FNR { is_static[$1]; next }
            $2 in is_static && $2 !~ /avx512|^gt_/' "$scratch/static" -
}

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# It does see a fault, and only that.
cat >"$scratch/fault.c" <<'END'
int helper_calls;
#define LOOP __attribute__((target_clones("avx512f", "default"))) static
static __attribute__((noinline)) int helper(int a)
{
    helper_calls++;
    return a * helper_calls;
}
LOOP int good(int a) { return a + helper_calls; }
LOOP int bad(int a) { return helper(a) + a; }
int main(int argc, char **argv) { return argv ? good(argc) + bad(argc) : 0; }
END
cc -O2 -o "$scratch/fault" "$scratch/fault.c" || exit 1
found=$(outside "$scratch/fault")
[ "$found" = "bad helper" ] || {
    echo "this lint is broken: it should say \"bad helper\" and says \"$found\""
    exit 1
}

loops=$(grep -rhE '^ *GT_SIMD ' "$GENTRAIN_SOURCE/src" | wc -l)
compiled=$(nm "$GENTRAIN" | grep -c '\.avx512f')
[ "$compiled" -ge $((loops * 9 / 10)) ] || {
    echo "of $loops loops $compiled are compiled for AVX-512"
    exit 1
}
found=$(outside "$GENTRAIN")
[ -z "$found" ] && exit
echo "$found" | sed 's/\(.*\) \(.*\)/\1 calls \2, which should be GT_INLINE/'
exit 1
