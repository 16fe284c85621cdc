// SIGTERM while a request is under way: it is finished and answered, and only then the process ends, with 0.
#include <gtest/gtest.h>

#include <thread>

#include "tests/crash/pause.h"
#include "tests/support/workload.h"

namespace docket::testing {
namespace {

// Each of these places is passed once a worker at the start, and then by the request.
TEST(Stop, FinishesWhatIsInFlight) {
  for (const char* at : {"ledger.before_write:3", "worker.written:3"}) {
    SCOPED_TRACE(at);
    TempFolder folder;
    const fs::path data = folder / "data";
    create_ledger(data);
    const Pause pause(folder, at);
    Server server(data, pause.with());
    ASSERT_TRUE(server.ready()) << server.errors();
    const auto events = work(1, 5);
    cli::HttpReply reply;
    std::thread publisher([&] { reply = Client(server.address()).post(events.front().json, "application/cloudevents+json"); });
    ASSERT_TRUE(pause.reached());
    server.child().signal(SIGTERM);
    pause.go_on();
    publisher.join();
    EXPECT_EQ(reply.status, 200) << reply.body;
    EXPECT_TRUE(server.child().wait().with(0)) << server.errors();
    expect_once(data, {events.front().id});
    expect_verified(data);
  }
}

}  // namespace
}  // namespace docket::testing
