// Goal: the JSON Schema of an event says of every event what ingest says. Method: random walks of every kind of every shipped office, and
// each of their events changed in one place; ingest's verdict on each goes into a file that a stock validator reads
// (tests/faces/check_events.py). Another seed: DOCKET_SEED=7.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>

#include "connectors/node/event_schema.h"
#include "engine/ingest/ingest.h"
#include "engine/ingest/number.h"
#include "engine/walk/random.h"
#include "engine/walk/walker.h"
#include "tests/support/seed.h"
#include "tests/support/stock_tools.h"
#include "tests/unit/definition_fixture.h"

namespace docket::testing {
namespace {

namespace json = boost::json;
using definition::ValueType;
using model::Rejection;

// Put in the place of any attribute and any field: right for some, wrong for most.
constexpr const char* kValues =
    R"([null, true, 7, -1, 1.5, 0.125, 30e-1, 2147483648, "", "7", "7.5", "no-such-value", "a\u0001b", "a b", "a\u007f",
  "1.0", "2017-03-01", "2017-02-30", "2017-3-1", "2017-03-01T10:00:00", "2017-03-01T10:00:00+08:00", "2017-03-01t10:00:00.123456z",
  "2017-03-01T10:00:60Z", "2017-03-01T10:00:00+24:00", "urn:x", "https://x.example/a?b#c", "urn:\"x\"", "urn:地", "application/json",
  "Application/JSON ; charset=utf-8", "text/plain", "public", "secret", "unit", "system", "U", {}, {"n": 1}, {"sealed": "x"},
  {"sealed": "x", "n": 1}, {"sealed": 1}, [], [7], [null], ["U"], ["no-such-value"], [{}], ["2017-03-01"], [true]])";
constexpr const char* kAttributes[] = {"specversion",
                                       "id",
                                       "source",
                                       "type",
                                       "subject",
                                       "time",
                                       "dataschema",
                                       "datacontenttype",
                                       "sequence",
                                       "data_base64",
                                       "authid",
                                       "actorunit",
                                       "actorrole",
                                       "onbehalfof",
                                       "approvedby",
                                       "extension",
                                       "Bad_Name",
                                       "expectedrevision",
                                       "data",
                                       "dataclassification",
                                       "a23456789012345678901"};

#ifdef DOCKET_SANITIZED
constexpr const char* kOffices[] = {"example", "boston"};  // the others have the same kinds by other rules: the same code
#else
constexpr const char* kOffices[] = {"example", "shandong", "qingdao", "boston"};
#endif

std::uint64_t seed_of_schemas() { return seed_or(20170301); }

class Writer {
 public:
  Writer(definition::BundlePtr bundle, std::ofstream& out)
      : bundle_(std::move(bundle)), ingest_(bundle_, std::string(32, 's')), out_(out) {}

  void kind(std::size_t k, std::uint64_t seed) {
    const auto& kind = bundle_->kinds[k];
    walk::Options options;
    options.seed = seed;
    walk::Walker walker(bundle_, static_cast<model::KindId>(k), options);
    std::vector<std::vector<walk::Step>> by_event(kind.events.size());
    for (int walks = 0; walks < 60; ++walks) {
      for (auto& step : walker.walk("S" + std::to_string(walks), 40)) by_event[step.event->event].push_back(std::move(step));
    }
    for (std::size_t e = 0; e < kind.events.size(); ++e) {
      put({{"schema", node::event_schema(*bundle_, kind, kind.events[e])}});
      for (std::size_t i = 0; i < by_event[e].size(); ++i) {
        const auto event = json::parse(by_event[e][i].json).as_object();
        put({{"event", event}, {"of", "walk"}});
        if (i > 0) continue;
        change_data(event, kind.events[e]);
        if (random_.percent(20)) change_envelope(event);
      }
    }
  }

 private:
  void put(const json::object& row) { out_ << json::serialize(row) << "\n"; }

  // An event's refusal that its schema can't give: of numbers in strings, of what two members say together.
  static bool beyond_schemas(const ingest::Offered& offered, const json::value* value) {
    switch (offered.refusal.code) {
      case Rejection::kInexactNumber:
      case Rejection::kSelfApproved:
      case Rejection::kTooLarge:
        return true;
      case Rejection::kForbidden:
        return offered.refusal.errors.front().pointer != "#/source";
      default:
        break;
    }
    if (value == nullptr) return false;
    const bool number_text = value->is_string() && ingest::is_json_number(std::string(value->get_string()));
    const auto& errors = offered.refusal.errors;
    return (number_text || value->is_double()) &&
           std::all_of(errors.begin(), errors.end(), [](const auto& error) { return error.code == "format" || error.code == "range"; });
  }

  // `value`: nullptr takes the member away.
  void change(const json::object& event, const json::array& at, const json::value* value, bool number) {
    json::object other = event;
    auto* inner = &other;
    for (std::size_t i = 0; i + 1 < at.size(); ++i) inner = &inner->at(at[i].as_string()).as_object();
    if (value != nullptr) {
      (*inner)[at.back().as_string()] = *value;
    } else {
      inner->erase(at.back().as_string());
    }
    const auto text = json::serialize(other);
    const bool own = event.at("source").as_string() == definition::kOwnSource;
    const auto offered = own ? ingest_.parse_own(text) : ingest_.parse(text);
    const bool took = offered.stage == ingest::Stage::kReady;
    if (!took && beyond_schemas(offered, number ? value : nullptr)) return;
    json::object row{{"at", at}, {"took", took}};
    if (value != nullptr) row["value"] = *value;
    put(row);
  }

  void change_data(const json::object& event, const definition::EventDef& def) {
    if (!event.contains("data")) return;
    for (const auto& field : def.fields) {
      const json::array at{"data", field.name};
      const bool number = field.spec.type == ValueType::kInteger || field.spec.type == ValueType::kDecimal;
      const auto with = [&](const json::value& value) { change(event, at, &value, number); };
      change(event, at, nullptr, number);
      for (const auto& value : values_) with(value);
      for (const auto bound : {field.spec.min, field.spec.max}) {
        if (!bound) continue;
        for (const std::int64_t beside : {-1, 0, 1}) {
          const std::int64_t at_bound = *bound + beside;
          if (field.spec.type == ValueType::kInteger) with(at_bound);
          if (field.spec.type == ValueType::kDecimal) with(static_cast<double>(at_bound) / 1000.0);
          if (at_bound < 0 || at_bound > 5000) continue;
          with(json::string(std::string(static_cast<std::size_t>(at_bound), 'x')));
          std::string wide;  // characters, not bytes
          for (std::int64_t n = 0; n < at_bound; ++n) wide += "字";
          with(json::string(wide));
        }
      }
    }
    const json::value kept = "kept";
    change(event, {"data", "no-such-field"}, &kept, false);
  }

  void change_envelope(const json::object& event) {
    auto values = values_;
    for (const auto& role : bundle_->roles) values.emplace_back(role);
    for (const auto& source : bundle_->sources) values.emplace_back(source.name);
    values.emplace_back(std::string(64, 'x'));
    values.emplace_back(std::string(65, 'x'));
    values.emplace_back(std::string(256, 'x'));
    values.emplace_back(std::string(257, 'x'));
    for (const char* attribute : kAttributes) {
      const bool number = std::string_view(attribute) == "sequence" || std::string_view(attribute) == "expectedrevision";
      change(event, {attribute}, nullptr, number);
      for (const auto& value : values) change(event, {attribute}, &value, number);
    }
  }

  const json::array values_ = json::parse(kValues).as_array();
  definition::BundlePtr bundle_;
  ingest::Ingest ingest_;
  std::ofstream& out_;
  walk::Random random_{seed_of_schemas()};
};

class EventSchemas : public ::testing::Test {
 protected:
  void TearDown() override { std::filesystem::remove(file_); }
  Ran check() { return run_stock_python({std::string(DOCKET_SOURCE_DIR) + "/tests/faces/check_events.py", file_}); }
  const std::string file_ = ::testing::TempDir() + "schemas-" + std::to_string(::getpid()) + ".ndjson";
};

TEST_F(EventSchemas, SayOfWalksAndOfWhatIsWrongWithThemWhatIngestSays) {
  if (stock_tools_missing()) GTEST_SKIP() << kNoStockTools;
  {
    std::ofstream out(file_);
    for (const char* office : kOffices) {
      const auto bundle = definition::load_office(office);
      Writer writer(bundle, out);
      for (std::size_t k = 0; k < bundle->kinds.size(); ++k) writer.kind(k, seed_of_schemas());
    }
  }
  const auto ran = check();
  EXPECT_TRUE(ran.ended.with(0)) << ran.text();
  std::cout << ran.out;
}

// What the check must find: a schema that asks too little, and one that asks too much.
TEST_F(EventSchemas, ThatDifferAreFound) {
  if (stock_tools_missing()) GTEST_SKIP() << kNoStockTools;
  const auto bundle = definition::load_office("example");
  const auto& kind = bundle->kinds[*definition::find_name(bundle->kind_ids, "hotline-ticket")];
  const auto& def = kind.events[*definition::find_name(kind.event_ids, "dispatched")];
  const auto schema = node::event_schema(*bundle, kind, def);
  const auto event =
      json::parse(R"({"specversion": "1.0", "id": "1", "source": "example", "type": "org.docket.hotline-ticket.dispatched.v1",
    "subject": "T1", "time": "2017-03-01T10:00:00Z", "actorrole": "dispatcher", "data": {"unit": "U"}})");
  const auto differences = [&](const json::object& changed) {
    std::ofstream(file_) << json::serialize(json::object{{"schema", changed}}) << "\n"
                         << json::serialize(json::object{{"event", event}}) << "\n"
                         << R"({"at": ["data", "unit"], "took": false})"
                         << "\n";
    const auto ran = check();
    return std::pair(ran.ended.code, ran.text());
  };
  EXPECT_EQ(differences(schema).first, 0) << differences(schema).second;
  json::object less = schema;
  less.erase("required");
  EXPECT_EQ(differences(less).first, 1);
  json::object more = schema;
  more["required"].as_array().emplace_back("list_version");
  EXPECT_EQ(differences(more).first, 1);
}

}  // namespace
}  // namespace docket::testing
