# Finds LAPACK, which most libraries with a BLAS contain, and sets lapack to the
# target to link; to "" if there is none, and GT_LAPACK then stays undefined. It comes
# after blas.cmake.

# gt_lapack_try NAME TARGETS: sets lapack if they serve.
macro(gt_lapack_try name)
  set(CMAKE_REQUIRED_QUIET ON)
  set(CMAKE_REQUIRED_LIBRARIES ${ARGN} m)
  check_c_source_compiles("void dsyevd_(void); void dgesdd_(void);
    int main(int n, char **v) { (void)v; if (n > 9) { dsyevd_(); dgesdd_(); } return 0; }"
    GT_LAPACK_IN_${name})
  if(GT_LAPACK_IN_${name})
    set(lapack ${ARGN})
    message(STATUS "LAPACK: ${name}")
  endif()
  unset(CMAKE_REQUIRED_LIBRARIES)
  unset(CMAKE_REQUIRED_QUIET)
endmacro()

set(lapack "")
gt_lapack_try(blas ${blas})
if(NOT lapack)
  if(PKG_CONFIG_FOUND)
    pkg_check_modules(GT_lapack QUIET IMPORTED_TARGET lapack)
  endif()
  find_library(GT_lapack_LIBRARY lapack)
  if(GT_lapack_FOUND)
    gt_lapack_try(pkgconfig PkgConfig::GT_lapack ${blas})
  endif()
  if(NOT lapack AND GT_lapack_LIBRARY)
    gt_lapack_try(lapack ${GT_lapack_LIBRARY} ${blas})
  endif()
endif()
if(NOT lapack)
  message(STATUS "LAPACK not found (Debian: libopenblas-dev or liblapack-dev): Fréchet distances are refused")
endif()
