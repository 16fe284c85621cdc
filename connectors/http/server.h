// The HTTP face: HTTP/1.1, in front of a Service. A few I/O threads with an io_context each; nothing that
// blocks runs on them. Limits on sizes, header fields, connections, slow clients and memory are Options.
// Thread rule: start(), stop() and the destructor from one thread. The Service must outlive the server.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "connectors/http/access_log.h"
#include "connectors/http/request_reader.h"
#include "connectors/http/router.h"
#include "connectors/service/service.h"
#include "engine/model/result.h"

namespace docket::http {

struct Options {
  std::string host = "127.0.0.1";  // an address of this machine, or "localhost"
  std::uint16_t port = 7417;       // 0: any free one
  std::size_t io_threads = 2;
  std::size_t query_threads = 4;
  std::size_t queued_queries_max = 256;
  std::size_t connections_max = 1024;
  std::size_t streams_max = 256;
  std::uint32_t stream_look_ms = 50;                 // while nothing is told: how often is looked for more
  std::uint32_t stream_heartbeat_ms = 15'000;        // at most so long nothing is sent
  std::size_t pipelined_max = 128;                   // requests of one connection under way
  std::size_t unsent_bytes_max = 64 * 1024;          // of one connection: above it nothing more is read
  std::size_t body_bytes_max = 256UL * 1024 * 1024;  // bodies under way, over all connections
  ReaderLimits reader;
  BodyLimits body;
  std::uint32_t request_deadline_ms = 30'000;     // from a request's first byte to its last
  std::uint32_t write_deadline_ms = 30'000;       // for one write of answers
  std::uint32_t idle_deadline_ms = 75'000;        // between requests
  std::uint32_t linger_deadline_ms = 1'000;       // what a refused client still sends is read and dropped so long
  std::uint32_t stop_deadline_ms = 5'000;         // stop() waits so long for answers under way
  AccessLog access_log;                           // empty: none
  std::shared_ptr<const service::Access> access;  // null: nobody is asked who they are, and only loopback is served
};

class HttpServer {
 public:
  HttpServer(Options options, service::Service& service);
  ~HttpServer();  // stops
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // The port that is listened on. kInvalid: no address of this machine, or not of its loopback interface and no `access`. kConflict: the
  // port is taken.
  [[nodiscard]] Result<std::uint16_t> start();
  // Takes nothing new, gives the answers under way, then closes. At the latest after stop_deadline_ms, plus what a read
  // that has begun still takes.
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace docket::http
