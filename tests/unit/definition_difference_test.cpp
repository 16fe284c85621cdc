// What `docket kind diff` says: golden sentences of typical changes; nothing where nothing changed; and of every one-token change of the
// shipped definitions that the checker lets through, a sentence with the changed word.
#include "engine/definition/difference.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "engine/definition/report.h"
#include "engine/definition/yaml_reader.h"
#include "tests/support/reaction_office.h"
#include "tests/unit/definition_corruptions.h"
#include "tests/unit/definition_small_office.h"

namespace docket::definition {
namespace {

using Texts = std::map<std::string, std::string>;
using Weight = Difference::Weight;

BundlePtr compiled(const Texts& texts, const std::string& office) {
  const Compiled out = compile(texts, office);
  for (const Diagnostic& each : out.diagnostics) EXPECT_EQ(each.severity, Severity::kWarning) << each.format();
  return out.bundle;
}

// "file: weight: sentence" of each.
std::string told(const std::vector<Difference>& all) {
  std::string out;
  for (const auto& each : all) {
    const char* weight = each.weight == Weight::kMajor ? "major: " : each.weight == Weight::kMinor ? "minor: " : "";
    out += each.file + ": " + weight + each.sentence + "\n";
  }
  return out;
}

struct Edit {
  std::string file;
  std::string from;
  std::string to;
};

Texts edited(Texts texts, const std::vector<Edit>& edits) {
  for (const auto& edit : edits) {
    std::string& text = texts.at(edit.file);
    const auto at = text.find(edit.from);
    EXPECT_NE(at, std::string::npos) << edit.file << " has no " << edit.from;
    if (at != std::string::npos) text.replace(at, edit.from.size(), edit.to);
  }
  return texts;
}

std::string difference_of(const std::vector<Edit>& edits) {
  const auto before = compiled(small_office(), "small");
  const auto after = compiled(edited(small_office(), edits), "small");
  return before && after ? told(differences(*before, *after)) : "does not pass";
}

constexpr const char* kTask = "definitions/task.yaml";
constexpr const char* kLabels = "labels/task.yaml";

struct Golden {
  std::vector<Edit> edits;
  std::string told;
};

TEST(Difference, IsToldInASentence) {
  const std::vector<Golden> rows = {
      // rules: the row that decides, and who reads it
      {{{"rules/high.yaml", "limit: 5wd", "limit: 3wd"}},
       "rules/high.yaml: rule task.work, row 2: limit is now 3wd, was 5wd; read by clock work of task\n"},
      {{{"rules/high.yaml", "rows: [{when: {matter: leak}, limit: 2h}, {limit: 5wd}]",
         "rows: [{when: {matter: water}, limit: 1wd}, {when: {matter: leak}, limit: 2h}, {limit: 5wd}]"}},
       "rules/high.yaml: rule task.work: row 1 is new: {when: {matter: water}, limit: 1wd}; read by clock work of task\n"},
      {{{"rules/high.yaml", "rows: [{when: {matter: leak}, limit: 2h}, {limit: 5wd}]", "value: 4wd"}},
       "rules/high.yaml: rule task.work: is now 4wd, was [{when: {matter: leak}, limit: 2h}, {limit: 5wd}]; read by clock work of task\n"},
      {{{"rules/low.yaml", "task.work: {rows: []", "task.work: {value: 9wd"}},
       "rules/low.yaml: rule task.work: is now 9wd, was no row; no effect: set high says it anew\n"},
      {{{"rules/low.yaml", "{A: good, B: bad}", "{A: good, B: bad, C: bad}"},
        {kLabels, "B: {zh: 乙, en: B}", "B: {zh: 乙, en: B}, C: {zh: 丙, en: C}"}},
       "rules/low.yaml: rule task.classes, value: now also C: bad; read by attribute class of task\n"
       "labels/task.yaml: labels of task: value C is new: {zh: 丙, en: C}\n"},
      {{{"rules/low.yaml", "task.half: {value: 0.5", "task.half: {value: 0.4"},
        {"metrics/task.yaml", "task.good: task.half", "task.good: 0.5"}},
       "metrics/task.yaml: metric task.both, combine: task.good is now 0.5, was task.half\n"
       "rules/low.yaml: rule task.half: value is now 0.4, was 0.5; read by metric task.good, metric task.both\n"},
      {{{"rules/low.yaml", "time: \"10:00\", level: yellow", "time: \"09:00\", level: yellow"}},
       "rules/low.yaml: rule task.notes, notice 1: time is now 09:00, was 10:00; read by notices of clock work of task\n"},
      {{{"offices/small.yaml", "rules: [low, high]", "rules: [low]"}},
       "offices/small.yaml: office small, rules: no longer high\n"
       "rules/low.yaml: rule task.work: is now no row, was [{when: {matter: leak}, limit: 2h}, {limit: 5wd}]; said by set low, was by "
       "high; "
       "read by clock work of task\n"
       "rules/low.yaml: rule task.work: source is now -, was \"paper 3\"\n"
       "rules/low.yaml: rule task.work: certainty is now assumed, was text\n"},
      // events
      {{{kTask, "  refused: {", "  checked: {from: [answered], by: [boss]}\n  refused: {"},
        {kLabels, "refused: {zh: 退回", "checked: {zh: 已查, en: checked}, refused: {zh: 退回"}},
       "definitions/task.yaml: minor: task: event checked is new: {from: [answered], by: [boss]}\n"
       "labels/task.yaml: labels of task: event checked is new: {zh: 已查, en: checked}\n"},
      {{{kTask, "  taken_back: {from: [given], to: new, by: [boss], when: {urgent: false}, unset: [owner]}\n", ""},
        {kTask, ", cancels: [taken_back]", ""},
        {kLabels, "taken_back: {zh: 收回, en: taken back}, ", ""}},
       "definitions/task.yaml: major: task, clock work: no longer cancels: [taken_back]\n"
       "definitions/task.yaml: major: task: event taken_back is gone\n"
       "labels/task.yaml: labels of task: event taken_back is gone\n"},
      {{{kTask, "needs: [asked, helped]", "needs: [helped, asked]"}},
       "definitions/task.yaml: major: task, event finished, needs: the order is now helped, asked, was asked, helped\n"},
      {{{kTask, "resumed: {from: [waiting], to: back, by: [desk]", "resumed: {from: [waiting], to: back, by: [desk, boss]"}},
       "definitions/task.yaml: major: task, event resumed, by: now also boss\n"},
      {{{kTask, "refused: {from: [answered], to: given, by: [boss]", "refused: {from: [answered], to: given, by: [desk]"}},
       "definitions/task.yaml: major: task, event refused: by is now desk, was boss\n"},
      {{{kTask, "when: [{class: good}, {count", "when: [{class: [good, bad]}, {count"}},
       "definitions/task.yaml: major: task, event closed, when, alternative 1, class: now also bad\n"},
      {{{kTask, "data: {text: text}", "data: {text: {type: text, max: 90}}"}},
       "definitions/task.yaml: major: task, part help, event help_given, data, text: now also max: 90\n"},
      {{{kTask, "late: 2wd", "late: 3wd"}}, "definitions/task.yaml: major: task, event spoken: late is now 3wd, was 2wd\n"},
      {{{kTask, "[phone, visit]", "[phone, visit, letter]"},
        {kLabels, "visit: {zh: 走访, en: visit}", "visit: {zh: 走访, en: visit}, letter: {zh: 信, en: letter}"}},
       "definitions/task.yaml: minor: task, event spoken, data, how: now also letter\n"
       "labels/task.yaml: labels of task: value letter is new: {zh: 信, en: letter}\n"},
      // states, gates, clocks, attributes, parts, links
      {{{kTask, "paused: [waiting]", "paused: [waiting, asleep]"},
        {kTask, "  held: {",
         "  slept: {from: [given], to: asleep, by: [desk]}\n  woken: {from: [asleep], to: back, by: [desk]}\n  held: {"},
        {kLabels, "waiting: {zh: 等待, en: waiting}", "waiting: {zh: 等待, en: waiting}, asleep: {zh: 睡, en: asleep}"},
        {kLabels, "held: {zh: 中止", "slept: {zh: 入睡, en: slept}, woken: {zh: 醒, en: woken}, held: {zh: 中止"}},
       "definitions/task.yaml: minor: task: state asleep is new: paused\n"
       "definitions/task.yaml: minor: task: event slept is new: {from: [given], to: asleep, by: [desk]}\n"
       "definitions/task.yaml: minor: task: event woken is new: {from: [asleep], to: back, by: [desk]}\n"
       "labels/task.yaml: labels of task: state asleep is new: {zh: 睡, en: asleep}\n"
       "labels/task.yaml: labels of task: event slept is new: {zh: 入睡, en: slept}\n"
       "labels/task.yaml: labels of task: event woken is new: {zh: 醒, en: woken}\n"},
      {{{kTask, "{done: done, gone", "{done: terminated, gone"}},
       "definitions/task.yaml: major: task: state done is now closed (terminated), was closed (done)\n"},
      {{{kTask, "waive: [boss]", "waive: [boss, desk]"}}, "definitions/task.yaml: major: task, gate helped, waive: now also desk\n"},
      {{{kTask, "extend: {by: longer, until: until, times: 1", "extend: {by: longer, until: until, times: 2"}},
       "definitions/task.yaml: major: task, clock work, extend: times is now 2, was 1\n"},
      {{{kTask, "limit: task.cap, window: true", "limit: task.help, window: true"}},
       "definitions/task.yaml: major: task, clock look: limit is now task.help, was task.cap\n"},
      {{{kTask, "matter: {type: code, of: matters, dimension: true}", "matter: {type: code, of: matters, dimension: true, per: round}"}},
       "definitions/task.yaml: major: task, attribute matter: now also per: round\n"},
      {{{kTask, "during: [given]", "during: [given, answered]"}},
       "definitions/task.yaml: major: task, part help, during: now also answered\n"},
      {{{kTask, "forest: true, ", ""}}, "definitions/task.yaml: major: task, link into: no longer forest: true\n"},
      {{{kTask, "version: 1", "version: 2"}, {kTask, "parking: 72h", "parking: 48h"}},
       "definitions/task.yaml: task: version is now 2, was 1\n"
       "definitions/task.yaml: major: task: parking is now 48h, was 72h\n"},
      // metrics
      {{{"metrics/task.yaml", "period: clock.work.due", "period: clock.work.stop"}},
       "metrics/task.yaml: metric task.on_time: period is now clock.work.stop, was clock.work.due\n"},
      {{{"metrics/task.yaml", "task.late_open:", "task.slow: {title: {zh: 慢, en: slow}, like: task.on_time}\ntask.late_open:"}},
       "metrics/task.yaml: metric task.slow is new: {title: {zh: 慢, en: slow}, like: task.on_time}\n"},
      {{{"metrics/task.yaml", "{sum: read, of: pages}", "{sum: pages, of: read}"}},
       "metrics/task.yaml: metric task.read, ratio: sum is now pages, was read\n"
       "metrics/task.yaml: metric task.read, ratio: of is now read, was pages\n"},
      {{{"metrics/task.yaml", "ratio: {sum: read, of: pages}", "sum: read"}},
       "metrics/task.yaml: metric task.read: now also sum: read\n"
       "metrics/task.yaml: metric task.read: no longer ratio: {sum: read, of: pages}\n"},
      {{{"metrics/task.yaml", "good: 1,", "good: 0.9,"}}, "metrics/task.yaml: metric task.good, ratio: good is now 0.9, was 1\n"},
      // the rest
      {{{"codes/few.yaml", "leak: {zh: 漏水, en: leak, under: water}", "leak: {zh: 漏水, en: leak}, gas: {zh: 燃气, en: gas}"}},
       "codes/few.yaml: minor: codes few, list matters: code gas is new: {zh: 燃气, en: gas}\n"
       "codes/few.yaml: codes few, list matters, code leak: no longer under: water\n"},
      {{{"codes/few.yaml", ", leak: {zh: 漏水, en: leak, under: water}", ", drip: {zh: 滴, en: drip}"},
        {"rules/high.yaml", "matter: leak", "matter: drip"}},
       "rules/high.yaml: rule task.work, row 1, when: matter is now drip, was leak; read by clock work of task\n"
       "codes/few.yaml: minor: codes few, list matters: code drip is new: {zh: 滴, en: drip}\n"
       "codes/few.yaml: major: codes few, list matters: code leak is gone\n"},
      {{{"units/few.yaml", "parent: N, valid_to: 2020-01-01", "parent: N, valid_to: 2021-01-01"}},
       "units/few.yaml: unit NA: valid_to is now 2021-01-01, was 2020-01-01\n"},
      {{{"sources/few.yaml", "units: [N, NA], in_order: true", "units: [N]"}},
       "sources/few.yaml: source https://desk.example/1: no longer in_order: true\n"
       "sources/few.yaml: source https://desk.example/1, units: no longer NA\n"},
      {{{"calendars/plain.yaml", "off: {2017-10-02: 国庆节}", "off: {2017-10-02: 国庆节, 2017-10-03: 国庆节}"}},
       "calendars/plain.yaml: calendar plain, year 2017, off: now also 2017-10-03: 国庆节\n"},
      {{{kLabels, "new: {zh: 新, en: new}", "new: {zh: 新, en: \"new one, untouched\"}"}},
       "labels/task.yaml: labels of task, state new: en is now \"new one, untouched\", was new\n"},
      {{{"offices/small.yaml", "prefix: org.docket", "prefix: org.small"}},
       "offices/small.yaml: office small: prefix is now org.small, was org.docket\n"},
  };
  for (const auto& row : rows) EXPECT_EQ(difference_of(row.edits), row.told) << row.edits.front().from;
}

// Whether and what an event opens.
TEST(Difference, OfWhatALinkOpensIsTold) {
  const std::string path = "definitions/order.yaml";
  const auto before = compiled(testing::reaction_office_texts(), "small");
  ASSERT_NE(before, nullptr);
  const std::string both = "when: [{data.result: poor, urgent: true}, {data.result: bad}]";
  const std::vector<std::pair<Edit, std::string>> rows = {
      {{path, "{data.result: bad}]", "{data.result: [bad, fine]}]"},
       "definitions/order.yaml: major: order, link repair, when, alternative 2, data.result: now also fine\n"},
      {{path, "poor, urgent: true}", "poor}"},
       "definitions/order.yaml: major: order, link repair, when, alternative 1: no longer urgent: true\n"},
      {{path, both, "when: {data.result: bad}"},
       "definitions/order.yaml: major: order, link repair, when: alternative 1 is gone: {data.result: poor, urgent: true}\n"},
      {{path, both + ",\n", "\n"},
       "definitions/order.yaml: major: order, link repair: no longer when: [{data.result: poor, urgent: true}, {data.result: bad}]\n"},
      {{path, "opens_by: asked,", "opens_by: asked, when: {urgent: true},"},
       "definitions/order.yaml: major: order, link job: now also when: {urgent: true}\n"},
      {{path, both, "when: [{data.result: bad}, {urgent: true, data.result: [poor]}]"}, ""},
  };
  for (const auto& [edit, sentence] : rows) {
    const auto after = compiled(edited(testing::reaction_office_texts(), {edit}), "small");
    ASSERT_NE(after, nullptr) << edit.to;
    EXPECT_EQ(told(differences(*before, *after)), sentence) << edit.to;
  }
}

TEST(Difference, OfNamesIsToldAsANewName) {
  EXPECT_EQ(difference_of({{kTask, "  held: {", "  shelved: {"}, {kLabels, "held: {zh: 中止, en: held}", "shelved: {zh: 中止, en: held}"}}),
            "definitions/task.yaml: major: task: event held is now called shelved\n"
            "labels/task.yaml: labels of task: event held is now called shelved\n");
}

// Of two events after one clock the first that is legal happens; of two exceptions the first that holds is counted; of dimensions
// the first is shown first.
TEST(Difference, OfOrderIsToldWhereOrderDecides) {
  const std::string one = "  lapsed: {from: [done, answered], by: [system], after: look}\n";
  const std::string two = "  ended: {from: [done], by: [system], after: look}\n";
  const std::vector<Edit> labels = {
      {kLabels, "held: {zh: 中止", "lapsed: {zh: 失效, en: lapsed}, ended: {zh: 终了, en: ended}, held: {zh: 中止"},
      {"metrics/task.yaml", "except: {urgent: {urgent: true}}", "except: {urgent: {urgent: true}, kind: {matter: leak}}"}};
  auto before = labels;
  before.push_back({kTask, "  held: {", one + two + "  held: {"});
  auto after = labels;
  after.back().to = "except: {kind: {matter: leak}, urgent: {urgent: true}}";
  after.push_back({kTask, "  held: {", two + one + "  held: {"});
  after.push_back({"metrics/task.yaml", "by: {matter: matter, hour: event.made.hour}", "by: {hour: event.made.hour, matter: matter}"});
  const auto was = compiled(edited(small_office(), before), "small");
  const auto is = compiled(edited(small_office(), after), "small");
  ASSERT_TRUE(was && is);
  EXPECT_EQ(
      told(differences(*was, *is)),
      "definitions/task.yaml: major: task, events after look: the order is now ended, lapsed, was lapsed, ended (the first that is legal "
      "happens)\n"
      "metrics/task.yaml: metric task.good, except: the order is now kind, urgent, was urgent, kind (the first that holds is counted)\n"
      "metrics/task.yaml: metric task.count, by: the order is now hour, matter, was matter, hour\n");
}

// A part begins in the first of its open states.
TEST(Difference, OfAPartsFirstStateIsTold) {
  std::vector<Edit> edits = {
      {kTask, "events: {help_given: {from: [wanted]",
       "events: {help_read: {from: [wanted], to: read, by: [\"@key\"]}, help_unread: {from: [read], to: wanted, by: [\"@key\"]}, "
       "help_given: {from: [wanted, read]"},
      {kLabels, "wanted: {zh: 待办, en: wanted}", "wanted: {zh: 待办, en: wanted}, read: {zh: 已读, en: read}"},
      {kLabels,
       "events: {help_given: ", "events: {help_read: {zh: 阅, en: help read}, help_unread: {zh: 未阅, en: help unread}, help_given: "},
      {kTask, "open: [wanted]", "open: [wanted, read]"}};
  const auto was = compiled(edited(small_office(), edits), "small");
  edits.back().to = "open: [read, wanted]";
  const auto is = compiled(edited(small_office(), edits), "small");
  ASSERT_TRUE(was && is);
  EXPECT_EQ(told(differences(*was, *is)), "definitions/task.yaml: major: task, part help: begins now as read, began as wanted\n");
}

TEST(Difference, IsNothingWhereTheMeaningIsTheSame) {
  EXPECT_EQ(difference_of({}), "");
  EXPECT_EQ(difference_of({{kTask, "kind: task\n", "# A task.\n\nkind:   task   # of the office\n"},
                           {kTask, "from: [new, given], to: gone", "from: [given, new], to: gone"},
                           {kTask, "spoken: {from: [given]", "spoken: {from: given"},
                           {kTask, "extend: {by: longer, until: until, times: 1", "extend: {times: 1, until: until, by: longer"},
                           {kTask, "data: {how: [phone, visit]}", "data: {how: {type: code, of: [visit, phone]}}"},
                           {kTask, "when: {urgent: false}", "when: [{urgent: false}]"},
                           {kTask, "text: {type: text, max: 500", "text: {type: text, many: false, max: 500"},
                           {"rules/low.yaml", "task.cap: {value: 20wd", "task.cap: {rows: [{limit: 20wd}]"},
                           {"rules/low.yaml", "task.cap: {", "task.cap:  {"}}),
            "");
}

// The same tree in another dress: flow style, each word in quotes; `turn`: keys in reverse order but where that decides.
std::string dressed(const Node& node, bool turn, bool keep = false) {
  if (node.is_scalar()) {
    std::string out = "\"";
    for (const char c : node.text) out += (c == '"' || c == '\\' ? std::string("\\") : std::string()) + c;
    return out + "\"";
  }
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < node.size(); ++i)
    parts.push_back(node.is_map() ? dressed(node.keys[i], turn) + ": " +
                                        dressed(node.items[i], turn, node.keys[i].text == "except" || node.keys[i].text == "by")
                                  : dressed(node.items[i], turn));
  if (node.is_map() && turn && !keep) std::reverse(parts.begin(), parts.end());
  std::string out = node.is_map() ? "{" : "[";
  for (const auto& part : parts) out += (out.size() > 1 ? ", " : "") + part;
  return out + (node.is_map() ? "}" : "]");
}

TEST(Difference, IsNothingWhereOnlyTheDressChanges) {
  for (const char* office : {"example", "qingdao", "boston"}) {
    const auto before = load_office(office);
    Texts texts = before->texts;
    Report report;
    for (auto& [path, text] : texts) {
      const auto document = read_yaml(path, text, report);
      ASSERT_NE(document, nullptr) << path;
      text = dressed(document->root, !path.starts_with("codes/"));  // a code stands behind that which it is under
    }
    const auto after = compiled(texts, office);
    ASSERT_NE(after, nullptr) << office;
    EXPECT_NE(after->id, before->id);
    EXPECT_EQ(told(differences(*before, *after)), "") << office;
  }
}

// Those that are like it and say themselves what has changed in it stay as they were.
TEST(Difference, OfAMetricNamesThoseThatChangeWithIt) {
  const auto before = load_office("example");
  const auto after = compiled(
      edited(before->texts,
             {{"metrics/proposal.yaml", "period: clock.reply.due ", "period: clock.reply.stop "},
              {"metrics/proposal.yaml", "basically_satisfied: 1, else: 0}\n    v2:", "basically_satisfied: 0.5, else: 0}\n    v2:"}}),
      "example");
  ASSERT_NE(after, nullptr);
  EXPECT_EQ(told(differences(*before, *after)),
            "metrics/proposal.yaml: metric proposal.on_time_rate: period is now clock.reply.stop, was clock.reply.due\n"
            "metrics/proposal.yaml: metric proposal.satisfaction, variant v1, ratio: basically_satisfied is now 0.5, was 1\n"
            "metrics/proposal.yaml: metric proposal.reply_rate changes with proposal.on_time_rate, which it is like\n");
}

// Nothing of one office is left in the other.
TEST(Difference, OfTwoOfficesNamesWhatComesAndGoes) {
  const auto found = told(differences(*load_office("example"), *load_office("boston")));
  for (const char* sentence :
       {"offices/boston.yaml: office boston: office is now boston, was example\n",
        "definitions/boston-311.yaml: kind boston-311 is new: events opened, closed\n", "definitions/call.yaml: kind call is gone\n",
        "rules/boston.yaml: rule boston.notices is new: [{at: -1d, ", "rules/base.yaml: rule qa.answer is gone; it was 5wd\n",
        "metrics/boston.yaml: metrics boston is new: boston.on_time_rate, "})
    EXPECT_NE(found.find(sentence), std::string::npos) << sentence << "\n" << found;
}

std::set<std::string> words_in(const std::vector<Difference>& all) {
  std::set<std::string> out;
  for (const auto& each : all) {
    for (const Token& token : words_of(each.sentence)) out.insert(each.sentence.substr(token.at, token.size));
  }
  return out;
}

// What the checker lets through, the sentences must name: the old word and the new one.
std::size_t tell_corruptions(const std::vector<std::pair<const char*, const char*>>& files, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::size_t all = 0;
  std::size_t made = 0;
  for (const auto& each : files) {
    const std::string office = each.first;
    const std::string path = each.second;
    Texts texts = light_texts(office);
    const auto before = compiled(texts, office);
    if (before == nullptr) return 0;
    Trees trees;
    std::size_t accepted = 0;
    each_corruption(texts, path, random, [&](const Corruption& corruption) {
      ++made;
      const Compiled after = compile(texts, office, trees);
      if (!after.ok()) return;
      ++accepted;
      const auto found = differences(*before, *after.bundle, trees);
      EXPECT_EQ(differences(*after.bundle, *before, trees).empty(), found.empty());
      const auto words = words_in(found);
      const auto named = [&](const std::string& word) { return word.empty() || words.contains(word); };
      EXPECT_TRUE(named(corruption.word) && named(corruption.instead)) << path << ":" << corruption.text() << "\n" << told(found);
    });
    all += accepted;
  }
  std::cout << "seed " << seed << ": " << all << " of " << made << " one-token changes pass the checker, and each is told\n";
  return all;
}

TEST(Difference, OfOneTokenOfAKindNamesIt) {
  EXPECT_GT(tell_corruptions({{"example", "definitions/proposal.yaml"},
                              {"example", "definitions/hotline-ticket.yaml"},
                              {"example", "definitions/common.yaml"},
                              {"boston", "definitions/boston-311.yaml"}},
                             20260301),
            9U / kEvery);  // a tenth of them under a sanitizer, so one will do there
}

TEST(Difference, OfOneTokenOfAMetricNamesIt) {
  EXPECT_GT(tell_corruptions({{"example", "metrics/proposal.yaml"},
                              {"example", "metrics/hotline.yaml"},
                              {"example", "metrics/calls.yaml"},
                              {"example", "metrics/qa.yaml"},
                              {"boston", "metrics/boston.yaml"}},
                             20260302),
            15U / kEvery);
}

TEST(Difference, OfOneTokenOfTheOtherFilesNamesIt) {
  std::vector<std::pair<const char*, const char*>> files = {{"example", "offices/example.yaml"}, {"qingdao", "offices/qingdao.yaml"},
                                                            {"example", "sources/example.yaml"}, {"example", "units/example.yaml"},
                                                            {"boston", "sources/boston.yaml"},   {"example", "labels/qa-session.yaml"}};
  for (int round = 0; round < 2; ++round) {
    for (const char* set : {"rules/base.yaml", "rules/qingdao-2017.yaml", "rules/shandong-2017.yaml"}) files.emplace_back("qingdao", set);
    files.emplace_back("example", "rules/example.yaml");
    files.emplace_back("boston", "rules/boston.yaml");
  }
  EXPECT_GT(tell_corruptions(files, 20260303), 15U / kEvery);
}

}  // namespace
}  // namespace docket::definition
