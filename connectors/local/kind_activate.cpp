#include "connectors/local/kind_activate.h"

#include <chrono>
#include <iostream>
#include <thread>

#include "connectors/cli/common.h"
#include "connectors/local/commands.h"
#include "connectors/local/home.h"
#include "connectors/local/place.h"
#include "engine/walk/check.h"

namespace docket::local {
namespace {

constexpr std::size_t kIdShown = 16;
constexpr auto kPatience = std::chrono::seconds(10);

std::string named(const ledger::Activation& activation) {
  return "bundle " + activation.bundle.substr(0, kIdShown) + ", number " + std::to_string(activation.number) +
         (activation.by.empty() ? "" : ", by " + activation.by);
}

ControlReply reply_of(const Error& error) { return {cli::exit_code_of(error), error.message}; }

}  // namespace

ControlReply activate_in(const Definitions& definitions, const std::string& text, const std::string& by, bool dry_run) {
  const auto texts = texts_from_json(text);
  if (!texts) return {2, "the bundle is no JSON object of texts"};
  const auto decides = deciding(definitions);
  if (!decides) return reply_of(decides.error());
  const std::string files = differing_files((*decides)->texts, *texts);
  const auto compiled = compile_stored(text, definition::bundle_id(*texts));
  if (!compiled) return reply_of(compiled.error());
  if (auto may = may_activate(**decides, **compiled); !may) return reply_of(may.error());
  if (auto kept = keeps_places(definitions, **compiled); !kept) return reply_of(kept.error());
  auto refused = refused_later(definitions, **compiled);
  if (!refused) return reply_of(refused.error());
  const std::string advice = kept_versions(**decides, **compiled) + *refused;
  const auto before = definitions.activations->newest();
  if (dry_run) {
    return {0, "now decides: " + named(before) +
                   (files.empty() ? std::string("; the definitions are the same: there is nothing to activate")
                                  : "; would be activated as number " + std::to_string(before.number + 1) + ":\n" + files + advice)};
  }
  const auto done = activate(definitions, *compiled, by);
  if (!done) return reply_of(done.error());
  if (done->already) return {0, "decides already: " + named(done->activation)};
  return {0, "activated: " + named(done->activation) + "\n" + files + advice +
                 "new cases are judged by it; a case that is open keeps what it was opened with, until docket case migrate moves it"};
}

ControlReply activate_in(const Definitions& definitions, const node::Node& node, const std::string& text, const std::string& by,
                         bool dry_run) {
  auto reply = activate_in(definitions, text, by, dry_run);
  if (reply.code != 0 || dry_run) return reply;
  const auto wanted = definitions.activations->number();
  const auto until = std::chrono::steady_clock::now() + kPatience;
  while (node.activation() != 0 && node.activation() < wanted && std::chrono::steady_clock::now() < until)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  const auto reached = node.activation();
  if (reached != 0 && reached < wanted) reply.text += "; not all partitions of this node have it in their chains yet: /readyz says why";
  return reply;
}

int run_kind_activate(const ActivateOptions& given) {
  ActivateOptions options = given;
  if (options.office.empty()) {
    Place place(options.data);
    const auto decides = place.decides();
    if (!decides) return fail(decides.error());
    options.office = (*decides)->office;
  }
  const auto found = compile_office(options.schemas, options.office);
  if (!found) return fail(found.error());
  std::cerr << findings_text(found->diagnostics);
  if (!found->ok()) return fail("office " + options.office + " does not pass; nothing was activated", 1);
  const auto walked = walk::check_by_walks(*found->bundle);
  std::cerr << findings_text(walked);
  if (!walked.empty()) return fail("office " + options.office + " does not pass; nothing was activated", 1);
  const std::string text = texts_to_json(found->bundle->texts);
  const std::string by = options.by.empty() ? cli::user_name() : options.by;
  auto home = open_home(options.data);
  ControlReply reply;
  if (home) {
    reply = activate_in(home->definitions, text, by, options.dry_run);
    if (reply.code == 0 && !options.dry_run) reply.text += "; each chain says so as soon as the folder is served";
  } else if (home.error().code == ErrorCode::kNotFound) {
    return fail(home.error());
  } else {
    // Another process has it, or its ledger is on Kafka: whoever serves it knows how.
    auto asked = ask_holder(options.data, {{"do", "activate"}, {"bundle", text}, {"by", by}, {"dry_run", options.dry_run ? "yes" : ""}});
    if (!asked)
      return fail(home.error().message + "\ndocket: asked who serves it: " + asked.error().message, cli::exit_code_of(home.error()));
    reply = std::move(*asked);
  }
  if (reply.code != 0) return fail(reply.text, reply.code);
  std::cout << reply.text << (reply.text.ends_with('\n') ? "" : "\n");
  return 0;
}

}  // namespace docket::local
