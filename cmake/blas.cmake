# Finds a CBLAS and sets blas to the target to link, or to "" if there is none.
#
# A library serves if src/core/gemm.c and blas.c compile and link with it: headers
# differ, also where all libraries are there. A header that belongs to a library is
# looked for first: Debian keeps it in a folder that is called as the library's is.
set(GT_BLAS auto CACHE STRING "CBLAS to use: auto, openblas, blis, atlas or blas")
set_property(CACHE GT_BLAS PROPERTY STRINGS auto openblas blis atlas blas)
set(GT_CBLAS_LIBRARIES "" CACHE STRING "Libraries that hold cblas_sgemm, instead of GT_BLAS")
set(GT_CBLAS_INCLUDE_DIR "" CACHE PATH "Folder that holds cblas.h")

# gt_blas_try NAME TARGET: sets blas if the target serves, else appends to blas_said.
function(gt_blas_try name target)
  set(sources ${PROJECT_SOURCE_DIR}/cmake/check_blas.c ${PROJECT_SOURCE_DIR}/src/core/gemm.c
    ${PROJECT_SOURCE_DIR}/src/core/blas.c)
  try_compile(serves ${CMAKE_BINARY_DIR}/check_blas SOURCES ${sources}
    CMAKE_FLAGS -DINCLUDE_DIRECTORIES=${PROJECT_SOURCE_DIR}/src
    COMPILE_DEFINITIONS -D_DEFAULT_SOURCE
    LINK_LIBRARIES ${target} ${CMAKE_DL_LIBS} m
    OUTPUT_VARIABLE output)
  if(serves)
    message(STATUS "BLAS: ${name}")
    set(blas ${target} PARENT_SCOPE)
  else()
    string(REGEX MATCHALL "[^\n]*(error|undefined reference|cannot find)[^\n]*" errors "${output}")
    list(APPEND errors "the compiler did not run, or said nothing of it")
    list(GET errors 0 first)
    string(STRIP "${first}" first)
    set(blas_said "${blas_said}\n    with ${name}: ${first}" PARENT_SCOPE)
  endif()
endfunction()

# gt_blas_target NAME LIBRARIES: the target gt_blas_NAME, with the header that
# belongs to the first library.
function(gt_blas_target name)
  list(GET ARGN 0 first)
  get_filename_component(real "${first}" REALPATH)
  get_filename_component(folder "${real}" DIRECTORY)
  get_filename_component(prefix "${folder}" DIRECTORY)
  get_filename_component(folder "${folder}" NAME)
  find_path(GT_${name}_HEADER cblas.h HINTS ${GT_CBLAS_INCLUDE_DIR}
    PATH_SUFFIXES ${folder} ${name} openblas)
  find_path(GT_${name}_HEADER cblas-${name}.h)
  add_library(gt_blas_${name} INTERFACE IMPORTED)
  set_target_properties(gt_blas_${name} PROPERTIES INTERFACE_LINK_LIBRARIES "${ARGN}")
  if(GT_${name}_HEADER)
    set_property(TARGET gt_blas_${name} PROPERTY INTERFACE_INCLUDE_DIRECTORIES
      ${GT_${name}_HEADER})
  endif()
endfunction()

set(blas "")
set(blas_said "")
if(GT_CBLAS_LIBRARIES)
  gt_blas_target(named ${GT_CBLAS_LIBRARIES})
  gt_blas_try("${GT_CBLAS_LIBRARIES}" gt_blas_named)
elseif(NOT GT_BLAS MATCHES "^(auto|openblas|blis|atlas|blas)$")
  message(FATAL_ERROR "GT_BLAS is ${GT_BLAS}; it can be auto, openblas, blis, atlas or blas")
else()
  if(GT_BLAS MATCHES "^(auto|openblas)$" AND PKG_CONFIG_FOUND)
    pkg_check_modules(OPENBLAS QUIET IMPORTED_TARGET openblas)
    if(OPENBLAS_FOUND)
      gt_blas_try("OpenBLAS ${OPENBLAS_VERSION}" PkgConfig::OPENBLAS)
    endif()
  endif()
  foreach(name openblas blis)
    if(NOT blas AND GT_BLAS MATCHES "^(auto|${name})$")
      find_library(GT_${name}_LIBRARY ${name})
      if(GT_${name}_LIBRARY)
        gt_blas_target(${name} ${GT_${name}_LIBRARY})
        gt_blas_try(${GT_${name}_LIBRARY} gt_blas_${name})
      endif()
    endif()
  endforeach()
  if(NOT blas AND GT_BLAS MATCHES "^(auto|blas)$")
    find_package(BLAS QUIET)
    if(BLAS_FOUND)
      gt_blas_target(blas ${BLAS_LIBRARIES})
      gt_blas_try("${BLAS_LIBRARIES}" gt_blas_blas)
    endif()
  endif()
  if(NOT blas AND GT_BLAS MATCHES "^(auto|atlas)$")
    find_library(GT_atlas_CBLAS cblas)
    find_library(GT_atlas_LIBRARY atlas)
    if(GT_atlas_CBLAS AND GT_atlas_LIBRARY)
      gt_blas_target(atlas ${GT_atlas_CBLAS} ${GT_atlas_LIBRARY})
      gt_blas_try("ATLAS" gt_blas_atlas)
    endif()
  endif()
endif()

if(blas MATCHES "^gt_blas_(blas|named)$")
  get_target_property(libraries ${blas} INTERFACE_LINK_LIBRARIES)
  foreach(library ${libraries})
    get_filename_component(real "${library}" REALPATH)
    if(real MATCHES "/blas/lib(ref)?blas\\.(so|a)|/librefblas\\.")
      message(WARNING "${real} looks like the reference BLAS, which makes training 20 to 50 times "
        "slower; install OpenBLAS (Debian: libopenblas-dev) or set GT_CBLAS_LIBRARIES")
    endif()
  endforeach()
endif()
