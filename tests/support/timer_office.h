// A small office whose one kind lives by its clocks: two deadlines with notices, two windows that something follows `after`, the same
// in a part. With a short way to write its events: task("T1", 3, "finished", "2017-03-08T10:00:00+08:00").
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "engine/definition/compile.h"
#include "tests/unit/definition_small_office.h"

namespace docket::testing {

inline std::map<std::string, std::string> timer_office_texts() {
  auto texts = definition::small_office();
  texts["sources/few.yaml"] = R"(sources: few
desk: {title: {zh: 前台, en: desk}, kinds: all, roles: all, units: all, in_order: true}
line: {title: {zh: 专线, en: line}, kinds: all, roles: all, units: all}
old: {title: {zh: 旧系统, en: old system}, kinds: all, roles: all, units: all, backfill: true}
)";
  texts["rules/low.yaml"] = R"(rules: low
valid_from: 2017-01-01
task.work: {value: 5wd, source: "-", certainty: assumed}
task.look: {value: 2d, source: "-", certainty: assumed}
task.nag: {value: 2h, source: "-", certainty: assumed}
task.help: {value: 3wd, source: "-", certainty: assumed}
task.never: {rows: [], source: "-", certainty: assumed}
task.notes: {value: [{at: -1wd, time: "10:00", level: yellow, to: holder}, {at: 1wd, time: "09:00", level: yellow, to: boss}], source: "-", certainty: assumed}
)";
  texts["rules/high.yaml"] = "rules: high\nvalid_from: 2018-01-01\ntask.never: {rows: [], source: \"-\", certainty: assumed}\n";
  texts["definitions/task.yaml"] = R"(kind: task
version: 1
uses: [common]
parking: 72h
attributes:
  number: {type: text, public: true, alias: [number]}
  owner: {type: unit, dimension: true}
states:
  open: [new, given, late, answered]
  paused: [waiting]
  closed: {done: done, gone: withdrawn}
clocks:
  work: {starts: [assigned, appealed], again: restart, stops: [finished, lapsed], pauses: [waiting], limit: task.work, holder: owner,
         notices: task.notes, extend: {by: longer, until: until, times: 2, before: due}}
  look: {starts: [finished], again: restart, stops: [settled, deemed], limit: task.look, window: true}
  nag: {starts: [assigned], again: restart, stops: [finished], limit: task.nag, window: true}
  never: {starts: [assigned], again: restart, stops: [finished], limit: task.never}
events:
  made: {opens: true, to: new, by: [desk], set: [number]}
  assigned: {from: [new], to: given, by: [desk], set: [owner], adds: {help: helpers}}
  held: {from: [given], to: waiting, by: [desk]}
  resumed: {from: [waiting], to: back, by: [desk]}
  longer: {from: [given], by: [boss], data: {until: date}}
  finished: {from: [given, late], to: answered, by: ["@owner"]}
  lapsed: {from: [given], to: late, by: [system], after: work}
  appealed: {from: [late], to: given, by: [boss]}
  nagged: {from: [given, late], by: [system], after: nag}
  overlooked: {from: [given], by: [system], after: never}
  settled: {from: [answered], to: done, by: [boss]}
  deemed: {from: [answered], to: done, by: [system], after: look}
  withdrawn: {from: [new, given, late], to: gone, by: [desk]}
parts:
  help:
    key: {name: unit, type: unit}
    during: [given, late]
    states: {open: [wanted], closed: [ready, missed]}
    clocks: {turn: {starts: [added], stops: [help_given, help_missed], limit: task.help, holder: key, notices: task.notes}}
    events:
      help_given: {from: [wanted], to: ready, by: ["@key"], data: {text: text}}
      help_missed: {from: [wanted], to: missed, by: [system], after: turn}
)";
  texts["definitions/common.yaml"] = R"(fragment: common
version: 1
events:
  noted: {from: [any open, any paused, any closed], by: any, data: {text: text}}
  voided: {from: [any open, any paused, any closed], by: any, does: void, data: {reason: text, approver: {type: person, public: true}}}
  corrected: {from: [any open, any paused, any closed], by: any, does: correct,
              data: {event: object, reason: text, approver: {type: person, public: true}}, also: {replace: object, void: flag}}
  clock_adjusted: {from: [any open, any paused], by: any, does: adjust_clock,
              data: {clock: {type: text, public: true}, due: instant, reason: text, approver: {type: person, public: true}}}
  released: {from: [any open, any paused, any closed], by: any, does: release, data: {reason: text}}
)";
  texts["metrics/task.yaml"] = R"(metrics: task
version: 1
task.on_time: {title: {zh: 按时率, en: on time}, over: task, period: clock.work.due, only: {clock.work: [running, met, late]}, ratio: {when: {clock.work: met}},
  by: {owner: clock.work.holder}, beside: [task.late_open]}
task.late_open: {title: {zh: 超期数, en: late and open}, over: task, stock: {clock.work: overdue}, by: {owner: clock.work.holder}}
task.count: {title: {zh: 件数, en: tasks}, over: task, period: event.made, count: true}
task.deemed: {title: {zh: 视为认可, en: deemed}, over: task, period: event.deemed@first, count: true}
task.nagged: {title: {zh: 提醒, en: nagged}, over: task, period: event.nagged@first, count: true}
task.help: {title: {zh: 会办按时率, en: help on time}, over: task.help, period: clock.turn.due, only: {clock.turn: [running, met, late]},
  ratio: {when: {clock.turn: met}}, by: {unit: key}}
)";
  texts["labels/common.yaml"] = R"(labels: common
roles: {desk: {zh: 前台, en: desk}, boss: {zh: 主任, en: boss}, unit: {zh: 单位, en: unit}, system: {zh: 系统, en: system}}
events: {noted: {zh: 备注, en: noted}, voided: {zh: 作废, en: voided}, corrected: {zh: 更正, en: corrected}, clock_adjusted: {zh: 调整期限, en: clock adjusted},
  released: {zh: 解除隔离, en: released}}
fields: {text: {zh: 内容, en: text}, reason: {zh: 理由, en: reason}, approver: {zh: 批准人, en: approver}, event: {zh: 事件, en: event},
  replace: {zh: 改为, en: replace}, void: {zh: 作废, en: void}, clock: {zh: 时限, en: clock}, due: {zh: 期限, en: due}}
levels: {yellow: {zh: 黄牌, en: yellow card}}
)";
  texts["labels/task.yaml"] = R"(labels: task
kind: {zh: 任务, en: task}
attributes: {number: {zh: 编号, en: number}, owner: {zh: 承办, en: owner}}
fields: {helpers: {zh: 会办, en: helpers}, until: {zh: 至, en: until}}
states: {new: {zh: 新, en: new}, given: {zh: 已交办, en: given}, late: {zh: 逾期, en: late}, answered: {zh: 已答复, en: answered}, waiting: {zh: 等待, en: waiting},
  done: {zh: 办结, en: done}, gone: {zh: 撤回, en: gone}}
clocks: {work: {zh: 办理, en: work}, look: {zh: 复看, en: look}, nag: {zh: 提醒, en: nag}, never: {zh: 不限, en: never}}
events: {made: {zh: 登记, en: made}, assigned: {zh: 交办, en: assigned}, held: {zh: 中止, en: held}, resumed: {zh: 恢复, en: resumed}, longer: {zh: 延期, en: longer},
  finished: {zh: 办完, en: finished}, lapsed: {zh: 逾期, en: lapsed}, appealed: {zh: 申诉, en: appealed}, nagged: {zh: 提醒, en: nagged},
  overlooked: {zh: 忽略, en: overlooked}, settled: {zh: 认可, en: settled}, deemed: {zh: 视为认可, en: deemed}, withdrawn: {zh: 撤回, en: withdrawn}}
parts: {help: {title: {zh: 会办, en: help}, states: {wanted: {zh: 待办, en: wanted}, ready: {zh: 已办, en: ready}, missed: {zh: 未办, en: missed}},
  clocks: {turn: {zh: 会办时限, en: turn}}, events: {help_given: {zh: 反馈, en: help given}, help_missed: {zh: 未反馈, en: help missed}}}}
)";
  return texts;
}

inline definition::BundlePtr timer_office() {
  static const definition::BundlePtr bundle = [] {
    auto compiled = definition::compile(timer_office_texts(), "small");
    for (const auto& row : compiled.diagnostics) {
      if (compiled.bundle == nullptr) ADD_FAILURE() << row.file << ":" << row.line << ": " << row.message;
    }
    return definition::BundlePtr(compiled.bundle);
  }();
  return bundle;
}

inline std::string task(const std::string& case_id, int n, const std::string& event, const std::string& time, const std::string& data = {},
                        const std::string& more = {}, const std::string& source = "line") {
  static const std::map<std::string, std::string> roles{
      {"finished", "unit"}, {"help_given", "unit"}, {"longer", "boss"}, {"appealed", "boss"}, {"settled", "boss"}};
  static const std::map<std::string, std::string> usual{
      {"made", R"({"number":"n"})"}, {"assigned", R"({"owner":"N","helpers":[]})"}, {"longer", R"({"until":"2017-03-20"})"},
      {"noted", R"({"text":"t"})"},  {"help_given", R"({"part":"NA","text":"t"})"}, {"voided", R"({"reason":"r","approver":"a"})"}};
  const auto role = roles.contains(event) ? roles.at(event) : std::string("desk");
  const auto own = usual.contains(event) ? usual.at(event) : std::string("{}");
  return R"({"specversion":"1.0","id":")" + case_id + "-" + std::to_string(n) + R"(","source":")" + source +
         R"(","type":"org.docket.task.)" + event + R"(.v1","subject":")" + case_id + R"(","time":")" + time + R"(","authid":")" + role +
         R"(-1","actorrole":")" + role + R"(")" +
         (role == "unit" ? R"(,"actorunit":")" + std::string(event == "help_given" ? "NA" : "N") + R"(")" : "") + more + R"(,"data":)" +
         (data.empty() ? own : data) + "}";
}

}  // namespace docket::testing
