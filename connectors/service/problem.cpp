#include "connectors/service/problem.h"

#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace docket::service {
namespace {

namespace json = boost::json;

constexpr std::string_view kTypeBase = "https://docket.example/problems/";

constexpr std::array kTypes{
    ProblemType{"malformed-json", 400, "JSON 格式错误", "The JSON can't be read"},
    ProblemType{"malformed-request", 400, "HTTP 请求格式错误", "The HTTP request can't be read"},
    ProblemType{"invalid-parameter", 400, "参数错误", "A parameter is not right"},
    ProblemType{"unauthenticated", 401, "未登录", "Not authenticated"},
    ProblemType{"forbidden", 403, "无权操作", "Not permitted"},
    ProblemType{"not-found", 404, "未找到", "Not found"},
    ProblemType{"method-not-allowed", 405, "不支持的方法", "Method not allowed"},
    ProblemType{"request-timeout", 408, "请求超时", "The request took too long to arrive"},
    ProblemType{"identity-conflict", 409, "同一标识内容不同", "The same (source, id) with other content"},
    ProblemType{"position-lost", 409, "位置已失效", "That position is not in the chain"},
    ProblemType{"version-conflict", 412, "版本已变化", "The case has a newer revision"},
    ProblemType{"too-large", 413, "请求内容过大", "The content is too large"},
    ProblemType{"unsupported-media-type", 415, "不支持的内容类型", "Unsupported media type"},
    ProblemType{"rejected", 422, "事件被拒绝", "The event was rejected"},
    ProblemType{"rate-limited", 429, "请求过于频繁", "Too many requests", 1},
    ProblemType{"headers-too-large", 431, "请求头过大", "The header fields are too large"},
    ProblemType{"internal", 500, "内部错误", "Internal error"},
    ProblemType{"outcome-unknown", 503, "结果未知", "The outcome is not known yet", 1},
    ProblemType{"overloaded", 503, "系统繁忙", "Overloaded; nothing was written", 1},
    ProblemType{"projection-behind", 503, "数据尚未同步", "The data is not current yet", 1},
};

const ProblemType* find_type(std::string_view type) {
  for (const auto& row : kTypes) {
    if (row.type == type) return &row;
  }
  return nullptr;
}

json::string text(std::string_view value) { return json::string(value.data(), value.size()); }

}  // namespace

std::span<const ProblemType> problem_types() { return kTypes; }

Problem make_problem(std::string_view type, std::string detail) {
  const ProblemType* row = find_type(type);
  if (row == nullptr) row = find_type("internal");
  Problem problem;
  problem.type = row->type;
  problem.status = row->status;
  problem.title_zh = row->title_zh;
  problem.title_en = row->title_en;
  problem.retry_after_s = row->retry_after_s;
  problem.detail = std::move(detail);
  return problem;
}

Answer problem_answer(const Problem& problem, std::string_view language) {
  const ProblemType* row = find_type(problem.type);
  std::string_view title = language == "zh" ? problem.title_zh : problem.title_en;
  if (title.empty() && row != nullptr) title = language == "zh" ? row->title_zh : row->title_en;

  json::object body;
  body["type"] = text(std::string(kTypeBase) + problem.type);
  body["title"] = text(title);
  body["status"] = problem.status;
  if (!problem.outcome.empty()) body["outcome"] = text(problem.outcome);
  if (!problem.code.empty()) body["code"] = text(problem.code);
  if (!problem.detail.empty()) body["detail"] = text(problem.detail);
  if (!problem.errors.empty()) {
    json::array errors;
    for (const auto& field : problem.errors) {
      json::object entry;
      entry["pointer"] = text(field.pointer);
      entry["detail"] = text(field.detail);
      if (!field.code.empty()) entry["code"] = text(field.code);
      errors.push_back(std::move(entry));
    }
    body["errors"] = std::move(errors);
  }

  Answer answer;
  answer.status = problem.status;
  answer.content_type = "application/problem+json";
  answer.body = json::serialize(body);
  answer.retry_after_s = problem.retry_after_s;
  if (answer.retry_after_s == 0 && problem.status == 503) answer.retry_after_s = 1;
  return answer;
}

Answer problem_answer(std::string_view type, std::string detail, std::string_view language) {
  return problem_answer(make_problem(type, std::move(detail)), language);
}

}  // namespace docket::service
