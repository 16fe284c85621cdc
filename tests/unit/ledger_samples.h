// One block for each record kind, the contents of tests/fixtures/ledger/*.json, and help that the ledger's tests share.
#pragma once

#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <sstream>
#include <string>

#include "engine/ledger/block_codec.h"

namespace docket::ledger::testing {

inline Instant at(const char* text) { return *model::parse_instant(text); }

inline Block block_of(Height height, std::vector<Record> records) {
  Block block;
  block.height = height;
  block.previous = height == 0 ? zero_hash_text() : std::string(32, 'a') + std::string(32, '7');
  block.term = height == 0 ? 0 : 3;
  block.recorded = at("2017-03-01T02:00:00.125Z");
  block.bundle = "b-2017-03";
  block.records = std::move(records);
  return block;
}

inline Record record_of(RecordKind kind, std::string body = "") {
  Record record;
  record.kind = kind;
  record.body = std::move(body);
  return record;
}

inline Record accepted_sample() {
  Record record = record_of(RecordKind::kAccepted);
  record.tag = "00ff1122aabbccdd";
  record.case_version = 3;
  record.case_revision = 2;
  record.parked_at = 41;
  record.displaces = {37, 39};
  record.backfill = true;
  record.versions = std::make_shared<const Versions>(Versions{"hotline-ticket.1", "shandong.2017", "cn.2017"});
  NamedEffect start;
  start.set = "start";
  start.clock = "handle";
  start.due = at("2017-03-08T15:59:59.999Z");
  start.unit = "wd";
  start.notices = {{at("2017-03-07T01:00:00Z"), "yellow", "holder"}, {at("2017-03-08T16:00:00Z"), "breach", "supervisor"}};
  NamedEffect part;
  part.set = "extend";
  part.clock = "reply";
  part.part = "unit_task";
  part.part_key = "城管局";
  part.part_nth = 2;
  part.due = at("2017-04-05T09:30:00Z");
  part.unit = "wh";
  part.provisional = true;
  NamedEffect unlimited;
  unlimited.set = "start";
  unlimited.clock = "follow";
  record.effects = {EffectsOf{model::kNoHeight, {start, unlimited}}, EffectsOf{12, {part}}, EffectsOf{13, {}}};
  record.event =
      R"({"specversion":"1.0","id":"e-1","source":"hotline","type":"hotline-ticket.1.dispatched","subject":"HT-1","time":"2017-03-01T10:00:00+08:00","data":{"unit":"U1","text":{"sealed":"k1.AAECAwQFBgcICQoL.q83v"}}})";
  return record;
}

inline Record rejected_sample() {
  Record record = record_of(RecordKind::kRejected);
  record.source = "hotline";
  record.id = "e-2\t\"\\\x01";
  record.subject = "HT-1";
  record.type = "hotline-ticket.1.concluded";
  record.tag = "1234567890abcdef";
  record.code = model::Rejection::kInvalidData;
  record.detail = "字段 due 须为日期";
  record.errors = {{"#/data/due", "must be a date", "format"}, {"#/data/unit", "", "missing"}};
  record.parked_at = 44;
  return record;
}

inline Record parked_sample() {
  Record record = record_of(RecordKind::kParked);
  record.source = "hotline";
  record.id = "e-3";
  record.subject = "HT-9";
  record.type = "hotline-ticket.1.replied";
  record.tag = "0000000000000001";
  record.code = model::Rejection::kNoCase;
  record.detail = "the case is not opened yet";
  record.until = at("2017-03-04T02:00:00.125Z");
  record.event = R"({"sealed":"p20170301.AAECAwQFBgcICQoL.AAAA"})";
  return record;
}

inline Record timer_sample() {
  Record record = record_of(RecordKind::kTimer);
  record.tag = "00000000000000aa";
  record.case_version = 5;
  record.case_revision = 5;
  record.versions = std::make_shared<const Versions>(Versions{"hotline-ticket.1", "shandong.2017", "cn.2017"});
  record.event =
      R"({"specversion":"1.0","id":"t-HT-1-handle-1-1","source":"docket","type":"hotline-ticket.1.returned_by_default","subject":"HT-1","time":"2017-03-08T16:00:00.000Z"})";
  return record;
}

// As it is written since 0022: the event that another case asked for, and by which line it came.
inline Record reaction_sample() {
  Record record = timer_sample();
  record.kind = RecordKind::kReaction;
  record.case_version = 1;
  record.case_revision = 1;
  record.event =
      R"({"specversion":"1.0","id":"HT-1:supervision:5b551cd5cff4a4db","source":"docket","type":"org.docket.supervision.referred.v1","subject":"HT-1.supervision.5b551cd5cff4","time":"2017-03-08T16:00:00.000Z","authid":"docket","actorrole":"system","onbehalfof":"s-1","data":{"source":"hotline","matter":"HT-1","origin":"HT-1"}})";
  record.body = R"({"from":9,"number":17,"case":"HT-1","height":812,"depth":1})";
  return record;
}

// As they are written since 0023: the event at which the defect showed, and the event that released the case.
inline Record quarantined_sample() {
  Record record;
  record.kind = RecordKind::kQuarantined;
  record.source = "https://hotline.city.example/12345";
  record.id = "e-4";
  record.subject = "HT-1";
  record.type = "org.docket.hotline-ticket.signed.v1";
  record.versions = std::make_shared<const Versions>(Versions{"hotline-ticket.1", "shandong.2017", "cn.2017"});
  record.body = R"({"semantics":1,"cause":"event e-4 of HT-1: nothing to go back to"})";
  return record;
}
inline Record released_sample() {
  Record record = quarantined_sample();
  record.kind = RecordKind::kReleased;
  record.source = "docket:console";
  record.id = "released-57-HT-1";
  record.type = "org.docket.hotline-ticket.released.v1";
  record.tag = "00112233445566ff";
  record.event =
      R"({"specversion":"1.0","id":"released-57-HT-1","source":"docket:console","type":"org.docket.hotline-ticket.released.v1","subject":"HT-1","time":"2017-03-01T02:00:00.000Z","authid":"operator","actorrole":"dispatcher","data":{"reason":{"sealed":"AAAA"}}})";
  record.body = R"({"semantics":1})";
  return record;
}

// By fixture name.
inline std::map<std::string, Block> samples() {
  std::map<std::string, Block> all;
  all["genesis"] = block_of(
      0,
      {record_of(
          RecordKind::kGenesis,
          R"({"ledger":"3q2-7wAAAAAAAAAAAAAAAA","partition":7,"partitions":32,"format":1,"bundle":"b-2017-03","hash":"sha256","seal":"aes-256-gcm","signature":"ed25519"})")});
  all["owner-changed"] =
      block_of(1, {record_of(RecordKind::kOwnerChanged,
                             R"({"term":3,"node":"n1","generation":4,"clock":"2017-03-01T02:00:00.125Z","reads":1,"nonce":"c0ffee.1"})")});
  all["barrier"] = block_of(2, {record_of(RecordKind::kBarrier, R"({"nonce":"c0ffee.2"})")});
  all["activated"] = block_of(3, {record_of(RecordKind::kActivated, R"({"bundle":"b-2017-03","number":1})")});
  all["accepted"] = block_of(40, {accepted_sample()});
  all["rejected"] = block_of(45, {rejected_sample()});
  all["parked"] = block_of(46, {parked_sample()});
  all["timer"] = block_of(47, {timer_sample()});
  all["notice"] = block_of(
      48, {record_of(
              RecordKind::kNotice,
              R"({"subject":"HT-1","clock":"handle","round":1,"nth":1,"level":"yellow","at":"2017-03-07T01:00:00.000Z","to":"holder"})")});
  all["head"] = block_of(49, {record_of(RecordKind::kHead, R"({"position":"6.120.00112233445566ff","signature":"AAAA"})")});
  all["head-signed"] = block_of(
      49,
      {record_of(
          RecordKind::kHead,
          R"({"position":"5.120.00112233445566ff","recorded":"2017-03-02T00:00:00.000Z","signature":"73F78qrzO0-fHTEmNDKOarv6sVGGH7wmy8_FztyssgJZi_Ji4u7-znkDaVDxS8dfqaUR9K9yEgTwKYOG5qMkCw"})")});
  all["duplicates"] = block_of(50, {record_of(RecordKind::kDuplicates, R"({"topic":"docket.intake.hotline","ranges":[[4,9]]})")});
  all["duplicates"].next = {{"docket.intake.calls", 1, 0}, {"docket.intake.hotline", 2, 10}};
  all["forwarded"] = block_of(51, {record_of(RecordKind::kForwarded, R"({"to":9})")});
  all["lost"] = block_of(52, {record_of(RecordKind::kLost, R"({"topic":"docket.intake.hotline","from":10,"to":12})")});
  all["intake"] = block_of(
      52,
      {record_of(RecordKind::kForwarded, R"({"topic":"docket.intake.hotline","epoch":2,"offset":11,"to":9,"source":"hotline","id":"e-3"})"),
       record_of(RecordKind::kDuplicates, R"({"topic":"docket.intake.hotline","epoch":2,"ranges":[[4,9],[12,12]]})"),
       record_of(RecordKind::kLost, R"({"topic":"docket.intake.calls","epoch":0,"from":10,"to":12})")});
  all["intake"].version = 2;
  all["intake"].next = {{"docket.intake.calls", 0, 12, 0}, {"docket.intake.hotline", 2, 13, 0x00ff1122aabbccdd}};
  const auto placed = [](Record record, int offset) {
    record.body = R"({"topic":"docket.intake.hotline","epoch":2,"offset":)" + std::to_string(offset) + "}";
    return record;
  };
  all["intake-judged"] = block_of(56, {placed(accepted_sample(), 13), placed(rejected_sample(), 14), placed(parked_sample(), 16)});
  all["intake-judged"].version = 2;
  all["intake-judged"].next = {{"docket.intake.hotline", 2, 17, 0x00ff1122aabbccdd}};
  all["reaction"] = block_of(53, {record_of(RecordKind::kReaction, R"({"number":1,"to":9,"depth":1})")});
  all["quarantined"] = block_of(54, {record_of(RecordKind::kQuarantined, R"({"subject":"HT-1","semantics":1,"cause":"..."})")});
  all["reaction-event"] = block_of(56, {reaction_sample()});
  all["quarantined-event"] = block_of(57, {quarantined_sample()});
  all["released-event"] = block_of(58, {released_sample()});
  all["released"] = block_of(55, {record_of(RecordKind::kReleased, R"({"subject":"HT-1"})")});
  all["mixed"] = block_of(60, {record_of(RecordKind::kBarrier, R"({"nonce":"c0ffee.3"})"), accepted_sample(), rejected_sample(),
                               parked_sample(), timer_sample()});
  return all;
}

inline std::filesystem::path fixture(const std::string& name) {
  return std::filesystem::path(DOCKET_SOURCE_DIR) / "tests/fixtures/ledger" / (name + ".json");
}

inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return std::move(text).str();
}

// A folder of the test's own, removed at its end.
class TempFolder {
 public:
  TempFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "docket-ledger-XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  ~TempFolder() { std::filesystem::remove_all(path_); }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace docket::ledger::testing
