// The process and its folder: one at a time, ended by SIGTERM, and a disk without space.
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <thread>

#include "tests/support/workload.h"

namespace docket::testing {
namespace {

TEST(Process, ASecondOneOnTheFolderIsToldWhichHoldsIt) {
  TempFolder folder;
  const fs::path data = folder / "data";
  create_ledger(data);
  Server server(data);
  ASSERT_TRUE(server.ready()) << server.errors();
  const std::string held = "in use by process " + std::to_string(server.child().pid());
  const std::string name = data.string();
  for (const std::vector<std::string>& command : std::vector<std::vector<std::string>>{
           {"serve", "--data", name, "--listen", "127.0.0.1:0"},
           {"event", "import", "--data", name, "/dev/null"},
           {"store", "verify", "--data", name},
           {"store", "rebuild", "--data", name},
           {"ledger", "verify", "--data", name},
           {"ledger", "copy", "--from", name, "--to", (folder / "copy").string()},
       }) {
    const auto ran = run_docket(command);
    EXPECT_TRUE(ran.ended.with(4)) << command[0] << " " << command[1] << ": " << ran.text();
    EXPECT_NE(ran.err.find(held), std::string::npos) << ran.text();
  }
  EXPECT_TRUE(server.stop().with(0)) << server.errors();
  EXPECT_TRUE(run_docket({"ledger", "verify", "--data", name}).ended.with(0)) << "and the lock went with it";
}

// A datagram that comes within the patience of tests; "" none.
std::string datagram(int fd) {
  pollfd wait{fd, POLLIN, 0};
  constexpr int kWaitMs = 30'000;
  if (::poll(&wait, 1, kWaitMs) != 1) return {};
  std::array<char, 256> bytes{};
  const auto size = ::recv(fd, bytes.data(), bytes.size(), 0);
  return size < 0 ? std::string() : std::string(bytes.data(), static_cast<std::size_t>(size));
}

TEST(Process, TheServiceManagerIsToldWhenItAnswersAndWhenItStops) {
  TempFolder folder;
  create_ledger(folder / "data");
  const std::string path = folder / "notify";
  sockaddr_un here{};
  here.sun_family = AF_UNIX;
  ASSERT_LT(path.size(), sizeof(here.sun_path));
  std::memcpy(here.sun_path, path.data(), path.size());
  const int fd = ::socket(AF_UNIX, SOCK_DGRAM, 0);
  ASSERT_EQ(::bind(fd, reinterpret_cast<const sockaddr*>(&here), sizeof(here)), 0) << std::strerror(errno);
  Server server(folder / "data", {{"NOTIFY_SOCKET", path}});
  ASSERT_TRUE(server.ready()) << server.errors();
  EXPECT_EQ(datagram(fd), "READY=1");
  EXPECT_EQ(server.get("/readyz").status, 200);
  EXPECT_TRUE(server.stop().with(0)) << server.errors();
  EXPECT_EQ(datagram(fd), "STOPPING=1");
  ::close(fd);
}

TEST(Process, SigtermUnderLoadLosesNothingAcknowledged) {
  TempFolder folder;
  const fs::path data = folder / "data";
  create_ledger(data);
  std::vector<Producer> producers;
  for (int i = 0; i < 3; ++i) producers.emplace_back(work(2, static_cast<std::uint64_t>(i), "p" + std::to_string(i)), 2);
  {
    Server server(data);
    ASSERT_TRUE(server.ready()) << server.errors();
    std::atomic<int> answers{0};
    std::vector<std::thread> threads;
    for (auto& producer : producers) {
      producer.on_batch = [&] {
        if (++answers == 20) server.child().signal(SIGTERM);
      };
      threads.emplace_back([&producer, address = server.address()] {
        Client client(address);
        producer.publish(client);
      });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_TRUE(server.child().wait().with(0)) << server.errors();
    for (auto& producer : producers) producer.on_batch = nullptr;
  }
  expect_verified(data);
  Server server(data);
  ASSERT_TRUE(server.ready()) << server.errors();
  std::set<std::string> all;
  for (auto& producer : producers) {
    expect_known(server, producer.acknowledged());
    ASSERT_TRUE(producer.publish(server));
    all.insert(producer.acknowledged().begin(), producer.acknowledged().end());
  }
  EXPECT_TRUE(server.stop(SIGINT).with(0)) << server.errors();
  expect_once(data, all);
}

// A small disk of its own, and a file that takes all the space of it.
class FullDisk : public ::testing::Test {
 protected:
  void SetUp() override {
    fs::create_directory(disk_);
    if (::mount("docket-test", disk_.c_str(), "tmpfs", 0, "size=200m") != 0)
      GTEST_SKIP() << "SKIPPED: mounting a small disk is not allowed here (" << std::strerror(errno) << ")";
    mounted_ = true;
    create_ledger(data_);
  }
  void TearDown() override {
    if (mounted_) ::umount2(disk_.c_str(), MNT_DETACH);
  }
  void fill(std::size_t left = 0) {
    const int file = ::open(filler_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    ASSERT_GE(file, 0);
    for (std::size_t bytes = std::size_t{1} << 20U; bytes > 0;) {
      const std::string zeros(bytes, '\0');
      if (::write(file, zeros.data(), bytes) <= 0) bytes /= 2;
    }
    struct stat info {};
    EXPECT_TRUE(::fstat(file, &info) == 0 && ::ftruncate(file, info.st_size - static_cast<off_t>(left)) == 0);
    ::close(file);
  }
  void expect_overloaded(Server& server, const WorkEvent& event) {
    Client client(server.address());
    const auto refused = client.post(event.json, "application/cloudevents+json");
    EXPECT_EQ(refused.status, 503) << refused.body;
    EXPECT_NE(refused.body.find("overloaded"), std::string::npos) << refused.body;
    EXPECT_NE(refused.body.find("disk is full"), std::string::npos) << refused.body;
    const auto batch = client.post(event.json);
    EXPECT_EQ(batch.status, 200) << batch.body;
    for (const char* part : {"\"outcome\":\"overloaded\"", "\"status\":503", "disk is full"})
      EXPECT_NE(batch.body.find(part), std::string::npos) << "of " << part << ": " << batch.body;
    EXPECT_EQ(server.get("/readyz").status, 503);
    const auto asked = server.get("/v1/events?source=example&id=" + event.id);
    EXPECT_EQ(asked.status, 404) << "nothing half written: " << asked.body;
  }

  // An import says what it waits for. Interrupted, it has done nothing.
  void expect_import_waits(Server& server, const WorkEvent& event) {
    const auto file = folder_ / "event.ndjson";
    std::ofstream(file) << event.json << "\n";
    const auto err = folder_ / "import.err";
    ASSERT_EQ(::mkfifo(err.c_str(), 0600), 0);
    const int said = ::open(err.c_str(), O_RDWR | O_CLOEXEC);
    Child import({docket_program(), "event", "import", "--server", server.address(), file.string()}, {}, err.string());
    std::string text;
    for (pollfd ready{said, POLLIN, 0}; text.find('\n') == std::string::npos && ::poll(&ready, 1, kPatienceMs) > 0;) {
      char bytes[4096];
      const auto got = ::read(said, bytes, sizeof bytes);
      if (got <= 0) break;
      text.append(bytes, static_cast<std::size_t>(got));
    }
    EXPECT_NE(text.find("the ledger's disk is full"), std::string::npos) << text;
    import.signal(SIGKILL);
    import.wait();
    ::close(said);
  }

  TempFolder folder_;
  fs::path disk_ = folder_ / "disk";
  fs::path data_ = disk_ / "data";
  fs::path filler_ = disk_ / "filler";
  bool mounted_ = false;
};

TEST_F(FullDisk, IsToldAndEndsWhenSpaceReturns) {
  Producer producer(work(2, 8));
  Server server(data_);
  ASSERT_TRUE(server.ready()) << server.errors();
  producer.publish(server.client(), 5);
  const auto before = producer.acknowledged();
  ASSERT_EQ(before.size(), 50U);
  fill();
  producer.publish(server.client(), 3);
  EXPECT_EQ(producer.acknowledged(), before);
  EXPECT_EQ(producer.refused(), 30U) << "each event is told overloaded, and may be sent again";
  expect_overloaded(server, producer.events().back());
  EXPECT_EQ(server.get("/v1/cases?kind=hotline-ticket").status, 200) << "reads go on";
  expect_import_waits(server, producer.events().back());
  fs::remove(filler_);
  ASSERT_TRUE(producer.publish(server)) << server.errors();
  EXPECT_EQ(server.get("/readyz").status, 200);
  const auto after = figures(server);
  EXPECT_TRUE(server.stop().with(0)) << server.errors();
  expect_once(data_, producer.acknowledged());
  expect_verified(data_);

  create_ledger(folder_ / "calm");
  Server calm(folder_ / "calm");
  Producer same(producer.events());
  ASSERT_TRUE(same.publish(calm));
  expect_same(after, figures(calm));
}

TEST_F(FullDisk, AStartOnIt) {
  Producer producer(work(1, 9));
  {
    Server server(data_);
    ASSERT_TRUE(server.ready()) << server.errors();
    producer.publish(server.client(), 3);
    fill();
    expect_overloaded(server, producer.events().back());
    server.stop(SIGKILL);
  }
  {
    Server server(data_);
    EXPECT_FALSE(server.ready()) << "without a byte left a store can't be opened";
    EXPECT_TRUE(server.child().wait().with(6)) << server.child().wait().text() << server.errors();
    EXPECT_NE(server.errors().find("No space left"), std::string::npos) << server.errors();
  }
  fill(std::size_t{16} << 20U);
  Server server(data_);
  ASSERT_TRUE(server.ready()) << "it serves reads: " << server.errors();
  expect_known(server, producer.acknowledged());
  expect_overloaded(server, producer.events().back());
  fs::remove(filler_);
  ASSERT_TRUE(producer.publish(server)) << server.errors();
  EXPECT_TRUE(server.stop().with(0)) << server.errors();
  expect_once(data_, producer.acknowledged());
  expect_verified(data_);
}

}  // namespace
}  // namespace docket::testing
