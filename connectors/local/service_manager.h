// Tells the service manager how far this process is (sd_notify(3)): with Type=notify a unit counts as started when it answers, not when it
// begins to open its store. Thread rule: any. Errors: none; where no manager asked for it ($NOTIFY_SOCKET), nothing is said.
#pragma once

#include <string_view>

namespace docket::local {

// E.g. "READY=1", "STOPPING=1", "STATUS=...".
void tell_service_manager(std::string_view state);

}  // namespace docket::local
