# All that .clang-tidy asks for, with the static analyzer.
#
# ctest: two cores
TIDY_CHECKS="" exec bash "$(dirname "$0")/lint_tidy.sh"
