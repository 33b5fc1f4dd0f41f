# Finding what the program stands on. All that is missing is named in one message,
# with Debian's package and what to set where the thing is installed elsewhere.
set(missing "")

# gt_miss TEXT: one line of that message.
macro(gt_miss text) # a string: in a list, a semicolon would cut the text
  string(APPEND missing "\n  - ${text}")
endmacro()

# gt_find NAME MODULE HEADER LIBRARY PACKAGE [CONDITION]: the target gt::NAME, by
# pkg-config or, where there is none or it does not know the module, where the
# compiler looks and CMAKE_PREFIX_PATH says. CONDITION is one of the preprocessor.
# Sets NAME_FOUND.
function(gt_find name module header library package)
  set(found FALSE)
  add_library(gt::${name} INTERFACE IMPORTED)
  if(PKG_CONFIG_FOUND)
    pkg_check_modules(GT_${name} QUIET IMPORTED_TARGET ${module})
  endif()
  if(GT_${name}_FOUND)
    set(found TRUE)
    set_property(TARGET gt::${name} PROPERTY INTERFACE_LINK_LIBRARIES PkgConfig::GT_${name})
  else()
    find_path(GT_${name}_HEADER ${header})
    find_library(GT_${name}_LIBRARY ${library})
    if(GT_${name}_HEADER AND GT_${name}_LIBRARY)
      set(found TRUE)
      set_target_properties(gt::${name} PROPERTIES
        INTERFACE_LINK_LIBRARIES "${GT_${name}_LIBRARY}"
        INTERFACE_INCLUDE_DIRECTORIES "${GT_${name}_HEADER}")
    endif()
  endif()
  if(found AND ARGN)
    set(CMAKE_REQUIRED_QUIET ON)
    set(CMAKE_REQUIRED_LIBRARIES gt::${name})
    check_c_source_compiles("#include <${header}>
      #if !(${ARGN})
      #error too old
      #endif
      int main(void) { return 0; }" GT_${name}_SERVES)
    set(found ${GT_${name}_SERVES})
  endif()
  if(found)
    message(STATUS "Found ${module}")
  endif()
  set(${name}_FOUND ${found} PARENT_SCOPE)
  set(${name}_WANTED "${module} (Debian: ${package})" PARENT_SCOPE)
endfunction()
