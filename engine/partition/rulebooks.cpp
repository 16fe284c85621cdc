#include "engine/partition/rulebooks.h"

#include <utility>

#include "engine/partition/records.h"

namespace docket::partition {

Rulebook::Rulebook(definition::BundlePtr held, const std::string& tag_key) : bundle(std::move(held)), ingest(bundle, tag_key) {
  for (const auto& kind : bundle->kinds) versions.push_back(std::make_shared<const ledger::Versions>(versions_of(*bundle, kind)));
}

Rulebooks::Rulebooks(const definition::BundlePtr& first, std::string tag_key, definition::BundleSource* source)
    : tag_key_(std::move(tag_key)), source_(source) {
  books_.push_back(std::make_unique<Rulebook>(first, tag_key_));
}

Result<Rulebook*> Rulebooks::find(std::string_view id) {
  for (const auto& book : books_) {
    if (book->bundle->id == id) return book.get();
  }
  if (source_ == nullptr) return Error{ErrorCode::kNotFound, "bundle " + std::string(id) + " is not here"};
  auto bundle = source_->find(id);
  if (!bundle) return bundle.error();
  books_.push_back(std::make_unique<Rulebook>(std::move(*bundle), tag_key_));
  return books_.back().get();
}

Rulebook& Rulebooks::named(std::string_view id) {
  auto book = find(id);
  if (!book) throw LacksBundle(book.error());
  return **book;
}

Rulebook& Rulebooks::of(const model::Event& event) {
  for (const auto& book : books_) {
    if (book->bundle.get() == event.bundle) return *book;
  }
  return named(event.bundle->id);
}

void Rulebooks::read_by(Rulebook& book, ingest::Offered& event) {
  if (event.event == nullptr || event.event->bundle == book.bundle.get() || event.event->text == nullptr) return;
  const bool own = event.stage == ingest::Stage::kReady && event.event->source == definition::kOwnSource;
  auto again = own ? book.ingest.parse_own(*event.event->text) : book.ingest.parse(*event.event->text);
  if (again.event == nullptr) return;  // its envelope was readable, whoever reads it
  if (again.stage != ingest::Stage::kReady) {
    again.stage = ingest::Stage::kRejected;
    if (again.refusal.code == model::Rejection::kForbidden) again.refusal.code = model::Rejection::kInvalidAttribute;
    again.refusal.detail = "by the definitions that its case was opened with: " + again.refusal.detail;
  }
  event = std::move(again);
}

}  // namespace docket::partition
