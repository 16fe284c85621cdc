// Goal: a key that one node made is every node's before anything is sealed with it, whatever was interrupted, and no store takes keys of
// another ledger. Method: key stores of several folders over one topic on a real broker.
#include "connectors/kafka/shared_keys.h"
#include "tests/kafka/broker.h"

namespace docket::testing {
namespace {

constexpr int kPatience = 30'000;

class KafkaSharedKeys : public KafkaTest {
 protected:
  void SetUp() override {
    KafkaTest::SetUp();
    if (brokers_.empty() || HasFatalFailure()) return;
    ASSERT_TRUE(embedded::FileKeyStore::create(folder_ / "a").ok());
    fs::create_directory(folder_ / "b");
    fs::copy(folder_ / "a" / "keys", folder_ / "b" / "keys", fs::copy_options::recursive);
  }
  [[nodiscard]] std::shared_ptr<embedded::FileKeyStore> files(const std::string& name) const {
    auto opened = embedded::FileKeyStore::open(folder_ / name);
    EXPECT_TRUE(opened.ok());
    return opened ? std::shared_ptr<embedded::FileKeyStore>(std::move(*opened)) : nullptr;
  }
  [[nodiscard]] std::unique_ptr<kafka::SharedKeys> share(const std::string& name) const {
    return std::make_unique<kafka::SharedKeys>(files(name), kafka::Settings{brokers_, {}}, topics_ + ".keys", "node-" + name);
  }
  TempFolder folder_;
};

TEST_F(KafkaSharedKeys, WhatOneMadeTheOthersHave) {
  auto a = share("a");
  auto b = share("b");
  ASSERT_TRUE(a->start(kPatience).ok());
  ASSERT_TRUE(b->start(kPatience).ok());
  const auto made = a->case_key("C1");
  const auto day = a->parking_key(19'000);
  ASSERT_TRUE(made.ok() && day.ok());
  ASSERT_TRUE(a->sync().ok());
  // At once and unasked: it is looked for.
  EXPECT_EQ(b->find(made->id), std::optional(made->key));
  ASSERT_TRUE(b->catch_up(kPatience).ok());
  EXPECT_EQ(b->find(day->id), std::optional(day->key));
  EXPECT_EQ(b->case_key("C1")->id, made->id) << "a new owner goes on with the case's key";
  // It is in b's own store from then on.
  ASSERT_TRUE(b->sync().ok());
  b.reset();
  EXPECT_EQ(files("b")->find(made->id), std::optional(made->key));
}

TEST_F(KafkaSharedKeys, WhatWasDurableHereAloneIsPutThereAtStart) {
  ledger::KeyRow made;
  {
    const auto alone = files("a");
    made = *alone->case_key("C1");
    ASSERT_TRUE(alone->sync().ok());  // and killed before it reached the topic
  }
  auto a = share("a");
  ASSERT_TRUE(a->start(kPatience).ok());
  auto b = share("b");
  ASSERT_TRUE(b->start(kPatience).ok());
  EXPECT_EQ(b->find(made.id), std::optional(made.key));
  EXPECT_EQ(b->case_key("C1")->id, made.id);
}

TEST_F(KafkaSharedKeys, TwoThatMakeAKeyForOneCaseBothKeepBoth) {
  auto a = share("a");
  auto b = share("b");
  ASSERT_TRUE(a->start(kPatience).ok());
  ASSERT_TRUE(b->start(kPatience).ok());
  const auto of_a = a->case_key("C1");
  const auto of_b = b->case_key("C1");
  ASSERT_TRUE(of_a.ok() && of_b.ok());
  ASSERT_NE(of_a->id, of_b->id);
  ASSERT_TRUE(a->sync().ok());
  ASSERT_TRUE(b->sync().ok());
  for (auto* store : {a.get(), b.get()}) {
    ASSERT_TRUE(store->catch_up(kPatience).ok());
    EXPECT_EQ(store->find(of_a->id), std::optional(of_a->key));
    EXPECT_EQ(store->find(of_b->id), std::optional(of_b->key));
  }
}

TEST_F(KafkaSharedKeys, WhatIsErasedIsTakenBackAndDoesNotComeAgain) {
  constexpr model::Instant kThen = 1'700'000'000'000;
  auto a = share("a");
  auto b = share("b");
  ASSERT_TRUE(a->start(kPatience).ok());
  ASSERT_TRUE(b->start(kPatience).ok());
  const auto made = a->case_key("C1");
  const auto other = a->case_key("C2");
  ASSERT_TRUE(made.ok() && other.ok());
  ASSERT_TRUE(a->sync().ok());
  ASSERT_TRUE(b->catch_up(kPatience).ok());
  ASSERT_TRUE(b->sync().ok());
  ASSERT_TRUE(a->erase("C1", {made->id}, kThen).ok());
  ASSERT_TRUE(a->destroy(kThen + 1, 0).ok());
  EXPECT_EQ(a->find(made->id), std::nullopt);
  EXPECT_EQ(a->fate(made->id).destroyed, kThen + 1);
  // b hasn't read the record yet; at its start it must not put the row there again, and a wouldn't take it.
  b.reset();
  b = share("b");
  ASSERT_TRUE(b->start(kPatience).ok());
  EXPECT_EQ(b->find(made->id), std::optional(made->key));
  ASSERT_TRUE(a->catch_up(kPatience).ok());
  EXPECT_EQ(a->find(made->id), std::nullopt);
  ASSERT_TRUE(b->erase("C1", {made->id}, kThen).ok());
  ASSERT_TRUE(b->destroy(kThen + 2, 0).ok());
  EXPECT_EQ(b->find(made->id), std::nullopt);
  for (auto* store : {a.get(), b.get()}) EXPECT_EQ(store->find(other->id), std::optional(other->key)) << "one master still";
}

TEST_F(KafkaSharedKeys, KeysOfAnotherMasterAreRefused) {
  auto a = share("a");
  ASSERT_TRUE(a->start(kPatience).ok());
  const auto made = a->case_key("C1");
  ASSERT_TRUE(made.ok());
  ASSERT_TRUE(a->sync().ok());
  ASSERT_TRUE(embedded::FileKeyStore::create(folder_ / "stranger").ok());
  auto stranger = share("stranger");
  const auto started = stranger->start(kPatience);
  ASSERT_FALSE(started.ok());
  EXPECT_EQ(started.error().code, ErrorCode::kConflict);
  EXPECT_NE(started.error().message.find("wrapped by another master"), std::string::npos) << started.error().message;
  EXPECT_EQ(stranger->find(made->id), std::nullopt);
}

}  // namespace
}  // namespace docket::testing
