/** Words of the team board, in both languages. */

import { speaker } from "../say";

const en = {
  team: "Team", rounds: "Rounds", planned: "Planned", open: "open", blind: "open and blind", of: "{0} of {1}", assignments: "assignments finished",
  noFigures: "No figures until it is closed.", noFigure: "No figure: nothing to compare.", openRound: "Open round", closeRound: "Close round",
  sureOpen: "Opening fixes the sample, the unit and the codebook. Press again to open.", sureClose: "{0} of {1} assignments are not finished. Press again to close all the same.", sureCloseAll: "Everyone then sees everyone’s codings. Press again to close.",
  newRound: "New round", training: "Training", reliability: "Reliability", production: "Production", shareOut: "Share out documents", overlap: "Coded by everyone, %", stratify: "In proportion by", nothing: "nothing", kind: "kind", folder: "folder", languageOf: "language", seed: "Seed", go: "Share out", cancel: "Cancel",
  coders: "Coders in {0}", speed: "finished, begun, not begun. No one’s speed is measured.", coder: "Coder", documents: "Documents", comes: "Comes by", ownFile: "own file", thisFile: "this file",
  apart: "“Finished, nothing coded” counts in the agreement; “not assigned” does not.", document: "Document", language: "Language", inAgreement: "In agreement",
  finished: "finished", nothingCoded: "nothing coded", assigned: "assigned", none: "not assigned", give: "assign", back: "take back",
  names: "Called the same", namesHint: "Two codes of one name, from two projects. One keeps the older’s rules; two give the younger its maker’s name.", oneCode: "One code", twoCodes: "Two codes", noDefinition: "no definition", codings: "{0} coding[s]", conflicts: "Changed on two sides", conflictsHint: "Both values are kept until someone chooses.", field: "{0} of {1}", stands: "stands", other: "other", choose: "choose",
  choseIt: "Chosen: {0}", saved: "Saved", gone: "Not connected. Run the cell again.", empty: "No rounds yet. Plan the first one.", noConflicts: "",
  kRounds: "rounds", kCells: "documents", kGive: "assign, take back", kOpen: "open", kClose: "close", kNew: "new round", kShare: "share out",
};
const zh: typeof en = {
  team: "团队", rounds: "轮次", planned: "已计划", open: "进行中", blind: "进行中，盲编", of: "{0} / {1}", assignments: "项分配已完成",
  noFigures: "关闭前不显示数据。", noFigure: "没有可比较的数据。", openRound: "开始本轮", closeRound: "关闭本轮",
  sureOpen: "开始后样本、分析单位和编码手册即固定。再按一次开始。", sureClose: "{1} 项分配中有 {0} 项未完成。再按一次仍然关闭。", sureCloseAll: "关闭后所有人可见全部编码。再按一次关闭。",
  newRound: "新轮次", training: "培训", reliability: "信度", production: "正式编码", shareOut: "分配文档", overlap: "所有人编码的比例 %", stratify: "按比例分层", nothing: "不分层", kind: "类型", folder: "文件夹", languageOf: "语言", seed: "种子", go: "分配", cancel: "取消",
  coders: "{0}的编码员", speed: "已完成、已开始、未开始。不测量任何人的速度。", coder: "编码员", documents: "文档", comes: "来自", ownFile: "自己的文件", thisFile: "本文件",
  apart: "“已完成，无编码”计入一致性；“未分配”不计入。", document: "文档", language: "语言", inAgreement: "参与一致性",
  finished: "已完成", nothingCoded: "无编码", assigned: "已分配", none: "未分配", give: "分配", back: "收回",
  names: "名称相同的代码", namesHint: "来自两个项目的同名代码。合为一个则保留较早者的规则；分为两个则较晚者加注创建者姓名。", oneCode: "是同一个代码", twoCodes: "是两个代码", noDefinition: "无定义", codings: "{0} 条编码", conflicts: "两处都有修改", conflictsHint: "选择之前两个值都保留。", field: "{1} 的 {0}", stands: "当前", other: "另一个", choose: "选择",
  choseIt: "已选择：{0}", saved: "已保存", gone: "未连接，请重新运行此单元格。", empty: "还没有轮次。请计划第一轮。", noConflicts: "",
  kRounds: "轮次", kCells: "文档", kGive: "分配、收回", kOpen: "开始", kClose: "关闭", kNew: "新轮次", kShare: "分配文档",
};
export const tables = { en, zh };
export type Word = keyof typeof en;
export const word = speaker(tables);
