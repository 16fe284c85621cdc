// A small office whose cases open one another: an order asks for jobs (for a repair where a
// check went badly), a job for a visit when it begins, a part of an order for a job too.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include "engine/definition/compile.h"
#include "tests/unit/definition_small_office.h"

namespace docket::testing {

inline std::map<std::string, std::string> reaction_office_texts() {
  auto texts = definition::small_office();
  auto& office = texts["offices/small.yaml"];
  office.replace(office.find("kinds: [task]"), 13, "kinds: [order, job, visit]");
  office.replace(office.find("metrics: [task]"), 15, "metrics: [order]");
  texts.erase("definitions/task.yaml");
  texts.erase("metrics/task.yaml");
  texts.erase("labels/task.yaml");
  texts["sources/few.yaml"] = R"(sources: few
desk: {title: {zh: 前台, en: desk}, kinds: all, roles: all, units: all, in_order: true}
line: {title: {zh: 专线, en: line}, kinds: all, roles: all, units: all}
)";
  texts["rules/low.yaml"] = R"(rules: low
valid_from: 2017-01-01
job.work: {value: 5d, source: "-", certainty: assumed}
)";
  texts["rules/high.yaml"] = "rules: high\nvalid_from: 2018-01-01\njob.work: {value: 4d, source: \"-\", certainty: assumed}\n";
  texts["definitions/common.yaml"] = R"(fragment: common
version: 1
events:
  noted: {from: [any open, any closed], by: any, data: {text: text}}
  linked: {from: [any open, any closed], by: any, does: link,
           data: {link: {type: text, public: true, max: 64}, target: {type: text, public: true, max: 64}}}
  unlinked: {from: [any open, any closed], by: any, does: unlink,
             data: {link: {type: text, public: true, max: 64}, target: {type: text, public: true, max: 64}}}
  voided: {from: [any open, any closed], by: any, does: void, data: {reason: text, approver: {type: person, public: true}}}
  corrected: {from: [any open, any closed], by: any, does: correct,
              data: {event: object, reason: text, approver: {type: person, public: true}}, also: {replace: object, void: flag}}
)";
  texts["definitions/order.yaml"] = R"(kind: order
version: 1
uses: [common]
attributes:
  owner: {type: unit, dimension: true}
  weight: {type: decimal(2)}
  urgent: {type: flag, default: false}
states: {open: [new], closed: {done: done}}
events:
  made: {opens: true, to: new, by: [desk], set: [owner], may: [weight, urgent]}
  moved: {from: [new], by: [desk], set: [owner], may: [urgent]}
  asked: {from: [new], by: [desk], data: {what: text}, late: 30d}
  checked: {from: [new], by: [desk], data: {result: [fine, poor, bad], what: text}, late: 30d}
  handed: {from: [new], by: [desk], link: other, data: {what: text}}
  planned: {from: [new], by: [desk], adds: {leg: legs}}
  ended: {from: [new], to: done, by: [desk]}
parts:
  leg:
    key: {name: number, type: integer}
    during: [new]
    states: {open: [wanted], closed: [walked]}
    events: {leg_walked: {from: [wanted], to: walked, by: [desk], data: {what: text}}}
links:
  job: {to: job, opens_by: asked, with: {what: what, owner: "@owner", weight: "@weight", urgent: "@urgent", origin: "@case", sort: {value: plain}}}
  other: {to: job, opens_by: handed, with: {what: what, owner: "@owner", origin: "@case", sort: {value: named}}}
  leg_job: {to: job, opens_by: leg_walked, with: {what: what, owner: "@owner", number: part, sort: {value: plain}}}
  repair: {to: job, opens_by: checked, when: [{data.result: poor, urgent: true}, {data.result: bad}],
           with: {what: what, owner: "@owner", sort: {value: named}}}
  leg_check: {to: job, opens_by: leg_walked, when: {urgent: true}, with: {what: what, owner: "@owner", number: part, sort: {value: named}}}
)";
  texts["definitions/job.yaml"] = R"(kind: job
version: 1
uses: [common]
attributes:
  what: {type: text}
  owner: {type: unit, dimension: true}
  weight: {type: decimal(2)}
  urgent: {type: flag}
  origin: {type: text, public: true}
  number: {type: integer}
  sort: {type: code, of: [plain, named]}
states: {open: [begun_state], closed: {done: done}}
clocks:
  work: {starts: [begun], stops: [done_event], limit: job.work, holder: owner}
events:
  begun: {opens: true, to: begun_state, by: [desk, system], set: [what, owner, sort], may: [weight, urgent, origin, number]}
  done_event: {from: [begun_state], to: done, by: [desk]}
links:
  visit: {to: visit, opens_by: begun, with: {unit_name: owner}}
)";
  texts["definitions/visit.yaml"] = R"(kind: visit
version: 1
uses: [common]
attributes: {unit_name: {type: unit}}
states: {open: [planned_state], closed: {done: done}}
events:
  visit_planned: {opens: true, to: planned_state, by: [system], set: [unit_name]}
  visited: {from: [planned_state], to: done, by: [desk]}
)";
  texts["metrics/order.yaml"] = R"(metrics: order
version: 1
order.jobs: {title: {zh: 件数, en: jobs}, over: job, period: event.begun, count: true, by: {owner: owner}}
)";
  texts["labels/common.yaml"] = R"(labels: common
roles: {desk: {zh: 前台, en: desk}, boss: {zh: 主任, en: boss}, unit: {zh: 单位, en: unit}, system: {zh: 系统, en: system}}
events: {noted: {zh: 备注, en: noted}, linked: {zh: 关联, en: linked}, unlinked: {zh: 解除关联, en: unlinked}, voided: {zh: 作废, en: voided}, corrected: {zh: 更正, en: corrected}}
fields: {link: {zh: 关联, en: link}, target: {zh: 对象, en: target}, text: {zh: 内容, en: text}, reason: {zh: 理由, en: reason}, approver: {zh: 批准人, en: approver}, event: {zh: 事件, en: event},
  replace: {zh: 改为, en: replace}, void: {zh: 作废, en: void}}
levels: {}
)";
  texts["labels/order.yaml"] = R"(labels: order
kind: {zh: 订单, en: order}
attributes: {owner: {zh: 承办, en: owner}, weight: {zh: 重量, en: weight}, urgent: {zh: 紧急, en: urgent}}
fields: {what: {zh: 内容, en: what}, legs: {zh: 路段, en: legs}, result: {zh: 结果, en: result}}
values: {fine: {zh: 好, en: fine}, poor: {zh: 差, en: poor}, bad: {zh: 坏, en: bad}}
states: {new: {zh: 新, en: new}, done: {zh: 办结, en: done}}
events: {made: {zh: 登记, en: made}, moved: {zh: 移交, en: moved}, asked: {zh: 请求, en: asked}, checked: {zh: 检查, en: checked}, handed: {zh: 转交, en: handed}, planned: {zh: 计划, en: planned}, ended: {zh: 结束, en: ended}}
parts: {leg: {title: {zh: 路段, en: leg}, states: {wanted: {zh: 待走, en: wanted}, walked: {zh: 已走, en: walked}}, events: {leg_walked: {zh: 走完, en: leg walked}}}}
links: {job: {zh: 任务, en: job}, other: {zh: 另一任务, en: other}, leg_job: {zh: 路段任务, en: job of a leg}, repair: {zh: 返修, en: repair}, leg_check: {zh: 路段检查, en: check of a leg}}
)";
  texts["labels/job.yaml"] = R"(labels: job
kind: {zh: 任务, en: job}
attributes: {what: {zh: 内容, en: what}, owner: {zh: 承办, en: owner}, weight: {zh: 重量, en: weight}, urgent: {zh: 紧急, en: urgent}, origin: {zh: 来源, en: origin}, number: {zh: 序号, en: number}, sort: {zh: 类, en: sort}}
values: {plain: {zh: 普通, en: plain}, named: {zh: 指定, en: named}}
states: {begun_state: {zh: 在办, en: begun}, done: {zh: 办结, en: done}}
clocks: {work: {zh: 办理, en: work}}
events: {begun: {zh: 立项, en: begun}, done_event: {zh: 办完, en: done}}
links: {visit: {zh: 走访, en: visit}}
)";
  texts["labels/visit.yaml"] = R"(labels: visit
kind: {zh: 走访, en: visit}
attributes: {unit_name: {zh: 单位, en: unit}}
states: {planned_state: {zh: 已计划, en: planned}, done: {zh: 办结, en: done}}
events: {visit_planned: {zh: 计划, en: planned}, visited: {zh: 已访, en: visited}}
)";
  return texts;
}

// {file, what stands there, what instead} of an office whose visits need a floor, and whose jobs give it.
inline std::array<std::array<std::string, 3>, 3> visit_with_a_floor() {
  return {
      {{"definitions/visit.yaml",
        "attributes: {unit_name: {type: unit}}\nstates: {open: [planned_state], closed: {done: done}}\nevents:\n"
        "  visit_planned: {opens: true, to: planned_state, by: [system], set: [unit_name]}",
        "attributes: {unit_name: {type: unit}, floor: {type: integer}}\nstates: {open: [planned_state], closed: {done: done}}\nevents:\n"
        "  visit_planned: {opens: true, to: planned_state, by: [system], set: [unit_name, floor]}"},
       {"definitions/job.yaml", "with: {unit_name: owner}", "with: {unit_name: owner, floor: {value: 1}}"},
       {"labels/visit.yaml", "attributes: {unit_name: {zh: 单位, en: unit}}",
        "attributes: {unit_name: {zh: 单位, en: unit}, floor: {zh: 楼层, en: floor}}"}}};
}

inline definition::BundlePtr reaction_office() {
  static const definition::BundlePtr bundle = [] {
    auto compiled = definition::compile(reaction_office_texts(), "small");
    for (const auto& row : compiled.diagnostics) {
      if (compiled.bundle == nullptr) ADD_FAILURE() << row.format();
    }
    return definition::BundlePtr(compiled.bundle);
  }();
  return bundle;
}

// As files, for the real program.
inline void write_reaction_office(const std::filesystem::path& schemas) {
  for (const auto& [path, text] : reaction_office_texts()) {
    std::filesystem::create_directories((schemas / path).parent_path());
    std::ofstream(schemas / path) << text;
  }
}

inline std::string order_event(const std::string& kind, const std::string& case_id, int n, const std::string& event,
                               const std::string& time, const std::string& data, const std::string& more = {},
                               const std::string& source = "line") {
  return R"({"specversion":"1.0","id":")" + case_id + "-" + std::to_string(n) + R"(","source":")" + source + R"(","type":"org.docket.)" +
         kind + "." + event + R"(.v1","subject":")" + case_id + R"(","time":")" + time + R"(","authid":"d-1","actorrole":"desk")" + more +
         R"(,"data":)" + data + "}";
}

}  // namespace docket::testing
