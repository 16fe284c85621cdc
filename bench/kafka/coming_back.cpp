// Nodes that end, come back and come new: how long their cases are without an answer, and how fast a ledger alone becomes answers again.
#include <algorithm>
#include <csignal>
#include <filesystem>
#include <thread>

#include "bench/harness/clock.h"
#include "bench/kafka/serving.h"
#include "bench/load/connection.h"
#include "connectors/http/target.h"

namespace docket::bench {
namespace {

constexpr std::size_t kAsked = 64;      // cases, of all partitions
constexpr double kAnswersWithin = 120;  // s

class Nodes {
 public:
  Nodes(KafkaContext& kafka, std::string prefix) : kafka_(kafka), prefix_(std::move(prefix)) {
    for (const auto& id : kafka.context.whole->some_cases()) {
      if (targets_.size() < kAsked) targets_.push_back("/v1/cases/" + http::percent_encode(id) + "?consistency=strong");
    }
  }

  Result<std::unique_ptr<Child>> start(const std::string& data, const std::string& node) const {
    return start_docket(kafka_, prefix_, data, node);
  }

  // Seconds from `since` until that node has answered for each of the cases, with all that anybody was told before: any node reads any
  // case, but such an answer needs a block of the partition's owner.
  Result<double> answers(Child& child, double since, std::size_t cases = kAsked) const {
    for (std::size_t at = 0; at < std::min(cases, targets_.size());) {
      if (!child.running() || now_s() - since > kAnswersWithin) return failed("no answer about " + targets_[at] + ": " + child.err());
      Connection connection;
      Answer answer;
      const auto port = port_of(child);
      if (port != 0 && connection.open(port) && get(connection, targets_[at], answer) && answer.status == 200) {
        ++at;
      } else {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      }
    }
    return now_s() - since;
  }

  // Waits until that node owns half of the partitions and has answered for each of the cases.
  Status shares(Child& child) const {
    const double since = now_s();
    while (child.err().find("is to own 16 partitions") == std::string::npos) {
      if (!child.running() || now_s() - since > kAnswersWithin) return failed("two nodes don't share: " + child.err());
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    const auto there = answers(child, since);
    return there ? Status() : there.error();
  }

 private:
  KafkaContext& kafka_;
  std::string prefix_;
  std::vector<std::string> targets_;
};

// A folder with a ledger's keys and nothing else.
Result<std::string> keys_alone(const KafkaContext& kafka, const std::string& data, const std::string& name) {
  const std::string folder = kafka.context.path(name);
  remove_folder(folder);
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  std::filesystem::copy(data + "/keys", folder + "/keys", std::filesystem::copy_options::recursive, error);
  if (error) return failed("copying " + data + "/keys: " + error.message());
  return folder;
}

}  // namespace

Status measure_coming_back(KafkaContext& kafka) {
  Context& context = kafka.context;
  const auto made = prepare(kafka, true);
  if (!made) return made.error();
  const auto& [lines, prefix, data] = *made;
  const std::uint64_t count = lines->size();
  if (auto sent = publish(kafka.brokers, prefix + ".intake.bench", *lines, {0, count}, 0, nullptr); !sent) return sent;
  const Nodes nodes(kafka, prefix);
  auto first = nodes.start(data, "one");
  if (!first) return first.error();
  {
    auto reader = TopicReader::open(kafka.brokers, prefix + ".verdicts");
    if (!reader) return reader.error();
    if (auto all = drain(*reader, **first, count); !all) return all.error();
  }
  if (auto there = nodes.answers(**first, now_s()); !there) return there.error();

  say_load("kill -9, started at once");
  (*first)->signal(SIGKILL);
  (*first)->wait();
  first = nodes.start(data, "one");
  if (!first) return first.error();
  const auto again = nodes.answers(**first, (*first)->started_s(), 1);
  if (!again) return again.error();
  context.add("kafka_restart", *again * 1000);
  if (auto ended = end(**first); !ended) return ended;

  say_load("from the ledger alone");
  const auto bare = keys_alone(kafka, data, "bare");
  if (!bare) return bare.error();
  auto second = nodes.start(*bare, "two");
  if (!second) return second.error();
  const auto restored = nodes.answers(**second, (*second)->started_s(), 1);
  if (!restored) return restored.error();
  if (auto ended = end(**second); !ended) return ended;
  if (auto right = context.whole->check(*bare); !right) return right.error().with_context("restore");
  context.add("kafka_restore", static_cast<double>(count) / *restored);

  // Both share the partitions, then the first one gets that signal.
  const auto lose_first = [&](int signal, const char* figure) -> Status {
    first = nodes.start(data, "one");
    if (!first) return first.error();
    second = nodes.start(*bare, "two");
    if (!second) return second.error();
    for (auto* node : {&*first, &*second}) {
      if (auto shares = nodes.shares(**node); !shares) return shares;
    }
    const double lost = now_s();
    (*first)->signal(signal);
    const auto taken = nodes.answers(**second, lost);
    if (!taken) return taken.error();
    context.add(figure, *taken * 1000);
    (*first)->wait();
    return end(**second);
  };
  say_load("one of two leaves");
  if (auto left = lose_first(SIGTERM, "kafka_hand_over"); !left) return left;
  say_load("one of two is killed");
  return lose_first(SIGKILL, "kafka_take_over");
}

}  // namespace docket::bench
