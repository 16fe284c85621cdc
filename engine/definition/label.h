// What people read for a name. Thread rule: plain values.
#pragma once

#include <string>

namespace docket::definition {

struct Labels {
  std::string zh;
  std::string en;
};

}  // namespace docket::definition
