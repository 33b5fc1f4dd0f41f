# A file reads in one sitting, a function on one screen; and no build file keeps a
# list of files, which could be out of step with the folder.
#
# planted.sh says why there are faults in this file.
. "$(dirname "$0")/planted.sh"

# Sources are formatted (lint_format.sh): the braces of a function are in the first
# column.
# shellcheck disable=SC2016
sources='
FNR == 1 { begin = 0 }
/^[A-Za-z_].*\(/ && !/;$/ { first = FNR; line = $0 }
/^\{$/ { begin = first }
/^\}$/ && begin {
    if (FNR - begin + 1 > 60) {
        sub(/\(.*/, "", line)
        sub(/.*[ *]/, "", line)
        print FILENAME ": " line " has " FNR - begin + 1 " lines; 60 fit on a screen"
    }
    begin = 0
}
FNR == 451 { print FILENAME ": has more than 450 lines; split it" }
'
# Two sources in a command that is no glob, or a regular expression that chooses
# among the names of tests.
# shellcheck disable=SC2016
builds='
FNR == 1 { command = "" }
{
    sub(/#.*/, "")
    command = command " " $0
}
/\)[ \t]*$/ {
    n = gsub(/[A-Za-z0-9_]+\.[ch]([^A-Za-z0-9_.]|$)/, "&", command)
    if (n > 1 && command !~ /\*/)
        print FILENAME ": keeps a list of files:" command
    if (command ~ /name MATCHES.*_\([^|)]+\|/)
        print FILENAME ": keeps a list of tests:" command
    command = ""
}
'
faults() {
    (cd "$1" && {
        find src include bench -name '*.[ch]' | sort | xargs -r awk "$sources"
        find . -name CMakeLists.txt -not -path './build*' | sed 's|^\./||' | sort |
            xargs -r awk "$builds" | tr -s ' \t'
    })
}

long=$(seq 60 | sed 's/.*/    x++;/')
plant 'src/a.c: gt_long has 63 lines; 60 fit on a screen' <<END
== src/a.c
static int gt_long(void)
{
$long
}

void gt_short(void)
{
}
END
plant 'src/a.h: has more than 450 lines; split it' <<END
== src/a.h
$(seq 451)
END
plant 'CMakeLists.txt: keeps a list of files: add_executable(a b.c c.c)' <<END
== CMakeLists.txt
file(GLOB all src/*.c src/*.h)
add_library(one STATIC one.c) # two.c
add_executable(a b.c
  c.c)
END
plant 'tests/CMakeLists.txt: keeps a list of tests: if(NOT name MATCHES "^cli_(a|b)$")' <<END
== tests/CMakeLists.txt
if(NOT name MATCHES "^(lint|slow)_")
if(NOT name MATCHES "^cli_(a|b)\$")
END
look
