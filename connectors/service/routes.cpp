#include "connectors/service/service.h"

namespace docket::service {

// "*" lets any further name through, several times too: the service checks it against the declared dimensions.
const std::vector<Route>& read_routes() {
  static const std::vector<Route> routes{
      {"/v1/cases",
       {"kind", "state", "unit", "light", "alias", "due_before", "updated_since", "movable", "quarantined", "page_size", "page_token",
        "include_total", "at", "known_at", "min_position", "consistency", "*"},
       {"kind", "state", "unit", "light", "alias"}},
      {"/v1/cases/{id}", {"at", "known_at", "version", "min_position", "consistency"}},
      {"/v1/cases/{id}/history", {"at", "known_at", "page_size", "page_token", "min_position", "consistency"}},
      {"/v1/cases/{id}/erasure", {"min_position", "consistency"}},
      {"/v1/cases/{id}/deadlines", {"explain", "at", "known_at", "min_position", "consistency"}},
      {"/v1/events", {"source", "id", "min_position", "consistency"}},
      {"/v1/events/stream",
       {"kind", "event", "case", "state", "unit", "light", "after", "*"},
       {"kind", "event", "case", "state", "unit", "light"}},
      {"/v1/metrics", {"kind"}},
      {"/v1/metrics/{name}", {"period", "from", "to", "step", "group_by", "exact", "at", "known_at", "min_position", "consistency"}},
      {"/v1/metrics/{name}/explain", {"period", "at", "known_at", "group_by", "group", "min_position", "consistency"}},
      {"/v1/metrics/{name}/compare", {"period", "group_by", "limit", "at", "known_at", "min_position", "consistency"}},
      {"/v1/alarms", {"page_size", "page_token", "min_position", "consistency"}},
      {"/v1/rejects", {"source", "code", "page_size", "page_token", "min_position", "consistency"}, {"source", "code"}},
      {"/v1/rejection-codes", {}},
      {"/v1/kinds", {}},
      {"/v1/kinds/{kind}", {}},
      {"/v1/schemas", {}},
      {"/v1/schemas/{kind}/{event}/{major}", {}},
      {"/v1/rules", {"assumed"}},
      {"/v1/calendars", {}},
      {"/v1/office", {}},
      {"/v1/positions", {"partition", "min_position", "consistency"}, {"partition"}},
      {"/v1/nodes", {}},
      {"/openapi.yaml", {}},
      {"/openapi.json", {}},
      {"/livez", {}},
      {"/readyz", {}},
      {"/metrics", {}},
  };
  return routes;
}

}  // namespace docket::service
