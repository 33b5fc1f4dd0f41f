# What the scripts of jobs/ do about packages that are missing: installed where
# one may; else the build's are needed and those of some tests are not.
#
# ctest: release
. "$(dirname "$0")/common.sh"

# A machine with few commands, on which we are not root.
mkdir few all
for tool in awk bash cat nproc sed seq taskset tr wc; do
    ln -s "$(command -v $tool)" few/
done
printf '#!/bin/sh\necho 1000\n' >few/id
ln -s "$PWD"/few/* all/
printf '#!/bin/sh\necho "$*" >>installed\n' >all/sudo
ln -s /bin/false all/apt-get # without sudo
chmod +x few/id all/sudo

# there FOLDER COMMANDS: with jobs/dependencies.sh and the commands in FOLDER.
there() {
    PATH=$PWD/$1 bash -euc ". '$GENTRAIN_SOURCE/jobs/dependencies.sh'
        $2" >out.txt 2>err.txt
}

list='command:awk gawk
command:no-such|nor-this package-a
command:nothing package-b'
must "installing" there all "need '$list'"
says installed "env DEBIAN_FRONTEND=noninteractive apt-get install"
says installed "no-install-recommends package-a package-b"
must "nothing to do" there few "need 'command:awk gawk'"
[ ! -s out.txt ] || fail "words about nothing"
there few "need '$list'; echo on" && fail "went on without what is needed"
says err.txt " package-a package-b"
must "what is only wanted" there few "want '$list'; echo on"
says out.txt on
says err.txt " package-a package-b"
rm all/sudo
there all "need '$list'; echo on" && fail "went on without what is needed"
says err.txt "Ask an administrator for: apt-get install package-a package-b"

# Build and tests name what they need without mixing it up.
# shellcheck disable=SC2016 # what is in quotes is for the other shell
must "the lists" there few 'echo "$build_needs$test_needs" >needed; echo "$test_wants" >wanted'
says needed libcmocka-dev
says wanted clang-format
