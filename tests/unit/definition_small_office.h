// A small office with one kind that uses every word of the language, for tests of the checker. Compiles without a finding.
#pragma once

#include <map>
#include <string>

namespace docket::definition {

inline std::map<std::string, std::string> small_office() {
  return {
      {"offices/small.yaml", R"(office: small
title: {zh: 小局, en: Small office}
time_zone: Asia/Shanghai
prefix: org.docket
rules: [low, high]
calendars: [plain]
units: [few]
codes: [few]
sources: [few]
kinds: [task]
metrics: [task]
roles: [desk, boss, unit, system]
)"},
      {"zones/Asia-Shanghai.yaml", R"(zone: Asia/Shanghai
version: "1"
transitions: [["1970-01-01T00:00:00Z", "+08:00"]]
)"},
      {"calendars/plain.yaml", R"(calendar: plain
layer: national
version: "1"
title: {zh: 平日, en: plain week}
spans: ["09:00-12:00", "13:30-17:30"]
weekend: [sat, sun]
years: {2017: {source: none, certainty: assumed, off: {2017-10-02: 国庆节}, work: {2017-09-30: 国庆节}}}
half_days: {2017-12-29: {name: 半日, spans: ["09:00-12:00"]}}
)"},
      {"units/few.yaml", R"(units: few
valid_from: 2017-01-01
N: {title: {zh: 北区, en: North}, peer: district}
NA: {title: {zh: 北区一所, en: North office}, peer: district, parent: N, valid_to: 2020-01-01, successor: N}
)"},
      {"codes/few.yaml", R"(codes: few
valid_from: 2017-01-01
matters: {water: {zh: 水, en: water}, leak: {zh: 漏水, en: leak, under: water}}
)"},
      {"sources/few.yaml", R"(sources: few
"https://desk.example/1": {title: {zh: 前台, en: desk}, kinds: [task], roles: [desk, unit], units: [N, NA], in_order: true}
old: {title: {zh: 旧系统, en: old system}, kinds: all, roles: all, units: all, backfill: true}
)"},
      {"rules/low.yaml", R"(rules: low
valid_from: 2017-01-01
task.work: {rows: [], source: "-", certainty: assumed}
task.cap: {value: 20wd, source: "-", certainty: assumed}
task.help: {value: 3wd, source: "-", certainty: assumed}
task.notes: {value: [{at: -1wd, time: "10:00", level: yellow, to: holder}], source: "-", certainty: assumed}
task.strict: {value: on, source: "-", certainty: assumed}
task.half: {value: 0.5, source: "-", certainty: assumed}
task.classes: {value: {A: good, B: bad}, source: "-", certainty: assumed}
)"},
      {"rules/high.yaml", R"(rules: high
valid_from: 2018-01-01
task.work: {rows: [{when: {matter: leak}, limit: 2h}, {limit: 5wd}], source: paper 3, certainty: text}
)"},
      {"definitions/common.yaml", R"(fragment: common
version: 1
events:
  noted: {from: [any open, any paused, any closed], by: any, data: {text: text}}
  voided: {from: [any open, any paused, any closed], by: any, does: void, data: {reason: text, approver: {type: person, public: true}}}
)"},
      {"definitions/task.yaml", R"(kind: task
version: 1
uses: [common]
parking: 72h
attributes:
  number: {type: text, public: true, alias: [number]}
  matter: {type: code, of: matters, dimension: true}
  text: {type: text, max: 500, readers: [desk]}
  owner: {type: unit, dimension: true}
  urgent: {type: flag, default: false}
  pages: {type: integer, min: 0, max: 9000}
  read: {type: integer, min: 0, max: 9000}
  cost: {type: decimal(2), min: -100, max: 9000}
  class: {type: code, of: rules.task.classes, per: round, dimension: true}
states:
  open: [new, given, answered]
  paused: [waiting]
  closed: {done: done, gone: merged}
gates:
  asked: {event: spoken, rule: task.strict}
  helped: {part: help, all: [ready], waive: [boss]}
clocks:
  work: {per: round, starts: [assigned], again: restart, stops: [finished], cancels: [taken_back], pauses: [waiting], limit: task.work, holder: owner,
         notices: task.notes, revokes: [refused, {again: {data.why: cheat}}],
         extend: {by: longer, until: until, times: 1, before: due, cap: task.cap}}
  look: {starts: [closed], again: restart, limit: task.cap, window: true}
events:
  made: {opens: true, to: new, by: [desk], set: [number, matter, text], may: [urgent]}
  assigned: {from: [new], to: given, by: [desk], set: [owner], adds: {help: helpers}}
  taken_back: {from: [given], to: new, by: [boss], when: {urgent: false}, unset: [owner]}
  spoken: {from: [given], by: ["@owner"], data: {how: [phone, visit]}, may: [pages, read, cost], late: 2wd}
  held: {from: [given], to: waiting, by: [desk], data: {until: date}}
  resumed: {from: [waiting], to: back, by: [desk]}
  asked_longer: {from: [given], by: ["@owner"], once: round, data: {until: date}}
  longer: {from: [given], by: [boss], answers: asked_longer, data: {until: date}}
  finished: {from: [given], to: answered, by: ["@owner"], set: [class], needs: [asked, helped]}
  refused: {from: [answered], to: given, by: [boss], not_by: finished}
  closed: {from: [answered], to: done, by: [boss], when: [{class: good}, {count.refused: {min: 1}}]}
  again: {from: [done], to: given, round: next, by: [desk], while: look, data: {why: [new_facts, cheat]}}
  joined: {from: [new, given], to: gone, by: [desk], link: into, fix: {urgent: true}}
parts:
  help:
    key: {name: unit, type: unit}
    during: [given]
    states: {open: [wanted], closed: [ready]}
    clocks: {turn: {starts: [added], stops: [help_given], limit: task.help, holder: key}}
    events: {help_given: {from: [wanted], to: ready, by: ["@key"], data: {text: text}}}
links:
  into: {to: task, one: true, forest: true, counts: primary}
)"},
      {"metrics/task.yaml", R"(metrics: task
version: 1
task.on_time: {title: {zh: 按时率, en: on time}, over: task, period: clock.work.due, only: {clock.work: [running, met, late]}, ratio: {when: {clock.work: met}},
  by: {owner: clock.work.holder, matter: matter}, beside: [task.late_open], variants: {first: {period: clock.work.original_due}}}
task.late: {title: {zh: 超期率, en: late}, complement: task.on_time}
task.late_open: {title: {zh: 超期数, en: late and open}, over: task, stock: {clock.work: overdue}, by: {owner: clock.work.holder}}
task.good: {title: {zh: 好评率, en: good}, over: task, period: event.closed@first, only: {class@last: present}, except: {urgent: {urgent: true}},
  ratio: {weigh: class@last, good: 1, bad: task.half}, min_n: 5}
task.count: {title: {zh: 件数, en: tasks}, over: task, period: event.made, count: true, by: {matter: matter, hour: event.made.hour}}
task.help: {title: {zh: 会办按时率, en: help on time}, over: task.help, period: clock.turn.due, only: {clock.turn: [running, met, late]},
  ratio: {when: {clock.turn: met}}, by: {unit: key}}
task.read: {title: {zh: 阅读率, en: read}, over: task, period: event.spoken@first, except: {hasty: {urgent: true}}, ratio: {sum: read, of: pages},
  by: {matter: matter}}
task.both: {title: {zh: 综合, en: both}, combine: {task.on_time: 0.5, task.good: task.half}}
)"},
      {"labels/common.yaml", R"(labels: common
roles: {desk: {zh: 前台, en: desk}, boss: {zh: 主任, en: boss}, unit: {zh: 单位, en: unit}, system: {zh: 系统, en: system}}
events: {noted: {zh: 备注, en: noted}, voided: {zh: 作废, en: voided}}
fields: {text: {zh: 内容, en: text}, reason: {zh: 理由, en: reason}, approver: {zh: 批准人, en: approver}}
levels: {yellow: {zh: 黄牌, en: yellow card}}
)"},
      {"labels/task.yaml", R"(labels: task
kind: {zh: 任务, en: task}
attributes: {number: {zh: 编号, en: number}, matter: {zh: 事项, en: matter}, text: {zh: 内容, en: text}, owner: {zh: 承办, en: owner}, urgent: {zh: 紧急, en: urgent},
  class: {zh: 等次, en: class}, pages: {zh: 页数, en: pages}, read: {zh: 已读, en: read}, cost: {zh: 费用, en: cost}}
fields: {helpers: {zh: 会办, en: helpers}, how: {zh: 方式, en: how}, until: {zh: 至, en: until}, why: {zh: 原因, en: why}}
values: {A: {zh: 甲, en: A}, B: {zh: 乙, en: B}, phone: {zh: 电话, en: phone}, visit: {zh: 走访, en: visit}, new_facts: {zh: 新情况, en: new facts}, cheat: {zh: 虚假, en: cheat}}
states: {new: {zh: 新, en: new}, given: {zh: 已交办, en: given}, answered: {zh: 已答复, en: answered}, waiting: {zh: 等待, en: waiting}, done: {zh: 办结, en: done}, gone: {zh: 并入, en: gone}}
gates: {asked: {zh: 已联系, en: asked}, helped: {zh: 会办齐, en: helped}}
clocks: {work: {zh: 办理, en: work}, look: {zh: 复看, en: look}}
events: {made: {zh: 登记, en: made}, assigned: {zh: 交办, en: assigned}, taken_back: {zh: 收回, en: taken back}, spoken: {zh: 联系, en: spoken}, held: {zh: 中止, en: held},
  resumed: {zh: 恢复, en: resumed}, asked_longer: {zh: 申请延期, en: asked longer}, longer: {zh: 延期, en: longer}, finished: {zh: 办完, en: finished}, refused: {zh: 退回, en: refused},
  closed: {zh: 结案, en: closed}, again: {zh: 重办, en: again}, joined: {zh: 并案, en: joined}}
parts: {help: {title: {zh: 会办, en: help}, states: {wanted: {zh: 待办, en: wanted}, ready: {zh: 已办, en: ready}}, clocks: {turn: {zh: 会办时限, en: turn}},
  events: {help_given: {zh: 反馈, en: help given}}}}
links: {into: {zh: 并入, en: into}}
)"},
  };
}

}  // namespace docket::definition
