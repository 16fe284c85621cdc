#include "connectors/cli/words.h"

#include <algorithm>
#include <array>

namespace docket::cli {
namespace {

struct Word {
  std::string_view key;
  std::string_view zh;
};

constexpr std::array kWords{
    Word{"actor", "经办人"},
    Word{"added", "增加"},
    Word{"address", "地址"},
    Word{"adjusted", "改定"},
    Word{"alarm", "警报"},
    Word{"alias", "唯一号"},
    Word{"area", "领域"},
    Word{"as of", "截至"},
    Word{"at", "时刻"},
    Word{"attribute", "属性"},
    Word{"attributes", "属性"},
    Word{"beside", "参照"},
    Word{"by", "经办"},
    Word{"calendar", "日历"},
    Word{"case", "事项"},
    Word{"cases", "事项"},
    Word{"certainty", "依据"},
    Word{"channel", "渠道"},
    Word{"clock", "时钟"},
    Word{"clocks", "时钟"},
    Word{"code", "代码"},
    Word{"combines", "合成"},
    Word{"counted", "计入"},
    Word{"counts", "计入"},
    Word{"data", "数据"},
    Word{"deadlines", "期限"},
    Word{"definition", "定义"},
    Word{"detail", "说明"},
    Word{"difference", "差异"},
    Word{"district", "区县"},
    Word{"due", "截止"},
    Word{"due after", "改为"},
    Word{"due before", "原截止"},
    Word{"erased", "已删除"},
    Word{"event", "事件"},
    Word{"events", "事件"},
    Word{"excluded", "剔除"},
    Word{"extended", "延期"},
    Word{"figure", "数值"},
    Word{"formula", "公式"},
    Word{"fraction", "分子/分母"},
    Word{"from", "自"},
    Word{"gone", "状态"},
    Word{"group", "分组"},
    Word{"histogram", "分布"},
    Word{"holder", "承办方"},
    Word{"id", "编号"},
    Word{"index", "序号"},
    Word{"key", "键"},
    Word{"kind", "类别"},
    Word{"label", "名称"},
    Word{"lacking", "缺数"},
    Word{"layer", "层级"},
    Word{"light", "灯"},
    Word{"limit", "时限"},
    Word{"link", "关联"},
    Word{"links", "关联"},
    Word{"moved", "变动"},
    Word{"n", "次"},
    Word{"name", "名称"},
    Word{"node", "节点"},
    Word{"notice", "通报"},
    Word{"of all time", "自然时间"},
    Word{"of_these", "其中"},
    Word{"on", "时间"},
    Word{"opened", "受理时间"},
    Word{"original_due", "原截止"},
    Word{"outcome", "结果"},
    Word{"part", "分项"},
    Word{"partitions", "分区数"},
    Word{"parts", "分项"},
    Word{"paused at", "暂停于"},
    Word{"period", "时段"},
    Word{"place", "位置"},
    Word{"planned", "待通报"},
    Word{"pointer", "字段"},
    Word{"quarantine", "隔离"},
    Word{"reason", "原因"},
    Word{"recorded", "入账时间"},
    Word{"replayof", "原编号"},
    Word{"resumed", "恢复计时"},
    Word{"revision", "修订"},
    Word{"role", "角色"},
    Word{"round", "轮次"},
    Word{"rule", "规则"},
    Word{"rules", "规则"},
    Word{"set", "规则集"},
    Word{"since", "自何时"},
    Word{"sort", "类型"},
    Word{"source", "来源"},
    Word{"start", "开始"},
    Word{"state", "状态"},
    Word{"states", "状态"},
    Word{"stop", "停表"},
    Word{"subject", "事项"},
    Word{"target", "目标"},
    Word{"time", "发生时间"},
    Word{"times in", "时区"},
    Word{"title", "标题"},
    Word{"to", "至"},
    Word{"told", "通报时间"},
    Word{"total", "合计"},
    Word{"type", "类型"},
    Word{"unit", "单位"},
    Word{"until", "至"},
    Word{"updated", "更新时间"},
    Word{"value", "值"},
    Word{"values", "值"},
    Word{"version", "版本"},
    Word{"versions", "各版本"},
    Word{"weight", "权重"},
    Word{"what", "内容"},
    Word{"withdrawn", "已撤回"},
    Word{"working_days", "工作日"},
    Word{"year", "年份"},
};
constexpr bool by_key(const Word& a, const Word& b) { return a.key < b.key; }
static_assert(std::is_sorted(kWords.begin(), kWords.end(), by_key));

struct ValueWord {
  std::string_view column;
  std::string_view value;
  std::string_view zh;
};

constexpr std::array kValueWords{
    // how a clock stands
    ValueWord{"value", "none", "无"},
    ValueWord{"value", "running", "计时中"},
    ValueWord{"value", "paused", "暂停"},
    ValueWord{"value", "met", "按时"},
    ValueWord{"value", "late", "逾期"},
    ValueWord{"value", "cancelled", "已取消"},
    ValueWord{"value", "unlimited", "不限时"},
    ValueWord{"value", "overdue", "超期"},
    ValueWord{"value", "closed", "已截止"},
    // how a node stands, by its own word
    ValueWord{"state", "up", "运行"},
    ValueWord{"state", "left", "已离开"},
    // what became of an event
    ValueWord{"outcome", "accepted", "已接受"},
    ValueWord{"outcome", "duplicate", "重复"},
    ValueWord{"outcome", "rejected", "拒收"},
    ValueWord{"outcome", "parked", "暂存"},
    ValueWord{"outcome", "not-in-file", "文件中没有"},
    ValueWord{"outcome", "other-event", "并非原事件"},
    ValueWord{"outcome", "settled", "已有结果"},
    ValueWord{"outcome", "overloaded", "过载"},
    ValueWord{"outcome", "outcome-unknown", "结果未知"},
    ValueWord{"outcome", "too-large", "过大"},
    ValueWord{"place", "ledger", "账本"},
    ValueWord{"place", "projections", "投影"},
    ValueWord{"place", "key-store", "密钥库"},
    ValueWord{"what", "sealed values, which no key opens", "密封值，已无密钥可开"},
    ValueWord{"what", "never held private values", "从不存非公开值"},
    ValueWord{"what", "of this node", "本节点"},
    ValueWord{"outcome", "timer", "到时事件"},
    ValueWord{"outcome", "reaction", "联动立案"},
    ValueWord{"outcome", "notice", "通报"},
    ValueWord{"outcome", "quarantined", "隔离"},
    ValueWord{"outcome", "released", "解除隔离"},
    // records of Docket's own among a case's events
    ValueWord{"event", "notice", "预警"},
    ValueWord{"event", "breach", "超期"},
    ValueWord{"event", "breach_withdrawn", "撤回超期"},
    ValueWord{"event", "timer_passed_over", "到时未生效"},
    // the spans of a deadline
    ValueWord{"sort", "start", "起算"},
    ValueWord{"sort", "counted", "计入"},
    ValueWord{"sort", "weekend", "周末"},
    ValueWord{"sort", "holiday", "节假日"},
    ValueWord{"sort", "make_up", "调休上班"},
    ValueWord{"sort", "paused", "暂停"},
    ValueWord{"sort", "due", "截止"},
    ValueWord{"sort", "span", "时段"},
    // how sure a rule is
    ValueWord{"certainty", "text", "有原文"},
    ValueWord{"certainty", "reported", "据转述"},
    ValueWord{"certainty", "assumed", "推定"},
    ValueWord{"to", "holder", "承办方"},
    // what a figure leaves out or lets in
    ValueWord{"excluded", "excluded", "剔除"},
    ValueWord{"excluded", "paused", "暂停"},
    ValueWord{"excluded", "not_yet_due", "未到期"},
    ValueWord{"of_these", "backfilled", "补录"},
    ValueWord{"of_these", "paused", "暂停"},
    ValueWord{"of_these", "quarantined", "隔离"},
    // how the versions of a metric stand
    ValueWord{"versions", "former", "旧版"},
    ValueWord{"versions", "current", "现行"},
    ValueWord{"versions", "beside", "并列"},
    ValueWord{"versions", "building", "补算中"},
    ValueWord{"", "yes", "是"},
    ValueWord{"", "no", "否"},
};

std::string_view zh_of(std::string_view key) {
  const auto found = std::lower_bound(kWords.begin(), kWords.end(), Word{key, ""}, by_key);
  return found != kWords.end() && found->key == key ? found->zh : std::string_view();
}

}  // namespace

std::string heading(std::string_view key, std::string_view language) {
  if (const auto zh = zh_of(key); language != "en" && !zh.empty()) return std::string(zh);
  std::string out;
  for (const char c : key) out += c == '_' ? ' ' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return out;
}

std::string word(std::string_view key, std::string_view language) {
  if (const auto zh = zh_of(key); language != "en" && !zh.empty()) return std::string(zh);
  std::string out(key);
  std::replace(out.begin(), out.end(), '_', ' ');
  return out;
}

std::string value_word(std::string_view column, std::string_view value, std::string_view language) {
  if (language == "en") return std::string(value);
  const auto found = std::find_if(kValueWords.begin(), kValueWords.end(),
                                  [&](const ValueWord& row) { return row.value == value && row.column == column; });
  return std::string(found == kValueWords.end() ? value : found->zh);
}

}  // namespace docket::cli
