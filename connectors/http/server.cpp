#include "connectors/http/server.h"

#include <algorithm>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/post.hpp>
#include <chrono>

#include "connectors/http/session.h"
#include "connectors/service/problem.h"

namespace docket::http {
namespace {

using Acceptor = asio::basic_socket_acceptor<asio::ip::tcp, Executor>;

constexpr auto kAcceptRetry = std::chrono::milliseconds(100);  // out of file descriptors: the next one may close soon

std::chrono::milliseconds sweep_interval(const Options& options) {
  const std::uint32_t shortest =
      std::min({options.request_deadline_ms, options.write_deadline_ms, options.idle_deadline_ms, options.linger_deadline_ms});
  return std::chrono::milliseconds(std::clamp<std::uint32_t>(shortest / 4, 5, 1000));
}

std::string address_text(const Options& options) { return options.host + ":" + std::to_string(options.port); }

}  // namespace

Shared::Shared(Options given, service::Service& behind)
    : options(std::move(given)),
      service(behind),
      router(service::read_routes(), options.body),
      budget(options.body_bytes_max),
      metrics(options.io_threads),
      reads(std::max<std::size_t>(options.query_threads, 1), options.queued_queries_max),
      follows(1, options.streams_max + 1),
      probes(1, 64) {}

Lane::Lane(Shared& all, std::size_t number)
    : shared(all),
      index(number),
      work(io.get_executor()),
      timer(io),
      mailbox(std::make_shared<Mailbox>([this] { asio::post(io, [this] { drain(); }); })) {}

void Lane::add(Socket socket) {
  const std::uint64_t id = ++last_session;
  auto session = std::make_shared<Session>(*this, std::move(socket), id);
  sessions.emplace(id, session);
  shared.metrics.connection_opened();
  session->start();
  if (stopping) session->finish();
}

void Lane::drain() {
  std::vector<std::shared_ptr<Session>> touched;
  for (auto& delivery : mailbox->take()) {
    const auto found = sessions.find(delivery.session);
    if (found == sessions.end()) continue;
    if (touched.empty() || touched.back() != found->second) touched.push_back(found->second);
    found->second->deliver(std::move(delivery));
  }
  for (const auto& session : touched) session->advance();
}

void Lane::sweep() {
  timer.expires_after(sweep_interval(shared.options));
  timer.async_wait([this](boost::system::error_code error) {
    if (error) return;
    const auto now = Clock::now();
    std::vector<std::shared_ptr<Session>> all;
    all.reserve(sessions.size());
    for (const auto& [id, session] : sessions) all.push_back(session);
    for (const auto& session : all) session->sweep(now);
    sweep();
  });
}

void Lane::finish() {
  stopping = true;
  std::vector<std::shared_ptr<Session>> all;
  for (const auto& [id, session] : sessions) all.push_back(session);
  for (const auto& session : all) session->finish();
}

void Lane::abort() {
  std::vector<std::shared_ptr<Session>> all;
  for (const auto& [id, session] : sessions) all.push_back(session);
  for (const auto& session : all) session->abort();
}

struct HttpServer::Impl {
  Impl(Options options, service::Service& behind) : shared(std::move(options), behind) {}

  Result<std::uint16_t> listen(const asio::ip::address& address);
  void accept();
  void on_accept(boost::system::error_code error, Socket socket, Lane& lane);

  Shared shared;
  std::vector<std::unique_ptr<Lane>> lanes;
  std::unique_ptr<Acceptor> acceptor;   // of the first lane's thread
  std::unique_ptr<Timer> accept_retry;  // of the first lane's thread
  RequestIds refused_ids;               // of the first lane's thread
  std::size_t next_lane = 0;
  bool running = false;
};

Result<std::uint16_t> HttpServer::Impl::listen(const asio::ip::address& address) {
  const asio::ip::tcp::endpoint endpoint(address, shared.options.port);
  boost::system::error_code error;
  acceptor->open(endpoint.protocol(), error);
  if (!error) acceptor->set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor->bind(endpoint, error);
  if (!error) acceptor->listen(asio::socket_base::max_listen_connections, error);
  if (error == asio::error::address_in_use) {
    return Error{ErrorCode::kConflict, address_text(shared.options) + " is in use by another process"};
  }
  if (error) return Error{ErrorCode::kInvalid, "can't listen on " + address_text(shared.options) + ": " + error.message()};
  return acceptor->local_endpoint().port();
}

void HttpServer::Impl::accept() {
  Lane& lane = *lanes[next_lane++ % lanes.size()];
  acceptor->async_accept(lane.io,
                         [this, &lane](boost::system::error_code error, Socket socket) { on_accept(error, std::move(socket), lane); });
}

void HttpServer::Impl::on_accept(boost::system::error_code error, Socket socket, Lane& lane) {
  if (error == asio::error::operation_aborted || !acceptor->is_open()) return;
  if (error) {
    accept_retry->expires_after(kAcceptRetry);
    accept_retry->async_wait([this](boost::system::error_code stopped) {
      if (!stopped && acceptor->is_open()) accept();
    });
    return;
  }
  bool taken = false;
  {
    const std::lock_guard lock(shared.mutex);
    taken = shared.connections < shared.options.connections_max;
    if (taken) ++shared.connections;
  }
  if (taken) {
    asio::post(lane.io, [&lane, moved = std::move(socket)]() mutable { lane.add(std::move(moved)); });
  } else {
    shared.metrics.connection_refused();
    std::string bytes;
    RenderOptions how;
    how.language = "en";
    how.close = true;
    const std::string id = refused_ids.of({});
    how.request_id = id;
    auto answer = service::problem_answer("overloaded", "too many connections", "en");
    add_trace_id(answer, id);
    render(bytes, answer, how);
    boost::system::error_code ignored;
    socket.non_blocking(true, ignored);
    socket.write_some(asio::buffer(bytes), ignored);
  }
  accept();
}

HttpServer::HttpServer(Options options, service::Service& service) {
  options.io_threads = std::max<std::size_t>(options.io_threads, 1);
  impl_ = std::make_unique<Impl>(std::move(options), service);
}

HttpServer::~HttpServer() { stop(); }

Result<std::uint16_t> HttpServer::start() {
  const Options& options = impl_->shared.options;
  boost::system::error_code bad;
  const auto address = asio::ip::make_address(options.host == "localhost" ? "127.0.0.1" : options.host, bad);
  if (bad) return Error{ErrorCode::kInvalid, "\"" + options.host + "\" is no address; write it as 127.0.0.1:7417"};
  if (!address.is_loopback() && !options.access) {
    return Error{ErrorCode::kInvalid, address_text(options) + ": without tokens (--tokens FILE) only loopback is served: 127.0.0.1 or ::1"};
  }
  for (std::size_t i = 0; i < options.io_threads; ++i) impl_->lanes.push_back(std::make_unique<Lane>(impl_->shared, i));
  impl_->acceptor = std::make_unique<Acceptor>(impl_->lanes[0]->io);
  impl_->accept_retry = std::make_unique<Timer>(impl_->lanes[0]->io);
  auto port = impl_->listen(address);
  if (!port) return port;
  impl_->running = true;
  impl_->accept();
  for (auto& lane : impl_->lanes) {
    lane->sweep();
    lane->thread = std::thread([&io = lane->io] { io.run(); });
  }
  return port;
}

void HttpServer::stop() {
  if (!impl_->running) return;
  impl_->running = false;
  asio::post(impl_->lanes[0]->io, [this] {
    boost::system::error_code ignored;
    impl_->acceptor->close(ignored);
    impl_->accept_retry->cancel();
  });
  for (auto& lane : impl_->lanes) {
    asio::post(lane->io, [&own = *lane] { own.finish(); });
  }
  {
    std::unique_lock lock(impl_->shared.mutex);
    impl_->shared.changed.wait_for(lock, std::chrono::milliseconds(impl_->shared.options.stop_deadline_ms),
                                   [this] { return impl_->shared.connections == 0; });
  }
  for (auto& lane : impl_->lanes) {
    lane->mailbox->close();
    asio::post(lane->io, [&own = *lane] {
      own.abort();
      own.timer.cancel();
      own.io.stop();
    });
    lane->thread.join();
  }
  impl_->shared.reads.stop();
  impl_->shared.follows.stop();
  impl_->shared.probes.stop();
}

}  // namespace docket::http
