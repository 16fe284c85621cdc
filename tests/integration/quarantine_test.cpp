// Goal: an engine defect in one case, as a clerk and an operator see it over HTTP and on the command line: the case says so, so do its
// list row, its ETag, its history and every figure that it could touch; other cases go on; a newer program and a release end it.
// Method: the real node and server in this process, over a data folder whose definitions have a defect planted by the test.
#include <boost/json.hpp>
#include <filesystem>
#include <sstream>

#include "connectors/cli/commands.h"
#include "connectors/local/home.h"
#include "connectors/local/wiring.h"
#include "tests/integration/http_fixture.h"
#include "tests/support/hotline.h"
#include "tests/support/planted_defect.h"

namespace docket::testing {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;
using ::testing::Not;

// Whatever a command says goes here.
struct Said {
  int code = 0;
  std::string out;
  std::string err;
};

class QuarantineHttp : public ::testing::Test {
 protected:
  QuarantineHttp() {
    std::string name = (std::filesystem::temp_directory_path() / "docket-quarantine-XXXXXX").string();
    folder_ = mkdtemp(name.data());
    EXPECT_TRUE(local::create_home(folder_ / "data", *definition::load_office("example")).ok());
  }
  ~QuarantineHttp() override {
    end();
    std::filesystem::remove_all(folder_);
  }

  // A program that fails at such events; "": one that is mended. Tables are never changed while it runs.
  void run(const std::string& sort) {
    end();
    auto home = local::open_home(folder_ / "data");
    ASSERT_TRUE(home.ok()) << home.error().message;
    home_.emplace(std::move(*home));
    defect_.emplace(home_->bundle);
    if (!sort.empty()) defect_->plant("hotline-ticket", sort);
    auto store = local::open_projections(folder_ / "data/projections", home_->definitions.bundles, 1);
    ASSERT_TRUE(store.ok()) << store.error().message;
    node_ = local::make_node(*home_, *store, 1);
    ASSERT_TRUE(node_->start().ok());
    http::Options options;
    options.port = 0;
    server_ = std::make_unique<http::HttpServer>(options, *node_);
    const auto port = server_->start();
    ASSERT_TRUE(port.ok()) << port.error().message;
    port_ = *port;
  }
  void end() {
    if (server_) server_->stop();
    server_.reset();
    if (node_) {
      EXPECT_TRUE(node_->stop().ok());
    }
    node_.reset();
    defect_.reset();
    home_.reset();
  }

  json::object get(const std::string& target, int status = 200) {
    http::testing_http::RawClient client(port_);
    const auto reply = client.get(target);
    EXPECT_EQ(reply.status, status) << target << ": " << reply.body;
    etag = reply.field("ETag");
    return json::parse(reply.body).as_object();
  }
  json::object post(const std::string& event, int status) {
    http::testing_http::RawClient client(port_);
    const auto reply = client.post(event);
    EXPECT_EQ(reply.status, status) << reply.body;
    return json::parse(reply.body).as_object();
  }
  void open(const std::string& id) {
    post(hotline(id, 1, "created", "2026-03-10T09:00:00+08:00"), 200);
    post(hotline(id, 2, "dispatched", "2026-03-10T10:00:00+08:00"), 200);
  }
  std::int64_t figure(const std::string& metric, const std::string& member, const std::string& group_by = {}) {
    const auto body = get("/v1/metrics/" + metric + "?period=2026-03" + (group_by.empty() ? "" : "&group_by=" + group_by));
    if (group_by.empty()) return body.at("total").at(member).as_int64();
    const auto& rows = body.at("figures").as_array();
    return rows.empty() ? -1 : rows.front().at(member).as_int64();
  }
  Said command(const std::function<int(const cli::CommonOptions&)>& run) {
    std::ostringstream out;
    std::ostringstream err;
    cli::CommonOptions options;
    options.server = "http://127.0.0.1:" + std::to_string(port_);
    options.language = "en";
    options.out = &out;
    options.err = &err;
    const int code = run(options);
    return {code, out.str(), err.str()};
  }
  Said release(const std::string& id, bool dry_run = false) {
    cli::ReleaseArgs args;
    args.id = id;
    args.reason = "mended";
    args.role = "dispatcher";
    args.by = "operator";
    args.dry_run = dry_run;
    return command([&](const cli::CommonOptions& options) { return cli::run_case_release(options, args); });
  }

  std::string etag;
  std::uint16_t port_ = 0;

 private:
  std::filesystem::path folder_;
  std::optional<local::Home> home_;
  std::optional<PlantedDefect> defect_;
  std::unique_ptr<node::Node> node_;
  std::unique_ptr<http::HttpServer> server_;
};

TEST_F(QuarantineHttp, EveryAnswerSaysSoUntilTheCaseIsReleased) {
  run("signed");
  open("H1");
  open("H2");
  EXPECT_EQ(figure("hotline.on_time_rate", "quarantined"), 0);
  const auto counted = figure("hotline.on_time_rate", "denominator");
  EXPECT_EQ(counted, 2);

  const auto parked = post(hotline("H1", 3, "signed", "2026-03-10T11:00:00+08:00"), 202);
  EXPECT_EQ(parked.at("code").as_string(), "quarantined");
  EXPECT_EQ(parked.at("remedy").as_string(), "wait");
  const auto asked = get("/v1/events?source=example&id=H1-3");
  EXPECT_EQ(asked.at("outcome").as_string(), "parked");
  EXPECT_EQ(asked.at("code").as_string(), "quarantined");

  const auto held = get("/v1/cases/H1");
  EXPECT_TRUE(held.at("quarantined").as_bool());
  EXPECT_EQ(held.at("state").as_string(), "dispatched");
  EXPECT_EQ(held.at("quarantine").at("semantics").as_int64(), 1);
  EXPECT_EQ(held.at("quarantine").at("cause").as_string(), "event H1-3 of H1: nothing to go back to");
  EXPECT_EQ(held.at("quarantine").at("event").at("id").as_string(), "H1-3");
  EXPECT_THAT(etag, HasSubstr("-quarantined\""));
  EXPECT_FALSE(get("/v1/cases/H2").contains("quarantined"));
  const auto listed = get("/v1/cases?kind=hotline-ticket&quarantined=true&include_total=true");
  EXPECT_EQ(listed.at("total").as_int64(), 1);
  EXPECT_EQ(listed.at("cases").at(0).at("id").as_string(), "H1");
  EXPECT_TRUE(listed.at("cases").at(0).at("quarantined").as_bool());
  EXPECT_EQ(get("/v1/cases/H1/history").at("events").at(2).at("outcome").as_string(), "quarantined");

  // What it gave to figures stays in them, and they say that it is held.
  EXPECT_EQ(figure("hotline.on_time_rate", "denominator"), counted);
  EXPECT_EQ(figure("hotline.three_rates", "quarantined"), 1);
  EXPECT_EQ(figure("hotline.on_time_rate", "quarantined"), 1);
  EXPECT_EQ(figure("hotline.on_time_rate", "quarantined", "unit"), 1);
  EXPECT_EQ(get("/v1/metrics/hotline.on_time_rate?period=2026-02").at("total").at("quarantined").as_int64(), 0) << "it was opened later";
  EXPECT_EQ(get("/v1/metrics/hotline.on_time_rate?period=2026-03&known_at=2026-03-11").at("total").at("quarantined").as_int64(), 0);
  http::testing_http::RawClient client(port_);
  EXPECT_THAT(client.get("/metrics").body, HasSubstr("docket_quarantined_cases{kind=\"hotline-ticket\"} 1\n"));

  const auto shown = command([](const cli::CommonOptions& options) { return cli::run_case_get(options, "H1", {}, ""); });
  EXPECT_THAT(shown.out, HasSubstr("quarantined"));
  EXPECT_THAT(shown.out, HasSubstr("nothing to go back to"));

  // Too early: the defect is there still.
  const auto early = release("H1");
  EXPECT_EQ(early.code, cli::kConflict) << early.err;
  EXPECT_THAT(early.err, HasSubstr("quarantined anew: event H1-3 of H1: nothing to go back to"));

  run("");  // a mended program over the same ledger
  EXPECT_TRUE(get("/v1/cases/H1").at("quarantined").as_bool());
  EXPECT_EQ(figure("hotline.on_time_rate", "quarantined"), 1);
  const auto dry = release("H1", true);
  EXPECT_EQ(dry.code, cli::kOk) << dry.err;
  EXPECT_TRUE(get("/v1/cases/H1").at("quarantined").as_bool());
  const auto done = release("H1");
  EXPECT_EQ(done.code, cli::kOk) << done.err;
  const auto after = get("/v1/cases/H1");
  EXPECT_FALSE(after.contains("quarantined"));
  EXPECT_EQ(after.at("state").as_string(), "signed");
  EXPECT_THAT(etag, Not(HasSubstr("quarantined")));
  EXPECT_EQ(figure("hotline.on_time_rate", "quarantined"), 0);
  EXPECT_EQ(get("/v1/events?source=example&id=H1-3").at("outcome").as_string(), "accepted");
  const auto again = release("H1");
  EXPECT_EQ(again.code, cli::kConflict);
  EXPECT_THAT(again.err, HasSubstr("case H1 is not quarantined"));
  json::array outcomes;
  const auto history = get("/v1/cases/H1/history");
  for (const auto& row : history.at("events").as_array()) outcomes.push_back(row.at("outcome"));
  EXPECT_EQ(json::serialize(outcomes), R"(["accepted","accepted","quarantined","parked","released","quarantined","released","accepted"])");
  const auto& waited = history.at("events").at(3);
  EXPECT_EQ(waited.at("event").as_string(), "signed");
  EXPECT_EQ(waited.at("label").at("en").as_string(), history.at("events").at(7).at("label").at("en").as_string());
  EXPECT_EQ(waited.at("actor").as_string(), history.at("events").at(7).at("actor").as_string());
  EXPECT_FALSE(waited.as_object().contains("data"));
  EXPECT_EQ(history.at("events").at(6).at("data").at("reason").as_string(), "mended");
}

TEST_F(QuarantineHttp, ACaseThatFailsAtItsOpeningIsFoundAndReleased) {
  run("created");
  const auto parked = post(hotline("H3", 1, "created", "2026-03-10T09:00:00+08:00"), 202);
  EXPECT_EQ(parked.at("code").as_string(), "quarantined");
  EXPECT_THAT(std::string(get("/v1/cases/H3", 404).at("detail").as_string()), HasSubstr("an engine defect was met"));
  EXPECT_EQ(figure("hotline.on_time_rate", "quarantined"), 1);
  run("");
  EXPECT_EQ(release("H9").code, cli::kNotFound);
  const auto done = release("H3");
  EXPECT_EQ(done.code, cli::kOk) << done.err;
  EXPECT_EQ(get("/v1/cases/H3").at("state").as_string(), "registered");
  EXPECT_EQ(figure("hotline.on_time_rate", "quarantined"), 0);
}

}  // namespace
}  // namespace docket::testing
