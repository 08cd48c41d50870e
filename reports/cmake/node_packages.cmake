# Installs the locked npm packages of reports/ into the build folder, at configure time and only
# when the lock file changed. Nothing lands in the source tree.
#
#   woolly_node_packages(OUT_DIR): OUT_DIR is the folder that holds node_modules.
function(woolly_node_packages out_dir)
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/node)
  set(${out_dir} ${folder} PARENT_SCOPE)
  set(inputs package.json package-lock.json .npmrc)

  set(wanted "tests=${WOOLLY_BUILD_TESTS}")
  foreach(input IN LISTS inputs)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${input})
    file(SHA256 ${CMAKE_CURRENT_SOURCE_DIR}/${input} hash)
    string(APPEND wanted " ${hash}")
  endforeach()
  set(stamp ${folder}/installed)
  if(EXISTS ${stamp})
    file(READ ${stamp} installed)
    if(installed STREQUAL wanted)
      return()
    endif()
  endif()

  find_program(NPM_PROGRAM npm)
  if(NOT NPM_PROGRAM)
    message(FATAL_ERROR "npm is missing: the report page needs the chart library uPlot. Run scripts/setup, "
                        "which installs npm, then configure again.")
  endif()
  file(REMOVE ${stamp})
  file(MAKE_DIRECTORY ${folder})
  foreach(input IN LISTS inputs)
    configure_file(${input} ${folder}/${input} COPYONLY)
  endforeach()
  set(omit "")
  if(NOT WOOLLY_BUILD_TESTS)
    set(omit --omit=dev)
  endif()
  message(STATUS "Installing the report's npm packages (uPlot)")
  # What the npm cache holds is not asked for again: a second build folder needs no network.
  execute_process(COMMAND ${NPM_PROGRAM} ci --prefer-offline --ignore-scripts --no-audit --no-fund ${omit}
                  WORKING_DIRECTORY ${folder} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "npm could not install the report's packages: they come from the network once for each "
                        "version of reports/package-lock.json. Run scripts/setup for a working npm, check "
                        "`npm ping`, then configure again. npm said:\n${output}")
  endif()
  file(WRITE ${stamp} "${wanted}")
endfunction()
