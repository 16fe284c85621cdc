#include "bench/kafka/serving.h"

#include <csignal>
#include <fstream>
#include <iostream>
#include <thread>

#include "bench/harness/clock.h"

namespace docket::bench {
namespace {

constexpr double kPatience = 900;  // s, for all verdicts of a run

// An event that waits gets a row that says so and one more when it is judged: the last one counts.
bool is_final(std::string_view verdict) { return verdict.find(R"("outcome":"parked")") == std::string_view::npos; }

Args on_kafka(const KafkaContext& kafka, const std::string& prefix, Args args) {
  args.insert(args.begin(), kafka.context.options.docket);
  args.insert(args.end(), {"--ledger", "kafka", "--brokers", kafka.brokers, "--topics", prefix, "--accept-one-copy"});
  return args;
}

}  // namespace

Error failed(const std::string& what) { return Error{ErrorCode::kInternal, what, false}; }

void say_load(const std::string& what) {
  std::ifstream file("/proc/loadavg");
  std::string one;
  file >> one;
  std::cerr << "  " << what << " (load average " << one << ")\n";
}

Result<std::string> fresh_topics(KafkaContext& kafka, bool intake) {
  std::string prefix = kafka.prefix + std::to_string(++kafka.topics);
  Args args{kafka.context.options.docket, "topics", "apply", "--brokers", kafka.brokers, "--topics", prefix, "--accept-one-copy"};
  if (intake) args.insert(args.end(), {"--intake", "bench"});
  if (auto made = run(args, kafka.context.path("topics.out")); !made) return made.error();
  return prefix;
}

Result<std::string> kafka_ledger(KafkaContext& kafka, const std::string& prefix) {
  const auto& context = kafka.context;
  std::string data = context.path("data");
  remove_folder(data);
  const Args args{"ledger", "create", "--data", data, "--office", context.whole->office(), "--schemas", context.whole->schemas()};
  if (auto made = run(on_kafka(kafka, prefix, args), context.path("create.out")); !made) return made.error();
  return data;
}

Result<Prepared> prepare(KafkaContext& kafka, bool intake) {
  const auto lines = Lines::open(kafka.context.whole->file());
  if (!lines) return lines.error();
  const auto prefix = fresh_topics(kafka, intake);
  if (!prefix) return prefix.error();
  const auto data = kafka_ledger(kafka, *prefix);
  if (!data) return data.error();
  return Prepared{*lines, *prefix, *data};
}

Result<std::unique_ptr<Child>> start_docket(const KafkaContext& kafka, const std::string& prefix, const std::string& data,
                                            const std::string& node) {
  Args args{"serve", "--data", data, "--listen", "127.0.0.1:0"};
  if (!node.empty()) args.insert(args.end(), {"--node", node});
  return Child::start(on_kafka(kafka, prefix, std::move(args)), kafka.context.path("serve" + node + ".out"));
}

Result<double> await_line(Child& child, const std::string& sign) {
  while (child.running() && now_s() - child.started_s() < 120) {
    if (child.out().find(sign) != std::string::npos) return now_s();
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return failed("no \"" + sign + "\" was said:\n" + child.out() + child.err());
}

std::uint16_t port_of(const Child& child) {
  static const std::string sign = "ready on http://127.0.0.1:";
  const std::string text = child.out();
  const auto at = text.find(sign);
  return at == std::string::npos ? std::uint16_t{0} : static_cast<std::uint16_t>(std::stoul(text.substr(at + sign.size())));
}

Status end(Child& child) {
  child.signal(SIGTERM);
  const int code = child.wait();
  if (code == 0 || code == 128 + SIGTERM || code == 143) return {};
  return failed("a server ended with " + std::to_string(code) + ": " + child.err());
}

Result<Drained> drain(TopicReader& reader, Child& child, std::uint64_t count) {
  std::uint64_t rows = 0;
  double first = 0;
  double last = 0;
  while (rows < count) {
    const auto got = reader.poll([&](const rd_kafka_message_t& row) { rows += is_final(payload_of(row)) ? 1U : 0U; });
    last = now_s();
    if (got > 0 && first == 0) first = last;
    if (got == 0 && last - child.started_s() > kPatience) return failed("only " + std::to_string(rows) + " verdicts came: " + child.err());
    if (got == 0 && !child.running() && rows == 0) return failed("it ended: " + child.out() + child.err());
  }
  const auto all = static_cast<double>(count);
  return Drained{all / (last - first), all / (last - child.started_s()), child.cpu_s() * 1e6 / all};
}

}  // namespace docket::bench
