# Finds LAPACK, which most libraries with a BLAS contain, and sets lapack to the
# target to link; to "" if there is none, and GT_LAPACK then stays undefined. It comes
# after blas.cmake. A LAPACK that needs another BLAS than the one that was found, as
# OpenBLAS's does, is left alone.

# gt_lapack_run OUT DEFINITION TARGET...: which BLAS are in a program; "" if there is
# no program.
function(gt_lapack_run out definition)
  set(${out} "" PARENT_SCOPE)
  if(CMAKE_CROSSCOMPILING)
    return()
  endif()
  try_run(which compiles ${CMAKE_BINARY_DIR}/check_lapack
    ${PROJECT_SOURCE_DIR}/cmake/check_lapack.c
    COMPILE_DEFINITIONS ${definition} LINK_LIBRARIES ${ARGN} ${CMAKE_DL_LIBS} m)
  if(compiles AND which MATCHES "^[0-9]+$")
    set(${out} ${which} PARENT_SCOPE)
  endif()
  unset(which CACHE)
  unset(compiles CACHE)
endfunction()

# gt_lapack_try NAME TARGET...: sets lapack if they serve.
function(gt_lapack_try name)
  gt_lapack_run(found -DWITH_LAPACK ${ARGN})
  if(found STREQUAL "")
    return()
  elseif(found STREQUAL blas_alone)
    set(lapack ${ARGN} PARENT_SCOPE)
    message(STATUS "LAPACK: ${name}")
  else()
    message(STATUS "LAPACK: ${name} brings another BLAS along, and is left out")
  endif()
endfunction()

set(lapack "")
gt_lapack_run(blas_alone -DWITHOUT_LAPACK ${blas})
gt_lapack_try("of the BLAS" ${blas})
if(NOT lapack)
  find_library(GT_LAPACK_LIBRARY lapack)
  mark_as_advanced(GT_LAPACK_LIBRARY)
  if(GT_LAPACK_LIBRARY)
    gt_lapack_try(${GT_LAPACK_LIBRARY} ${blas} ${GT_LAPACK_LIBRARY})
  endif()
endif()
if(NOT lapack)
  message(STATUS "LAPACK not found (Debian: libopenblas-dev, or liblapack-dev; else set "
    "GT_LAPACK_LIBRARY): Fréchet distances are refused")
endif()
