# Finds HDF5 and sets hdf5 to what is to be linked, or to "" if there is none.
#
# Files are written and read by one rank, so nothing needs the parallel build of
# the library. It serves as well, as on clusters it may be the only one, if it
# belongs to the MPI that was found: with another one, a program would have two.
# GT_HDF5 chooses; auto takes the serial build where there are both.
set(GT_HDF5 auto CACHE STRING "Build of HDF5 to use: auto, serial or parallel")
set_property(CACHE GT_HDF5 PROPERTY STRINGS auto serial parallel)
if(GT_HDF5 STREQUAL "auto")
  set(hdf5_kinds serial parallel)
elseif(GT_HDF5 MATCHES "^(serial|parallel)$")
  set(hdf5_kinds ${GT_HDF5})
else()
  message(FATAL_ERROR "GT_HDF5 is ${GT_HDF5}; it can be auto, serial or parallel")
endif()

# gt_hdf5_say KIND VERSION FROM: which build it is.
function(gt_hdf5_say kind version from)
  message(STATUS "HDF5: the ${kind} build, version ${version}${from}")
  if(kind STREQUAL "parallel")
    message(STATUS "  libgentrain loads MPI with it, unused; with a serial build it would not")
  endif()
endfunction()

# What the headers of a target say.
function(gt_hdf5_kind target name out)
  set(CMAKE_REQUIRED_QUIET ON)
  set(CMAKE_REQUIRED_LIBRARIES ${target})
  check_symbol_exists(H5_HAVE_PARALLEL H5pubconf.h GT_${name}_IS_PARALLEL)
  set(kind serial)
  if(GT_${name}_IS_PARALLEL)
    set(kind parallel)
  endif()
  set(${out} ${kind} PARENT_SCOPE)
endfunction()

# gt_hdf5_fits TARGET NAME KIND OUT: whether it belongs to the MPI that was found.
# If not, hdf5_mixed says what would be mixed.
function(gt_hdf5_fits target name kind out)
  set(${out} TRUE PARENT_SCOPE)
  if(kind STREQUAL "serial" OR NOT MPI_C_FOUND OR CMAKE_CROSSCOMPILING)
    return()
  endif()
  unset(code CACHE)
  unset(compiled CACHE)
  # MPI comes first, so that it is taken from there, and what HDF5 wants beside it.
  try_run(code compiled ${CMAKE_BINARY_DIR}/check_hdf5
    ${PROJECT_SOURCE_DIR}/cmake/check_hdf5.c
    LINK_LIBRARIES MPI::MPI_C ${target} ${CMAKE_DL_LIBS}
    COMPILE_OUTPUT_VARIABLE output RUN_OUTPUT_VARIABLE loaded)
  string(STRIP "${loaded}" loaded)
  if(NOT compiled)
    string(REGEX MATCH "[^\n]*(error|undefined reference|cannot find)[^\n]*" reason "${output}")
  elseif(loaded MATCHES "\n")
    string(REPLACE "\n" " and " loaded "${loaded}")
    set(reason "a program would load ${loaded}")
  else()
    return()
  endif()
  string(APPEND hdf5_mixed "\n    ${name} does not go with it: ${reason}")
  set(hdf5_mixed "${hdf5_mixed}" PARENT_SCOPE)
  set(${out} FALSE PARENT_SCOPE)
endfunction()

# Debian has a pkg-config module for each build, others have one for the only
# build, and some have none. HDF5_ROOT is for those, and for a build of your own.
set(hdf5 "")
set(hdf5_mixed "")
if(PKG_CONFIG_FOUND AND NOT HDF5_ROOT AND NOT DEFINED ENV{HDF5_ROOT})
  foreach(wanted ${hdf5_kinds})
    foreach(module hdf5-serial hdf5-openmpi hdf5-mpich hdf5-mpi hdf5)
      string(MAKE_C_IDENTIFIER ${module} id)
      pkg_check_modules(${id} QUIET IMPORTED_TARGET ${module})
      if(${id}_FOUND AND NOT hdf5)
        gt_hdf5_kind(PkgConfig::${id} ${id} kind)
        if(kind STREQUAL wanted)
          gt_hdf5_fits(PkgConfig::${id} ${module} ${kind} fits)
          if(fits)
            set(hdf5 PkgConfig::${id})
            gt_hdf5_say(${kind} ${${id}_VERSION} " (${module})")
          endif()
        endif()
      endif()
    endforeach()
  endforeach()
endif()
if(NOT hdf5 AND NOT hdf5_mixed)
  if(GT_HDF5 STREQUAL "parallel")
    set(HDF5_PREFER_PARALLEL TRUE)
  endif()
  find_package(HDF5 COMPONENTS C)
  set(kind serial)
  if(HDF5_IS_PARALLEL)
    set(kind parallel)
  endif()
  if(HDF5_FOUND AND kind IN_LIST hdf5_kinds)
    add_library(gt_hdf5 INTERFACE IMPORTED)
    set_target_properties(gt_hdf5 PROPERTIES INTERFACE_LINK_LIBRARIES "${HDF5_LIBRARIES}"
      INTERFACE_INCLUDE_DIRECTORIES "${HDF5_INCLUDE_DIRS}")
    gt_hdf5_fits(gt_hdf5 "${HDF5_LIBRARIES}" ${kind} fits)
    if(fits)
      set(hdf5 gt_hdf5)
      gt_hdf5_say(${kind} "${HDF5_VERSION}" "")
    endif()
  endif()
endif()
