# `cmake --install` and the Debian package (`./dev package`): one program, the unit that runs it, the documents, and the definitions to copy from.
include(GNUInstallDirs)
set(package_folder ${CMAKE_CURRENT_LIST_DIR})
install(TARGETS docket RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES ${CMAKE_SOURCE_DIR}/README.md ${CMAKE_SOURCE_DIR}/README.zh.md ${CMAKE_SOURCE_DIR}/NOTICE ${CMAKE_SOURCE_DIR}/THIRD-PARTY.md
  ${CMAKE_SOURCE_DIR}/docs/operations.md ${CMAKE_SOURCE_DIR}/docs/language.md ${CMAKE_SOURCE_DIR}/docs/rejection-codes.md
  DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES ${CMAKE_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME copyright)
install(DIRECTORY ${CMAKE_SOURCE_DIR}/schemas DESTINATION ${CMAKE_INSTALL_DATADIR}/docket)
# Debian looks for these there, whatever the prefix; `cmake --install` leaves them out, unless it is asked for `--component system`.
install(FILES ${package_folder}/docket.service DESTINATION /lib/systemd/system COMPONENT system EXCLUDE_FROM_ALL)
install(FILES ${package_folder}/docket.default DESTINATION /etc/default RENAME docket COMPONENT system EXCLUDE_FROM_ALL)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME docket)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_CONTACT "The authors of Docket <docket@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Event-sourced case tracking engine")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
  "Every action on an official document, a proposal, a supervision task or a\nhotline complaint is one immutable event in a ledger; projections give\nstatus, deadlines, rates and the whole history.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_GROUPING ALL_COMPONENTS_IN_ONE)
set(CPACK_COMPONENTS_ALL Unspecified system)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION database)
set(CPACK_DEBIAN_PACKAGE_DEPENDS adduser)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
file(WRITE ${CMAKE_BINARY_DIR}/package/conffiles "/etc/default/docket\n")
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
  ${package_folder}/postinst ${package_folder}/prerm ${package_folder}/postrm ${CMAKE_BINARY_DIR}/package/conffiles)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
include(CPack)
