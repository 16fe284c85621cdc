#include "engine/model/rejection.h"

#include <array>

namespace docket::model {
namespace {

using enum Curability;
using enum Remedy;

constexpr std::array kCodes{
    RejectionInfo{Rejection::kMalformed, "malformed", kFinal, kRepair, "无法读取的事件", "the envelope can't be read"},
    RejectionInfo{Rejection::kForbidden, "forbidden", kFinal, kAsk, "来源无权发布", "the source may not publish this"},
    RejectionInfo{Rejection::kInvalidAttribute, "invalid-attribute", kFinal, kRepair, "信封属性错误",
                  "an envelope attribute is missing or wrong"},
    RejectionInfo{Rejection::kUnknownType, "unknown-type", kFinal, kRepair, "未知的事项类别或事件", "no such kind, event or major version"},
    RejectionInfo{Rejection::kInvalidSubject, "invalid-subject", kFinal, kRepair, "事项编号格式错误",
                  "the case id is not [A-Za-z0-9._:-]{1,64}"},
    RejectionInfo{Rejection::kInvalidData, "invalid-data", kFinal, kRepair, "数据字段错误",
                  "a field is missing, of the wrong type or not an allowed value"},
    RejectionInfo{Rejection::kInexactNumber, "inexact-number", kFinal, kRepair, "数字超出精确范围",
                  "a number that a double can't hold exactly; send it as a string"},
    RejectionInfo{Rejection::kTooLarge, "too-large", kFinal, kRepair, "事件过大", "the event is above 64 KiB; use dataref"},
    RejectionInfo{Rejection::kFutureTime, "future-time", kFinal, kRepair, "发生时间在未来", "time lies more than 5 minutes ahead"},
    RejectionInfo{Rejection::kTooLate, "too-late", kFinal, kRepair, "补录超过时限且无批准人",
                  "time lies too far behind and nobody approved it"},
    RejectionInfo{Rejection::kSelfApproved, "self-approved", kFinal, kRepair, "不得自行批准", "approvedby must not be authid"},
    RejectionInfo{Rejection::kClassified, "classified", kFinal, kAsk, "涉密内容不予接收",
                  "classified content is not taken; its payload was dropped"},
    RejectionInfo{Rejection::kIdentityConflict, "identity-conflict", kFinal, kRepair, "同一标识内容不同",
                  "the same (source, id) with other content"},
    RejectionInfo{Rejection::kRoleNotAllowed, "role-not-allowed", kFinal, kRepair, "该角色不得实施此事件", "no such event by this role"},
    RejectionInfo{Rejection::kReactionTooDeep, "reaction-too-deep", kFinal, kAsk, "连锁立案过深",
                  "too many cases opened one another in a row"},
    RejectionInfo{Rejection::kNoCase, "no-case", kCurable, kWait, "事项尚未登记", "the case is not opened yet"},
    RejectionInfo{Rejection::kCaseExists, "case-exists", kCurable, kRepair, "事项已登记", "the case is open already"},
    RejectionInfo{Rejection::kNotFromState, "not-from-state", kCurable, kWait, "当前状态不允许", "not legal in this state"},
    RejectionInfo{Rejection::kConditionNotMet, "condition-not-met", kCurable, kWait, "条件不满足", "its condition does not hold"},
    RejectionInfo{Rejection::kGateMissing, "gate-missing", kCurable, kWait, "前置环节未完成", "a gate is not passed"},
    RejectionInfo{Rejection::kNothingToAnswer, "nothing-to-answer", kCurable, kWait, "没有待答复的申请", "no request is open"},
    RejectionInfo{Rejection::kWindowClosed, "window-closed", kCurable, kRepair, "已过办理窗口期", "the window isn't open"},
    RejectionInfo{Rejection::kNotDue, "not-due", kCurable, kWait, "时限未到", "the deadline has not passed"},
    RejectionInfo{Rejection::kNoSuchPart, "no-such-part", kCurable, kWait, "没有该分项", "no such part of the case"},
    RejectionInfo{Rejection::kPartExists, "part-exists", kCurable, kRepair, "分项已存在", "that part exists already"},
    RejectionInfo{Rejection::kNotHolder, "not-holder", kCurable, kRepair, "非承办单位", "the actor's unit is not the one that must act"},
    RejectionInfo{Rejection::kSameAuthor, "same-author", kCurable, kRepair, "不得由同一人办理", "not by whoever did the earlier act"},
    RejectionInfo{Rejection::kOnce, "once", kCurable, kRepair, "只能发生一次", "it happened already"},
    RejectionInfo{Rejection::kClockNotRunning, "clock-not-running", kCurable, kWait, "时限未在计时", "the clock to extend is not running"},
    RejectionInfo{Rejection::kExtensionAfterDue, "extension-after-due", kCurable, kRepair, "超期后不得延期",
                  "no extension after the deadline"},
    RejectionInfo{Rejection::kExtensionAgain, "extension-again", kCurable, kRepair, "不得再次延期", "no further extension"},
    RejectionInfo{Rejection::kExtensionBackward, "extension-backward", kCurable, kRepair, "延期不得提前",
                  "an extension must move the deadline on"},
    RejectionInfo{Rejection::kExtensionCap, "extension-cap", kCurable, kRepair, "延期超过上限", "beyond the longest extension"},
    RejectionInfo{Rejection::kWouldBreakLater, "would-break-later", kCurable, kRepair, "会使后续事件失效",
                  "it would make an accepted event illegal"},
    RejectionInfo{Rejection::kTargetNotFound, "target-not-found", kCurable, kWait, "目标事件不存在", "its target is not accepted"},
    RejectionInfo{Rejection::kVoided, "voided", kCurable, kAsk, "事项已作废", "the case is voided"},
    RejectionInfo{Rejection::kLinkExists, "link-exists", kCurable, kRepair, "关联已存在",
                  "only one such link, or the case is linked to that one already"},
    RejectionInfo{Rejection::kNoLink, "no-link", kCurable, kWait, "没有该关联", "no such link"},
    RejectionInfo{Rejection::kLinkCycle, "link-cycle", kCurable, kRepair, "关联成环", "the links would form a cycle"},
    RejectionInfo{Rejection::kOutsideDuring, "outside-during", kCurable, kWait, "分项在当前状态不可办理",
                  "the part's events are not legal in this state of the case"},
    RejectionInfo{Rejection::kNoSuchClock, "no-such-clock", kCurable, kWait, "没有该时限", "no such clock is running"},
    RejectionInfo{Rejection::kKindMismatch, "kind-mismatch", kCurable, kRepair, "事项类别不符", "the case is of another kind"},
    RejectionInfo{Rejection::kNoSuchGate, "no-such-gate", kCurable, kRepair, "该环节不可豁免", "that gate can't be waived so"},
    RejectionInfo{Rejection::kNotActive, "not-active", kCurable, kWait, "该版本定义未启用", "what it names is not what decides here"},
    RejectionInfo{Rejection::kNotMigratable, "not-migratable", kCurable, kRepair, "事项不能迁移到新定义",
                  "the case can't be moved to those definitions"},
    RejectionInfo{Rejection::kQuarantined, "quarantined", kCurable, kWait, "事项因程序缺陷隔离，待解除",
                  "an engine defect was met in this case; it waits until the case is released"},
    RejectionInfo{Rejection::kOutOfOrder, "out-of-order", kFinal, kWait, "等待期满仍不合法", "parked to its limit"},
    RejectionInfo{Rejection::kTooManyParked, "too-many-parked", kFinal, kWait, "暂存过多", "too many events are parked"},
    RejectionInfo{Rejection::kVersionConflict, "version-conflict", kFinal, kRepair, "版本已变化", "the case has a newer revision"},
};
constexpr RejectionInfo kUnknown{Rejection::kNone, "none", kFinal, kRepair, "", ""};

}  // namespace

std::span<const RejectionInfo> rejection_codes() { return kCodes; }

const RejectionInfo& info(Rejection code) {
  for (const auto& row : kCodes) {
    if (row.code == code) return row;
  }
  return kUnknown;
}

std::string_view name(Rejection code) { return info(code).name; }

Rejection rejection_from_name(std::string_view name) {
  for (const auto& row : kCodes) {
    if (row.name == name) return row.code;
  }
  return Rejection::kNone;
}

}  // namespace docket::model
