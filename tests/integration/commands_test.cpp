// The real program as a person types it: each exit code of the README, what stands beside it, and what two at once may do.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "connectors/embedded/folder_lock.h"
#include "tests/support/docket_process.h"

namespace docket::testing {
namespace {

struct Typed {
  int code;
  std::vector<std::string> words;
  std::string said;  // on either stream
};

void expect_all(const std::vector<Typed>& rows) {
  for (const auto& row : rows) {
    std::string line;
    for (const auto& word : row.words) line += " " + word;
    const auto ran = run_docket(row.words);
    EXPECT_TRUE(ran.ended.with(row.code)) << line << "\n" << ran.text();
    EXPECT_NE((ran.out + ran.err).find(row.said), std::string::npos) << line << "\n" << ran.text();
  }
}

void write(const fs::path& file, const std::string& text) {
  fs::create_directories(file.parent_path());
  std::ofstream(file) << text;
}

class Commands : public ::testing::Test {
 protected:
  // A data folder with some events of a city in it.
  void fill(const fs::path& data, const std::string& seed = "1") {
    create_ledger(data);
    write(folder_ / "city.ndjson", run_docket({"city", "make", "--cases", "5", "--seed", seed}).out);
    const auto ran = run_docket({"event", "import", "--data", data.string(), city()});
    ASSERT_TRUE(ran.ended.with(0) || ran.ended.with(7)) << ran.text();
  }
  std::string city() const { return (folder_ / "city.ndjson").string(); }
  std::string in(const std::string& name) const { return (folder_ / name).string(); }
  TempFolder folder_;
};

TEST_F(Commands, Succeed) {
  expect_all({{0, {"version"}, "docket 0."},
              {0, {"--version"}, "docket 0."},
              {0, {"--help"}, "ledger"},
              {0, {"ledger", "copy", "--help"}, "docket ledger copy --from data --to copy"},
              {0, {"kind", "check"}, "hotline-ticket 1: states 15, events 54, clocks 9, attributes "},
              {0, {"kind", "walk", "call", "--steps", "3"}, "call"},
              {0,
               {"rules", "diff", "qingdao", "--with", "qingdao-2021"},
               "proposal.dispatch\n  - [{when: {in_session: false}, limit: 5d}]  (R:SD §10, the province's, assumed)\n"
               "  + [{when: {in_session: false}, limit: 5wd}]  (R:QD §14, text)\n    read by clock dispatch of proposal\n"},
              {0,
               {"rules", "diff", "qingdao", "--with", "qingdao-2021"},
               "proposal.redo\n  - 1mo  (R:SD §24, the province's, assumed)\n  + no row  ("},
              {0, {"rules", "diff", "example", "example"}, "0 of 48 rules differ\n"},
              {0,
               {"kind", "diff", "shandong", "qingdao"},
               "kind proposal: version 1, unchanged\nkind supervision: version 1, unchanged\nkind register: version 1, "
               "unchanged\n\noffices/qingdao.yaml\n"
               "         office qingdao: office is now qingdao, was shandong\n"},
              {0, {"kind", "diff", "--office", "qingdao", "qingdao"}, "\n0 differences\n"},
              {0, {"city", "make", "--cases", "1"}, "specversion"}});
}

TEST_F(Commands, FailWhereDefinitionsAreWrong) {
  write(folder_ / "wrong/offices/odd.yaml", "office: odd\n");
  for (std::vector<std::string> words : std::vector<std::vector<std::string>>{{"kind", "check"},
                                                                              {"kind", "diff", "--from-schemas", in("wrong")},
                                                                              {"kind", "walk", "call"},
                                                                              {"ledger", "create", "--data", in("new")}}) {
    words.insert(words.end(), {"--office", "odd", "--schemas", in("wrong")});
    expect_all({{1, words, "offices/odd.yaml:1:1: error: office: title is missing"}});
  }
  EXPECT_FALSE(fs::exists(in("new")));
}

// A kind that changes without a new version, a comment, and a rule.
TEST_F(Commands, SayWhatChangedBetweenTwoDefinitions) {
  const std::string shipped = std::string(DOCKET_SOURCE_DIR) + "/schemas/";
  const auto change = [&](const std::string& file, const std::string& from, const std::string& to) {
    std::string text = file_text(shipped + file);
    const auto at = text.find(from);
    ASSERT_NE(at, std::string::npos) << file << " has no " << from;
    write(folder_ / ("mine/" + file), text.replace(at, from.size(), to));
  };
  change("definitions/proposal.yaml", "by: [proposer, body_office], while: rating", "by: [body_office], while: rating");
  change("rules/example.yaml", "{limit: 3mo}]", "{limit: 2mo}]");
  change("metrics/calls.yaml", "metrics: calls", "# Nothing new.\nmetrics: calls");
  const std::string rest =
      "kind hotline-ticket: version 1, unchanged\nkind call: version 1, unchanged\nkind call-tally: version 1, unchanged\n"
      "kind qa-session: version 1, unchanged\n"
      "kind proposal: stays version 1 in spite of its changes: 1 major\n"
      "kind supervision: version 1, unchanged\nkind register: version 1, unchanged\n\n"
      "definitions/proposal.yaml\n  major  proposal, event rated, by: no longer proposer\n\n"
      "rules/example.yaml\n         rule proposal.reply, row 2: limit is now 2mo, was 3mo; read by clock reply of proposal, clock answer "
      "of "
      "proposal.share\n\n"
      "only comments, layout or an order that decides nothing: metrics/calls.yaml\n\n2 differences\n"
      "kind proposal changes and stays version 1: records of both will name the same version; raise it to tell them apart\n";
  expect_all({{0, {"kind", "diff", "example", "--schemas", in("mine")}, ", schemas of " + in("mine") + "\n" + rest},
              {0, {"kind", "diff", "--schemas", in("mine")}, rest},
              {0, {"kind", "diff", "example", "--from-schemas", in("mine")}, "limit is now 3mo, was 2mo; "},
              {0, {"kind", "diff", "example", "--from-schemas", in("mine"), "--schemas", in("mine")}, "\n0 differences\n"}});
}

TEST_F(Commands, AreTypedWrong) {
  write(folder_ / "empty.ndjson", "");
  expect_all({{2, {}, "a command is missing: "},
              {2, {"ledger"}, "ledger needs a command: create, verify, "},
              {2, {"leger", "create"}, "unknown command leger; did you mean ledger?"},
              {2, {"ledger", "creat"}, "unknown command creat; did you mean create?"},
              {2, {"ledger", "verify", "--dat", "x"}, "unknown option --dat; did you mean --data?"},
              {2, {"ledger", "copy", "--from", "x"}, "ledger copy needs --to (another one)"},
              {2, {"ledger", "copy", "--from"}, "the value is missing behind --from (a data folder)"},
              {2, {"kind", "walk"}, "kind walk needs kind (the kind)"},
              {2, {"rules", "diff", "qingdao"}, "rules diff needs another office, or --with SET"},
              {2, {"kind", "diff", "qingdao"}, "kind diff needs --schemas DIR (new definitions), another office, or --data DIR"},
              {2, {"kind", "diff", "qingdao", "shandong", "--data", "x"}, "--data says what the definitions were"},
              {2, {"kind", "walk", "call", "--steps", "many"}, "--steps: \"many\" is no whole number from 1 to 1000"},
              {2, {"serve", "--workers", "99"}, "--workers: \"99\" is no whole number from 1 to 32"},
              {2, {"serve", "--listen", "here"}, "--listen takes HOST:PORT"},
              {2, {"event", "import", "--format", "xml"}, "--format: \"xml\" is none of csv, ndjson"},
              {2, {"event", "import", "--server", "https://x", in("empty.ndjson")}, "TLS is not spoken here"},
              {2, {"event", "publish", folder_.path().string()}, "can't read"},
              {2, {"event", "publish", in("empty.ndjson")}, "holds no event"},
              {2, {"city", "make", "--cases", "0"}, "--cases: \"0\" is no whole number from 1 on"},
              {2, {"city", "make", "--from", "soon"}, "--from \"soon\": no date; write it as 2025-07-01"},
              {2, {"case", "list", "--where", "x"}, "NAME=VALUE"}});
}

TEST_F(Commands, NameWhatIsNotThere) {
  const std::string none = in("none");
  expect_all(
      {{3,
        {"kind", "check", "--office", "exampel"},
        "no office exampel; there are: boston, example, qingdao, shandong; did you mean example?"},
       {3, {"rules", "diff", "qingdao", "--with", "qingdao-2020"}, "no rule set qingdao-2020; did you mean qingdao-2021?"},
       {3, {"rules", "diff", "qingdao", "boton"}, "no office boton; there are: boston,"},
       {3, {"kind", "diff", "qingdao", "boton"}, "no office boton; there are: boston,"},
       {3, {"kind", "diff", "exampel", "--schemas", folder_.path().string()}, "did you mean example? (in the program's own definitions)"},
       {3, {"kind", "diff", "--data", none}, "no ledger in "},
       {3, {"kind", "diff", "example", "--schemas", none}, "no folder "},
       {3, {"kind", "walk", "call", "--office", "x"}, "no office x; there are: "},
       {3, {"city", "make", "--office", "x"}, "no office x; there are: "},
       {3, {"ledger", "create", "--office", "x", "--data", none}, "no office x; there are: "},
       {3, {"kind", "check", "--schemas", none}, "no folder "},
       {3,
        {"kind", "walk", "cal"},
        "has no kind cal; it has hotline-ticket, call, call-tally, qa-session, proposal, supervision, register; did you mean call?"},
       {3, {"serve", "--data", none}, "no ledger in "},
       {3, {"ledger", "verify", "--data", none}, "no ledger in "},
       {3, {"ledger", "copy", "--from", none, "--to", in("to")}, "no ledger in "},
       {3, {"store", "verify", "--data", none}, "no ledger in "},
       {3, {"store", "rebuild", "--data", none}, "no ledger in "},
       {3, {"store", "backup", "--data", none, "--to", in("to")}, "no ledger in "},
       {3, {"store", "restore", "--from", none, "--data", in("to")}, "is no backup"},
       {3, {"event", "import", "--data", none, "/dev/null"}, "no ledger in "},
       {3, {"event", "publish", none}, "can't read "}});
  EXPECT_FALSE(fs::exists(none));
  EXPECT_FALSE(fs::exists(in("to")));
  create_ledger(folder_ / "data");
  expect_all({{3, {"event", "import", "--data", in("data"), none}, "can't read "},
              {3, {"event", "import", "--data", in("data"), "--mapping", "bostn", "/dev/null"}, "no mapping bostn"},
              {3, {"ledger", "verify", "--data", in("data"), "--heads", none}, "can't read "}});
}

TEST_F(Commands, MeetAnother) {
  fill(folder_ / "data");
  fs::create_directories(folder_ / "there");
  expect_all({{4, {"ledger", "create", "--data", in("data")}, "holds a ledger already"},
              {4, {"store", "backup", "--data", in("data"), "--to", in("there")}, "exists; a backup goes into a new folder"},
              {7, {"event", "import", "--data", in("data"), "--format", "ndjson", DOCKET_SOURCE_DIR "/README.md"}, "malformed"},
              {6, {"case", "get", "T1", "--server", "http://127.0.0.1:1"}, "no Docket answers at 127.0.0.1:1"},
              {6, {"event", "import", "--server", "http://127.0.0.1:1", city()}, "no Docket answers at 127.0.0.1:1"}});
}

// The ledger keeps no words of a refused event that might quote it; told again, it is told by its code's own.
TEST_F(Commands, ARefusedRowSaysWhyAlsoTheSecondTime) {
  create_ledger(folder_ / "data");
  std::string line = file_text(DOCKET_SOURCE_DIR "/docs/examples/worked-example.ndjson");
  line = line.substr(0, line.find('\n'));
  const auto at = line.find("\"time\":\"2017");
  ASSERT_NE(at, std::string::npos) << line;
  write(folder_ / "future.ndjson", line.replace(at, 12, "\"time\":\"2065") + "\n");
  expect_all(
      {{7, {"event", "import", "--data", in("data"), in("future.ndjson")}, "rejected future-time: time 2065-03-01T01:00:00.000Z is more"},
       {7, {"event", "import", "--data", in("data"), in("future.ndjson")}, "rejected future-time: time lies more"}});
}

TEST_F(Commands, AreInterrupted) {
  fill(folder_ / "data");
  // Blocked in the child until it is ready to take it, so that it comes neither too early nor too late.
  sigset_t one;
  sigset_t before;
  sigemptyset(&one);
  sigaddset(&one, SIGINT);
  pthread_sigmask(SIG_BLOCK, &one, &before);
  Child child({docket_program(), "event", "import", "--data", in("data"), city()}, {}, in("err"));
  child.signal(SIGINT);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  std::string out;
  EXPECT_TRUE(child.wait(&out).with(130)) << out << file_text(in("err"));
  EXPECT_NE(out.find("not complete: interrupted"), std::string::npos) << out;
}

TEST_F(Commands, TwoThatCreateAtOnceMakeOneLedger) {
  const std::string data = in("data");
  std::vector<Child> children;
  for (int i = 0; i < 6; ++i) {
    children.emplace_back(std::vector<std::string>{docket_program(), "ledger", "create", "--data", data}, Environment{},
                          in("err" + std::to_string(i)));
  }
  int made = 0;
  for (std::size_t i = 0; i < children.size(); ++i) {
    const auto ended = children[i].wait();
    const auto err = file_text(in("err" + std::to_string(i)));
    if (ended.with(0)) {
      ++made;
      continue;
    }
    EXPECT_TRUE(ended.with(4)) << ended.text() << err;
    EXPECT_TRUE(err.find("in use by process") != std::string::npos || err.find("holds a ledger already") != std::string::npos) << err;
  }
  EXPECT_EQ(made, 1);
  Server server(data);
  EXPECT_TRUE(server.ready()) << server.errors();
}

// An import, say: it has the folder and answers nobody.
TEST_F(Commands, KindDiffSaysWhatToDoWhereAnotherHoldsTheFolder) {
  create_ledger(folder_ / "data");
  const auto lock = embedded::FolderLock::take(folder_ / "data");
  ASSERT_TRUE(lock.ok());
  expect_all({{4, {"kind", "diff", "--data", in("data")}, "takes no requests, or ended before it answered; stop it first"}});
}

TEST_F(Commands, CreateTouchesNothingThatAnotherHolds) {
  fs::create_directories(folder_ / "data");
  const auto lock = embedded::FolderLock::take(folder_ / "data");
  ASSERT_TRUE(lock.ok());
  expect_all({{4, {"ledger", "create", "--data", in("data")}, "in use by process " + std::to_string(::getpid())}});
  EXPECT_FALSE(fs::exists(folder_ / "data" / "keys"));
}

// A ledger whose keys were taken away isn't given new ones, under which nothing of it would open.
TEST_F(Commands, CreateMakesNoKeysBesideALedger) {
  create_ledger(folder_ / "data");
  fs::remove_all(folder_ / "data" / "keys");
  expect_all({{4, {"ledger", "create", "--data", in("data")}, "holds a ledger already"}});
  EXPECT_FALSE(fs::exists(folder_ / "data" / "keys"));
}

TEST_F(Commands, ACopyIsVerifiedAndCopiedWithoutKeys) {
  fill(folder_ / "data");
  expect_all({{0, {"ledger", "copy", "--from", in("data"), "--to", in("copy")}, "blocks copied to"},
              {0, {"ledger", "verify", "--data", in("copy")}, "not seen: private texts, sealed under keys that are not here"},
              {0, {"ledger", "copy", "--from", in("copy"), "--to", in("again")}, "blocks copied to"},
              {0, {"ledger", "verify", "--data", in("again")}, "good\n"},
              {3, {"serve", "--data", in("copy"), "--listen", "127.0.0.1:0"}, "no keys in "},
              {3, {"ledger", "verify", "--data", in("copy"), "--heads", city()}, "can't be told without its keys"}});
  const auto whole = run_docket({"ledger", "verify", "--data", in("data")});
  EXPECT_EQ(whole.out.find("private texts"), std::string::npos) << whole.text();
  // Keys that are there must be right.
  fs::copy(folder_ / "data" / "keys", folder_ / "copy" / "keys");
  ASSERT_EQ(::chmod((folder_ / "copy" / "keys" / "master.key").c_str(), 0644), 0);
  expect_all({{1, {"ledger", "verify", "--data", in("copy")}, "keys: "}});
}

TEST_F(Commands, ACheckpointIsOfOneLedger) {
  fill(folder_ / "a");
  create_ledger(folder_ / "b");
  const std::string checkpoint = in("import.json");
  const std::vector<std::string> into_a{"event", "import", "--data", in("a"), "--checkpoint", checkpoint, city()};
  const auto first = run_docket(into_a);
  ASSERT_TRUE(first.ended.with(0) || first.ended.with(7)) << first.text();
  expect_all(
      {{4, {"event", "import", "--data", in("b"), "--checkpoint", checkpoint, city()}, "which lacks the rows that it would pass over"}});
  Server server(folder_ / "b");
  ASSERT_TRUE(server.ready()) << server.errors();
  expect_all({{4, {"event", "import", "--server", server.address(), "--checkpoint", checkpoint, city()}, "which lacks the rows"}});
  const auto again = run_docket(into_a);
  EXPECT_TRUE(again.ended.with(first.ended.code)) << again.text();
}

TEST_F(Commands, KindCheckAndKindListCountTheSame) {
  create_ledger(folder_ / "data");
  Server server(folder_ / "data");
  ASSERT_TRUE(server.ready()) << server.errors();
  const auto listed = run_docket({"kind", "list", "--server", server.address(), "--format", "plain"});
  const auto checked = run_docket({"kind", "check"});
  std::istringstream lines(listed.out);
  int kinds = 0;
  for (std::string line; std::getline(lines, line); ++kinds) {
    std::vector<std::string> cells;
    std::istringstream row(line);
    for (std::string cell; std::getline(row, cell, '\t');) cells.push_back(cell);
    ASSERT_EQ(cells.size(), 6U) << line;
    const std::string counts = cells[0] + " " + cells[2] + ": states " + cells[3] + ", events " + cells[4] + ", clocks " + cells[5] + ", ";
    EXPECT_NE(checked.out.find(counts), std::string::npos) << counts << "\n" << checked.out;
  }
  EXPECT_EQ(kinds, 7) << listed.text();
  EXPECT_EQ(run_docket({"kind", "list", "--office", "example", "--format", "plain"}).out, listed.out);
  expect_all({{3, {"kind", "list", "--office", "exampel"}, "did you mean example?"},
              {6, {"kind", "list", "--server", "http://127.0.0.1:1"}, "without a server: docket kind list --office example"}});
}

}  // namespace
}  // namespace docket::testing
