// Goal: what is decided without a broker: which settings and topics are refused and how they are named, what the local copy takes.
#include <gtest/gtest.h>

#include "connectors/kafka/chain_copy.h"
#include "connectors/kafka/client.h"
#include "connectors/kafka/end_check.h"
#include "connectors/kafka/topic_plan.h"
#include "engine/ledger/block_codec.h"
#include "engine/ledger/genesis.h"
#include "tests/kafka/mock_cluster.h"
#include "tests/support/docket_process.h"

namespace docket::testing {
namespace {

using kafka::ChainCopy;

std::string refusal(const std::string& setting) {
  kafka::Settings settings{"127.0.0.1:1", {}};
  const auto parsed = kafka::parse_setting(setting);
  if (!parsed) return parsed.error().message;
  settings.config.push_back(*parsed);
  const auto checked = kafka::check(settings);
  return checked ? "" : checked.error().message;
}

TEST(KafkaSettings, AnyOfLibrdkafkaIsTakenAndCheckedAtStart) {
  EXPECT_EQ(refusal("linger.ms=5"), "");
  EXPECT_EQ(refusal("compression.codec=zstd"), "");
  EXPECT_EQ(refusal("security.protocol=plaintext"), "");
  EXPECT_EQ(refusal("sasl.username=a=b"), "");
  EXPECT_NE(refusal("linger.mss=5").find("linger.mss=5: No such configuration property"), std::string::npos) << refusal("linger.mss=5");
  EXPECT_NE(refusal("linger.ms=soon").find("linger.ms=soon"), std::string::npos);
  EXPECT_NE(refusal("linger.ms").find("NAME=VALUE, not 'linger.ms'"), std::string::npos);
  EXPECT_NE(refusal("=5").find("NAME=VALUE"), std::string::npos);
}

TEST(KafkaSettings, WhatTheLedgerRestsOnCantBeGiven) {
  for (const std::string name :
       {"enable.idempotence", "acks", "request.required.acks", "message.timeout.ms", "delivery.timeout.ms", "retries", "transactional.id",
        "isolation.level", "auto.offset.reset", "group.id", "enable.partition.eof"}) {
    EXPECT_NE(refusal(name + "=1").find(name + "=1: the ledger rests on this one"), std::string::npos)
        << name << ": " << refusal(name + "=1");
  }
}

TEST(KafkaTopics, TheirNamesAreChecked) {
  ASSERT_TRUE(kafka::topic_names("docket").ok());
  EXPECT_EQ(kafka::topic_names("docket")->ledger, "docket.ledger");
  EXPECT_EQ(kafka::topic_names("docket")->config, "docket.config");
  for (const std::string& name : {std::string(), std::string("a b"), std::string("a/b"), std::string(201, 'a')})
    EXPECT_FALSE(kafka::topic_names(name).ok()) << name;
}

kafka::TopicState as_wanted(const kafka::NewTopic& wanted) {
  kafka::TopicState state;
  state.there = true;
  state.partitions = wanted.partitions;
  state.replication = wanted.replication;
  for (const auto& [name, value] : wanted.config) state.config[name] = value;
  return state;
}

struct Unsafe {
  const char* setting;
  const char* value;
};

TEST(KafkaTopics, EachUnsafeSettingIsNamed) {
  const kafka::Accepted none;
  const auto names = *kafka::topic_names("docket");
  const auto wanted = kafka::ledger_topic(names, none);
  EXPECT_TRUE(kafka::judge(wanted, as_wanted(wanted)).empty());
  for (const auto& [setting, value] : {Unsafe{"cleanup.policy", "compact"}, Unsafe{"retention.ms", "604800000"},
                                       Unsafe{"retention.bytes", "1073741824"}, Unsafe{"min.insync.replicas", "1"},
                                       Unsafe{"unclean.leader.election.enable", "true"}, Unsafe{"message.timestamp.type", "CreateTime"},
                                       Unsafe{"max.message.bytes", "500000"}, Unsafe{"flush.messages", "9223372036854775807"}}) {
    auto state = as_wanted(wanted);
    state.config[setting] = value;
    const auto findings = kafka::judge(wanted, state);
    ASSERT_EQ(findings.size(), 1U) << setting;
    EXPECT_EQ(findings[0].setting, setting);
    EXPECT_EQ(findings[0].is, value);
    EXPECT_TRUE(findings[0].can_be_set);
  }
  auto more = as_wanted(wanted);
  more.config["min.insync.replicas"] = "3";
  more.config["max.message.bytes"] = "8388608";
  more.replication = 5;
  EXPECT_TRUE(kafka::judge(wanted, more).empty()) << "safer is right";
  auto fewer = as_wanted(wanted);
  fewer.partitions = 31;
  fewer.replication = 2;
  const auto findings = kafka::judge(wanted, fewer);
  ASSERT_EQ(findings.size(), 2U);
  EXPECT_FALSE(findings[0].can_be_set);
  EXPECT_FALSE(findings[1].can_be_set);
  EXPECT_EQ(kafka::judge(wanted, {}).size(), 1U) << "and one that is not there";
}

TEST(KafkaTopics, ARiskIsTakenByNameAndTold) {
  const auto names = *kafka::topic_names("docket");
  const kafka::Accepted one{true, false};
  const kafka::Accepted both{true, true};
  auto state = as_wanted(kafka::ledger_topic(names, both));
  EXPECT_TRUE(kafka::judge(kafka::ledger_topic(names, both), state).empty());
  EXPECT_EQ(kafka::judge(kafka::ledger_topic(names, one), state).size(), 1U) << "flush.messages";
  EXPECT_EQ(kafka::judge(kafka::ledger_topic(names, {}), state).size(), 3U) << "and replication, min.insync.replicas";
  EXPECT_TRUE(kafka::risks({}).empty());
  EXPECT_EQ(kafka::risks(both).size(), 2U);
  EXPECT_TRUE(kafka::advice({{"broker.session.timeout.ms", "3000"}}).empty());
  EXPECT_EQ(kafka::advice({{"broker.session.timeout.ms", "9000"}}).size(), 1U);
}

// A chain of blocks of one record each, made by hand.
class Copy : public ::testing::Test {
 protected:
  void SetUp() override {
    ledger::Genesis genesis;
    genesis.ledger = "sim";
    genesis.partitions = 1;
    chain_.push_back(ledger::encode_block(ledger::genesis_block(genesis, 1)));
    ASSERT_TRUE(embedded::EmbeddedStore::create(folder_.path(), {"sim", {chain_[0]}, {}}).ok());
    for (int i = 0; i < 6; ++i) chain_.push_back(block(chain_.back(), chain_.size(), std::to_string(i)));
    open();
  }
  static std::string block(const std::string& before, std::size_t height, const std::string& counter) {
    ledger::Block made;
    made.height = height;
    made.previous = ledger::hash_text(ledger::block_hash(before));
    made.term = 1;
    made.recorded = 2;
    ledger::Record record;
    record.kind = ledger::RecordKind::kBarrier;
    record.body = R"({"process":"1","counter":)" + counter + "}";
    made.records.push_back(std::move(record));
    return ledger::encode_block(made);
  }
  void open() {
    copy_.reset();
    embedded::EmbeddedOptions options;
    options.synced = false;
    auto store = embedded::EmbeddedStore::open(folder_.path(), options);
    ASSERT_TRUE(store.ok()) << store.error().message;
    auto opened = ChainCopy::open(std::move(*store));
    ASSERT_TRUE(opened.ok()) << opened.error().message;
    copy_ = std::move(*opened);
  }
  Status take(std::vector<ledger::Stored> blocks, ledger::Offset next) { return copy_->take(0, {std::move(blocks), next, false}); }
  bool own(std::size_t block, ledger::Offset offset) {
    std::vector<ChainCopy::Own> blocks{{0, offset, chain_[block], true}};
    copy_->take(blocks);
    return copy_->end(0).height == block + 1;
  }

  TempFolder folder_;
  std::vector<std::string> chain_;
  std::unique_ptr<ChainCopy> copy_;
};

TEST_F(Copy, TakesWhatExtendsTheChainAndNothingElse) {
  EXPECT_EQ(copy_->end(0).next, 1);
  const std::string other = block(chain_[0], 1, "99");
  const std::string behind_it = block(other, 2, "98");  // at the very height that is next
  ASSERT_TRUE(take({{1, "not a block"}, {2, chain_[1]}, {3, chain_[1]}, {4, other}, {5, behind_it}, {7, chain_[2]}}, 9).ok());
  const auto end = copy_->end(0);
  EXPECT_EQ(end.height, 3U);
  EXPECT_EQ(end.last, 7);
  EXPECT_EQ(end.next, 9) << "what the reader passed over";
  EXPECT_EQ(end.head, ledger::hash_text(ledger::block_hash(chain_[2])));
  EXPECT_EQ(copy_->block_at(0, 1)->value, chain_[1]);
  EXPECT_EQ(copy_->block_at(0, 2)->offset, 7);
  EXPECT_FALSE(copy_->block_at(0, 3).ok());
  open();
  EXPECT_EQ(copy_->end(0).height, 3U) << "and knows its place after a restart";
  EXPECT_EQ(copy_->end(0).last, 7);
  EXPECT_EQ(copy_->end(0).head, end.head);
}

TEST_F(Copy, AnOwnBlockCountsRightBehindTheEndOnly) {
  EXPECT_TRUE(own(1, 1));
  EXPECT_FALSE(own(2, 3)) << "somebody's message lies between, unread";
  EXPECT_EQ(copy_->end(0).lost, "");
  ASSERT_TRUE(take({{2, "theirs"}, {3, chain_[2]}}, 4).ok()) << "read, it counts";
  EXPECT_EQ(copy_->end(0).height, 3U);
  EXPECT_FALSE(own(4, 4)) << "it doesn't extend the head";
  EXPECT_TRUE(own(3, 4));
}

TEST_F(Copy, AnOwnBlockBelowTheEndMeansAnotherTopic) {
  ASSERT_TRUE(own(1, 1));
  ASSERT_TRUE(own(2, 2));
  EXPECT_FALSE(own(3, 1));
  EXPECT_NE(copy_->end(0).lost.find("offset 1 of partition 0, which was read up to 3"), std::string::npos) << copy_->end(0).lost;
}

// The topic is asked for the copy's last block: the same, another one, none.
TEST_F(Copy, ItsEndIsReadBackAndAnotherBlockThereIsFound) {
  MockCluster cluster(1);
  ASSERT_EQ(cluster.write(0, chain_[0]), 0);
  ASSERT_EQ(cluster.write(0, chain_[1]), 1);
  auto reader = kafka::Reader::make(cluster.settings(), cluster.topic(), {});
  ASSERT_TRUE(reader.ok());
  ASSERT_TRUE(own(1, 1));
  const auto same = kafka::check_end(**reader, *copy_, 0, 10'000);
  EXPECT_TRUE(same.ok()) << same.error().message;
  ASSERT_TRUE(own(2, 2));
  const auto none = kafka::check_end(**reader, *copy_, 0, 10'000);
  ASSERT_FALSE(none.ok());
  EXPECT_TRUE(none.error().retriable) << "an end proves nothing: " << none.error().message;
  ASSERT_EQ(cluster.write(0, "another one"), 2);
  const auto other = kafka::check_end(**reader, *copy_, 0, 10'000);
  ASSERT_FALSE(other.ok());
  EXPECT_EQ(other.error().code, ErrorCode::kCorrupt) << other.error().message;
}

// Lost is lost: nothing is appended any more, and the reader hears why.
TEST_F(Copy, ALostPartitionTakesNoBlocks) {
  MockCluster cluster(1);
  ASSERT_EQ(cluster.write(0, chain_[0]), 0);
  std::shared_ptr<ChainCopy> copy = std::move(copy_);
  auto options = cluster.options(10'000);
  options.copy = copy;
  kafka::KafkaLedger port(options);
  port.append({{1, 0, chain_[1]}});
  const auto good = port.poll();
  ASSERT_EQ(good.size(), 1U);
  EXPECT_TRUE(good[0].ok) << good[0].error;
  EXPECT_EQ(copy->end(0).height, 2U) << "and the copy has it";
  copy->mark_lost(0, "the topic was cut");
  port.append({{2, 0, chain_[2]}});
  const auto refused = port.poll();
  ASSERT_EQ(refused.size(), 1U);
  EXPECT_FALSE(refused[0].ok);
  const auto read = port.read(0, 2, 1);
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(read.error().message, "the topic was cut");
  EXPECT_EQ(cluster.all(0).size(), 2U);
}

TEST_F(Copy, WhatIsReadAgainIsKnown) {
  ASSERT_TRUE(take({{1, chain_[1]}, {2, chain_[2]}}, 3).ok());
  ASSERT_TRUE(take({{1, chain_[1]}, {2, chain_[2]}, {3, chain_[3]}}, 4).ok());
  EXPECT_EQ(copy_->end(0).height, 4U);
}

}  // namespace
}  // namespace docket::testing
