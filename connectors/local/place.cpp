#include "connectors/local/place.h"

namespace docket::local {

Result<ControlReply> Place::ask(const std::map<std::string, std::string>& request) {
  if (home_.error().code == ErrorCode::kNotFound) return home_.error();
  auto reply = ask_holder(data_, request);
  if (reply) return reply;
  return Error{home_.error().code, home_.error().message + "\ndocket: asked who holds it: " + reply.error().message + "; stop it first",
               false};
}

Result<definition::BundlePtr> Place::decides() {
  if (home_) return deciding(home_->definitions);
  const auto asked = ask({{"do", "definitions"}});
  if (!asked) return asked.error();
  const auto texts = asked->code == 0 ? texts_from_json(asked->text) : Result<Texts>(Error{ErrorCode::kInternal, asked->text});
  if (!texts)
    return Error{ErrorCode::kUnavailable, "the process that holds " + data_ + " tells no definitions: " + texts.error().message, false};
  return compile_stored(asked->text, definition::bundle_id(*texts));
}

}  // namespace docket::local
