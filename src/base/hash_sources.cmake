# Writes OUTPUT, a C file with gt_build, a hash over the contents of FILES.
# Usage: cmake -DOUTPUT=build.c "-DFILES=a.c;b.c" -P hash_sources.cmake
set(hashes "")
foreach(file ${FILES})
  file(SHA256 ${file} hash)
  string(APPEND hashes "${hash}\n")
endforeach()
string(SHA256 hash "${hashes}")
string(SUBSTRING ${hash} 0 12 hash)
file(WRITE ${OUTPUT} "/* Made by hash_sources.cmake. */\n#include \"base/version.h\"\n\n"
  "const char gt_build[] = \"${hash}\";\n")
