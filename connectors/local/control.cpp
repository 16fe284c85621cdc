#include "connectors/local/control.h"

#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <iostream>

#include "connectors/embedded/posix_file.h"
#include "connectors/local/backup.h"
#include "connectors/local/kind_activate.h"
#include "connectors/local/kind_simulate.h"
#include "connectors/local/metric_decide.h"

namespace docket::local {
namespace {

constexpr const char* kSocketName = "control.sock";
constexpr std::size_t kLineBytesMax = std::size_t{8} << 20U;  // an office's definitions
constexpr std::size_t kReplyBytesMax = std::size_t{1} << 30U;
constexpr time_t kRequestPatienceS = 10;

// The name goes by the folder's descriptor: a socket's path may have 107 bytes only.
Result<sockaddr_un> address_in(const embedded::PosixFile& folder) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = "/proc/self/fd/" + std::to_string(folder.fd()) + "/" + kSocketName;
  if (path.size() >= sizeof address.sun_path) return Error{ErrorCode::kInternal, path + " is too long for a socket", false};
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

const sockaddr* generic(const sockaddr_un& address) { return reinterpret_cast<const sockaddr*>(&address); }

// A line without its end; "" if the other side says nothing whole.
std::string read_line(int connection, std::size_t bytes_max) {
  std::string line;
  char bytes[4096];
  while (line.size() < bytes_max) {
    const auto got = ::recv(connection, bytes, sizeof bytes, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return {};
    line.append(bytes, static_cast<std::size_t>(got));
    const auto fresh = line.size() - static_cast<std::size_t>(got);
    if (const auto end = line.find('\n', fresh); end != std::string::npos) return line.substr(0, end);
  }
  return {};
}

bool send_line(int connection, std::string line) {
  line += '\n';
  std::string_view rest = line;
  while (!rest.empty()) {
    const auto sent = ::send(connection, rest.data(), rest.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    rest.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool same_user(int connection) {
  ucred peer{};
  socklen_t bytes = sizeof peer;
  if (::getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &bytes) != 0) return false;
  return peer.uid == ::geteuid() || peer.uid == 0;
}

Error failed(const char* doing) { return Error{ErrorCode::kUnavailable, std::string(doing) + ": " + std::strerror(errno), true}; }

}  // namespace

Status ControlServer::start() {
  auto folder = embedded::PosixFile::open(home_.data, O_RDONLY | O_DIRECTORY);
  if (!folder) return folder.error();
  const auto address = address_in(*folder);
  if (!address) return address.error();
  listening_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (listening_ < 0) return failed("making the control socket");
  ::unlinkat(folder->fd(), kSocketName, 0);  // of a holder that was killed: this process has the folder's lock
  ::fchmod(listening_, S_IRUSR | S_IWUSR);   // the file that bind makes gets this mode
  if (::bind(listening_, generic(*address), sizeof *address) != 0) return failed("binding the control socket");
  if (::listen(listening_, 4) != 0) return failed("listening on the control socket");
  wake_ = ::eventfd(0, EFD_CLOEXEC);
  if (wake_ < 0) return failed("making the control socket's bell");
  thread_ = std::thread([this] { run(); });
  return {};
}

ControlServer::~ControlServer() {
  stopping_ = true;
  if (thread_.joinable()) {
    const std::uint64_t one = 1;
    while (::write(wake_, &one, sizeof one) < 0 && errno == EINTR) continue;
    thread_.join();
    std::error_code ignored;
    std::filesystem::remove(home_.data / kSocketName, ignored);
  }
  if (listening_ >= 0) ::close(listening_);
  if (wake_ >= 0) ::close(wake_);
}

void ControlServer::run() {
  while (true) {
    pollfd fds[2] = {{listening_, POLLIN, 0}, {wake_, POLLIN, 0}};
    if (::poll(fds, 2, -1) < 0) {
      if (errno == EINTR) continue;
      return;
    }
    if (fds[1].revents != 0) return;
    const int connection = ::accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) continue;
    serve(connection);
    ::close(connection);
  }
}

void ControlServer::serve(int connection) {
  if (!same_user(connection)) return;
  const timeval patience{kRequestPatienceS, 0};  // one that says nothing must not keep the others waiting
  ::setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);  // nor one that doesn't read its answer
  const std::string request = read_line(connection, kLineBytesMax);
  if (request.empty()) return;
  const auto reply = answer(request);
  send_line(connection, boost::json::serialize(boost::json::object{{"code", reply.code}, {"text", reply.text}}));
}

ControlReply ControlServer::answer(const std::string& request) {
  boost::system::error_code error;
  const auto given = boost::json::parse(request, error);
  const auto member = [&](const char* name) {
    const auto* value = !error && given.is_object() ? given.get_object().if_contains(name) : nullptr;
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
  };
  const std::string what = member("do");
  if (what == "rebase") {
    const std::string topic = member("topic");
    if (!node_.rebase_intake(topic)) return {3, "this node reads no intake topic " + topic + "; it was found at its start or not at all"};
    return {0, "a new epoch of " + topic + " begins, in each partition as soon as its owner can write it"};
  }
  if (what == "activate") return activate_in(home_.definitions, node_, member("bundle"), member("by"), !member("dry_run").empty());
  if (what == "definitions") {
    const auto decides = deciding(home_.definitions);
    return decides ? ControlReply{0, texts_to_json((*decides)->texts)} : ControlReply{1, decides.error().message};
  }
  if (what == "metric") return metric_in(carried_, member("decide"), member("metrics"), member("by"));
  if (what == "simulate") return simulate_in(home_, member("ask"), [this] { return stopping_.load(); });
  if (what != "backup" || member("to").empty()) {
    return {2,
            "the process that holds the folder takes six requests: backup, to a folder; rebase, of a topic; activate, of a bundle; "
            "definitions, that decide; simulate, of what is asked; metric, what is decided of some"};
  }
  const std::filesystem::path target = member("to");
  if (!target.is_absolute()) return {2, "the backup's folder must be an absolute path"};
  return backup_home(
      home_, [this](const std::string& folder) { return store_.backup(folder); }, target);
}

Result<ControlReply> ask_holder_for_backup(const std::filesystem::path& data, const std::filesystem::path& to) {
  return ask_holder(data, {{"do", "backup"}, {"to", to.string()}});
}

Result<ControlReply> ask_holder(const std::filesystem::path& data, const std::map<std::string, std::string>& request) {
  auto folder = embedded::PosixFile::open(data, O_RDONLY | O_DIRECTORY);
  if (!folder) return folder.error();
  const auto address = address_in(*folder);
  if (!address) return address.error();
  const int connection = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connection < 0) return failed("making a socket");
  std::string line;
  if (::connect(connection, generic(*address), sizeof *address) == 0 &&
      send_line(connection, boost::json::serialize(boost::json::value_from(request))))
    line = read_line(connection, kReplyBytesMax);
  ::close(connection);
  boost::system::error_code error;
  const auto reply = boost::json::parse(line, error);
  if (error || !reply.is_object())
    return Error{ErrorCode::kUnavailable, "the process that holds the folder takes no requests, or ended before it answered", true};
  const auto& members = reply.get_object();
  const auto* code = members.if_contains("code");
  const auto* text = members.if_contains("text");
  if (code == nullptr || !code->is_int64() || text == nullptr || !text->is_string())
    return Error{ErrorCode::kUnavailable, "the process that holds the folder gave no answer that this program knows", false};
  return ControlReply{static_cast<int>(code->get_int64()), std::string(text->get_string())};
}

}  // namespace docket::local
