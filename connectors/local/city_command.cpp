#include <cerrno>
#include <iostream>

#include "connectors/files/city.h"
#include "connectors/local/commands.h"
#include "connectors/local/schemas.h"

namespace docket::local {

int run_city_make(const CityOptions& options) {
  const auto from = model::parse_date(options.from);
  if (!from) return fail("--from \"" + options.from + "\": no date; write it as 2025-07-01", 2);
  const auto office = compile_office(options.schemas, options.office);
  if (!office) return fail(office.error());
  const auto& compiled = *office;
  if (!compiled.ok()) return fail("office " + options.office + " does not pass the check:\n" + findings_text(compiled.diagnostics), 1);
  files::CityOptions city;
  city.seed = options.seed;
  city.cases = options.cases;
  city.from = *from;
  if (auto checked = files::check_city(city, *compiled.bundle); !checked) return fail(checked.error());
  files::City maker(city, *compiled.bundle);
  std::ios::sync_with_stdio(false);
  std::string event;
  while (maker.next(event, nullptr)) {
    std::cout << event << '\n';
    if (!std::cout) return errno == EPIPE ? 0 : fail("can't write to standard output", 1);  // EPIPE: the reader has enough
  }
  if (!std::cout.flush()) return fail("can't write to standard output", 1);
  return 0;
}

}  // namespace docket::local
