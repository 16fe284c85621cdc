// The commands on a ledger that is on Kafka, and on its topics.
#include <algorithm>
#include <iostream>

#include "connectors/kafka/bundles.h"
#include "connectors/kafka/shared_bundles.h"
#include "connectors/local/commands.h"
#include "connectors/local/control.h"
#include "connectors/local/kafka_home.h"
#include "connectors/local/ledger_checks.h"
#include "connectors/local/schemas.h"

namespace docket::local {
namespace {

// Makes or sets what the finding is about.
Status put_right(kafka::Admin& admin, const kafka::NewTopic& wanted, const std::vector<kafka::Finding>& findings) {
  std::map<std::string, std::string> config;
  for (const auto& finding : findings) {
    if (!finding.can_be_set) continue;
    if (finding.setting == "topic") return admin.create(wanted);
    config[finding.setting] = finding.wanted;
  }
  return config.empty() ? Status() : admin.alter(wanted.name, config);
}

int copy_to_kafka(const std::string& from, const KafkaPlace& place) {
  auto source = open_ledger(from);
  if (!source) return fail(source.error());
  if (auto good = check_topics(place); !good) return fail(good.error());
  auto writer = patient_port(place);
  const auto there = read_genesis(*writer, 0);
  if (!there && there.error().code != ErrorCode::kNotFound) return fail(there.error());
  if (there && there->ledger != source->ledger->ledger_id())
    return fail("topic " + place.names.ledger + " holds ledger " + there->ledger + ", not " + source->ledger->ledger_id(), 4);
  const auto bundles = source->ledger->all_bundles();
  if (!bundles) return fail(bundles.error());
  for (const auto& [id, text] : *bundles) {
    const auto bundle = read_bundle(place, id);
    if (bundle) continue;
    if (bundle.error().code != ErrorCode::kNotFound) return fail(bundle.error());
    if (auto put = kafka::put_bundle(place.settings, place.names.config, id, text, kPatienceMs); !put) return fail(put.error());
  }
  auto reader = source->ledger->port();
  const auto copied = copy_all(*reader, *writer, source->ledger->partitions(), true);
  if (!copied) return fail(copied.error());
  // Somebody else's message between two of the copy's would make all behind it void: only what is read back counts.
  ledger::VerifyOptions options;
  options.void_allowed = true;
  const auto report = ledger::verify_ledger(*writer, source->ledger->partitions(), options);
  if (!report) return fail(report.error());
  for (std::size_t i = 0; i < copied->ends.size(); ++i) {
    if (report->chains[i].position == copied->ends[i]) continue;
    return fail("partition " + std::to_string(i) + " of " + place.names.ledger + " ends at height " +
                    std::to_string(report->chains[i].position.height) + ", the original at " + std::to_string(copied->ends[i].height) +
                    ": another one wrote meanwhile",
                1);
  }
  std::cout << copied->blocks << " blocks copied to topic " << place.names.ledger << "; a node serves it with a copy of " << from
            << "/keys\n";
  return 0;
}

int copy_from_kafka(const std::string& to, const KafkaPlace& place) {
  auto reader = patient_port(place);
  const auto first = read_genesis(*reader, 0);
  if (!first) return fail(first.error());
  std::error_code error;
  if (!std::filesystem::exists(std::filesystem::path(to) / "ledger", error)) {
    auto bundle = read_bundle(place, first->bundle);
    if (!bundle) return fail(bundle.error());
    embedded::NewLedger copy;
    copy.id = first->ledger;
    copy.bundles.emplace_back(first->bundle, std::move(*bundle));
    for (int partition = 0; partition < model::kPartitions; ++partition) {
      auto genesis = read_genesis(*reader, partition);
      if (!genesis) return fail(genesis.error());
      copy.genesis.push_back(std::move(genesis->block));
    }
    if (auto made = embedded::EmbeddedStore::create(to, copy); !made) return fail(made.error());
  }
  auto opened = embedded::EmbeddedStore::open(to);
  if (!opened) return fail(opened.error());
  const std::shared_ptr<embedded::EmbeddedStore> target = std::move(*opened);
  {
    const auto tell = [](const std::string& what) { std::cerr << "docket: " << what << "\n"; };
    kafka::SharedBundles bundles(
        target, place.settings, place.names.config, "copy", [](const ledger::Activation&) {}, nullptr, tell);
    if (auto taken = bundles.start(kPatienceMs); !taken) return fail(taken.error());
  }
  auto writer = target->port();
  const auto copied = copy_all(*reader, *writer, model::kPartitions, false);
  if (!copied) return fail(copied.error());
  std::cout << copied->blocks << " blocks copied to " << to << "; its private texts open only with the keys of the ledger's nodes\n";
  return 0;
}

}  // namespace

int run_kafka_create(const std::string& data, const std::string& office, const std::string& schemas, const KafkaOptions& kafka) {
  const auto place = kafka_place(kafka);
  if (!place) return fail(place.error());
  if (auto made = create_kafka_home(data, office, schemas, *place); !made) return fail(made.error());
  std::cout << "ledger created on topic " << place->names.ledger << " for office " << office << " (" << model::kPartitions
            << " partitions); keys in " << data << "\n"
            << "keep a copy of " << data << "/keys apart: without it private texts are lost\n";
  return 0;
}

int run_kafka_verify(const std::string& data, const std::string& heads_file, const KafkaOptions& kafka) {
  const auto place = kafka_place(kafka);
  if (!place) return fail(place.error());
  auto port = patient_port(*place);
  ledger::VerifyOptions options;
  options.void_allowed = true;
  std::vector<std::string> problems;
  const auto genesis = read_genesis(*port, 0);
  if (!genesis && !heads_file.empty()) return fail(genesis.error());
  // The keys check signatures, and a folder may be another ledger's.
  const bool belongs = genesis && check_belongs(data, genesis->ledger, *place).ok();
  if (belongs || !heads_file.empty()) {
    const auto keys = embedded::FileKeyStore::open(data, [](const std::string&) { std::abort(); });
    if (!keys && !heads_file.empty()) return fail(keys.error().with_context("heads are checked with the keys in --data"));
    if (keys) options.key = ledger::public_key_of((*keys)->signing_seed());
    if (!heads_file.empty() && !take_heads(heads_file, genesis->ledger, (*keys)->signing_seed(), options, problems))
      return fail("can't read " + heads_file, 3);
  }
  return verify_and_tell(*port, model::kPartitions, options, problems, "");
}

int run_kafka_copy(const std::string& from, const std::string& to, const KafkaOptions& kafka) {
  const auto place = kafka_place(kafka);
  if (!place) return fail(place.error());
  if ((from == "kafka") == (to == "kafka"))
    return fail("with --brokers one of --from and --to is the word kafka, the other a folder; these are '" + from + "' and '" + to + "'",
                2);
  return from == "kafka" ? copy_from_kafka(to, *place) : copy_to_kafka(from, *place);
}

int run_topics(const KafkaOptions& kafka, bool apply) {
  const auto place = kafka_place(kafka);
  if (!place) return fail(place.error());
  auto admin = kafka::Admin::make(place->settings, kPatienceMs);
  if (!admin) return fail(admin.error());
  int wrong = 0;
  auto topics = kafka::needed_topics(place->names, place->accepted);
  if (!kafka.without_outputs) {
    for (auto& topic : kafka::output_topics(place->names, place->accepted)) topics.push_back(std::move(topic));
  }
  auto intake = admin->topics_with(place->names.intake);  // those that are there, and those that are wanted
  if (!intake) return fail(intake.error());
  for (const auto& name : kafka.intake) intake->push_back(place->names.intake + name);
  std::sort(intake->begin(), intake->end());
  intake->erase(std::unique(intake->begin(), intake->end()), intake->end());
  for (const auto& topic : *intake) {
    auto wanted = kafka::intake_topic(place->names, topic.substr(place->names.intake.size()), place->accepted);
    if (!wanted) return fail(wanted.error());
    topics.push_back(std::move(*wanted));
  }
  for (const auto& wanted : topics) {
    auto state = admin->describe(wanted.name);
    if (!state) return fail(state.error());
    auto findings = kafka::judge(wanted, *state);
    if (apply && !findings.empty()) {
      if (auto done = put_right(*admin, wanted, findings); !done) return fail(done.error());
      for (const auto& finding : findings) {
        if (finding.can_be_set)
          std::cout << wanted.name << ": " << finding.setting << " is now " << finding.wanted
                    << (finding.is.empty() ? "" : ", was " + finding.is) << "\n";
      }
      std::erase_if(findings, [](const kafka::Finding& finding) { return finding.can_be_set; });
    }
    for (const auto& finding : findings) {
      ++wrong;
      std::cout << wanted.name << ": " << finding.setting << " is " << (finding.is.empty() ? "not there" : finding.is) << ", must be "
                << finding.wanted << ": " << finding.why << (finding.can_be_set ? " (docket topics apply sets it)" : "") << "\n";
    }
    if (findings.empty()) std::cout << wanted.name << ": as it must be\n";
  }
  for (const auto& risk : kafka::risks(place->accepted)) std::cout << "risk taken: " << risk << "\n";
  if (const auto broker = admin->broker_config()) {
    for (const auto& line : kafka::advice(*broker)) std::cout << "advice: " << line << "\n";
  }
  return wrong == 0 ? 0 : 4;
}

int run_intake_rebase(const std::string& data, const std::string& topic) {
  const auto reply = ask_holder(data, {{"do", "rebase"}, {"topic", topic}});
  if (!reply) return fail(reply.error());
  if (reply->code != 0) return fail(reply->text, reply->code);
  std::cout << reply->text << "\n";
  return 0;
}

}  // namespace docket::local
