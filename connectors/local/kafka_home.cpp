#include "connectors/local/kafka_home.h"

#include <boost/json.hpp>
#include <chrono>
#include <iostream>

#include "connectors/embedded/folder_lock.h"
#include "connectors/embedded/posix_file.h"
#include "connectors/kafka/bundles.h"
#include "connectors/kafka/clock_watch.h"
#include "connectors/kafka/end_check.h"
#include "connectors/kafka/kafka_intake.h"
#include "connectors/kafka/shared_bundles.h"
#include "connectors/kafka/shared_keys.h"
#include "connectors/local/copy_rest.h"
#include "connectors/local/kafka_outputs.h"
#include "connectors/local/schemas.h"
#include "engine/ledger/block_codec.h"
#include "engine/ledger/genesis.h"
#include "projections/crash_point.h"

namespace docket::local {
namespace {

namespace fs = std::filesystem;

// DATA/kafka.json
struct Belongs {
  std::string ledger;
  std::string topics;  // the ledger's topic
};

Result<Belongs> read_belongs(const fs::path& data) {
  const auto text = embedded::read_whole_file(data / kKafkaFile);
  if (!text) return text.error();
  boost::system::error_code error;
  const auto json = boost::json::parse(*text, error);
  const auto* object = error ? nullptr : json.if_object();
  const auto member = [&](const char* name) {
    const auto* value = object == nullptr ? nullptr : object->if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
  };
  const auto* format = object == nullptr ? nullptr : object->if_contains("format");
  if (format == nullptr || !format->is_int64())
    return Error{ErrorCode::kCorrupt, (data / kKafkaFile).string() + " can't be read: " + *text};
  if (format->get_int64() != 1)
    return Error{ErrorCode::kConflict, (data / kKafkaFile).string() + " is of format " + std::to_string(format->get_int64()) +
                                           ", and this program reads format 1 only"};
  Belongs belongs{member("ledger"), member("topic")};
  if (belongs.ledger.empty() || belongs.topics.empty())
    return Error{ErrorCode::kCorrupt, (data / kKafkaFile).string() + " can't be read: " + *text};
  return belongs;
}

Status write_belongs(const fs::path& data, const Belongs& belongs) {
  const boost::json::object json{{"format", 1}, {"ledger", belongs.ledger}, {"topic", belongs.topics}};
  return embedded::write_new_file(data / kKafkaFile, boost::json::serialize(json) + "\n");
}

Status check_belongs(const fs::path& data, const Belongs& belongs, const std::string& ledger, const KafkaPlace& place) {
  if (belongs.topics != place.names.ledger)
    return Error{ErrorCode::kConflict,
                 data.string() + " belongs to topic " + belongs.topics + ", not to " + place.names.ledger + " (--topics)"};
  if (belongs.ledger == ledger) return {};
  return Error{ErrorCode::kConflict, "topic " + place.names.ledger + " holds ledger " + ledger + ", and " + data.string() +
                                         " belongs to ledger " + belongs.ledger + ": other brokers, or the topic was made anew"};
}

Status write_genesis(kafka::KafkaLedger& port, const KafkaPlace& place, int partition, const std::string& ledger,
                     const std::string& bundle) {
  const auto there = read_genesis(port, partition);
  if (there && there->ledger == ledger && there->bundle == bundle) return {};
  if (there)
    return Error{ErrorCode::kConflict,
                 name_of(partition, place) + " holds ledger " + there->ledger + " already; a new one needs topics of its own (--topics)"};
  if (there.error().code != ErrorCode::kNotFound) return there.error();
  ledger::Genesis genesis;
  genesis.ledger = ledger;
  genesis.partition = partition;
  genesis.bundle = bundle;
  port.append({{1, partition, ledger::encode_block(ledger::genesis_block(genesis, wall_clock()))}});
  for (const auto& report : port.poll()) {
    if (report.ok && report.offset == ledger::Offset{0}) return {};
    return Error{ErrorCode::kUnavailable,
                 "writing the genesis of " + name_of(partition, place) + ": " + (report.ok ? "another one was first" : report.error), true};
  }
  return Error{ErrorCode::kUnavailable, "writing the genesis of " + name_of(partition, place) + ": no answer; give the command again",
               true};
}

// The empty copy, with the genesis blocks and the bundle.
Status make_copy(const fs::path& data, const KafkaPlace& place, kafka::KafkaLedger& port, const KafkaGenesis& first) {
  auto bundle = read_bundle(place, first.bundle);
  if (!bundle) return bundle.error();
  embedded::NewLedger copy;
  copy.id = first.ledger;
  copy.bundles.emplace_back(first.bundle, std::move(*bundle));
  for (int partition = 0; partition < model::kPartitions; ++partition) {
    auto genesis = read_genesis(port, partition);
    if (!genesis) return genesis.error();
    if (genesis->ledger != first.ledger)
      return Error{ErrorCode::kCorrupt, name_of(partition, place) + " holds ledger " + genesis->ledger + ", others hold " + first.ledger};
    copy.genesis.push_back(std::move(genesis->block));
  }
  return embedded::EmbeddedStore::create(data / kCopyFolder, copy);
}

std::chrono::milliseconds end_check_pause() {
  constexpr std::size_t kMinuteMs = 60'000;
#ifdef DOCKET_CRASH_POINTS
  return std::chrono::milliseconds(crash::number("DOCKET_END_CHECK_MS", kMinuteMs));
#else
  return std::chrono::milliseconds(kMinuteMs);
#endif
}

}  // namespace

Status check_belongs(const fs::path& data, const std::string& ledger, const KafkaPlace& place) {
  const auto belongs = read_belongs(data);
  return belongs ? check_belongs(data, *belongs, ledger, place) : belongs.error();
}

Result<KafkaPlace> kafka_place(const KafkaOptions& options) {
  KafkaPlace place;
  place.settings.brokers = options.brokers;
  for (const auto& text : options.config) {
    auto setting = kafka::parse_setting(text);
    if (!setting) return setting.error();
    place.settings.config.push_back(std::move(*setting));
  }
  if (auto good = kafka::check(place.settings); !good) return good.error();
  auto names = kafka::topic_names(options.topics);
  if (!names) return names.error();
  place.names = std::move(*names);
  place.accepted = {options.accept_one_copy, options.accept_loss_on_power_failure};
  return place;
}

Status check_topics(const KafkaPlace& place) {
  auto admin = kafka::Admin::make(place.settings, kPatienceMs);
  if (!admin) return admin.error();
  std::string wrong;
  for (const auto& wanted : kafka::needed_topics(place.names, place.accepted)) {
    const auto state = admin->describe(wanted.name);
    if (!state) return state.error();
    for (const auto& finding : kafka::judge(wanted, *state))
      wrong += "\n  " + finding.topic + ": " + finding.setting + (finding.is.empty() ? "" : " is " + finding.is) + ", must be " +
               finding.wanted + ": " + finding.why;
  }
  if (wrong.empty()) return {};
  return Error{ErrorCode::kConflict, "the topics are not as a ledger's must be (docket topics plan, docket topics apply):" + wrong};
}

Result<std::vector<std::string>> find_intake_topics(const KafkaPlace& place) {
  auto admin = kafka::Admin::make(place.settings, kPatienceMs);
  if (!admin) return admin.error();
  auto topics = admin->topics_with(place.names.intake);
  if (!topics) return topics.error();
  for (const auto& topic : *topics) {
    const auto state = admin->describe(topic);
    if (!state) return state.error();
    if (state->partitions == model::kPartitions) continue;
    return Error{ErrorCode::kConflict,
                 "topic " + topic + " has " + std::to_string(state->partitions) + " partitions, and must have " +
                     std::to_string(model::kPartitions) +
                     " like the ledger, as a case's partition is the same in both: make it anew (docket topics apply --intake)"};
  }
  return topics;
}

std::unique_ptr<kafka::KafkaLedger> patient_port(const KafkaPlace& place) {
  return std::make_unique<kafka::KafkaLedger>(kafka::LedgerOptions{place.settings, place.names.ledger, nullptr, kPatienceMs});
}

Result<KafkaGenesis> read_genesis(kafka::KafkaLedger& port, int partition) {
  const auto batch = port.read(partition, 0, 1);
  if (!batch) return batch.error();
  const std::string name = "partition " + std::to_string(partition);
  if (batch->blocks.empty()) return Error{ErrorCode::kNotFound, name + " is empty: no ledger has been made there (docket ledger create)"};
  const auto block = ledger::decode_block(batch->blocks.front().value);
  if (!block) return block.error().with_context(name + ", its first message");
  if (block->records.empty() || block->records.front().kind != ledger::RecordKind::kGenesis || block->height != 0)
    return Error{ErrorCode::kCorrupt, name + " doesn't begin with a genesis"};
  const auto genesis = ledger::parse_genesis(block->records.front());
  if (!genesis) return genesis.error().with_context(name);
  if (genesis->partition != partition || genesis->partitions != model::kPartitions)
    return Error{ErrorCode::kCorrupt, name + " begins with the genesis of partition " + std::to_string(genesis->partition) + " of " +
                                          std::to_string(genesis->partitions)};
  return KafkaGenesis{genesis->ledger, genesis->bundle, batch->blocks.front().value};
}

Result<std::string> read_bundle(const KafkaPlace& place, const std::string& id) {
  const auto fits = [&](const std::string& text) {
    const auto texts = texts_from_json(text);
    return texts && definition::bundle_id(*texts) == id;
  };
  auto found = kafka::find_bundle(place.settings, place.names.config, fits, kPatienceMs);
  if (!found) return found.error().with_context("looking for bundle " + id);
  if (!*found) return Error{ErrorCode::kNotFound, "topic " + place.names.config + " lacks bundle " + id + ", which the ledger names"};
  return std::move(**found);
}

Status create_kafka_home(const fs::path& data, const std::string& office, const std::string& schemas_folder, const KafkaPlace& place) {
  std::error_code error;
  if (fs::exists(data / "ledger", error))
    return Error{ErrorCode::kConflict, data.string() + " holds an embedded ledger; give another folder"};
  if (auto good = check_topics(place); !good) return good;
  const auto compiled = compile_office(schemas_folder, office);
  if (!compiled) return compiled.error();
  if (!compiled->ok())
    return Error{ErrorCode::kInvalid, "office " + office + " does not pass the check:\n" + findings_text(compiled->diagnostics), false};
  const auto& bundle = compiled->bundle;
  // The genesis says when it was recorded, and nothing behind it may be recorded before.
  kafka::BrokerClock clock;
  if (auto measured = kafka::measure_clock(place.settings, place.names.config, clock, kPatienceMs); !measured) return measured;
  if (const auto standing = clock.standing(wall_clock(), kafka::steady_ms()); !standing.may_own)
    return Error{ErrorCode::kConflict, standing.detail};
  if (auto made = create_keys(data); !made) return made;
  auto lock = embedded::FolderLock::take(data);
  if (!lock) return lock.error();
  auto port = patient_port(place);
  Belongs belongs{new_ledger_id(), place.names.ledger};
  if (fs::exists(data / kKafkaFile, error)) {
    auto there = read_belongs(data);
    if (!there) return there.error();
    if (auto good = check_belongs(data, *there, there->ledger, place); !good) return good;
    belongs = std::move(*there);
  } else {
    const auto taken = read_genesis(*port, 0);
    if (taken)
      return Error{ErrorCode::kConflict, "topic " + place.names.ledger + " holds ledger " + taken->ledger +
                                             " already; a new one needs topics of its own (--topics)"};
    if (taken.error().code != ErrorCode::kNotFound) return taken.error();
    if (auto written = write_belongs(data, belongs); !written) return written;
  }
  const auto there = read_bundle(place, bundle->id);
  if (!there && there.error().code != ErrorCode::kNotFound) return there.error();
  if (!there) {
    if (auto put = kafka::put_bundle(place.settings, place.names.config, bundle->id, texts_to_json(bundle->texts), kPatienceMs); !put)
      return put;
  }
  for (int partition = 0; partition < model::kPartitions; ++partition) {
    if (auto written = write_genesis(*port, place, partition, belongs.ledger, bundle->id); !written) return written;
    DOCKET_CRASH_POINT("create.genesis_written");
  }
  return {};
}

Result<Home> open_kafka_home(const fs::path& data, const KafkaPlace& place, const std::string& node) {
  std::error_code error;
  if (fs::exists(data / "ledger", error))
    return Error{ErrorCode::kConflict,
                 data.string() + " holds an embedded ledger; serve it without --ledger kafka, or give another folder"};
  if (!fs::exists(data / "keys", error))
    return Error{ErrorCode::kNotFound, "no keys in " + data.string() +
                                           "; \"docket ledger create --ledger kafka\" makes a ledger, and a copy " +
                                           "of its keys folder lets another node serve it"};
  Home home;
  home.data = data;
  home.risks = kafka::risks(place.accepted);
  auto lock = embedded::FolderLock::take(data);
  if (!lock) return lock.error();
  home.held = std::make_shared<embedded::FolderLock>(std::move(*lock));
  if (auto good = check_topics(place); !good) return good.error();
  {
    auto port = patient_port(place);
    const auto first = read_genesis(*port, 0);
    if (!first) {
      const bool had = first.error().code == ErrorCode::kNotFound && fs::exists(data / kCopyFolder / "ledger", error);
      return Error{had ? ErrorCode::kCorrupt : first.error().code,
                   "topic " + place.names.ledger + ": " +
                       (had ? std::string("it is empty, and the local copy isn't") + kafka::kLostAdvice : first.error().message),
                   first.error().retriable};
    }
    if (fs::exists(data / kKafkaFile, error)) {
      const auto belongs = read_belongs(data);
      if (!belongs) return belongs.error();
      if (auto good = check_belongs(data, *belongs, first->ledger, place); !good) return good.error();
    } else if (auto written = write_belongs(data, {first->ledger, place.names.ledger}); !written) {
      return written.error();
    }
    if (!fs::exists(data / kCopyFolder / "ledger", error)) {
      if (auto made = make_copy(data, place, *port, *first); !made) return made.error();
    }
  }
  if (auto opened = open_parts(home, data / kCopyFolder, false); !opened) return opened.error();
  const auto keys = std::make_shared<kafka::SharedKeys>(home.keys, place.settings, place.names.keys, node);
  if (auto started = keys->start(kPatienceMs); !started) return started.error();
  home.shared_keys = keys;
  home.keys_topic = place.names.keys;
  home.destroy_keys = [keys](model::Instant now, model::Day parking_from) { return keys->destroy(now, parking_from); };
  const auto tell = [](const std::string& what) { std::cerr << "docket: " << what << "\n"; };
  const auto shared = std::make_shared<kafka::SharedBundles>(
      home.ledger, place.settings, place.names.config, node,
      [activations = home.definitions.activations](const ledger::Activation& activation) { activations->hear(activation); },
      [log = home.metric_log](std::uint64_t number, const std::string& text) { return log->take(number, text); }, tell);
  if (auto started = shared->start(kPatienceMs); !started) return started.error();
  home.definitions.publish = [shared](const std::string& text, const ledger::Activation& activation) {
    return shared->publish(text, activation, kPatienceMs);
  };
  home.metric_log->share([shared](std::uint64_t number, const std::string& text) { return shared->decide(number, text, kPatienceMs); });
  home.catch_up_keys = [keys] { return keys->catch_up(kPatienceMs); };
  auto opened = kafka::ChainCopy::open(home.ledger);
  if (!opened) return opened.error();
  const std::shared_ptr<kafka::ChainCopy> copy = std::move(*opened);
  if (auto rest = copy_rest(place, copy); !rest) return rest.error();
  const auto clock = std::make_shared<kafka::BrokerClock>();
  if (auto measured = kafka::measure_clock(place.settings, place.names.config, *clock, kPatienceMs); !measured) return measured.error();
  home.check_clock = [clock](model::Instant now) {
    auto standing = clock->standing(now, kafka::steady_ms());
    return node::ClockCheck{standing.may_own, std::move(standing.detail)};
  };
  auto clocks = std::make_shared<kafka::ClockWatch>(place.settings, place.names.config, clock, wall_clock, tell);
  clocks->start();
  home.watches.push_back(std::move(clocks));
  home.port = [place, copy, clock] {
    return std::make_unique<kafka::KafkaLedger>(kafka::LedgerOptions{place.settings, place.names.ledger, copy, 0, clock});
  };
  auto check = std::make_shared<kafka::EndCheck>(place.settings, place.names.ledger, copy, model::kPartitions, end_check_pause(), tell);
  check->start();
  home.watches.push_back(std::move(check));
  if (auto found = find_outputs(home, place, copy); !found) return found.error();
  auto topics = find_intake_topics(place);
  if (!topics) return topics.error();
  home.intake_topics = *topics;
  home.intake = [place, topics = std::move(*topics)] { return std::make_unique<kafka::KafkaIntake>(place.settings, topics); };
  home.block_at = [copy](int partition, ledger::Height height) { return copy->block_at(partition, height); };
  return home;
}

}  // namespace docket::local
