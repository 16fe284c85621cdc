// docket kind simulate, where the folder is open. Thread rule: one at a time for a ledger's folder.
#pragma once

#include <boost/json.hpp>

#include <functional>
#include <string>

#include "connectors/local/control.h"
#include "connectors/local/home.h"

namespace docket::local {

// `ask`: JSON {bundle: TEXTS, office, period, at, cases}. The answer of simulate() as JSON; `stopped`: see SimulationAsk.
[[nodiscard]] ControlReply simulate_in(const Home& home, const std::string& ask, const std::function<bool()>& stopped = {});

// What a person reads of such an answer.
[[nodiscard]] std::string simulation_text(const boost::json::object& answer, const std::string& language);  // "zh" or "en"

}  // namespace docket::local
