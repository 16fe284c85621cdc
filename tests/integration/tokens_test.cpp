// Goal: a server with a tokens file tells and takes what was granted, on any address; without one it stays on loopback. Method: the real
// program, asked with and without tokens.
#include <boost/json.hpp>

#include "connectors/service/access.h"
#include "tests/support/docket_process.h"
#include "tests/support/worked_example.h"

namespace docket::testing {
namespace {

class TokensTest : public ::testing::Test {
 protected:
  void SetUp() override {
    create_ledger(data_);
    write("publisher", "may: [publish], sources: [example], roles: [intake, dispatcher]");
    write("auditor", "may: [read]");
  }
  // A token made by the program, in a file of its own, and its row.
  void write(const std::string& name, const std::string& granted) {
    const auto made = run_docket({"token", "make", name});
    ASSERT_TRUE(made.ended.with(0)) << made.text();
    std::ofstream(folder_ / (name + ".token")) << made.out;
    tokens_[name] = made.out.substr(0, made.out.find('\n'));
    EXPECT_NE(made.err.find(service::token_hash(tokens_[name])), std::string::npos) << made.err;
    rows_ += "  " + name + ": {sha256: " + service::token_hash(tokens_[name]) + ", " + granted + "}\n";
    std::ofstream(file()) << "tokens:\n" << rows_;
  }
  [[nodiscard]] std::string file() const { return (folder_ / "tokens.yaml").string(); }
  [[nodiscard]] std::unique_ptr<Server> start() const {
    return std::make_unique<Server>(data_, Environment{}, "docket", std::vector<std::string>{"--tokens", file()});
  }
  static bool await(const std::function<bool()>& so) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(kPatienceMs);
    while (!so()) {
      if (std::chrono::steady_clock::now() > until) return false;
    }
    return true;
  }

  TempFolder folder_;
  const fs::path data_ = folder_ / "data";
  std::map<std::string, std::string> tokens_;
  std::string rows_;
};

TEST_F(TokensTest, AStreamEndsWhenItsTokenIsTakenBack) {
  const auto server = start();
  ASSERT_TRUE(server->ready()) << server->errors();
  cli::HttpCall call;
  call.target = "/v1/events/stream";
  cli::HttpClient publisher(*cli::parse_server(server->address()), kPatienceMs, tokens_["publisher"]);
  const auto denied = publisher.follow(call, [](std::string_view) { return true; });
  ASSERT_TRUE(denied.ok());
  EXPECT_EQ(denied->status, 403);
  cli::HttpClient auditor(*cli::parse_server(server->address()), kPatienceMs, tokens_["auditor"]);
  bool begun = false;
  const auto ended = auditor.follow(call, [&](std::string_view) {
    if (std::exchange(begun, true)) return true;
    std::ofstream(file()) << "tokens:\n" << rows_.substr(0, rows_.find("  auditor:"));
    server->child().signal(SIGHUP);
    return true;
  });
  ASSERT_TRUE(ended.ok()) << ended.error().message;
  EXPECT_EQ(ended->status, 200) << "whole: its last chunk came";
  EXPECT_TRUE(begun);
  Client again(server->address(), tokens_["auditor"]);
  EXPECT_EQ(again.get("/v1/cases?kind=call").status, 401);
  EXPECT_TRUE(server->stop().with(0)) << server->errors();
}

TEST_F(TokensTest, ABatchBeyondTheGrantIsRefusedWholeAndByPointer) {
  const auto server = start();
  ASSERT_TRUE(server->ready()) << server->errors();
  Client nobody(server->address());
  Client publisher(server->address(), tokens_["publisher"]);
  Client auditor(server->address(), tokens_["auditor"]);
  EXPECT_EQ(nobody.get("/livez").status, 200);
  EXPECT_EQ(nobody.get("/v1/cases?kind=hotline-ticket").status, 401);
  const auto events = worked_example();
  std::string allowed;  // up to the first event of a role that it may not assert
  std::size_t count = 0;
  while (events[count].json.find("\"actorrole\":\"unit\"") == std::string::npos) allowed += events[count++].json + "\n";
  ASSERT_GT(count, 0U);
  const std::string beyond = allowed + events[count].json + "\n";
  EXPECT_EQ(nobody.post(allowed).status, 401);
  EXPECT_EQ(auditor.post(allowed).status, 403);
  const auto refused = publisher.post(beyond);
  EXPECT_EQ(refused.status, 403);
  EXPECT_NE(refused.body.find("#/" + std::to_string(count) + "/actorrole"), std::string::npos) << refused.body;
  EXPECT_NE(refused.body.find("expected what token publisher may say: dispatcher, intake"), std::string::npos) << refused.body;
  EXPECT_EQ(auditor.get("/v1/cases/T1").status, 404) << "nothing of it was written";
  const auto taken = publisher.post(allowed);
  EXPECT_EQ(taken.status, 200) << taken.body;
  EXPECT_EQ(taken.body.find("forbidden"), std::string::npos) << taken.body;
  EXPECT_EQ(auditor.get("/v1/cases/T1").status, 200);
  EXPECT_EQ(publisher.get("/v1/cases/T1").status, 403);
  EXPECT_EQ(server->stop().with(0), true) << server->errors();
}

TEST_F(TokensTest, CommandsBearTheirToken) {
  const auto server = start();
  ASSERT_TRUE(server->ready()) << server->errors();
  const auto with = [&](std::vector<std::string> command, const std::string& who) {
    command.insert(command.end(), {"--server", server->address()});
    if (!who.empty()) command.insert(command.end(), {"--token-file", (folder_ / (who + ".token")).string()});
    return run_docket(command);
  };
  EXPECT_TRUE(with({"case", "list", "--kind", "hotline-ticket"}, "").ended.with(5));
  EXPECT_TRUE(with({"case", "list", "--kind", "hotline-ticket"}, "auditor").ended.with(0));
  EXPECT_TRUE(with({"case", "list", "--kind", "hotline-ticket"}, "publisher").ended.with(5));
  const auto missing = with({"case", "list", "--kind", "hotline-ticket"}, "nobody");
  EXPECT_TRUE(missing.ended.with(2)) << missing.text();
  EXPECT_NE(missing.err.find("nobody.token can't be read"), std::string::npos) << missing.err;
  std::ofstream(folder_ / "one.ndjson") << worked_example().front().json << "\n";
  const std::string one = (folder_ / "one.ndjson").string();
  EXPECT_TRUE(with({"event", "import", one}, "publisher").ended.with(0));
  const auto told = with({"event", "import", one}, "");
  EXPECT_NE(told.err.find("give --token-file FILE"), std::string::npos) << told.text();
}

TEST_F(TokensTest, TheFileIsReadAgainAndAWrongOneChangesNothing) {
  const auto server = start();
  ASSERT_TRUE(server->ready()) << server->errors();
  write("second", "may: [read]");
  Client second(server->address(), tokens_["second"]);
  EXPECT_EQ(second.get("/v1/office").status, 401);
  server->child().signal(SIGHUP);
  EXPECT_TRUE(await([&] { return second.get("/v1/office").status == 200; })) << server->errors();
  std::ofstream(file()) << "tokens:\n  auditor: {sha256: no, may: [read]}\n";
  server->child().signal(SIGHUP);
  EXPECT_TRUE(await([&] { return server->errors().find("the tokens stay as they were") != std::string::npos; }));
  EXPECT_NE(server->errors().find("tokens.yaml:2:21: error: token auditor: sha256 is the token's SHA-256"), std::string::npos)
      << server->errors();
  EXPECT_EQ(second.get("/v1/office").status, 200);
  rows_.clear();
  write("third", "may: [read]");
  server->child().signal(SIGHUP);
  EXPECT_TRUE(await([&] { return second.get("/v1/office").status == 401; })) << "taken away";
  EXPECT_TRUE(server->stop().with(0)) << server->errors();
}

TEST_F(TokensTest, OtherAddressesThanLoopbackWantThem) {
  const std::vector<std::string> open{"serve", "--data", data_.string(), "--listen", "0.0.0.0:0"};
  const auto refused = run_docket(open);
  EXPECT_TRUE(refused.ended.with(2)) << refused.text();
  EXPECT_NE(refused.err.find("without tokens (--tokens FILE) only loopback is served"), std::string::npos) << refused.err;
  const auto wrong = run_docket({"serve", "--data", data_.string(), "--tokens", (folder_ / "none.yaml").string()});
  EXPECT_TRUE(wrong.ended.with(2)) << wrong.text();
  Server server(data_, {}, "docket", {"--listen", "0.0.0.0:0", "--tokens", file()});
  ASSERT_TRUE(server.ready()) << server.errors();
  const auto port = server.address().substr(server.address().rfind(':'));
  EXPECT_EQ(Client("http://127.0.0.1" + port).get("/v1/office").status, 401);
  EXPECT_EQ(Client("http://127.0.0.1" + port, tokens_["auditor"]).get("/v1/office").status, 200);
  EXPECT_TRUE(server.stop().with(0)) << server.errors();
}

}  // namespace
}  // namespace docket::testing
